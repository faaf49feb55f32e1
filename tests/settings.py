"""The product's settings, made independent of the developer's shell, with what a test run needs changed.

TEST_DATABASE_URL names the server to test on (tests/postgres.py sets it); unset means SQLite.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

for name in (
    "HSTS_SECONDS",
    "TRUST_PROXY",
    "CSRF_TRUSTED_ORIGINS",
    "EMAIL_HOST",
    "LOG_LEVEL",
    "DEMO_PASSWORD",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_USE_SSL",
    "EMAIL_USE_TLS",
    "SITE_URL",
    "SSO_USER_HEADER",
    "SECURITY_EVENT_DAYS",
    "TRUSTED_PROXIES",
    "OIDC_ISSUER",
    "LOCK_ACCOUNTS",
    "LOGIN_HOURS",
    "LOGIN_IDLE_MINUTES",
    "PASSWORD_MIN_DAYS",
    "PASSWORD_MAX_DAYS",
    "MIGRATE_DATABASE_URL",
    "EDITIONS_BACKUP",
):
    os.environ.pop(name, None)
# One folder a process (pytest-xdist runs several): database, uploads and collected files.
SCRATCH = Path(tempfile.mkdtemp(prefix="bsc-tests-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)
(SCRATCH / "static").mkdir()
os.environ |= {
    "DEBUG": "off",
    "SECRET_KEY": "for tests alone, never for a site that people use",
    "ALLOWED_HOSTS": "testserver,localhost",
    # The live server and the test client speak plain HTTP.
    "HTTPS": "off",
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", ""),
    "MEDIA_ROOT": str(SCRATCH / "media"),
    "PDF_FOLDER": str(SCRATCH / "pdf"),
    "STATIC_ROOT": str(SCRATCH / "static"),
    # A busy machine may take many times as long over a PDF as a quiet one.
    "PDF_SECONDS": "600",
}

from bsc_site.settings import *  # noqa: E402, F403
from bsc_site.settings import CACHES, DATABASES, STORAGES  # noqa: E402

# The real hasher takes a third of a second for each account made.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Tests change rows without an event, and look again.
CACHES["pages"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
# A thread of its own sees nothing of a test that is rolled back.
MAIL_IN_BACKGROUND = False
# Hashed names need collectstatic first; tests/repository/test_deployment.py runs that storage once.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

# Tables are made from the models, which takes a twentieth of the time that the migrations take; both make the same
# (tests/migrations/test_schema.py).
DATABASES["default"]["TEST"] = {"MIGRATE": False}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: the live server's threads then have connections of their own, as in
    # production, instead of sharing one connection and each other's transactions.
    DATABASES["default"]["TEST"]["NAME"] = SCRATCH / "test.sqlite3"
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
