"""The empty databases that old ones are copies of."""

import pytest

from tests.migrations.old_databases import EmptyDatabases


@pytest.fixture(scope="session")
def empty_databases(tmp_path_factory, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        made = EmptyDatabases(tmp_path_factory.mktemp("old"))
    yield made
    with django_db_blocker.unblock():
        made.drop()
