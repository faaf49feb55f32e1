"""The database is asked whether it is as the program expects; each fault made on purpose is found with its cure."""

import os
from datetime import timedelta

import pytest
from django.core.checks import Tags, run_checks
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from scorecard.checks import clock
from scorecard.models import database_roles

pytestmark = pytest.mark.django_db

# Roles belong to the server, which several processes of the suite may share.
SITE = f"site_of_test_{os.getpid()}"
OWNER = f"owner_of_test_{os.getpid()}"
# As README.md has them set for the site's role.
TIME_LIMITS = """
    SET LOCAL statement_timeout = '30s';
    SET LOCAL lock_timeout = '10s';
    SET LOCAL idle_in_transaction_session_timeout = '60s';
"""
NO_TRIGGER = "DROP TRIGGER audit_event_never_deleted"
FAULTS = {
    "a migration that was not run": ("DELETE FROM django_migrations WHERE name = '0007_form_uploads'", "E010"),
    "a trigger that is gone": (NO_TRIGGER, "E017"),
}
FAULTS_OF_POSTGRESQL = {
    "a superuser": (f"ALTER ROLE {SITE} SUPERUSER", "E011"),
    "a maker of roles": (f"ALTER ROLE {SITE} CREATEROLE", "E011"),
    "the owner of a table": (f"ALTER TABLE scorecard_theme OWNER TO {SITE}", "E012"),
    "a member of the owner's role": (
        f"CREATE ROLE {OWNER}; ALTER TABLE scorecard_theme OWNER TO {OWNER}; "
        f"GRANT ALL ON scorecard_theme TO {SITE}; GRANT {OWNER} TO {SITE}; ALTER ROLE {SITE} NOINHERIT",
        "E012",
    ),
    "a right to empty a table": (f"GRANT TRUNCATE ON scorecard_auditevent TO {SITE}", "E013"),
    "a right to add triggers": (f"GRANT TRIGGER ON scorecard_auditevent TO {SITE}", "E013"),
    "a right to change audit events": (f"GRANT UPDATE ON scorecard_auditevent TO {SITE}", "E014"),
    "a right to change one column of them": (f"GRANT UPDATE (digest) ON scorecard_auditevent TO {SITE}", "E014"),
    "a right to delete them": (f"GRANT DELETE ON scorecard_auditevent TO {SITE}", "E014"),
    "a right to make tables": (f"GRANT CREATE ON SCHEMA public TO {SITE}", "E015"),
    "statements without end": ("SET LOCAL statement_timeout = 0", "E016"),
    "waiting for locks without end": ("SET LOCAL lock_timeout = 0", "E016"),
    "transactions that idle without end": ("SET LOCAL idle_in_transaction_session_timeout = 0", "E016"),
    "a right to forget a migration": (f"GRANT DELETE ON django_migrations TO {SITE}", "E014"),
    "a trigger whose function does nothing": (
        "CREATE OR REPLACE FUNCTION audit_event_never_deleted() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RETURN OLD; END $$",
        "E017",
    ),
    "a trigger that is off": ("ALTER TABLE scorecard_auditevent DISABLE TRIGGER audit_event_never_deleted", "E017"),
}


def findings(fault=""):
    """Of the database as the site's role sees it, after the fault was made."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            if fault == NO_TRIGGER:
                fault += " ON scorecard_auditevent"
            cursor.execute(f"CREATE ROLE {SITE}")
            database_roles.grant(connection, SITE)
            cursor.execute(TIME_LIMITS + fault)
            cursor.execute(f"SET LOCAL ROLE {SITE}")
        elif fault:
            cursor.execute(fault)
    return checks_of_the_database(["default"])


def checks_of_the_database(databases):
    found = run_checks(tags=[Tags.database], include_deployment_checks=True, databases=databases)
    return [finding for finding in found if finding.id.startswith("scorecard.")]


def the_only_finding(found, number):
    (finding,) = found
    assert finding.id == f"scorecard.{number}"
    assert finding.hint.startswith("請")


def test_a_sound_database_is_clean_and_nothing_is_asked_of_it_unless_asked_for():
    assert findings() == []
    with CaptureQueriesContext(connection) as queries:
        assert checks_of_the_database(None) == []
    assert len(queries) == 0


@pytest.mark.parametrize(("fault", "number"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_the_only_finding_and_names_its_cure(fault, number):
    the_only_finding(findings(fault), number)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="roles and time limits of PostgreSQL")
@pytest.mark.parametrize(("fault", "number"), FAULTS_OF_POSTGRESQL.values(), ids=FAULTS_OF_POSTGRESQL)
def test_each_fault_of_the_role_is_the_only_finding_and_names_its_cure(fault, number):
    the_only_finding(findings(fault), number)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="roles of PostgreSQL")
def test_who_checks_as_the_owner_is_told_so(settings):
    settings.SITE_ROLE = SITE
    the_only_finding(findings(), "E018")


def test_a_database_that_does_not_answer_is_the_only_finding(monkeypatch):
    def refuse():
        raise OperationalError("connection refused\nand more lines")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    monkeypatch.setattr(connection, "cursor", refuse)
    found = checks_of_the_database(["default"])
    the_only_finding(found, "E010")
    assert "connection refused" in found[0].msg and "and more lines" not in found[0].msg


def test_a_clock_that_was_turned_back_is_seen_by_the_last_audit_event(open_plan, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(clock.timezone, "now", lambda: now - timedelta(days=1))
    numbers = [finding.id for finding in findings()]
    # On a server of its own the database's clock disagrees as well.
    own_clock = ["scorecard.E041"] if connection.vendor == "postgresql" else []
    assert numbers == [*own_clock, "scorecard.E042"]
