"""Two editions compared over time: by lineage and never by code, against what was reached, and closed ones for ever."""

from decimal import Decimal
from uuid import uuid4

import pytest

from scorecard.models import KPI, Division, Measure, Perspective, Plan, Theme, YearlyValue
from scorecard.read_models.adoption_hints import adoption_hints
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.edition_comparison import compare_editions, measure_records
from scorecard.read_models.edition_difference import Group
from scorecard.services import divisions, editions
from tests import factories
from tests.factories import next_edition

pytestmark = pytest.mark.django_db


def carry(cast, plan, year=2017):
    return editions.carry_forward(by=cast.admin, agency=plan.agency, year=year)


def hints(plan):
    """{check: its findings} of an edition that is to be adopted."""
    plan = Plan.objects.select_related("agency", "version").get(pk=plan.pk)
    checks = adoption_hints(build_scorecard(plan))
    return {check.key: [f"{one.code} {one.name}" for one in check.findings] for check in checks}


def sentences(old, new):
    return [row.sentence for row in compare_editions(old, new).differences]


def test_codes_that_change_hands_lead_nobody_to_another_kpi(cast, plan):
    """AC1.1 is split, AC1.2 merged into it, and AP1.1 dropped; their codes go to others."""
    draft = carry(cast, plan)
    kpis = {row.code: row for row in KPI.objects.filter(plan=draft)}
    kpis["AC1.2"].delete()
    kpis["AP1.1"].delete()
    for code, new in (("AL1.1", "AP1.1"), ("AF1.1", "AC1.2")):
        KPI.objects.filter(pk=kpis[code].pk).update(code=new)
    half = KPI.objects.create(
        plan=draft,
        code="AF1.1",
        name="指標 AC1.1",
        objective=kpis["AC1.1"].objective,
        division=kpis["AC1.1"].division,
    )
    YearlyValue.objects.create(measure=Measure.objects.create(kpi=half, unit="次"), year=2017, target=1)
    assert sentences(plan, draft) == [
        "新增 KPI AF1.1 指標 AC1.1",
        "停列 AC1.2 指標 AC1.2（105 年版以前）",
        "停列 AP1.1 指標 AP1.1（105 年版以前）",
        "AL1.1 → AP1.1",
        "AF1.1 → AC1.2",
    ]
    # The swap is undone, and another KPI gets the name and code of the dropped one: still another KPI.
    revived = compare_editions(plan, draft).differences[1].old_item
    KPI.objects.filter(pk=half.pk).update(code="X", lineage=revived.lineage)
    assert "AC1.2 → X；更名：指標 AC1.2 → 指標 AC1.1" in sentences(plan, draft)


def test_targets_of_a_changed_unit_are_not_judged(cast, plan):
    draft = carry(cast, plan)
    measures = Measure.objects.filter(kpi__plan=draft)
    # As the services write it, and as somebody's command might.
    measures.filter(kpi__code="AC1.1").update(unit="%", lineage=uuid4())
    measures.filter(kpi__code="AC1.2").update(unit="時")
    YearlyValue.objects.filter(measure__kpi__plan=draft, measure__kpi__code__in=["AC1.1", "AC1.2"]).update(target=400)
    assert sentences(plan, draft) == [
        "AC1.2 106 年目標：105 年版原訂 20 日，改為 400 時",
        "AC1.2 107 年目標：105 年版原訂 20 日，改為 400 時",
        "AC1.1 單位 次 → %：歷年數值不再銜接",
        "AC1.2 單位 日 → 時：歷年數值不再銜接",
    ]
    assert editions.adoption_problems(draft) == []


