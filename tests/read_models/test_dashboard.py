"""The dashboard's read model: scores against last year's, what was missed and why, the money, how far reporting is."""

from fractions import Fraction

import pytest

from scorecard.domain.choices import ReportState, Status
from scorecard.models import Plan, YearlyValue
from scorecard.read_models.budgets import budgets_of
from scorecard.read_models.dashboard import build_dashboard
from scorecard.read_models.measure_charts import kpi_charts
from scorecard.read_models.movement import movement
from tests import factories
from tests.factories import FIRST_YEAR
from tests.read_models.test_build_scorecard import build, load
from tests.shared_rows import layer
from tests.spending import spend

pytestmark = pytest.mark.django_db


@layer
def two_years(plan, cast):
    """The edition of 106, with approved figures of both years in theme A; targets 100 ↑, 20 ↓, (20, 5) ↑, 50 ± 5, 90 ↑.

    AC1.1 80 → 90, AC1.2 20 → 25, AP1.1 (20, 4) → (20, 5), AL1.1 only 105, AF1.1 only 106.
    """
    report(cast, plan, {"AC1.1": 80, "AC1.2": 20, "AP1.1": [20, 4], "AL1.1": 50})
    later = factories.next_edition(cast.admin, plan)
    report(cast, later, {"AC1.1": 90, "AC1.2": 25, "AP1.1": [20, 5], "AF1.1": 45})
    return later


def report(cast, plan, figures):
    """Approved figures by KPI in a year that opens for them."""
    factories.open_year(cast.admin, plan)
    for code, actuals in figures.items():
        entered = {"actuals": actuals, "explanation": f"{code} 說明", "improvement": "改善"}
        factories.approved(cast, factories.kpi(plan, code), **entered)


def dashboard(plan, **options):
    """The plan's dashboard as it stands now."""
    return build_dashboard(load(plan), **options)


# Scores against those of last year


def test_the_score_is_compared_on_what_has_a_rate_in_both_years(two_years):
    change = dashboard(two_years).movement.score
    # 2016: C (0.8 + 1) ÷ 2, P (1 + 0.8) ÷ 2; 2017: C (0.9 + 0.8) ÷ 2, P 1. AL1.1 and AF1.1 have one year only.
    assert (change.before, change.now) == (Fraction(9, 10), Fraction(37, 40))
    assert (change.compared, change.text) == (3, "+2.5")
    assert (change.before_text, change.now_text) == ("90", "92.5")
    assert change.is_rise and not change.is_fall


def test_the_plans_own_score_still_counts_everything(two_years):
    made = dashboard(two_years)
    # C 0.85, P 1, F 0.5
    assert made.scorecard.score.value == Fraction(47, 60)
    assert made.movement.score.now != made.scorecard.score.value


def test_perspectives_themes_and_divisions_have_their_own_change(two_years):
    changes = dashboard(two_years).movement
    assert {code: change.text for code, change in changes.by_perspective.items()} == {"C": "−5", "P": "+10"}
    # By objective: AC1 and AP1, (0.9 + 0.9) ÷ 2 → (0.85 + 1) ÷ 2.
    assert {code: change.text for code, change in changes.by_theme.items()} == {"A": "+2.5"}
    division = two_years.agency.divisions.first()
    # By KPI: (0.8 + 1 + 0.9) ÷ 3 → (0.9 + 0.8 + 1) ÷ 3.
    assert {key: change.text for key, change in changes.by_division.items()} == {division.pk: "±0"}


def test_one_measure_of_two_is_compared_alone_where_the_other_has_no_rate(two_years):
    films = YearlyValue.objects.filter(measure__kpi__plan=two_years.predecessor, measure__label="影片", year=FIRST_YEAR)
    films.update(target=None)
    change = movement(build(two_years)).by_perspective["P"]
    assert (change.before, change.now) == (1, 1)


def test_the_first_edition_has_nothing_to_compare_with(two_years):
    made = dashboard(two_years.predecessor)
    assert made.previous.year == 2015
    assert made.movement.score is None and made.movement.by_theme == {}
    assert made.movement.compared == 4, "actuals are there, rates are not"


def test_an_edition_without_a_baseline_has_no_year_before(plan):
    Plan.objects.filter(pk=plan.pk).update(baseline_from=plan.year)
    made = dashboard(plan)
    assert (made.movement, made.previous) == (None, None)


# What was missed


def test_missed_kpis_come_first_with_what_their_division_says(two_years):
    made = dashboard(two_years)
    assert [concern.kpi.code for concern in made.missed] == ["AC1.2", "AF1.1"]
    assert [concern.kpi.code for concern in made.near] == ["AC1.1"]
    assert made.concerns == made.missed + made.near
    assert (made.missed[0].explanation, made.missed[0].improvement) == ("AC1.2 說明", "改善")


def test_what_is_not_approved_is_missed_only_where_asked_for(plan, cast):
    factories.open_year(cast.admin, plan)
    factories.fill(cast.staff, factories.kpi(plan, "AC1.1"), actuals=10, explanation="草稿")
    assert dashboard(plan).missed == ()
    (concern,) = dashboard(plan, include_provisional=True).missed
    assert (concern.kpi.code, concern.explanation) == ("AC1.1", "草稿")


# Lights


