"""Rules that need a trigger, since they join tables or forbid changes. For SQLite and PostgreSQL.

post_migrate installs them, not a migration: SQLite drops a table's triggers when a later migration rebuilds it.
"""

from scorecard.models import frozen_rows
from scorecard.models.trigger_rule import Trigger


def _same_plan(table, column, referenced):
    condition = (
        f"EXISTS (SELECT 1 FROM scorecard_{referenced} r WHERE r.id = NEW.{column} AND r.plan_id <> NEW.plan_id)"
    )
    return [
        Trigger(f"{table}_{column}_same_plan_{event.lower()}", f"scorecard_{table}", event, condition)
        for event in ("INSERT", "UPDATE")
    ]


def _plan_is_fixed(table):
    return Trigger(f"{table}_plan_is_fixed", f"scorecard_{table}", "UPDATE", "NEW.plan_id <> OLD.plan_id")


NOT_AT_THE_END = "NEW.digest = '' OR EXISTS (SELECT 1 FROM scorecard_audithead h WHERE NEW.id <= h.number)"
NOT_ADVANCING = "NEW.id <> OLD.id OR NEW.number <= OLD.number OR NEW.events <= OLD.events"
LEAVES_A_GAP = (
    "NEW.serial < 1 OR NEW.serial > 1 AND NOT EXISTS (SELECT 1 FROM scorecard_submission s "
    "WHERE s.plan_id = NEW.plan_id AND s.year = NEW.year AND s.serial = NEW.serial - 1)"
)

TRIGGERS = (
    *_same_plan("objective", "theme_id", "theme"),
    *_same_plan("objective", "perspective_id", "perspective"),
    *_same_plan("objectivelink", "cause_id", "objective"),
    *_same_plan("objectivelink", "effect_id", "objective"),
    *_same_plan("kpi", "objective_id", "objective"),
    *_same_plan("actionplan", "kpi_id", "kpi"),
    *(_plan_is_fixed(table) for table in ("perspective", "theme", "objective", "kpi", "actionplan", "objectivelink")),
    Trigger("audit_event_never_updated", "scorecard_auditevent", "UPDATE", "1 = 1"),
    Trigger("audit_event_never_deleted", "scorecard_auditevent", "DELETE", "1 = 1"),
    Trigger("audit_event_only_appended", "scorecard_auditevent", "INSERT", NOT_AT_THE_END),
    Trigger("audit_head_never_deleted", "scorecard_audithead", "DELETE", "1 = 1"),
    Trigger("audit_head_only_advances", "scorecard_audithead", "UPDATE", NOT_ADVANCING),
    Trigger("receipt_never_updated", "scorecard_submission", "UPDATE", "1 = 1"),
    Trigger("receipt_never_deleted", "scorecard_submission", "DELETE", "1 = 1"),
    Trigger("receipt_numbers_have_no_gap", "scorecard_submission", "INSERT", LEAVES_A_GAP),
    *frozen_rows.TRIGGERS,
)


def sentence_of(error):
    """The message of the trigger that raised the IntegrityError; "" where no trigger did, or it has none."""
    refusal = str(error)
    return next((trigger.message for trigger in TRIGGERS if trigger.name in refusal), "")


def install(connection):
    """Create every trigger, or replace it."""
    remove(connection)
    with connection.cursor() as cursor:
        for trigger in TRIGGERS:
            for statement in _create_statements(trigger, connection.vendor):
                cursor.execute(statement)


def remove(connection):
    """Drop every trigger: before they are created again, and before a test flushes its database."""
    with connection.cursor() as cursor:
        for trigger in TRIGGERS:
            on_table = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}{on_table}")


def _create_statements(trigger, vendor):
    head = f"CREATE TRIGGER {trigger.name} BEFORE {trigger.event} ON {trigger.table} FOR EACH ROW"
    if vendor == "sqlite":
        return [f"{head} WHEN {trigger.condition} BEGIN SELECT RAISE(ABORT, '{trigger.name}'); END"]
    # PostgreSQL allows no subquery in WHEN, so the condition is in the function.
    kept = "OLD" if trigger.event == "DELETE" else "NEW"
    body = (
        f"BEGIN IF {trigger.condition} THEN RAISE EXCEPTION '{trigger.name}' USING ERRCODE = 'check_violation', "
        f"CONSTRAINT = '{trigger.name}'; END IF; RETURN {kept}; END"
    )
    return [
        f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        f"{head} EXECUTE FUNCTION {trigger.name}()",
    ]


def install_after_migrate(sender, using, **kwargs):
    """Receives post_migrate. It also makes the head of the audit chain again if a flush deleted it."""
    from django.db import connections

    from scorecard.models import AuditHead

    connection = connections[using]
    if "scorecard_audithead" in connection.introspection.table_names():
        AuditHead.objects.using(using).bulk_create([AuditHead()], ignore_conflicts=True)
        install(connection)


def remove_before_migrate(sender, using, **kwargs):
    """Receives pre_migrate. SQLite cannot rebuild a table that another table's trigger refers to."""
    from django.db import connections

    if connections[using].vendor == "sqlite":
        remove(connections[using])