def test_softened_targets_are_marked_against_the_last_approved_actual(cast, open_plan):
    first, second = (factories.kpi(open_plan, code) for code in ("AC1.1", "AC1.2"))
    factories.approved(cast, first, actuals=120)
    factories.fill(cast.staff, second, actuals=19)
    draft = carry(cast, open_plan)
    records = measure_records(draft)
    assert (records[first.measures.get().lineage].year, records[first.measures.get().lineage].actual) == (2016, 120)
    # Not approved yet: the year before is the last one.
    assert (records[second.measures.get().lineage].year, records[second.measures.get().lineage].actual) == (2015, 25)
    values = YearlyValue.objects.filter(measure__kpi__plan=draft)
    values.filter(measure__kpi__code="AC1.1", year=2017).update(target=99, target_reason="辦公廳舍整修")
    values.filter(measure__kpi__code="AC1.1", year=2018).update(target=119)
    values.filter(measure__kpi__code="AC1.2", year=2017).update(target=22)
    values.filter(measure__kpi__code="AC1.2", year=2018).update(target=25)
    told = {(row.key.year, row.subject): row for row in compare_editions(open_plan, draft).differences}
    shown = {key: (row.chip, row.is_asked, row.remarks) for key, row in told.items()}
    assert shown == {
        (2017, "AC1.1 指標 AC1.1"): ("放寬", True, ("低於 105 年實際 120 次", "理由：辦公廳舍整修")),
        (2018, "AC1.1 指標 AC1.1"): ("提高", True, ("低於 105 年實際 120 次",)),
        (2017, "AC1.2 指標 AC1.2"): ("放寬", False, ("104 年實際 25 日", "尚未填寫放寬理由")),
        (2018, "AC1.2 指標 AC1.2"): ("放寬", False, ("104 年實際 25 日", "尚未填寫放寬理由")),
    }
    assert [row.key.year for row in compare_editions(open_plan, draft).lacking_reason] == [2017, 2018]


@pytest.fixture
def years(cast, open_plan):
    """105 to 107, closed, each time with two KPIs far above their targets."""
    plan = open_plan
    for year in (2016, 2017, 2018):
        if year > plan.year:
            plan = next_edition(cast.admin, plan)
            factories.open_year(cast.admin, plan)
        for code in ("AC1.1", "AC1.2"):
            kpi = factories.kpi(plan, code)
            factories.approved(cast, kpi, actuals=130 if code == "AC1.1" else 10)
        factories.close_year(cast.admin, plan, reason="其餘未填報")
    return {row.year: row for row in Plan.objects.filter(agency=open_plan.agency)}


def test_met_by_more_than_120_percent_three_years_running_is_asked_about(cast, years):
    draft = carry(cast, years[2018], 2019)
    assert not measure_records(years[2018])[factories.kpi(years[2018], "AC1.1").measures.get().lineage].is_far_above
    assert measure_records(draft)[factories.kpi(draft, "AC1.1").measures.get().lineage].is_far_above
    values = YearlyValue.objects.filter(measure__kpi__plan=draft, year=2019)
    values.create(measure=factories.kpi(draft, "AC1.1").measures.get(), year=2019, target=140)
    values.create(measure=factories.kpi(draft, "AC1.2").measures.get(), year=2019, target=20)
    rows = compare_editions(years[2018], draft).differences
    assert [(row.chip, row.is_asked, row.notes) for row in rows] == [
        ("訂定", True, ("連續三年達成率超過 120%",)),
        ("訂定", True, ("高於 107 年實際 10 日", "連續三年達成率超過 120%")),
    ]
    # AC1.1's target was raised; a hint does not say so again.
    found = hints(draft)
    assert found["far_above"] == ["AC1.2 指標 AC1.2：108 年 20"]
    assert found["softer_than_actual"] == ["AC1.2 指標 AC1.2：108 年 20，高於 107 年實際 10 日"]


def test_the_comparison_of_closed_editions_stays_as_it_was(cast, open_plan):
    """Whatever becomes of divisions and later editions: who took over later is no matter of the years before."""
    second = Division.objects.get(agency=open_plan.agency, name="乙組")
    factories.close_year(cast.admin, open_plan, reason="未填報")
    draft = carry(cast, open_plan)
    KPI.objects.filter(plan=draft, code__startswith="A").update(division=second)
    Theme.objects.filter(plan=draft, code="A").update(lead_division=second)
    closed = editions.record_adoption(by=cast.admin, plan=draft, approval=factories.approval(), reason="核定")
    factories.open_year(cast.admin, closed)
    factories.close_year(cast.admin, closed, reason="未填報")
    closed.refresh_from_db()
    open_plan.refresh_from_db()
    before = compare_editions(open_plan, closed)
    assert len([row for row in before.differences if row.group == Group.OWNERS]) == 6
    first = Division.objects.get(agency=open_plan.agency, name="甲組")
    divisions.hand_over(by=cast.admin, division=first, to=second)
    third = divisions.rename(by=cast.admin, division=second, name="新乙組")
    later = next_edition(cast.admin, closed)
    KPI.objects.filter(plan=later, code="AC1.1").update(name="新名", weight=5)
    after = compare_editions(open_plan, closed)
    assert after.digest == before.digest
    assert after.differences == before.differences
    # In the later edition each stands for those that it took over from.
    assert {row.group for row in compare_editions(closed, later).differences} == {Group.RENAMED, Group.OWNERS}
    assert [row.sentence for row in compare_editions(closed, later).differences] == [
        "AC1.1 更名：指標 AC1.1 → 新名",
        "AC1.1 權重 1 → 5",
    ]
    assert factories.kpi(later, "BC1.1").division == third


