"""Queries of the checks, which ask the database's own tables."""


def rows(connection, query, parameters=()):
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()
