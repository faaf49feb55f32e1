"""manage.py verify_snapshot and make_snapshot."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from scorecard.domain.choices import PlanState
from scorecard.models import AuditEvent, Plan, YearSnapshot, triggers
from tests import factories
from tests.models import edition_rows
from tests.shared_rows import layer

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@layer
def plan():
    return factories.make_plan(kpis=5)


@pytest.fixture
def unfrozen(open_plan):
    """The edition as a version without snapshots closed it."""
    triggers.remove(connection)
    edition_rows.set_state(open_plan, PlanState.CLOSED)
    triggers.install(connection)
    return open_plan


def verify(*arguments):
    """(what was printed, exit status)."""
    out = StringIO()
    try:
        call_command("verify_snapshot", *arguments, stdout=out)
    except SystemExit as stop:
        return out.getvalue(), stop.code
    return out.getvalue(), 0


def make(plan, by, reason="補做"):
    out = StringIO()
    call_command("make_snapshot", plan.slug, "--by", by, "--reason", reason, stdout=out)
    return out.getvalue()


def test_without_a_closed_year_there_is_nothing_to_verify(plan):
    assert verify() == ("沒有年度定稿檔。\n", 0)


def test_a_closed_year_without_a_snapshot_is_named_and_gets_one(unfrozen, cast):
    said, status = verify()
    assert status == 3
    assert f"{unfrozen}　已關閉，但沒有定稿檔；請執行 manage.py make_snapshot test-agency-105 補做。" in said
    assert verify("test-agency-city-105")[1] == 0
    assert make(unfrozen, "admin").startswith(f"已凍結 {unfrozen}：年度報告 SHA-256 ")
    assert Plan.objects.get(pk=unfrozen.pk).closings == 1
    event = AuditEvent.objects.first()
    assert (event.actor, event.reason) == (cast.admin, "補做")
    said, status = verify("test-agency-105")
    assert (status, "檔案完整，與目前資料相同" in said) == (0, True)
    assert "admin 君" in said


def test_what_cannot_be_frozen_is_refused_in_a_sentence(plan, unfrozen, cast):
    for by, reason, sentence in (
        ("nobody", "補做", "沒有帳號「nobody」"),
        ("reviewer", "補做", "不是這個機關的管理者"),
        ("outsider", "補做", "不是這個機關的管理者"),
        ("admin", " ", "理由"),
    ):
        with pytest.raises(CommandError, match=sentence):
            make(unfrozen, by, reason)
    edition_rows.reopen(unfrozen)
    with pytest.raises(CommandError, match="關閉"):
        make(unfrozen, "admin")
    assert not YearSnapshot.objects.exists()


def test_a_snapshot_with_a_damaged_file_ends_with_status_one(open_plan, cast):
    edition_rows.close(open_plan, cast.admin)
    with pytest.raises(CommandError, match="1 份年度定稿檔中有 1 份有問題"):
        verify()
