#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bsc_site.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit("找不到 Django。請先執行 make setup，再用 .venv/bin/python manage.py。") from error
    execute_from_command_line(sys.argv)