def test_a_copy_differs_in_nothing_where_a_division_got_another_name(cast, open_plan):
    factories.close_year(cast.admin, open_plan, reason="未填報")
    divisions.rename(by=cast.admin, division=Division.objects.get(name="甲組", agency=open_plan.agency), name="新甲組")
    draft = carry(cast, open_plan)
    assert factories.kpi(draft, "AC1.1").division.name == "新甲組"
    assert compare_editions(open_plan, draft).is_same


def test_hints_say_what_else_to_look_at_and_block_nothing(cast, plan):
    draft = carry(cast, plan)
    blank = dict.fromkeys(("empty_theme", "empty_perspective", "no_lead", "no_formula", "far_above"), [])
    assert hints(draft) == blank | {
        "no_kpi": ["AP2 目標 AP2"],
        "no_outlook": [f"{kpi.code} {kpi.name}" for kpi in KPI.objects.filter(plan=draft)],
        "softer_than_actual": [],
    }
    Theme.objects.filter(plan=draft, code="B").update(lead_division=None)
    Theme.objects.create(plan=draft, code="Z", name="新主題", position=9)
    Perspective.objects.create(plan=draft, code="Y", name="新構面", position=9)
    KPI.objects.filter(plan=draft, code="AC1.1").update(formula="")
    YearlyValue.objects.filter(measure__kpi__plan=draft, measure__kpi__code="AC1.1").update(target=70)
    found = hints(draft)
    assert found["empty_theme"] == ["Z 新主題"]
    assert found["empty_perspective"] == ["Y 新構面"]
    assert found["no_lead"] == ["B 主題2", "Z 新主題"]
    assert found["no_formula"] == ["AC1.1 指標 AC1.1"]
    assert found["softer_than_actual"] == ["AC1.1 指標 AC1.1：106 年 70、107 年 70，低於 104 年實際 80 次"]
    YearlyValue.objects.filter(measure__kpi__plan=draft).update(target_reason="預算減列")
    assert editions.adoption_problems(draft) == []


def test_counts_money_and_digest(cast, plan):
    draft = carry(cast, plan)
    before = compare_editions(plan, draft)
    assert before.title == "106 年版草案與 105 年版比較"
    assert [(count.label, count.old, count.new) for count in before.money] == [
        ("當年預算", 11000, 11000),
        ("106 年預算", 11000, 11000),
        ("107 年預算", 11000, 11000),
    ]
    KPI.objects.get(plan=draft, code="AC1.1").delete()
    seen = {before.digest}
    comparison = compare_editions(plan, draft)
    assert [(count.label, count.change_text) for count in comparison.counts] == [
        ("策略目標", "±0"),
        ("KPI", "−1"),
        ("行動方案", "−2"),
        ("因果關係", "±0"),
    ]
    assert [count.change_text for count in comparison.money] == ["−2,000"] * 3
    seen.add(comparison.digest)
    # A reason, and what stands inside something new, are part of what is approved.
    values = YearlyValue.objects.filter(measure__kpi__plan=draft, measure__kpi__code="AC1.2", year=2017)
    for change in ({"target": Decimal(30)}, {"target_reason": "業務量"}):
        values.update(**change)
        seen.add(compare_editions(plan, draft).digest)
    objective = KPI.objects.get(plan=draft, code="AC1.2").objective
    new = KPI.objects.create(plan=draft, objective=objective, code="N", name="新", division=Division.objects.first())
    seen.add(compare_editions(plan, draft).digest)
    KPI.objects.filter(pk=new.pk).update(formula="甲")
    seen.add(compare_editions(plan, draft).digest)
    assert len(seen) == 6
