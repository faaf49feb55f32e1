"""Rows that many tests start from, put down once: every test stands on them and leaves them as they were.

    @layer
    def plan():
        return factories.make_plan()

    @layer
    def cast(plan):
        return factories.make_cast(plan)

    def test_something(cast, plan): ...

A layer is a fixture whose rows lie in a savepoint that stays open from test to test. Before a test the stack of layers
is made what the test's fixtures ask for, neither more nor less: what it does not want is rolled back, from the top,
and what is missing is built. The test's own savepoint lies above and is rolled back as ever, so that tests may write
as they like. Tests one after the other that ask for the same, as those of one file do, share what was built.

- A layer asks for other layers alone; one that asks for any other fixture is built anew for every test.
- Each test has copies of its own of what the layers returned, which all its fixtures share: a KPI's plan is the plan.
  What cannot be pickled (a test client) is made by an ordinary fixture.
- What a layer's builder uploaded is there for each test; its mails and callbacks after commit are not.
- Constraints that wait for the commit are checked when a layer is complete.
- A test with real transactions (transaction=True, live_server) and a TestCase begin with an empty stack; what such a
  test asks of a layer is built for it alone. A module's fixture that writes rows clears the stack first (`layers`).
"""

import inspect
import pickle
from collections import namedtuple
from pathlib import Path
from unittest import TestCase

import pytest
from django.conf import settings
from django.db import connection, transaction

# fixture: its name; make: its function; atomic: its savepoint; values: what this layer and those below returned, in
# their order, pickled together; files: what has been uploaded, by path.
Layer = namedtuple("Layer", "fixture make atomic values files")


def layer(make):
    """Make a function a fixture whose rows are shared, as told above; its parameters are other layers."""

    def fixture(layers, db, **below):
        return layers.copies[make] if make in layers.copies else make(**below)

    parameters = inspect.signature(make).parameters.values()
    by_name = [parameter.replace(kind=parameter.KEYWORD_ONLY) for parameter in parameters]
    own = list(inspect.signature(fixture).parameters.values())[:2]
    fixture.__signature__ = inspect.Signature([*own, *by_name])
    fixture.__doc__ = make.__doc__
    fixture.make = make
    return pytest.fixture(name=make.__name__)(fixture)


def may_share(item):
    """Whether a test runs in a savepoint that can lie above layers."""
    marker = item.get_closest_marker("django_db")
    commits = marker is not None and marker.kwargs.get("transaction", False)
    is_case = item.cls is not None and issubclass(item.cls, TestCase)
    return not is_case and not commits and not {"transactional_db", "live_server"} & set(item.fixturenames)


def asked_for(item):
    """(name, function) of each layer that a test asks for, those below first, in an order that is always the same."""
    nearest = {name: found[-1].func for name, found in item._fixtureinfo.name2fixturedefs.items() if found}
    makers = {name: function.make for name, function in nearest.items() if hasattr(function, "make")}
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
        # A durable block of the product may begin in it, as it may in a TestCase's.
        atomic._from_testcase = True
        atomic.__enter__()
        try:
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


def _roll_back(atomic):
    transaction.set_rollback(True)
    atomic.__exit__(None, None, None)


LAYERS = Layers()
