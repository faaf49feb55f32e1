"""Targets adopted otherwise than the edition before had planned, or changed since, with who, when, 文號 and why."""

import pytest

from scorecard.domain.choices import Direction
from scorecard.models import AuditEvent, Measure, Plan, Revision, YearlyValue
from scorecard.read_models.target_adjustments import adjustments_of, adjustments_over
from scorecard.services import editions
from tests import factories
from tests.admin.form_data import page, send
from tests.page_reading import client_of
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db
FIRST, SECOND = 2016, 2017


@layer
def both(plan, cast):
    """105 and 106, both open, which 105 had planned as 100 ↑, 20 ↓, (20, 5) ↑, 50 ± 5, 90 ↑.

    106 was adopted with AC1.1 90 (softened, with a reason), AC1.2 10 (raised), AL1.1 50 ± 6 (softened), AP1.1 without
    number for 影片. After opening BC1.1 went from 100 to 80 and to 85, and AC1.1 from 90 to 95.
    """
    factories.open_year(cast.admin, plan)
    draft = editions.carry_forward(by=cast.admin, agency=plan.agency, year=SECOND)
    YearlyValue.objects.filter(pk=value(draft, "AC1.1").pk).update(target=90, target_reason="編制縮減")
    YearlyValue.objects.filter(pk=value(draft, "AC1.2").pk).update(target=10)
    Measure.objects.filter(kpi__plan=draft, kpi__code="AL1.1").update(tolerance=6)
    films = YearlyValue.objects.filter(measure__kpi=factories.kpi(draft, "AP1.1"), measure__label="影片", year=SECOND)
    films.update(target=None, target_note="停辦", target_reason="改版")
    bands = YearlyValue.objects.filter(measure__kpi=factories.kpi(draft, "AL1.1"), year__lte=2018)
    bands.update(target_reason="人數難估")
    later = editions.record_adoption(
        by=cast.admin, plan=draft, approval=factories.approval(), reason="年度策略會議決議"
    )
    factories.open_year(cast.admin, later)
    for code, target, reason in (("BC1.1", "80", "需求減少"), ("BC1.1", "85", "重新估算"), ("AC1.1", "95", "人力補足")):
        change(cast.reviewer, value(later, code), target, reason)
    return plan, later


def value(plan, code, year=SECOND):
    return YearlyValue.objects.get(measure__kpi__plan=plan, measure__kpi__code=code, year=year)


def change(by, row, target, reason):
    url = page("yearlyvalue_change", row)
    assert send(client_of(by), url, target=target, reason=reason).status_code == 302


def told(rows):
    return [
        (row.row.kpi_code, row.year_text, row.kind, row.planned_text, row.adopted_text, row.adjusted_text, row.reason)
        for row in rows
    ]


OWN = [
    ("AC1.1", "106 年", "放寬", "100", "90", "95", "編制縮減；人力補足"),
    ("AC1.2", "106 年", "提高", "20", "10", "", ""),
    ("BC1.1", "106 年", "放寬", "100", "100", "85", "需求減少；重新估算"),
    ("AP1.1", "106 年", "放寬", "5", "停辦", "", "改版"),
    ("AL1.1", "106 年", "放寬", "50 ± 5", "50 ± 6", "", "人數難估"),
]


def test_an_edition_tells_what_differs_from_the_plan_before_and_from_its_adoption(both, django_assert_num_queries):
    plan, later = both
    with django_assert_num_queries(4):
        rows = adjustments_of(later, plan)
    assert told(row for row in rows if row.row.year == SECOND) == OWN
    # A band is as wide in every year.
    assert {(row.row.kpi_code, row.year_text) for row in rows if row.row.year > SECOND} == {("AL1.1", "107 年")}
    (first, *_) = rows
    assert first.sentence == "106 年目標值放寬：105 年版原訂 100 次，核定 90 次，調整為 95 次"
    assert first.papers == (
        ("處長核定", "106 年 1 月 31 日", "北市秘文字第 1050000001 號"),
        ("reviewer 君調整", first.steps[0].date_text, ""),
    )
    only = adjustments_of(later, plan, kpi=first.row.kpi_lineage)
    assert told(only) == OWN[:1]


def test_the_table_over_the_years_looks_only_backward_and_each_year_at_its_own_edition(both, cast):
    plan, later = both
    change(cast.reviewer, value(plan, "AC1.2", FIRST), "25", "業務變更")
    of_first = ("AC1.2", "105 年", "放寬", "—", "20", "25", "業務變更")
    assert told(adjustments_over([plan])) == [of_first]
    rows = adjustments_over([plan, later])
    assert told(rows) == [*OWN, of_first]
    assert {row.actual_text for row in rows} == {"—"}
    factories.fill(cast.staff, factories.kpi(later, "AC1.1"), actuals=95)
    assert adjustments_over([plan, later])[0].actual_text == "—", "not approved"
    factories.approve(cast.reviewer, factories.submit(cast.staff, factories.kpi(later, "AC1.1")))
    assert adjustments_over([plan, later])[0].actual_text == "95"
    assert told(adjustments_over([cast.other_plan])) == []


def test_a_change_names_the_paper_of_the_revision_that_it_is_gathered_into(both):
    plan, later = both
    changes = AuditEvent.objects.filter(plan=later, target__startswith="BC1.1").order_by("pk")
    first, second = changes.values_list("pk", flat=True)
    facts = {"title": "第 1 次修正", "dated": factories.DUE, "reason": "業務變更", "facts": "", "by_name": "admin 君"}
    Revision.objects.create(
        plan=later, number=1, first_event=1, last_event=first, document_number="北市秘文字第 2 號", **facts
    )
    (row,) = [row for row in adjustments_over([plan, later]) if row.row.kpi_code == "BC1.1"]
    assert [number for _, _, number in row.papers] == ["北市秘文字第 1050000001 號", "北市秘文字第 2 號", ""]
    assert second > first


def test_what_changed_before_the_adoption_in_force_is_no_adjustment(plan, cast):
    factories.open_year(cast.admin, plan)
    later = factories.next_edition(cast.admin, plan)
    row = value(later, "AC1.1")
    change(cast.reviewer, row, "90", "編制縮減")
    assert told(adjustments_over([plan, later])) == [("AC1.1", "106 年", "放寬", "100", "100", "90", "編制縮減")]
    editions.withdraw(by=cast.admin, plan=later, reason="重新討論")
    draft = Plan.objects.get(pk=later.pk)
    assert adjustments_of(draft, plan)[0].sentence == "106 年目標值放寬：105 年版原訂 100 次，擬訂 90 次"
    change(cast.reviewer, row, "95", "")
    again = editions.record_adoption(by=cast.admin, plan=draft, approval=factories.approval(), reason="再行核定")
    assert told(adjustments_over([plan, again])) == [("AC1.1", "106 年", "放寬", "100", "95", "", "編制縮減")]


def test_a_measure_of_another_unit_has_no_plan_before_it_and_the_direction_of_today_judges(both):
    plan, later = both
    Measure.objects.filter(kpi__plan=later, kpi__code="AC1.2").update(direction=Direction.HIGHER)
    rows = {row.row.kpi_code: row for row in adjustments_over([plan, later])}
    assert rows["AC1.2"].kind == "放寬"
    measure = Measure.objects.get(kpi__plan=later, kpi__code="AC1.2")
    measure.lineage = plan.kpis.first().lineage
    measure.save()
    assert "AC1.2" not in {row.row.kpi_code for row in adjustments_over([plan, later])}
