"""How an audit event comes about."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from scorecard.domain.choices import AuditAction
from scorecard.models import AuditEvent, PlanVersion
from scorecard.services import audit, editions, years
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
def test_an_event_raises_the_versions_of_its_edition_and_of_later_ones_but_never_of_a_closed_one(plan, cast):
    """105 closed, 106 open, 107 adopted, 108 a draft; another agency's 105."""
    plans = [factories.open_year(cast.admin, plan)]
    plans.append(factories.open_year(cast.admin, factories.next_edition(cast.admin, plan)))
    plans.append(factories.next_edition(cast.admin, plans[1]))
    plans.append(editions.carry_forward(by=cast.admin, agency=plan.agency, year=2019))
    factories.close_year(cast.admin, plan, reason="提前關閉")
    plans.append(cast.other_plan)
    before = versions(plans)

    def rises():
        return [now - then for now, then in zip(versions(plans), before, strict=True)]

    audit.record(by=cast.admin, action=AuditAction.CHANGED, target="106", plan=plans[1])
    assert rises() == [0, 1, 1, 1, 0]
    audit.record(by=cast.admin, action=AuditAction.CHANGED, target="107", plan=plans[2])
    assert rises() == [0, 1, 2, 2, 0]
    with transaction.atomic(), audit.held_back():
        for _ in range(2):
            audit.record(by=cast.admin, action=AuditAction.CHANGED, target="成員", agency=plan.agency)
        event = audit.record(by=cast.admin, action=AuditAction.CORRECTED, target="105", plan=plan)
    assert rises() == [0, 4, 5, 5, 0]
    assert (event.year, event.actor_name) == (2016, "admin 君")
    years.reopen_year(by=cast.admin, plan=plan, due_date=factories.DUE, reason="更正")
    assert rises() == [1, 5, 6, 6, 0]
    factories.close_year(cast.admin, plan, reason="更正完畢")
    assert rises() == [2, 6, 7, 7, 0]


def versions(plans):
    found = dict(PlanVersion.objects.values_list("plan", "data_version"))
    return [found[plan.pk] for plan in plans]


@pytest.mark.django_db
def test_the_actor_is_a_person_or_the_server():
    user = factories.make_user("one")
    assert audit.record(by=user, action=AuditAction.CHANGED, target="計畫").actor == user
    assert audit.record(by=None, action=AuditAction.CHANGED, target="計畫").actor is None
