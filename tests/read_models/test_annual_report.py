"""The annual report's read model: what it says, and from which figures."""

from dataclasses import replace
from decimal import Decimal

import pytest

from scorecard.domain.choices import Role, Status
from scorecard.models import (
    ActionBudget,
    ActionPlan,
    AuditEvent,
    Objective,
    Perspective,
    Plan,
    YearlyValue,
)
from scorecard.read_models.annual_report import Choices, NoSuchPart, build_annual_report
from scorecard.read_models.annual_report_part import read_choices
from scorecard.read_models.annual_report_summary import named
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.table_rows import table_rows
from scorecard.services import invitations
from tests import factories, secretariat_facts
from tests.shared_rows import layer
from tests.spending import spend

pytestmark = pytest.mark.django_db

YEAR = factories.FIRST_YEAR


def load(plan):
    return Plan.objects.select_related("agency", "version").get(pk=plan.pk)


def build(plan, **choices):
    return build_annual_report(load(plan), Choices(**choices))


@layer
def cast(plan):
    made = factories.make_cast(plan)
    factories.open_year(made.admin, plan)
    return made


@layer
def reported(plan, cast):
    """AC1.1 met, AC1.2 near, AP1.1 missed with explanation, AF1.1 without statistics; the rest pending."""
    factories.approved(cast, factories.kpi(plan, "AC1.1"))
    factories.approved(cast, factories.kpi(plan, "AC1.2"), actuals="21")
    factories.approved(
        cast, factories.kpi(plan, "AP1.1"), actuals=["10", "2"], explanation="設備故障", improvement="汰換設備"
    )
    factories.approved(cast, factories.kpi(plan, "AF1.1"), unmeasured="系統停用")
    return plan


def codes(lines):
    return [line.kpi.code for line in lines]


@pytest.mark.parametrize("kpis", [10, 100])
def test_it_takes_nineteen_queries_whatever_the_size_of_the_plan(kpis, django_assert_num_queries):
    plan = load(factories.make_plan(kpis=kpis))
    with django_assert_num_queries(19):
        build_annual_report(plan)


def test_missed_and_near_kpis_come_with_what_the_division_says(reported):
    report = build(reported)
    assert codes(report.missed) == ["AP1.1"]
    assert codes(report.near) == ["AC1.2"]
    (review,) = report.missed
    assert (review.explanation, review.improvement) == ("設備故障", "汰換設備")
    assert (review.objective.code, review.theme, review.perspective) == ("AP1", "主題1", "內部流程構面")
    assert [money.plan.code for money in review.plans] == ["AP1.1.1"]


def test_the_summary_says_in_words_what_the_figures_say(reported):
    first, scores, names, moved, money = build(reported).summary
    assert first == (
        "10 項 KPI 中，應評 10 項，已評 3 項：達成 1 項、接近 1 項、未達 1 項；其餘無統計 1 項、待填報 6 項。"
    )
    assert scores.startswith("整體得分 ") and "顧客構面最高" in scores and "內部流程構面最低" in scores
    assert names == "未達者為 AP1.1；接近者為 AC1.2。"
    assert moved == "與 104 年實際值相比，可比較的 4 個衡量項中，進步 2 個、退步 2 個。"
    assert money == "11 個行動方案 105 年預算共 11,000 元，執行數尚未填報。"


def test_a_plan_without_figures_says_so(plan):
    report = build(plan)
    assert report.summary[1] == "本年度尚無可計算的達成率。"
    assert report.reviews == ()


def test_many_kpis_are_named_up_to_a_limit(plan):
    kpis = build(plan).scorecard.kpis
    assert named(kpis[:2]) == "AC1.1、AC1.2"
    assert named(kpis + kpis).endswith(" 等 20 項")


def test_figures_not_approved_are_left_out_and_counted(plan, cast):
    factories.fill(cast.staff, factories.kpi(plan, "AC1.1"), actuals="10", explanation="尚未審核的說明")
    report = build(plan)
    assert report.reviews == ()
    assert "另有 1 項 KPI 已填數值而尚未審核通過，本報告不列入。" in report.summary
    (_, pending), *_ = [entry for entry in report.unassessed if entry[0] == Status.PENDING]
    assert {line.kpi.code: line.reason for line in pending}["AC1.1"] == "已填報，尚未審核通過"


def test_provisional_figures_are_counted_when_asked_for(plan, cast):
    factories.fill(cast.staff, factories.kpi(plan, "AC1.1"), actuals="10", explanation="初步說明")
    report = build(plan, include_provisional=True)
    assert codes(report.missed) == ["AC1.1"]
    assert report.missed[0].explanation == "初步說明"
    assert "本報告含 1 項 KPI 尚未審核的數值，均標示「尚未審核」。" in report.summary


def test_what_has_no_rate_is_listed_with_its_reason(reported):
    unassessed = dict(build(reported).unassessed)
    (line,) = unassessed[Status.UNMEASURED]
    assert (line.kpi.code, line.reason) == ("AF1.1", "系統停用")
    assert {line.reason for line in unassessed[Status.PENDING]} == {"尚未填報"}
    assert Status.NO_TARGET not in unassessed


