"""What every test gets, and the rows that most start from; the cast and the factories are in tests/factories.py."""

import gc
import shutil
from functools import cache
from pathlib import Path
from unittest import mock

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import TransactionTestCase
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings

from tests import factories
from tests.robust.whole_database import keep, put_back
from tests.shared_rows import LAYERS, asked_for, layer, may_share

HERE = Path(__file__).resolve().parent
# Files and pages drawn from what read models and services say, which are asked on every database.
DRAWN = {HERE / name for name in ("browser", "documents", "pdf", "spreadsheets", "styleguide", "views")}
DRAWN |= {HERE / "agency_form" / "test_writing.py", HERE / "fill_in" / "test_writer_and_reader.py"}
# Left out of `make test-quick`: browsers, files of every kind, commands, the admin, acts done hundreds of times, every
# address as every role, whole starts of the server, and other files that take more than three seconds.
SLOW_FILES = {
    "middleware": "oidc session_expiry",
    "repository": "deployment first_start fixture harness",
    "read_models": "annual_report dashboard",
    "services": "audit_chain concurrency consultation demo demo_removal evidence import_into_plan "
    "import_uploads_at_once reporting year_closing years",
    "views": "annual_report consultation detail_pages downloads evidence fill_in form_import map_comparison queries "
    "reporting reporting_conflicts reporting_figures review review_queue scorecard_filters unsaved_entries "
    "value_restore years",
    "web": "closed_stays_closed conditional foreign_ids former_addresses gaps hostile_values unapproved urls_guarded",
}
SLOW_FOLDERS = "admin agency_form browser documents fill_in management migrations pdf robust styleguide".split()
SLOW = {HERE / name for name in SLOW_FOLDERS}
SLOW |= {HERE / folder / f"test_{name}.py" for folder, names in SLOW_FILES.items() for name in names.split()}
ROBUST = {HERE / "robust"}

# No deadline: on a busy machine it fails examples for being slow once. The same examples each
# time and no example database: a run in one place repeats a run in another.
hypothesis_settings.register_profile(
    "repeatable",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=100,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
# The same with many more examples, for a long look (make test-long): --hypothesis-profile=thorough
hypothesis_settings.register_profile(
    "thorough", parent=hypothesis_settings.get_profile("repeatable"), max_examples=5000
)
# And with few, for the loop of a developer (make test-quick).
hypothesis_settings.register_profile("quick", parent=hypothesis_settings.get_profile("repeatable"), max_examples=10)
hypothesis_settings.load_profile("repeatable")


def lies_in(path, places):
    """Whether a test's file is one of these, or lies in one of these folders."""
    return not places.isdisjoint(_with_folders(path))


@cache
def _with_folders(path):
    return [path, *path.parents]


def asks_the_database(item):
    """Whether a test reads or writes rows."""
    is_case = item.cls is not None and issubclass(item.cls, TransactionTestCase)
    has_fixture = {"db", "transactional_db"} & set(item.fixturenames)
    return is_case or item.get_closest_marker("django_db") is not None or bool(has_fixture)


def is_for_every_database(item):
    """Whether PostgreSQL repeats a test that `make test` has run on SQLite just before.

    It repeats what asks the database, but not what cannot turn out otherwise there: how what was read is drawn or laid
    out, and what a browser does with pages. That is all in DRAWN; elsewhere the mark `one_database` says so. What in
    DRAWN does prove something of rows, order or services bears the mark `every_database`; every address as every role
    (tests/web) is asked there as well.
    """
    if not asks_the_database(item):
        return False
    if lies_in(item.path, DRAWN):
        return item.get_closest_marker("every_database") is not None
    return item.get_closest_marker("one_database") is None


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item):
    """Mark the tests of some places, for `make test-quick` and `make test-long`."""
    if lies_in(item.path, SLOW):
        item.add_marker("slow")
    if lies_in(item.path, ROBUST):
        item.add_marker("robust")


def is_wanted(item):
    """Whether this run has the time for a test, and its database may make a difference."""
    if item.get_closest_marker("long") and hypothesis_settings.get_current_profile_name() != "thorough":
        return False
    return connections["default"].vendor != "postgresql" or is_for_every_database(item)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Leave out what this run does not want."""
    chosen = {item: is_wanted(item) for item in items}
    items[:] = [item for item, is_chosen in chosen.items() if is_chosen]
    config.hook.pytest_deselected(items=[item for item, is_chosen in chosen.items() if not is_chosen])


def pytest_collection_finish(session):
    """What is loaded by now stays to the end: looking for garbage in it, and often, takes a seventh of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def note_migrations():
    """Let a database made from the models say what one says that was migrated."""
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    for app, name in MigrationLoader(None).disk_migrations:
        recorder.record_applied(app, name)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The database, with layers of rows (tests/shared_rows.py) rolled back before it goes.

    After a test with real transactions it is put back. Django's flush takes many times as long: it empties every table,
    and sends post_migrate; and triggers refuse it.
    """
    with django_db_blocker.unblock():
        note_migrations()
        empty = keep()
    LAYERS.begin(django_db_blocker)
    with mock.patch.object(TransactionTestCase, "_fixture_teardown", lambda case: put_back(empty)):
        yield
    LAYERS.end()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Lay the rows that a test shares with others, below its own savepoint; none for one that cannot share."""
    if not may_share(item):
        LAYERS.clear()
    elif asks_the_database(item):
        LAYERS.become(asked_for(item))


@pytest.fixture(autouse=True)
def empty_media_root():
    """Remove what a test uploaded: its rows are rolled back, its files would stay."""
    yield
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


@layer
def plan():
    """A small edition of 105, adopted and not open."""
    return factories.make_plan()


@layer
def cast(plan):
    """One person per role in the plan's agency, and strangers."""
    return factories.make_cast(plan)


@layer
def open_plan(plan, cast):
    """The edition, open for reporting."""
    factories.open_year(cast.admin, plan)
    plan.refresh_from_db()
    return plan


@layer
def kpi(open_plan):
    """AC1.1 of the open plan, which the cast's staff report for: target 100, higher is better."""
    return factories.kpi(open_plan, "AC1.1")


@layer
def submitted(cast, kpi):
    """AC1.1's report, submitted by the cast's staff."""
    factories.fill(cast.staff, kpi)
    return factories.submit(cast.staff, kpi)
