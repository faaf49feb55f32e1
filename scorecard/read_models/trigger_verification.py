"""Whether the database has every trigger and function as models/triggers.py defines it, and no others."""

from dataclasses import dataclass

from django.db import connection

from scorecard.models import triggers

# Of the tables of the product: name, definition, whether it fires for everybody, its function's body and how it runs.
POSTGRESQL = """
    SELECT t.tgname, pg_get_triggerdef(t.oid, true), t.tgenabled, p.prosrc, l.lanname, p.prosecdef, p.proconfig IS NULL
    FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_proc p ON p.oid = t.tgfoid
    JOIN pg_language l ON l.oid = p.prolang
    WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace AND c.relname LIKE 'scorecard\\_%%'
"""
SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
FIRES = "O"


@dataclass(frozen=True)
class TriggerFaults:
    """Names of triggers: missing; there but not as the code defines them; switched off; not the code's at all."""

    missing: tuple[str, ...]
    changed: tuple[str, ...]
    disabled: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def sentences(self) -> list[str]:
        named = (
            ("缺少觸發程序：{}。", self.missing),
            ("觸發程序或其函式與程式定義的不同：{}。", self.changed),
            ("觸發程序已被停用：{}。", self.disabled),
            ("資料庫有程式未定義的觸發程序：{}。", self.unknown),
        )
        return [sentence.format("、".join(names)) for sentence, names in named if names]


def verify_triggers() -> TriggerFaults:
    """One query."""
    vendor = connection.vendor
    found, disabled = _postgresql() if vendor == "postgresql" else _sqlite()
    expected = {trigger.name: _as_defined(trigger, vendor) for trigger in triggers.rules(vendor)}
    return TriggerFaults(
        missing=tuple(sorted(expected.keys() - found.keys())),
        changed=tuple(sorted(name for name in expected.keys() & found.keys() if found[name] != expected[name])),
        disabled=tuple(sorted(disabled & expected.keys())),
        unknown=tuple(sorted(found.keys() - expected.keys())),
    )


def _as_defined(trigger: triggers.Trigger, vendor: str) -> tuple[object, ...]:
    if vendor == "postgresql":
        # A function of the language, with its caller's rights and settings.
        return triggers.definition(trigger, vendor), triggers.function_body(trigger), "plpgsql", False, True
    return (triggers.definition(trigger, vendor),)


def _sqlite() -> tuple[dict[str, tuple[object, ...]], set[str]]:
    with connection.cursor() as cursor:
        cursor.execute(SQLITE)
        return {name: (sql,) for name, sql in cursor.fetchall()}, set()


def _postgresql() -> tuple[dict[str, tuple[object, ...]], set[str]]:
    found: dict[str, tuple[object, ...]] = {}
    disabled = set()
    with connection.cursor() as cursor:
        cursor.execute(POSTGRESQL)
        for name, sql, enabled, *function in cursor.fetchall():
            found[name] = (sql, *function)
            if enabled != FIRES:
                disabled.add(name)
    return found, disabled
