"""PostgreSQL's two roles: the owner migrates, the run-time role reads and writes rows (docs/decisions/0024).

A role that owns a table can switch its triggers off and empty it, so the running site must not be the owner.
"""

from django.db import transaction

# What the run-time role may never do, by table; triggers refuse it as well.
DENIED = {
    "django_migrations": "INSERT, UPDATE, DELETE",
    "scorecard_auditevent": "UPDATE, DELETE",
    "scorecard_audithead": "INSERT, DELETE",
    "scorecard_keptname": "INSERT, UPDATE, DELETE",
    "scorecard_revision": "UPDATE",
    "scorecard_submission": "UPDATE, DELETE",
    "scorecard_yearsnapshot": "UPDATE",
}
RIGHTS = "SELECT, INSERT, UPDATE, DELETE"
# UPDATE: rows loaded with their numbers move a sequence on.
NUMBERS = "USAGE, UPDATE"

OWNED = """
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
    AND pg_has_role(current_user, c.relowner, 'MEMBER') ORDER BY c.relname
"""


def grant(connection, role):
    """Give the role what the running site needs, and take the rest from it. connection: the owner's.

    All or nothing, and again after every migration; a second run changes nothing.
    """
    quote = connection.ops.quote_name
    name, owner = quote(role), _current_user(connection)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = map(quote, cursor.fetchone())
        later = f"ALTER DEFAULT PRIVILEGES FOR ROLE {quote(owner)} IN SCHEMA {schema}"
        tables = sorted(set(connection.introspection.table_names(cursor)))
        for statement in (
            f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC",
            f"REVOKE ALL ON SCHEMA {schema} FROM {name}",
            f"GRANT USAGE ON SCHEMA {schema} TO {name}",
            f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
            f"REVOKE ALL ON DATABASE {database} FROM {name}",
            f"GRANT CONNECT ON DATABASE {database} TO {name}",
            f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {name}",
            f"GRANT {RIGHTS} ON ALL TABLES IN SCHEMA {schema} TO {name}",
            f"GRANT {NUMBERS} ON ALL SEQUENCES IN SCHEMA {schema} TO {name}",
            f"{later} GRANT {RIGHTS} ON TABLES TO {name}",
            f"{later} GRANT {NUMBERS} ON SEQUENCES TO {name}",
            *(f"REVOKE {rights} ON {quote(table)} FROM {name}" for table, rights in DENIED.items() if table in tables),
        ):
            cursor.execute(statement)


def exists(connection, role):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        return cursor.fetchone() is not None


def owned_tables(connection):
    """The tables that the connection's own role owns, by itself or as a member of the owner; none on SQLite."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(OWNED)
        return [name for (name,) in cursor.fetchall()]


def _current_user(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]