def test_groups_count_the_lights_of_their_kpis(two_years):
    made = dashboard(two_years)
    (customer, *_) = made.by_perspective
    assert {share.key: share.count for share in customer.shares} == {
        Status.NEAR: 1,
        Status.MISSED: 1,
        Status.PENDING: 2,
    }
    assert customer.lights_text == "接近 1、未達 1、待填報 2"
    assert [group.name for group in made.by_division] == ["甲組", "乙組"]
    assert sum(share.count for group in made.by_theme for share in group.shares) == 10


# Money


def test_money_is_added_up_by_year_theme_and_owner(plan, cast):
    spend(cast, "AC1.1.1", 900)
    made = dashboard(plan)
    assert [(year.year, money.amount) for year, money in made.budgets.by_year] == [
        (year, 11_000) for year in factories.PLAN_YEARS
    ]
    assert [row.amount_width is not None for row in made.money.rows] == [True] * 3
    assert [row.executed_width is not None for row in made.money.rows] == [True, False, False]
    assert made.money_text.startswith("105 年預算 11,000 元、執行數 900；106 年")
    assert made.budgets.total.current.rate_text == "90%"


def test_the_money_of_some_kpis_is_that_of_their_action_plans(plan, cast):
    spend(cast, "AC1.1.2", 500)
    scorecard = build(plan, with_action_plans=True)
    money = budgets_of(scorecard, [scorecard.kpis_by_code["AC1.1"]])
    assert [row.plan.code for row in money.plans] == ["AC1.1.1", "AC1.1.2"]
    assert [row.current.rate_text for row in money.plans] == ["—", "50%"]
    assert (money.total.current.amount, money.total.current.executed, money.total.plans) == (2000, 500, 2)
    assert budgets_of(scorecard, []).plans == ()


# Reporting


def test_progress_counts_reports_by_state(plan, cast):
    factories.open_year(cast.admin, plan)
    factories.fill(cast.staff, factories.kpi(plan, "AC1.1"))
    factories.approved(cast, factories.kpi(plan, "AL1.1"))
    made = dashboard(plan)
    counts = dict(made.states)
    assert (counts[ReportState.IN_PROGRESS], counts[ReportState.APPROVED], counts[ReportState.PENDING]) == (1, 1, 8)
    assert [(row.name, row.approved, row.due) for row in made.progress] == [("甲組", 1, 5), ("乙組", 0, 5)]


def test_a_year_without_figures_has_no_scores(plan):
    made = dashboard(plan)
    assert not made.has_scores and made.concerns == ()


@pytest.mark.parametrize("kpis", [10, 100])
def test_it_takes_eight_queries_at_any_size(kpis, django_assert_num_queries):
    plan = load(factories.make_plan(kpis=kpis))
    with django_assert_num_queries(8):
        build_dashboard(plan)


# Charts of a KPI


def test_a_kpis_charts_show_every_year_and_the_bullet_its_own(two_years):
    scorecard = build(two_years)
    (chart,) = kpi_charts(scorecard, scorecard.kpis_by_code["AC1.1"])
    assert [year.text for year in chart.trend.years] == ["103", "104", "105", "106", "107", "108"]
    assert [point.label and point.label.text for point in chart.trend.actuals] == ["80", "80", "80", "90"]
    assert chart.trend_text == (
        "AC1.1 指標 AC1.1（次）各年度實際與目標：103 年實際 80；104 年實際 80；"
        "105 年目標 100、實際 80；106 年目標 100、實際 90；107 年目標 100；108 年無數值"
    )
    assert (chart.bullet.target.text, chart.bullet.actual.text) == ("目標 100 次", "實際 90 次")
    assert chart.bullet_text.endswith("106 年：目標 100、實際 90，達成率 90%，接近（越高越好）")


def test_a_band_is_told_with_its_tolerance_and_a_word_instead_of_a_number(two_years):
    scorecard = build(two_years.predecessor)
    (band,) = kpi_charts(scorecard, scorecard.kpis_by_code["AL1.1"])
    assert band.bullet.target.text == "目標 50 ± 5 人"
    assert len(band.trend.bands) == 1
    (ratio,) = kpi_charts(scorecard, scorecard.kpis_by_code["AF1.1"])
    assert ratio.trend_text.startswith("AF1.1 指標 AF1.1（%）各年度實際與目標：102 年實際 無統計；")


def test_a_year_without_a_target_has_no_bullet(two_years):
    YearlyValue.objects.filter(measure__kpi__plan=two_years, year=two_years.year).update(target=None)
    scorecard = build(two_years)
    (chart,) = kpi_charts(scorecard, scorecard.kpis_by_code["AC1.1"])
    assert chart.bullet is None and chart.trend.actuals


def test_what_is_not_approved_is_hollow_and_says_so(plan, cast):
    factories.open_year(cast.admin, plan)
    factories.fill(cast.staff, factories.kpi(plan, "AC1.1"), actuals=95)
    scorecard = build(plan, include_provisional=True)
    (chart,) = kpi_charts(scorecard, scorecard.kpis_by_code["AC1.1"])
    assert [point.is_provisional for point in chart.trend.actuals] == [False, False, False, True]
    assert "105 年目標 100、實際 95（尚未審核）" in chart.trend_text
    assert chart.bullet.actual.text == "實際 95 次（尚未審核）"
    (hidden,) = kpi_charts(build(plan), build(plan).kpis_by_code["AC1.1"])
    assert len(hidden.trend.actuals) == 3
