"""What benchmarks/races.py and kills.py share: a database of their own with a plan in its season, and processes."""

import os
import sys
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def set_up(folder):
    """A database of its own: an SQLite file, or a new one on the server that TEST_DATABASE_URL names."""
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
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _new_database(server):
    """The address of an empty database beside the one that the address names."""
    import psycopg2

    name, connection = f"season_{os.getpid()}", psycopg2.connect(server)
    # CREATE DATABASE stands in no transaction.
    connection.autocommit = True
    connection.cursor().execute(f'CREATE DATABASE "{name}"')
    connection.close()
    return f"{server.rpartition('/')[0]}/{name}"


def make_season(kpis=10):
    """(plan, cast): 2016 is open, and everybody has an address."""
    from scorecard.models import User
    from tests import factories

    plan = factories.make_plan(kpis=kpis)
    cast = factories.make_cast(plan)
    User.objects.filter(pk=cast.staff.pk).update(email="staff@example.gov.tw")
    factories.open_year(cast.admin, plan)
    return plan, cast


def start(work, *arguments):
    """The number of a new process that does the work with a connection of its own, and ends with its status.

    A copy of this one: to start Python and Django anew for each takes longer than what is measured.
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
    """The value that this part of all stays below or at."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]
