"""Databases of earlier versions, for tests of the migration to editions.

tests/data/editions/ keeps their rows, with the triggers that they had, and what the version said that wrote them: the
scores of every year, and which snapshots were whole. The names end with the commit.
"""

import json
import lzma
import os
import shutil
from base64 import b64decode
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.migrations.executor import MigrationExecutor

FOLDER = Path(__file__).resolve().parents[1] / "data" / "editions"


@cache
def kept(name):
    """Its migration, tables {table: {"columns", "rows"}}, triggers {vendor: statements}, scores and snapshots."""
    return json.loads(lzma.decompress((FOLDER / f"{name}.json.xz").read_bytes()))


def rows_of(name, table):
    """{id: {column: value}} as kept; none where the version had no such table."""
    found = kept(name)["tables"].get(table, {"columns": [], "rows": []})
    rows = (dict(zip(found["columns"], row, strict=True)) for row in found["rows"])
    return {row["id"]: row for row in rows}


class EmptyDatabases:
    """One with the tables of each earlier version that is asked for, to be copied. Made in the folder, or on the
    server of the test database.
    """

    def __init__(self, folder):
        self.folder = folder
        self.made = {}

    def copy(self, migration, name):
        """Make a database with the tables of the migration, and return its name."""
        if migration not in self.made:
            self.made[migration] = self._name(f"empty_{migration}")
            _create(self.made[migration])
            with in_place_of_the_test_database(self.made[migration]):
                MigrationExecutor(connection).migrate([("scorecard", migration)])
        copy = self._name(name.replace("-", "_"))
        _create(copy, self.made[migration])
        return copy

    def new(self, name):
        """Make a database without any table, and return its name."""
        new = self._name(name)
        _create(new)
        return new

    def drop(self):
        for name in self.made.values():
            drop(name)

    def _name(self, name):
        return f"old_{name}_{os.getpid()}" if connection.vendor == "postgresql" else str(self.folder / name)


@contextmanager
def server():
    """A cursor of PostgreSQL's own database, since none can be made or dropped from within itself."""
    other = connection.copy()
    other.settings_dict = connection.settings_dict | {"NAME": "postgres"}
    with other.cursor() as cursor:
        yield cursor
    other.close()


def _create(name, template=None):
    if connection.vendor == "sqlite":
        Path(name).unlink(missing_ok=True)
        if template:
            shutil.copy(template, name)
        return
    with server() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}")


def drop(name):
    if connection.vendor == "sqlite":
        for file in Path(name).parent.glob(f"{Path(name).name}*"):
            file.unlink()
    else:
        with server() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


@contextmanager
def in_place_of_the_test_database(name):
    """Whatever asks the default database asks this one."""
    own = connections[DEFAULT_DB_ALIAS]
    other = own.copy()
    other.settings_dict = own.settings_dict | {"NAME": name}
    connections[DEFAULT_DB_ALIAS] = other
    try:
        yield
    finally:
        # SQLite then merges its log into the file, which can be copied.
        other.close()
        connections[DEFAULT_DB_ALIAS] = own


@contextmanager
def standing(empty, name, *, with_triggers=True):
    """The old database as it was, in place of the test database."""
    database = empty.copy(kept(name)["migration"], name)
    try:
        with in_place_of_the_test_database(database):
            _load(name)
            if with_triggers:
                with connection.cursor() as cursor:
                    for statement in kept(name)["triggers"][connection.vendor]:
                        cursor.execute(statement)
            yield
    finally:
        drop(database)


def old_apps(name):
    """The models of that version."""
    loader = MigrationExecutor(connection).loader
    return loader.project_state([("scorecard", kept(name)["migration"])]).apps


def _load(name):
    found = old_apps(name).get_models(include_auto_created=True)
    by_table = {model._meta.db_table: model for model in found}
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        for table, content in kept(name)["tables"].items():
            fields = {field.column: field for field in by_table[table]._meta.concrete_fields}
            columns = [fields[column] for column in content["columns"]]
            rows = [
                [_stored(field, value) for field, value in zip(columns, row, strict=True)] for row in content["rows"]
            ]
            names = ", ".join(connection.ops.quote_name(column) for column in content["columns"])
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
        for statement in connection.ops.sequence_reset_sql(no_style(), list(by_table.values())):
            cursor.execute(statement)


def _stored(field, value):
    if isinstance(field, models.BinaryField):
        return connection.Database.Binary(b64decode(value))
    return field.get_db_prep_save(field.to_python(value), connection)
