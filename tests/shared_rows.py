"""Rows that many tests start from, put down once: every test stands on them and leaves them as they were.

    @layer
    def plan():
        return factories.make_plan()

    @layer
    def cast(plan):
        return factories.make_cast(plan)

    def test_something(cast, plan): ...

A layer is a fixture whose rows lie in a transaction.atomic() block that stays open from test to test. Before a test
the stack of layers is made what the test's fixtures ask for, neither more nor less: what it does not want is rolled
back, from the top, and what is missing is built. The test's own savepoint lies above and is rolled back as ever, so
that tests may write as they like. Tests one after the other that ask for the same, as those of one file do, share what
was built.

- A layer stands in a test's own file or in a conftest.py above it, where pytest finds fixtures, too: the nearest of a
  name counts. One that asks for anything but layers is built anew for every test.
- Each test has copies of its own of what the layers returned, which all its fixtures share: a KPI's plan is the plan.
  What cannot be pickled (a test client) is made by an ordinary fixture.
- What a layer's builder uploaded is there for each test; its mails and callbacks after commit are not.
- Constraints that wait for the commit are checked when a layer is complete.
- A test with real transactions (transaction=True, live_server) and a TestCase begin with an empty stack; what such a
  test asks of a layer is built for it alone. A module's fixture that writes rows calls LAYERS.clear() first.
- The first test of a process builds its rows alone, too: the database comes with it.
"""

import inspect
import pickle
import sys
from collections import namedtuple
from pathlib import Path
from unittest import TestCase, mock

import pytest
from django.conf import settings
from django.db import connection, transaction

# fixture: its name; make: its function; atomic: its savepoint; values: what this layer and those below returned, in
# their order, pickled together; files: what has been uploaded, by path.
Layer = namedtuple("Layer", "fixture make atomic values files")
# What a decorated function becomes.
Fixture = type(pytest.fixture(lambda: None))
# The functions of all layers: {module's name: {fixture's name: function}}.
MAKERS = {}


def layer(make):
    """Make a function a fixture whose rows are shared, as told above; its parameters are other layers."""

    def fixture(db, **below):
        return LAYERS.copies[make] if make in LAYERS.copies else make(**below)

    asked = inspect.signature(make).parameters.values()
    by_name = [parameter.replace(kind=parameter.KEYWORD_ONLY) for parameter in asked]
    first = inspect.signature(fixture).parameters["db"]
    fixture.__signature__ = inspect.Signature([first, *by_name])
    fixture.__doc__ = make.__doc__
    MAKERS.setdefault(make.__module__, {})[make.__name__] = make
    return pytest.fixture(name=make.__name__)(fixture)


def commits(item):
    """Whether a test runs with real transactions."""
    marker = item.get_closest_marker("django_db")
    is_marked = marker is not None and marker.kwargs.get("transaction", False)
    return is_marked or bool({"transactional_db", "live_server"} & set(item.fixturenames))


def may_share(item):
    """Whether a test runs in a savepoint that can lie above layers."""
    is_case = item.cls is not None and issubclass(item.cls, TestCase)
    return not is_case and not commits(item)


def makers_for(item):
    """The function of each layer within a test's reach, by name: its own file's before a conftest.py's, from below.

    An ordinary fixture of a layer's name hides that layer from the tests of its file or folder.
    """
    package = item.module.__name__.split(".")[:-1]
    conftests = [".".join([*package[:length], "conftest"]) for length in range(1, len(package) + 1)]
    found = {}
    for name in [*conftests, item.module.__name__]:
        fixtures = {key for key, value in vars(sys.modules.get(name, object)).items() if isinstance(value, Fixture)}
        found = {key: make for key, make in found.items() if key not in fixtures} | MAKERS.get(name, {})
    return found


def asked_for(item):
    """(name, function) of each layer that a test asks for, those below first, in an order that is always the same."""
    makers = {name: make for name, make in makers_for(item).items() if name in item.fixturenames}
    heights = {}

    def height(name):
        """1 for a layer that asks for nothing; None where something below is no layer."""
        if name not in heights:
            heights[name] = None
            below = [height(other) if other in makers else None for other in inspect.signature(makers[name]).parameters]
            heights[name] = None if None in below else 1 + max(below, default=0)
        return heights[name]

    return sorted((pair for pair in makers.items() if height(pair[0])), key=lambda pair: (height(pair[0]), pair[0]))


class Layers:
    """The stack of one test process. copies: what each layer returned, by its function, for the test that runs now."""

    def __init__(self):
        self._stack = []
        self._unblock = None
        self.copies = {}

    def begin(self, django_db_blocker):
        """The database is there, and this lets us reach it."""
        self._unblock = django_db_blocker.unblock

    def become(self, wanted):
        """Roll back what is not wanted, build what is missing, and copy what the layers returned."""
        if self._unblock is None:
            return
        have = [(each.fixture, each.make) for each in self._stack]
        if have != wanted[: len(have)]:
            same = next(n for n, pair in enumerate(have) if pair != (wanted[n] if n < len(wanted) else None))
            self._shrink(same)
        if len(self._stack) < len(wanted):
            with self._unblock():
                for fixture, make in wanted[len(self._stack) :]:
                    self._restore_files()
                    self._build(fixture, make)
        self._restore_files()
        self.copies = dict(zip((make for _, make in wanted), self._values(), strict=True))

    def end(self):
        """Roll everything back, and lay nothing any more: the database goes.

        The last request of a browser may still end in the live server's thread, which shares the connection of an
        in-memory database, and take a block with it; nobody stands on the rows any more.
        """
        if self._unblock is not None:
            with self._unblock():
                while self._stack and connection.in_atomic_block:
                    _roll_back(self._stack.pop().atomic)
        self._stack, self.copies, self._unblock = [], {}, None

    def clear(self):
        """Roll everything back."""
        self._shrink(0)
        self.copies = {}

    def _values(self):
        return pickle.loads(self._stack[-1].values) if self._stack else []

    def _build(self, fixture, make):
        values = self._values()
        below = dict(zip((each.fixture for each in self._stack), values, strict=True))
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            with mock.patch.object(transaction, "atomic", _not_durable):
                made = make(**{name: below[name] for name in inspect.signature(make).parameters})
            connection.check_constraints()
            files = {path: path.read_bytes() for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}
            self._stack.append(Layer(fixture, make, atomic, pickle.dumps([*values, made]), files))
        except BaseException:
            _roll_back(atomic)
            raise

    def _restore_files(self):
        for path, content in self._stack[-1].files.items() if self._stack else ():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def _shrink(self, height):
        if len(self._stack) > height:
            with self._unblock():
                while len(self._stack) > height:
                    _roll_back(self._stack.pop().atomic)


_atomic = transaction.atomic


def _not_durable(using=None, savepoint=True, durable=False):
    """In place of transaction.atomic: a durable block refuses to lie in another one, as here it must."""
    return _atomic(using, savepoint)


def _roll_back(atomic):
    transaction.set_rollback(True)
    atomic.__exit__(None, None, None)


LAYERS = Layers()
