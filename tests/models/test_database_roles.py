"""PostgreSQL's run-time role writes rows, and can neither change tables nor take a trigger or an audit event away."""

from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from scorecard.domain.choices import AuditAction
from scorecard.models import AuditEvent
from scorecard.models.database_roles import grant, owned_tables
from scorecard.read_models.audit_verification import verify_chain
from scorecard.read_models.trigger_verification import verify_triggers
from tests import factories

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="roles of PostgreSQL")
ROLE = "bsc_app_of_a_test"
REFUSED = (
    "TRUNCATE scorecard_auditevent CASCADE",
    "TRUNCATE scorecard_evidence",
    "ALTER TABLE scorecard_auditevent DISABLE TRIGGER audit_event_never_deleted",
    "DROP TRIGGER audit_event_never_deleted ON scorecard_auditevent",
    "CREATE OR REPLACE FUNCTION audit_event_never_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN END $$",
    "UPDATE scorecard_auditevent SET reason = 'x'",
    "DELETE FROM scorecard_auditevent",
    "DELETE FROM scorecard_audithead",
    "INSERT INTO scorecard_keptname SELECT id, 'x', now() FROM scorecard_user",
    "UPDATE scorecard_keptname SET name = 'x'",
    "UPDATE scorecard_submission SET serial = 9",
    "DELETE FROM django_migrations",
    "CREATE TABLE own (id int)",
    "CREATE TEMPORARY TABLE own (id int)",
    "DROP TABLE scorecard_comment",
    "SET session_replication_role = replica",
)


@pytest.fixture
def as_role():
    """The role made and granted by the owner; then a context in which the connection is that role."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
    grant(connection, ROLE)
    grant(connection, ROLE)

    @contextmanager
    def become():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {ROLE}")
            yield cursor
            cursor.execute("RESET ROLE")

    return become


@on_postgresql
def test_the_role_works_and_verifies(as_role, plan, cast):
    factories.open_year(cast.admin, plan)
    kpi = factories.kpi(plan, "AC1.1")
    with as_role():
        factories.fill(cast.staff, kpi)
        factories.approve(cast.reviewer, factories.submit(cast.staff, kpi))
        assert verify_chain().broken is None
        assert verify_triggers().sentences == []
        assert owned_tables(connection) == []
    assert "scorecard_auditevent" in owned_tables(connection)


@on_postgresql
@pytest.mark.parametrize("statement", REFUSED)
def test_what_would_hide_a_change_is_refused_before_any_trigger(as_role, statement):
    AuditEvent.objects.create(action=AuditAction.CHANGED, target="測試")
    with pytest.raises(ProgrammingError, match="permission denied|must be owner"), as_role() as cursor:
        cursor.execute(statement)


@on_postgresql
def test_tables_of_later_migrations_are_within_reach(as_role):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE scorecard_later (id serial primary key)")
    with as_role() as cursor:
        cursor.execute("INSERT INTO scorecard_later DEFAULT VALUES")


def test_the_command_without_an_owner_names_the_cure():
    with pytest.raises(CommandError, match="MIGRATE_DATABASE_URL"):
        call_command("grant_roles")


@on_postgresql
def test_the_command_names_a_role_that_is_not_there_and_grants_one_that_is(settings, as_role):
    settings.SITE_ROLE = "nobody"
    with pytest.raises(CommandError, match="沒有「nobody」這個角色"):
        call_command("grant_roles")
    settings.SITE_ROLE = ROLE
    call_command("grant_roles", stdout=StringIO())
    with as_role() as cursor:
        cursor.execute("SELECT 1 FROM scorecard_plan")
