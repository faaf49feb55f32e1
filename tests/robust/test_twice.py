"""The same POST sent twice, at the same moment and again later: the database is what one POST leaves, down to the
last row of the audit trail, and so are the mails and the files."""

import time

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection

from scorecard.domain.choices import Role, SecurityEventKind
from scorecard.domain.policies import RuleBroken
from scorecard.models import Comment, Membership, SecurityEvent
from scorecard.services import members
from scorecard.services.reporting import comment_on_report
from tests import factories
from tests.robust.conftest import scene_again
from tests.robust.test_faults import check_beside_the_database, no_log, outcome, twice
from tests.robust.whole_database import blank, differing_cells
from tests.robust.write_actions import ACTS
from tests.services.test_concurrency import at_once, person

__all__ = ["no_log"]
# What is told of it is the page's business: done, done before, or that the year is not in that state any more.
ANSWERS = {200, 302, 404, 409, 422}


def is_long(number):
    """SQLite, which has one writer at a time, tries every second act; a long look all of them, as PostgreSQL does."""
    return number % 2 == 1 and connection.vendor == "sqlite"


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.long) if is_long(number) else name for number, name in enumerate(ACTS)],
)
def test_the_same_post_twice_does_what_one_does(scene, name, no_log, still_clock):
    act = ACTS[name](scene)
    once, free = twice(act)
    mails = len(mail.outbox)

    def check(answers):
        assert set(answers) <= ANSWERS, answers
        # The second may be refused, since the first took away what it names.
        SecurityEvent.objects.filter(kind=SecurityEventKind.DENIED).delete()
        assert differing_cells(blank(outcome(), free), once) == set(), answers
        assert len(mail.outbox) == mails
        check_beside_the_database()

    scene_again()
    check(at_once(act, act))
    check([act()])


def test_a_minute_that_ends_meanwhile_is_no_difference(scene, no_log, still_clock, monkeypatch):
    act = ACTS["attach"](scene)
    once, free = twice(act)
    in_a_minute = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: in_a_minute)
    scene_again()
    assert act() in ANSWERS
    assert differing_cells(blank(outcome(), free), once) == set()


def test_who_says_the_same_again_after_something_happened_is_heard_again(scene):
    kpi, staff, reviewer = scene.kpi("AC1.1"), scene.cast.staff, scene.cast.reviewer

    def say(by):
        comment_on_report(by=by, kpi=kpi, text="已補正")
        return Comment.objects.count()

    assert [say(staff), say(staff), say(reviewer), say(staff)] == [1, 1, 2, 3]
    factories.submit(staff, kpi)
    assert [say(staff), say(staff)] == [4, 4]


def test_of_two_admins_who_remove_each_other_one_stays(scene):
    agency, admin = scene.plan.agency, scene.cast.admin
    second = factories.make_member("second", agency, Role.ADMIN)
    first_row, second_row = (user.memberships.get() for user in (admin, second))
    results = at_once(
        lambda: members.remove(by=person(admin), membership=second_row),
        lambda: members.remove(by=person(second), membership=first_row),
    )
    assert [type(result) for result in results if result is not None] in ([RuleBroken], [PermissionDenied])
    assert Membership.objects.filter(agency=agency, role=Role.ADMIN).count() == 1
