"""Rules that need a trigger, since they join tables or forbid changes. For SQLite and PostgreSQL.

post_migrate installs them, not a migration: SQLite drops a table's triggers when a later migration rebuilds it.
"""

from django.db import transaction

from scorecard.models import edition_rules, frozen_rows
from scorecard.models.trigger_rule import Trigger


def _same_plan(table, column, referenced, events=("INSERT", "UPDATE")):
    condition = (
        f"EXISTS (SELECT 1 FROM scorecard_{referenced} r WHERE r.id = NEW.{column} AND r.plan_id <> NEW.plan_id)"
    )
    return [
        Trigger(f"{table}_{column}_same_plan_{event.lower()}", f"scorecard_{table}", event, condition)
        for event in events
    ]


def _plan_is_fixed(table):
    return Trigger(f"{table}_plan_is_fixed", f"scorecard_{table}", "UPDATE", "NEW.plan_id <> OLD.plan_id")


NOT_AT_THE_END = "NEW.digest = '' OR EXISTS (SELECT 1 FROM scorecard_audithead h WHERE NEW.id <= h.number)"
# Of an event from before names were kept the name is a KeptName.
NAMELESS = "NEW.actor_id IS NOT NULL AND NEW.actor_name = ''"
NOT_ADVANCING = "NEW.id <> OLD.id OR NEW.number <= OLD.number OR NEW.events <= OLD.events"
MEASURE_OF_ANOTHER_PLAN = (
    "EXISTS (SELECT 1 FROM scorecard_measure m JOIN scorecard_kpi k ON k.id = m.kpi_id "
    "WHERE m.id = NEW.measure_id AND k.plan_id <> NEW.plan_id)"
)
LEAVES_A_GAP = (
    "NEW.serial < 1 OR NEW.serial > 1 AND NOT EXISTS (SELECT 1 FROM scorecard_submission s "
    "WHERE s.plan_id = NEW.plan_id AND s.serial = NEW.serial - 1)"
)

TRIGGERS = (
    *_same_plan("objective", "theme_id", "theme"),
    *_same_plan("objective", "perspective_id", "perspective"),
    *_same_plan("objectivelink", "cause_id", "objective"),
    *_same_plan("objectivelink", "effect_id", "objective"),
    *_same_plan("kpi", "objective_id", "objective"),
    *_same_plan("actionplan", "kpi_id", "kpi"),
    # Neither ever moves (models/frozen_rows.py).
    *_same_plan("editioncomment", "kpi_id", "kpi", events=("INSERT",)),
    Trigger(
        "targetproposal_measure_id_same_plan_insert", "scorecard_targetproposal", "INSERT", MEASURE_OF_ANOTHER_PLAN
    ),
    *(_plan_is_fixed(table) for table in ("perspective", "theme", "objective", "kpi", "actionplan", "objectivelink")),
    Trigger("audit_event_never_updated", "scorecard_auditevent", "UPDATE", "1 = 1"),
    Trigger("audit_event_never_deleted", "scorecard_auditevent", "DELETE", "1 = 1"),
    Trigger("audit_event_only_appended", "scorecard_auditevent", "INSERT", NOT_AT_THE_END),
    Trigger("audit_event_names_its_actor", "scorecard_auditevent", "INSERT", NAMELESS),
    # The migration that fills the table comes before its triggers.
    Trigger("kept_name_never_added", "scorecard_keptname", "INSERT", "1 = 1"),
    Trigger("kept_name_never_updated", "scorecard_keptname", "UPDATE", "1 = 1"),
    Trigger("kept_name_never_deleted", "scorecard_keptname", "DELETE", "1 = 1"),
    Trigger("audit_head_never_deleted", "scorecard_audithead", "DELETE", "1 = 1"),
    Trigger("audit_head_only_advances", "scorecard_audithead", "UPDATE", NOT_ADVANCING),
    Trigger("receipt_never_updated", "scorecard_submission", "UPDATE", "1 = 1"),
    Trigger("receipt_never_deleted", "scorecard_submission", "DELETE", "1 = 1"),
    Trigger("receipt_numbers_have_no_gap", "scorecard_submission", "INSERT", LEAVES_A_GAP),
    *frozen_rows.TRIGGERS,
    *edition_rules.TRIGGERS,
)


# The name and the table of every trigger that the database has on the project's tables, foreign keys' aside.
INSTALLED = {
    "sqlite": (
        "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND substr(tbl_name, 1, 10) = 'scorecard_'"
    ),
    "postgresql": (
        "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND c.relname LIKE 'scorecard\\_%%' AND pg_table_is_visible(c.oid)"
    ),
}

# For PostgreSQL; SQLite has no TRUNCATE. A table whose rows cannot be deleted one by one is not emptied at once either.
TRUNCATIONS = tuple(
    Trigger(f"{table.removeprefix('scorecard_')}_never_truncated", table, "TRUNCATE", "1 = 1")
    for table in sorted({trigger.table for trigger in TRIGGERS if trigger.event == "DELETE"})
)


def rules(vendor):
    """Every trigger that a database of this kind has."""
    return TRIGGERS + TRUNCATIONS if vendor == "postgresql" else TRIGGERS


def sentence_of(error):
    """The message of the trigger that raised the IntegrityError; "" where no trigger did, or it has none."""
    refusal = str(error)
    return next((trigger.message for trigger in TRIGGERS if trigger.name in refusal), "")


def install(connection):
    """Create every trigger, or replace it: all of them, or after a failure those of before."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        remove(connection)
        for trigger in rules(connection.vendor):
            if connection.vendor == "postgresql":
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql "
                    f"AS $${function_body(trigger)}$$"
                )
            cursor.execute(definition(trigger, connection.vendor))


def remove(connection):
    """Drop every trigger on the project's tables, also those of former versions: before they are created again, before
    tables are rebuilt, and before a test flushes its database.
    """
    with connection.cursor() as cursor:
        cursor.execute(INSTALLED[connection.vendor])
        for name, table in cursor.fetchall():
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER {name} ON {table}")
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}()")
            else:
                cursor.execute(f"DROP TRIGGER {name}")


def definition(trigger, vendor):
    """The statement that creates the trigger, in the words in which the database keeps it."""
    head = f"CREATE TRIGGER {trigger.name} BEFORE {trigger.event} ON {trigger.table} FOR EACH"
    if vendor == "sqlite":
        return f"{head} ROW WHEN {trigger.condition} BEGIN SELECT RAISE(ABORT, '{trigger.name}'); END"
    each = "STATEMENT" if trigger.event == "TRUNCATE" else "ROW"
    return f"{head} {each} EXECUTE FUNCTION {trigger.name}()"


def function_body(trigger):
    """What PostgreSQL's function does. The condition is here, since WHEN allows no subquery there."""
    kept = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(trigger.event, "NEW")
    return (
        f" BEGIN IF {trigger.condition} THEN RAISE EXCEPTION '{trigger.name}' USING ERRCODE = 'check_violation', "
        f"CONSTRAINT = '{trigger.name}'; END IF; RETURN {kept}; END "
    )


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
