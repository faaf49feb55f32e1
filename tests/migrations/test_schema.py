"""Tests run on tables made from the models (tests/settings.py), a production database has those that the migrations
made: here the two are the same."""

import re

import pytest
from django.core.management import call_command
from django.db import connection

from tests.migrations.old_databases import drop, in_place_of_the_test_database

# Everything but the order of columns, which nothing in the product asks for.
OF_POSTGRESQL = {
    "columns": (
        "SELECT table_name, column_name, data_type, udt_name, character_maximum_length, numeric_precision, "
        "numeric_scale, collation_name, is_nullable, column_default, is_identity, identity_generation, "
        "is_generated, generation_expression FROM information_schema.columns WHERE table_schema = 'public'"
    ),
    "constraints": (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace"
    ),
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": (
        "SELECT pg_get_triggerdef(t.oid), t.tgenabled, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
        "WHERE NOT t.tgisinternal"
    ),
    "other relations": (
        "SELECT relname, relkind FROM pg_class "
        "WHERE relnamespace = 'public'::regnamespace AND relkind NOT IN ('i', 'r')"
    ),
}
OF_SQLITE = "SELECT type, name, tbl_name, sql FROM sqlite_master"
# Django's migrations number the rows of its own table by larger integers than its models do, and leave behind
# what had the name of a column before editions.
KNOWN_ON_POSTGRESQL = {
    "columns": {("auth_group_permissions", "id")},
    "constraints": {
        ("scorecard_plan", "scorecard_plan_first_year_check"),
        ("scorecard_plan", "scorecard_plan_year_check"),
    },
    "indexes": {("scorecard_plan", "scorecard_plan_slug_19056d30_like")},
}
TABLE = re.compile(r'CREATE TABLE "(\w+)" \((.*)\)(.*)', re.DOTALL)


def parts(columns):
    """The columns and constraints of a table's definition: what commas part that stand in no bracket and no text."""
    depth, found, is_text = 0, [""], False
    for letter in columns:
        if letter in "'\"":
            is_text = letter if not is_text else False if is_text == letter else is_text
        elif not is_text:
            depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth and not is_text:
            found.append("")
        else:
            found[-1] += letter
    return sorted(part.strip() for part in found)


def schema():
    """What the database says of its tables, columns, indexes, constraints and triggers: {kind: [rows]}."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return {kind: _rows(cursor, query) for kind, query in OF_POSTGRESQL.items()}
        return {"sqlite_master": [(*row[:3], _in_parts(row[3] or "")) for row in _rows(cursor, OF_SQLITE)]}


def _rows(cursor, query):
    cursor.execute(query)
    return sorted(cursor.fetchall(), key=repr)


def _in_parts(definition):
    found = TABLE.fullmatch(definition)
    return (found[1], *parts(found[2]), found[3]) if found else definition


@pytest.fixture
def migrated(db, empty_databases):
    """The name of a database that `manage.py migrate` made."""
    name = empty_databases.new("migrated")
    with in_place_of_the_test_database(name):
        call_command("migrate", verbosity=0, interactive=False)
    yield name
    drop(name)


def test_the_migrations_make_what_the_models_say(migrated):
    from_models = schema()
    with in_place_of_the_test_database(migrated):
        from_migrations = schema()
    known = KNOWN_ON_POSTGRESQL if connection.vendor == "postgresql" else {}
    for kind, rows in from_models.items():
        differing = set(rows) ^ set(from_migrations[kind])
        assert {row[:2] for row in differing} == known.get(kind, set()), differing
    # It has been asked: of every model a table, and of every rule a trigger.
    assert len(str(from_models)) > 50_000


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE scorecard_theme ADD COLUMN another integer",
        "ALTER TABLE scorecard_theme RENAME COLUMN name TO another",
        "CREATE INDEX another ON scorecard_theme (name)",
        "CREATE TABLE another (id integer)",
    ],
)
def test_a_difference_is_seen(db, change):
    before = schema()
    with connection.cursor() as cursor:
        cursor.execute(change)
    assert schema() != before
