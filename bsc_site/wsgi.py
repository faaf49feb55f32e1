"""The WSGI entry point for gunicorn: `gunicorn bsc_site.wsgi`."""

import os

from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bsc_site.settings")

application = get_wsgi_application()

if settings.SITE_ROLE:
    raise ImproperlyConfigured(
        "環境變數 MIGRATE_DATABASE_URL 只供 manage.py migrate 與 grant_roles 使用；"
        "請移除後再啟動，系統才不會以擁有者執行。"
    )

# gunicorn runs no checks. These look at settings alone.
for fault in run_checks(tags=["start"]):
    raise ImproperlyConfigured(f"{fault.msg}{fault.hint}")
