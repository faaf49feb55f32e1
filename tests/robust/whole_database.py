"""The whole database as values: taken, compared, and put back as it was."""

import sqlite3
from functools import cache

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, transaction

from scorecard.models import triggers

# What nobody's act writes: the framework's own notes of what was migrated.
LEFT_OUT = {"django_migrations"}


def tables():
    """The names of all tables, in order."""
    return sorted(set(connection.introspection.table_names()) - LEFT_OUT)


def dump():
    """Every row of every table, by table, each in the order of its columns."""
    with connection.cursor() as cursor:
        rows = {}
        for table in tables():
            cursor.execute(f'SELECT * FROM "{table}"')
            rows[table] = sorted((tuple(_plain(value) for value in row) for row in cursor.fetchall()), key=_in_order)
        return rows


def _in_order(row):
    return row[0] if isinstance(row[0], int) else 0, repr(row)


def cells_of(rows, model, *names):
    """Where the columns of these names stand in what dump() returned."""
    places = [number for number, column in enumerate(_columns(model._meta.db_table)) if column in names]
    return {(model._meta.db_table, row, place) for row in range(len(rows[model._meta.db_table])) for place in places}


@cache
def _columns(table):
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _plain(value):
    return bytes(value) if isinstance(value, memoryview) else value


def keep():
    """The database as it is, for put_back()."""
    if connection.vendor == "postgresql":
        return dump(), _triggers_there()
    connection.ensure_connection()
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    connection.connection.backup(copy)
    return copy


def put_back(kept):
    """Make the database what it was, past every trigger, and its triggers, too: what is the same stays untouched."""
    if connection.vendor == "postgresql":
        rows, triggers_there = kept
        _put_back_rows(rows)
        if _triggers_there() != triggers_there:
            triggers.install(connection)
    else:
        connection.ensure_connection()
        kept.backup(connection.connection)


def _triggers_there():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgenabled, prosrc FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid "
            "WHERE NOT tgisinternal ORDER BY tgname"
        )
        return cursor.fetchall()


def _put_back_rows(rows):
    now = dump()
    changed = [table for table, kept in rows.items() if kept != now[table]]
    with transaction.atomic(), connection.cursor() as cursor:
        # Neither triggers nor foreign keys count.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in changed:
            cursor.execute(f'DELETE FROM "{table}"')
        for table in changed:
            for row in rows[table]:
                cursor.execute(f'INSERT INTO "{table}" VALUES ({", ".join(["%s"] * len(row))})', row)


def number_from_here():
    """Let the next row of each table get the number after the last one, whatever was rolled back."""
    if connection.vendor == "postgresql":
        models = apps.get_models(include_auto_created=True)
        with connection.cursor() as cursor:
            cursor.execute(" ".join(connection.ops.sequence_reset_sql(no_style(), models)))


def files():
    """The names of all uploaded files."""
    root = settings.MEDIA_ROOT
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def differing_cells(one, other):
    """Where two databases differ: {(table, row, column)}; (table, rows, other rows) where they have not as many."""
    cells = {(table, len(kept), len(other[table])) for table, kept in one.items() if len(kept) != len(other[table])}
    return cells | {
        (table, number, column)
        for table, kept in one.items()
        for number, (row, twin) in enumerate(zip(kept, other[table], strict=False))
        for column, (value, other_value) in enumerate(zip(row, twin, strict=True))
        if value != other_value
    }


def blank(rows, cells):
    """The database without what stands in these cells."""
    return {
        table: [
            tuple(None if (table, number, column) in cells else value for column, value in enumerate(row))
            for number, row in enumerate(kept)
        ]
        for table, kept in rows.items()
    }