def test_a_measure_without_a_target_says_what_the_plan_says(plan):
    ratios = YearlyValue.objects.filter(measure__kpi__plan=plan, measure__unit="%", year=YEAR)
    ratios.update(target=None, target_note="—")
    unassessed = dict(build(plan).unassessed)
    assert {line.kpi.code for line in unassessed[Status.NO_TARGET]} == {"AF1.1", "BF1.1"}
    assert {line.reason for line in unassessed[Status.NO_TARGET]} == {"年版未訂本年度目標值"}


def test_every_kpi_is_in_one_bar_of_each_kind(reported):
    report = build(reported)
    for bars in (report.by_perspective, report.by_theme, report.by_division):
        assert sum(share.count for bar in bars for share in bar.shares) == 10
        for bar in bars:
            assert bar.shares[0].x == 0
            assert round(sum(share.width for share in bar.shares), 1) == bar.width
    assert report.by_theme[0].lights_text == "達成 1、接近 1、未達 1、無統計 1、待填報 1"


def test_a_perspective_without_kpis_has_an_empty_bar(plan):
    Perspective.objects.create(plan=plan, code="X", name="空構面", position=9)
    assert build(plan).by_perspective[-1].shares == ()


# Movement


def test_figures_are_compared_with_last_years_in_the_measures_direction(reported):
    moved = build(reported).movement
    assert moved.year.text == "104 年"
    # 80 → 100 of the higher the better, 25 → 21 of the lower the better; 18 → 10 and 4 → 2 are worse.
    assert [measure.unit for measure in moved.improved] == ["次", "日"]
    assert [measure.unit for measure in moved.worsened] == ["張", "支"]


def test_kpis_that_cross_the_line_between_two_editions_are_named(plan, cast):
    later = factories.next_edition(cast.admin, plan)
    factories.open_year(cast.admin, later)
    for edition, values in ((plan, ("50", "20")), (later, ("100", "40"))):
        for code, actual in zip(("AC1.1", "AC1.2"), values, strict=True):
            factories.approved(cast, factories.kpi(edition, code), actuals=actual, explanation="說明")
    report = build(later)
    moved = report.movement
    assert [kpi.code for kpi in moved.newly_met] == [kpi.code for kpi in moved.first_met] == ["AC1.1"]
    assert [kpi.code for kpi in moved.no_longer_met] == ["AC1.2"]
    # AC1.1 50 → 100 of 100, AC1.2 100 → 50: rated in both years, so the score is compared on these two.
    change = report.score_change
    assert (change.compared, change.before_text, change.now_text) == (2, "75", "75")
    assert "兩年都有達成率的 2 項 KPI，得分與 105 年同為 75。" in report.summary
    assert "由未達或接近首次轉為達成：AC1.1；由達成轉為接近或未達：AC1.2" in " ".join(report.summary)
    (theme, *_), (customer, *_) = report.by_theme, report.by_perspective
    assert theme.change.text == customer.change.text == "±0"
    part = build(later, part="theme-A")
    assert part.score_change == theme.change
    assert all(bar.change is None for bar in part.by_division if bar.is_cut)


def test_an_edition_without_baseline_is_not_compared(plan):
    Plan.objects.filter(pk=plan.pk).update(baseline_from=YEAR)
    report = build(plan)
    assert report.movement is None
    assert not any("相比" in sentence for sentence in report.summary)


# Budgets


def test_the_secretariats_budgets_add_up():
    report = build(secretariat_facts.load_plan())
    assert [money.amount for _, money in report.budgets.by_year] == [100_017_217, 11_909_542, 11_740_000]
    for rows in (report.budgets.by_theme, report.budgets.by_owner):
        assert sum(row.current.amount for row in rows) == 100_017_217
        assert sum(row.plans for row in rows) == len(report.budgets.plans) == 40


def test_execution_is_rated_over_the_budgets_that_report_it(plan, cast):
    spend(cast, "AC1.1.1", 900, progress="已辦理")
    money = build(plan).budgets.total.current
    assert (money.amount, money.executed, money.rate_text) == (11_000, 900, "90%")
    assert (money.reported, money.expected, money.is_complete) == (1, 11, False)
    (row,) = [money for money in build(plan).budgets.plans if money.plan.code == "AC1.1.1"]
    assert row.progress == "已辦理"


def test_a_budget_of_zero_expects_no_execution_and_has_no_rate(plan):
    ActionBudget.objects.filter(year=YEAR).update(amount=0)
    money = build(plan).budgets.total.current
    assert (money.amount_text, money.executed_text, money.rate_text, money.expected) == ("0", "—", "—", 0)
    assert money.is_complete


def test_only_budgeted_plans_are_counted_as_filled_in_and_as_to_be_filled_in(plan, cast):
    spend(cast, "AC1.1.1", 900)
    spend(cast, "AC1.2.1", 0)
    ActionBudget.objects.filter(year=YEAR, action_plan__code="AC1.2.1").update(amount=0)
    money = build(plan).budgets.total.current
    assert (money.reported, money.expected, money.executed) == (1, 10, 900)


