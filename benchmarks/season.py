"""Shared by races.py and kills.py: a new database with a plan in its reporting season, and forked processes."""

import os
import sys
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def set_up(folder):
    """Django with a new SQLite file, or a new database on the server that TEST_DATABASE_URL names."""
    server = os.environ.get("TEST_DATABASE_URL")
    os.environ |= {
        "DEBUG": "off",
        "SECRET_KEY": "benchmark" * 8,
        "ALLOWED_HOSTS": "testserver",
        "HTTPS": "off",
        "LOG_LEVEL": "CRITICAL",
        "MEDIA_ROOT": f"{folder}/media",
        "DATABASE_URL": _new_database(server) if server else f"sqlite:///{folder}/db.sqlite3",
        "DJANGO_SETTINGS_MODULE": "bsc_site.settings",
    }
    import django
    from django.conf import settings

    django.setup()
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    settings.MAIL_IN_BACKGROUND = False
    from django.apps import apps
    from django.core.management import call_command

    # From the models: the migrations make the same (tests/migrations/test_schema.py), and take twenty times as long.
    settings.MIGRATION_MODULES = {config.label: None for config in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)


def _new_database(server):
    """Creates an empty database on the server; returns its URL."""
    import psycopg2

    name = f"season_{os.getpid()}"
    connection = psycopg2.connect(server)
    # CREATE DATABASE cannot run in a transaction.
    connection.autocommit = True
    connection.cursor().execute(f'CREATE DATABASE "{name}"')
    connection.close()
    return f"{server.rpartition('/')[0]}/{name}"


def make_season(kpis=10):
    """(plan, cast). 2016 is open, and the staff member has an e-mail address."""
    from scorecard.models import User
    from tests import factories

    plan = factories.make_plan(kpis=kpis)
    cast = factories.make_cast(plan)
    User.objects.filter(pk=cast.staff.pk).update(email="staff@example.gov.tw")
    factories.open_year(cast.admin, plan)
    return plan, cast


def start(work, *arguments):
    """Process id of a fork that does the work with its own connection; exit status 1 if the work fails.

    A fork, because starting Python and Django takes longer than the measured work.
    """
    from django.db import connections

    connections.close_all()
    sys.stdout.flush()
    number = os.fork()
    if number:
        return number
    status = 1
    try:
        work(*arguments)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def percentile(values, part):
    """part: from 0 to 1."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]
