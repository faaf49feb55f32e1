"""Wrong passwords sent at the same moment, each with a connection of its own; and the operator's command."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from scorecard.models import LoginFailures
from scorecard.services import login_attempts
from scorecard.services.login_attempts import Attempt, TooManyFailures, begin_login
from tests.services.test_concurrency import at_once


def begin(username="viewer"):
    return begin_login(username=username, address="192.0.2.7", device="", now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_of_many_attempts_at_once_five_are_tried():
    results = at_once(*([begin] * 8))
    tried = [result for result in results if isinstance(result, Attempt)]
    assert (len(tried), sum(isinstance(result, TooManyFailures) for result in results)) == (5, 3), results
    assert sum(attempt.wait_until is not None for attempt in tried) == 1


@pytest.mark.django_db
def test_the_operator_ends_a_wait(cast, capsys):
    for _ in range(5):
        begin()
    with pytest.raises(TooManyFailures):
        begin()
    call_command("unlock_login", "viewer")
    assert begin().wait_until is None
    login_attempts.forget(user=cast.viewer)
    call_command("unlock_login", "viewer")
    assert "沒有需要解除的等候" in capsys.readouterr().out
    with pytest.raises(CommandError, match="沒有帳號「nobody」"):
        call_command("unlock_login", "nobody")


@pytest.mark.django_db
def test_the_table_has_a_bound_whatever_is_sent():
    slots = {login_attempts.slot_of_account(f"name {number}") for number in range(200)}
    assert len(slots) > 190 and max(slots) < LoginFailures.SLOTS
