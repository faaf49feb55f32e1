"""A fault after any statement of an act, before or after its commit: the database is as before or as after, never
between; no mail leaves without its commit, and files and rows agree.

A fault after a statement that reads finds what the statement before left, so here it comes after those that write: on
SQLite after every second one, on PostgreSQL after the others, and around every commit on both. With
--hypothesis-profile=thorough it comes after every statement on either.
"""

import logging
from contextlib import contextmanager

import pytest
from django.core import mail
from django.db import OperationalError, connection
from django.db.transaction import TransactionManagementError

from scorecard.models import Evidence, OutgoingMail, Submission
from tests.robust.conftest import is_thorough, scene_again
from tests.robust.whole_database import blank, cells_of, differing_cells, dump, files, number_from_here
from tests.robust.write_actions import ACTS, DONE

OK = {DONE, 200}
WRITING = {"INSERT", "UPDATE", "DELETE"}
COMMITTING = {"before commit", "after commit"}
# What becomes of a mail after the act is the sender's own story (tests/services/test_mail.py).
DELIVERY = ("claimed_at", "sent_at", "attempts", "failure")


class Fault(OperationalError):
    """The connection, the disk or the server failed."""


class Faulty:
    """Notes what an act asks of the database, and fails after the given step of it (None: never).

    A step is a statement but BEGIN, after which nothing is there to lose, and each side of a commit.
    """

    def __init__(self, fails_at=None):
        self.steps, self.fails_at, self.commits = [], fails_at, 0

    def step(self, what):
        """One more; raises Fault where it is the one."""
        self.steps.append(what)
        if len(self.steps) - 1 == self.fails_at:
            raise Fault(f"{what} as step {self.fails_at}")

    def __call__(self, execute, sql, *rest):
        result = execute(sql, *rest)
        if not sql.startswith("BEGIN"):
            self.step(sql.split()[0])
        return result

    def commit(self, really):
        """In place of the connection's own."""
        self.step("before commit")
        really()
        self.commits += 1
        self.step("after commit")

    @property
    def chosen(self):
        """The numbers of the steps to fail after."""
        if is_thorough():
            return [*range(len(self.steps))]
        writing = [number for number, what in enumerate(self.steps) if what in WRITING]
        own_half = writing[connection.vendor == "postgresql" :: 2]
        return sorted(own_half + [number for number, what in enumerate(self.steps) if what in COMMITTING])

    @contextmanager
    def installed(self):
        """While the block runs."""
        really = connection.commit
        connection.commit = lambda: self.commit(really)
        try:
            with connection.execute_wrapper(self):
                yield self
        finally:
            del connection.commit


@pytest.fixture
def no_log():
    """Hundreds of tracebacks take longer than the acts."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def outcome():
    """What is kept: every row, without how far mails came."""
    rows = dump()
    return blank(rows, cells_of(rows, OutgoingMail, *DELIVERY))


def check_beside_the_database():
    """What left and what lies on disk belongs to committed rows."""
    written = list(OutgoingMail.objects.values_list("address", "subject"))
    for sent in mail.outbox:
        written.remove((sent.to[0], sent.subject))
    assert files() == sorted(Evidence.objects.values_list("file", flat=True))


def twice(act):
    """What the act leaves, and the cells that are others each time: times, random names, and what is made of them."""
    scene_again()
    assert act() in OK
    one = outcome()
    scene_again()
    assert act() in OK
    two = outcome()
    # A receipt tells the time in whole seconds, which may have been the same.
    free = differing_cells(one, two) | cells_of(two, Submission, "content", "digest")
    # PostgreSQL gives numbers to rows that then turn out to be there already.
    free |= cells_of(two, OutgoingMail, "id")
    return blank(two, free), free


@pytest.mark.parametrize("name", ACTS)
def test_a_fault_at_any_step_leaves_the_database_as_before_or_as_after(scene, name, no_log, still_clock):
    act = ACTS[name](scene)
    after, free = twice(act)
    scene_again()
    before, ends = outcome(), []
    with Faulty().installed() as whole:
        assert act() in OK
    scene_again()
    for step in whole.chosen:
        number_from_here()
        with Faulty(step).installed() as faulty:
            try:
                act()
            except (Fault, TransactionManagementError):
                pass
        now = outcome()
        # Where Django's own validation swallows the fault of its question, the act goes on.
        is_done = bool(faulty.commits)
        assert differing_cells(*((blank(now, free), after) if is_done else (now, before))) == set(), (name, step)
        check_beside_the_database()
        ends.append(is_done)
        if is_done:
            scene_again()
    assert any(ends) and not all(ends)
