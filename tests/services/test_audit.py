"""How an audit event comes about."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from scorecard.domain.choices import AuditAction
from scorecard.models import AuditEvent
from scorecard.services import audit
from tests import factories


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_there_is_no_audit_event():
    with pytest.raises(RuntimeError, match="same transaction"):
        audit.record(by=None, action=AuditAction.CHANGED, target="計畫")
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_audit_event_goes_with_the_transaction_that_fails():
    plan = factories.make_plan(kpis=5)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record(by=None, action=AuditAction.CHANGED, target="計畫", plan=plan)
        _ = 1 / 0
    plan.refresh_from_db()
    assert plan.data_version == 1
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "as_read"),
    [
        (None, None),
        ("", None),
        (True, "是"),
        (False, "否"),
        (0, "0"),
        (Decimal("12.5000"), "12.5"),
        (Decimal("0.0000"), "0"),
        (Decimal("1E+3"), "1000"),
        (date(2017, 1, 31), "106 年 1 月 31 日"),
        ("說明", "說明"),
    ],
)
def test_values_are_kept_as_a_reader_would_see_them(value, as_read):
    event = audit.record(by=None, action=AuditAction.CHANGED, target="計畫", changes=[("項目", value, None)])
    event.refresh_from_db()
    assert event.changes == [{"what": "項目", "old": as_read, "new": None}]


@pytest.mark.django_db
def test_a_long_name_is_cut_to_fit():
    event = audit.record(by=None, action=AuditAction.CHANGED, target="長" * 400)
    assert event.target == "長" * 300


@pytest.mark.django_db
def test_every_event_of_a_plan_raises_its_data_version_and_no_other():
    plan, other = factories.make_plan(kpis=5), factories.make_plan(kpis=5, slug="other")
    for _ in range(3):
        audit.record(by=None, action=AuditAction.CHANGED, target="計畫", plan=plan)
    plan.refresh_from_db()
    other.refresh_from_db()
    assert (plan.data_version, other.data_version) == (4, 1)


@pytest.mark.django_db
def test_the_actor_is_a_person_or_the_server():
    user = factories.make_user("one")
    assert audit.record(by=user, action=AuditAction.CHANGED, target="計畫").actor == user
    assert audit.record(by=None, action=AuditAction.CHANGED, target="計畫").actor is None