def test_an_action_plan_without_budgets_shows_dashes(plan):
    ActionBudget.objects.filter(action_plan__code="AC1.2.1").delete()
    (row,) = [money for money in build(plan).budgets.plans if money.plan.code == "AC1.2.1"]
    assert [money.amount_text for money in row.years] == ["—", "—", "—"]


def test_budgets_are_summed_by_owner_people_included(plan):
    rows = {row.name: row for row in build(plan).budgets.by_owner}
    assert rows["李大華"].current.amount == 1_000
    assert rows["甲組"].plans == 5


# Rows of the form


def test_every_column_of_the_form_fills_its_rows_exactly(plan):
    ActionPlan.objects.filter(kpi__code="AF1.1").delete()
    Objective.objects.filter(code="AP2").update(name="沒有 KPI 的目標")
    scorecard = build_scorecard(load(plan), with_action_plans=True)
    for group in table_rows(scorecard.objectives):
        for column in ("objective", "kpi", "measure", "action_plan"):
            spans = [getattr(row, column) for row in group.rows]
            expected = 0
            for position, span in enumerate(spans):
                assert (span is not None) == (position == expected)
                expected += span.rows if span else 0
            assert expected == len(group.rows)


def test_weights_other_than_one_are_listed(plan):
    Perspective.objects.filter(plan=plan, code="C").update(weight=Decimal("2.5"))
    (weight,) = build(plan).weights
    assert (weight.kind, weight.code, weight.text) == ("構面", "C", "2.5")


def test_the_report_says_the_cap_and_its_title(plan):
    report = build(plan)
    assert report.title == "105 年度績效報告"
    capped = replace(report, scorecard=replace(report.scorecard, display_cap=120))
    assert (report.display_cap_text, capped.display_cap_text) == ("不設上限", "120%")


@pytest.mark.parametrize("part", ["theme-A", "perspective-C", "division-{division}"])
def test_a_report_of_a_part_has_its_kpis_alone_and_the_score_that_its_page_says(reported, part):
    division = reported.agency.divisions.get(name="甲組")
    part = part.format(division=division.pk)
    whole, report = build(reported), build(reported, part=part)
    line = report.part.line
    assert report.scorecard.score == line.score
    assert {kpi.id for kpi in report.scorecard.kpis} == {kpi.id for kpi in line.kpis}
    assert {review.kpi.id for review in report.reviews} <= {kpi.id for kpi in line.kpis}
    assert report.title.endswith(report.part.text)
    assert len(report.map.cards) == len(whole.map.cards)
    shown = {objective.code for objective in report.scorecard.objectives}
    assert {card.objective.code for card in report.map.cards if not card.is_faded} == shown
    assert {card.objective.code for card, _ in report.card_links} == shown


def test_a_line_that_lost_kpis_shows_no_score_and_counts_what_is_shown(reported):
    report = build(reported, part="perspective-C")
    themes = {bar.code: bar for bar in report.by_theme}
    (perspective,) = report.by_perspective
    assert not perspective.is_cut and perspective.score_text == perspective.line.score_text
    assert themes["A"].is_cut and themes["A"].score_text == "—"
    shown = [kpi for kpi in report.scorecard.kpis if kpi.objective_code.startswith("A")]
    met = [kpi for kpi in shown if kpi.status == Status.MET]
    rated = [kpi for kpi in shown if kpi.status in (Status.MET, Status.NEAR, Status.MISSED)]
    assert themes["A"].met_text == f"{len(met)}／{len(rated)}"


@pytest.mark.parametrize("part", ["theme-Z", "division-0", "agency-1"])
def test_there_is_no_report_of_a_part_that_is_not_there(plan, part):
    with pytest.raises(NoSuchPart):
        build(plan, part=part)


@pytest.mark.parametrize("choices", [Choices(), Choices("theme-A", False, True), Choices("division-3")])
def test_choices_are_read_back_from_their_own_query(choices):
    assert read_choices(dict(choices.query)) == choices


@pytest.mark.parametrize("query", [{"part": "theme"}, {"part": "x-1"}, {"part": "theme-"}, {"appendix": "2"}])
def test_choices_that_make_no_sense_are_none(query):
    assert read_choices(query) is None


def test_it_names_the_last_event_of_its_year_its_plan_or_its_agency_and_none_of_another_year(cast, reported):
    def printed():
        return build(reported).audit_event

    before = printed()
    assert before == AuditEvent.objects.latest("pk")
    factories.next_edition(cast.admin, reported)
    assert AuditEvent.objects.latest("pk").year == factories.MIDDLE_YEAR
    assert printed() == before
    factories.fill(cast.staff, factories.kpi(reported, "AL1.1"))
    assert printed() == AuditEvent.objects.latest("pk") != before
    invitations.invite(
        by=cast.admin, agency=reported.agency, email="new@example.gov.tw", name="新同仁", role=Role.VIEWER
    )
    assert printed() == AuditEvent.objects.latest("pk")
    assert (printed().plan, printed().agency) == (None, reported.agency)
