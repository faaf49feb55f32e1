#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bsc_site.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
        from django.db import OperationalError, ProgrammingError
    except ImportError as error:
        raise SystemExit("找不到 Django。請先執行 make setup，再用 .venv/bin/python manage.py。") from error
    try:
        execute_from_command_line(sys.argv)
    # What is missing in the environment and how to mend it: a traceback would only hide it.
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except (OperationalError, ProgrammingError) as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"資料庫無法使用，或還沒有建立資料表：{error}\n請確認 DATABASE_URL，並先執行 manage.py migrate。")
