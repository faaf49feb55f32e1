"""A target of an adopted or open edition that changes: who must say why, and that it is kept with the target."""

from decimal import Decimal

import pytest

from scorecard.domain.choices import Direction
from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent, Measure, YearlyValue
from scorecard.services.changed_targets import keep_reason
from tests import factories
from tests.admin.form_data import errors, page, send
from tests.page_reading import client_of, form_to, text
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db


@layer
def later(plan, cast):
    """106, adopted after 105 had planned 100 for it."""
    factories.open_year(cast.admin, plan)
    return factories.next_edition(cast.admin, plan)


def value_of(plan, year=2017, code="AC1.1"):
    return YearlyValue.objects.select_related("measure__kpi__plan").get(
        measure__kpi__plan=plan, measure__kpi__code=code, year=year
    )


def changed(plan, target, reason="", **where):
    """The reason kept with the target that becomes this one; None where the change is refused."""
    value = value_of(plan, **where)
    old, value.target = value.target, None if target is None else Decimal(target)
    try:
        keep_reason(value, old, reason)
    except RuleBroken:
        return None
    return value.target_reason


def test_an_adopted_edition_asks_only_where_a_target_is_softer_than_the_edition_before_had_planned(later):
    assert changed(later, 100) == changed(later, 110, "不需要") == ""
    assert changed(later, 90) is changed(later, None) is changed(later, 90, " ") is None
    assert changed(later, 90, " 編制縮減 ") == "編制縮減"
    # By the direction of today, also where the number before was another one than planned.
    YearlyValue.objects.filter(pk=value_of(later).pk).update(target=120)
    assert changed(later, 110) == ""
    Measure.objects.filter(kpi__plan=later, kpi__code="AC1.1").update(direction=Direction.LOWER)
    assert changed(later, 110) is None and changed(later, 90) == ""
    # The band of 50 ± 5 that gets wider or moves.
    assert changed(later, 51, code="AL1.1") is None
    # 105 had planned nothing for 108.
    YearlyValue.objects.create(measure=value_of(later).measure, year=2019, target=5)
    assert changed(later, 1, year=2019) == ""


def test_after_opening_every_change_says_why_and_in_a_draft_none(plan, later, cast):
    assert changed(plan, 110, year=2016) is None and changed(plan, 110, "依會議決議", year=2016) == "依會議決議"
    assert changed(plan, 100, year=2016) == ""
    draft = factories.editions.carry_forward(by=cast.admin, agency=plan.agency, year=2018)
    assert changed(draft, 1, year=2018) == ""


def test_the_admin_site_takes_the_reason_and_shows_it(later, cast):
    admin, value = client_of(cast.reviewer), value_of(later)
    url = page("yearlyvalue_change", value)
    assert "放寬理由" in text(admin.get(url))
    assert "請說明理由" in errors(send(admin, url, target="90"))
    # The reason of the change is the target's where it has none of its own.
    assert send(admin, url, target="90", reason="編制縮減").status_code == 302
    assert value_of(later).target_reason == "編制縮減"
    event = AuditEvent.objects.first()
    told = {"field": "target", "measure": value.measure_id, "year": 2017, "state": "adopted", "reason_before": ""}
    assert [change for change in event.changes if "field" in change] == [
        {"what": "目標值", "old": "100", "new": "90"} | told
    ]
    assert send(admin, url, target="80", target_reason="預算刪減", reason="依會議決議").status_code == 302
    assert value_of(later).target_reason == "預算刪減"
    assert AuditEvent.objects.first().changes[0]["reason_before"] == "編制縮減"
    assert form_to(admin.get(url)).fields["target_reason"] == ["預算刪減"]
    # What is stricter again needs none, and a year before has no target to give a reason for.
    assert send(admin, url, target="120", reason="依會議決議").status_code == 302
    outsider = client_of(cast.outsider)
    assert outsider.get(url).status_code == 404
