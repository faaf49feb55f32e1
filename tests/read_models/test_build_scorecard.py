"""The scorecard from rows: which figures count, what they add up to, and how many queries that takes."""

from decimal import Decimal
from fractions import Fraction

import pytest

from scorecard.domain.choices import PlanState, ReportState, Status
from scorecard.domain.scoring import Tally
from scorecard.models import KPI, Agency, Plan, User, YearlyValue
from scorecard.read_models.build_scorecard import build_scorecard
from tests import factories
from tests.factories import FIRST_YEAR, PLAN_YEARS, fill, submit
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db


def load(plan):
    """The plan as views hand it over."""
    return Plan.objects.select_related("agency", "version").get(pk=plan.pk)


def build(plan, **options):
    """The plan's scorecard as it stands now."""
    return build_scorecard(load(plan), **options)


@layer
def mixed(plan, cast):
    """105 open, with a report in every state; targets: 100 ↑, 20 ↓, (20, 5) ↑, 50 ± 5, 90 ↑.

    AC1.1 100 approved; AC1.2 25 submitted (rate 4/5); AP1.1 20 and 4 approved (1 and 4/5); AL1.1 50 draft;
    AF1.1 無統計 approved; BC1.1 50 returned (1/2); the rest of B pending.
    """
    factories.open_year(cast.admin, plan)
    factories.approved(cast, factories.kpi(plan, "AC1.1"), actuals=100)
    late = factories.kpi(plan, "AC1.2")
    fill(cast.staff, late, actuals=25, explanation="件數增加")
    submit(cast.staff, late)
    factories.approved(cast, factories.kpi(plan, "AP1.1"), actuals=[20, 4])
    fill(cast.staff, factories.kpi(plan, "AL1.1"), actuals=50)
    factories.approved(cast, factories.kpi(plan, "AF1.1"), unmeasured="系統建置中")
    returned = factories.kpi(plan, "BC1.1")
    fill(cast.other_staff, returned, actuals=50, explanation="需求減少")
    factories.send_back(cast.reviewer, submit(cast.other_staff, returned))
    return plan


def tally(line):
    """(met, assessed, due) of a line."""
    return line.score.tally.met, line.score.tally.assessed, line.score.tally.due


# Which figures count


def test_only_approved_figures_count_and_the_others_are_withheld(mixed):
    kpis = build(mixed).kpis_by_code
    assert {code: kpi.status for code, kpi in kpis.items() if code.startswith("A")} == {
        "AC1.1": Status.MET,
        "AC1.2": Status.PENDING,
        "AP1.1": Status.NEAR,
        "AL1.1": Status.PENDING,
        "AF1.1": Status.UNMEASURED,
    }
    cell = kpis["AC1.2"].measures[0].cell
    assert (cell.actual, cell.is_withheld, cell.is_provisional) == (None, True, False)
    assert kpis["AC1.2"].awaits_review
    assert not kpis["AL1.1"].awaits_review, "a draft waits for its own division"


def test_provisional_figures_count_where_asked_for_and_are_marked(mixed):
    scorecard = build(mixed, include_provisional=True)
    kpis = scorecard.kpis_by_code
    assert [kpis[code].status for code in ("AC1.2", "AL1.1", "BC1.1")] == [Status.MISSED, Status.MET, Status.MISSED]
    assert [kpi.code for kpi in scorecard.kpis if kpi.is_provisional] == ["AC1.2", "BC1.1", "AL1.1"]
    cell = kpis["AC1.2"].measures[0].cell
    assert (cell.actual, cell.is_withheld, cell.is_provisional) == (25, False, True)
    assert not kpis["AC1.2"].awaits_review
    assert kpis["AC1.2"].is_missed


def test_a_note_alone_is_withheld_like_a_figure(mixed, cast):
    kpi = factories.kpi(mixed, "BL1.1")
    fill(cast.other_staff, kpi, unmeasured="系統建置中")
    cell = build(mixed).kpis_by_code["BL1.1"].measures[0].cell
    assert (cell.actual_text, cell.unmeasured, cell.is_withheld) == ("—", False, True)
    cell = build(mixed, include_provisional=True).kpis_by_code["BL1.1"].measures[0].cell
    assert (cell.actual_text, cell.status, cell.is_provisional) == ("系統建置中", Status.UNMEASURED, True)


def test_figures_not_approved_are_counted_whether_shown_or_not(mixed):
    assert build(mixed).unapproved_figures_count == 3
    assert build(mixed, include_provisional=True).unapproved_figures_count == 3


def test_closing_a_year_approves_nothing(mixed, cast):
    factories.close_year(cast.admin, mixed, reason="提前關閉")
    scorecard = build(mixed)
    assert not scorecard.is_preliminary
    assert scorecard.kpis_by_code["AC1.2"].measures[0].cell.is_withheld


def test_baseline_figures_are_final_and_have_no_target(plan):
    kpis = build(plan).kpis_by_code
    cell = kpis["AC1.1"].measures[0].cells[2015]
    assert (cell.actual_text, cell.target_text, cell.status, cell.is_withheld) == ("80", "—", Status.NO_TARGET, False)
    assert kpis["AF1.1"].measures[0].cells[2015].actual_text == "無統計"


def test_without_earlier_years_the_scorecard_is_the_same_but_for_their_cells(mixed):
    whole, alone = build(mixed), build(mixed, with_earlier=False)
    assert [line.year for line in alone.years] == list(PLAN_YEARS) == list(alone.kpis[0].measures[0].cells)
    assert (alone.baseline_years, alone.target_years) == ((), whole.target_years)
    assert [(line.code, line.score) for line in alone.kpis] == [(line.code, line.score) for line in whole.kpis]
    assert (alone.score, alone.divisions[0].score) == (whole.score, whole.divisions[0].score)


def test_what_has_no_target_is_not_due(plan):
    values = YearlyValue.objects.filter(measure__kpi__plan=plan, measure__kpi__code="AF1.1", year=FIRST_YEAR)
    values.update(target=None, target_note="—")
    kpi = build(plan).kpis_by_code["AF1.1"]
    assert (kpi.status, kpi.report_state, kpi.measures[0].cell.target_text) == (Status.NO_TARGET, None, "—")


def test_a_measure_without_any_value_row_has_no_target(plan):
    kpi = factories.kpi(plan, "AC1.1")
    kpi.measures.get().values.all().delete()
    line = build(plan).kpis_by_code["AC1.1"]
    assert (line.status, line.report_state) == (Status.NO_TARGET, None)


def test_a_kpi_without_a_measure_has_no_target(plan):
    factories.kpi(plan, "AC1.1").measures.all().delete()
    assert build(plan).kpis_by_code["AC1.1"].status == Status.NO_TARGET


def test_report_states_are_those_of_the_edition(mixed):
    states = {kpi.code: kpi.report_state for kpi in build(mixed).kpis}
    assert states == {
        "AC1.1": ReportState.APPROVED,
        "AC1.2": ReportState.SUBMITTED,
        "AP1.1": ReportState.APPROVED,
        "AL1.1": ReportState.IN_PROGRESS,
        "AF1.1": ReportState.APPROVED,
        "BC1.1": ReportState.RETURNED,
        "BC1.2": ReportState.PENDING,
        "BP1.1": ReportState.PENDING,
        "BL1.1": ReportState.PENDING,
        "BF1.1": ReportState.PENDING,
    }
    assert build(mixed).approved_count == 3


# What they add up to, calculated by hand


def test_scores_roll_up_over_what_is_approved(mixed):
    scorecard = build(mixed)
    kpis, objectives = scorecard.kpis_by_code, scorecard.objectives_by_code
    assert kpis["AP1.1"].score.value == Fraction(9, 10)
    assert (objectives["AC1"].score.value, objectives["AC1"].status, tally(objectives["AC1"])) == (
        1,
        Status.MET,
        (1, 1, 2),
    )
    assert [(line.code, line.score.value, line.status, tally(line)) for line in scorecard.perspectives] == [
        ("C", Fraction(1), Status.MET, (1, 1, 4)),
        ("P", Fraction(9, 10), Status.NEAR, (0, 1, 2)),
        ("L", None, Status.PENDING, (0, 0, 2)),
        ("F", None, Status.PENDING, (0, 0, 2)),
    ]
    assert (scorecard.score.value, scorecard.status) == (Fraction(19, 20), Status.NEAR)
    assert scorecard.score.tally == Tally(met=1, assessed=2, due=10)
    assert (scorecard.score_text, scorecard.tally_text) == ("95", "達成 1 / 已評 2 / 應評 10")


def test_scores_roll_up_over_provisional_figures_too(mixed):
    scorecard = build(mixed, include_provisional=True)
    objectives = scorecard.objectives_by_code
    assert [objectives[code].score.value for code in ("AC1", "BC1", "AP1", "AL1")] == [
        Fraction(9, 10),
        Fraction(1, 2),
        Fraction(9, 10),
        Fraction(1),
    ]
    assert [line.score.value for line in scorecard.perspectives] == [Fraction(7, 10), Fraction(9, 10), 1, None]
    assert scorecard.score.value == Fraction(13, 15)
    assert scorecard.score.tally == Tally(met=2, assessed=5, due=10)


def test_themes_and_divisions_have_scores_of_their_own(mixed):
    scorecard = build(mixed, include_provisional=True)
    assert [(line.code, line.lead_division, line.score.value) for line in scorecard.themes] == [
        ("A", "甲組", Fraction(14, 15)),
        ("B", "乙組", Fraction(1, 2)),
    ]
    assert [(line.name, len(line.kpis), line.score.value) for line in scorecard.divisions] == [
        ("甲組", 5, (1 + Fraction(4, 5) + Fraction(9, 10) + 1) / 4),
        ("乙組", 5, Fraction(1, 2)),
    ]


def test_weights_are_renormalised_over_what_has_a_rate(mixed):
    KPI.objects.filter(code="AC1.1").update(weight=Decimal("3"))
    mixed.perspectives.filter(code="P").update(weight=Decimal("0.5"))
    scorecard = build(mixed, include_provisional=True)
    assert scorecard.objectives_by_code["AC1"].score.value == (3 + Fraction(4, 5)) / 4
    customers = (Fraction(19, 20) + Fraction(1, 2)) / 2
    assert scorecard.score.value == (customers + Fraction(9, 10) / 2 + 1) / Fraction(5, 2)


def test_lights_are_counted_over_every_status(mixed):
    scorecard = build(mixed)
    assert dict(scorecard.kpi_lights) == {
        Status.MET: 1,
        Status.NEAR: 1,
        Status.MISSED: 0,
        Status.UNMEASURED: 1,
        Status.PENDING: 7,
        Status.NO_TARGET: 0,
    }
    assert dict(scorecard.objective_lights)[Status.NO_TARGET] == 1
    assert sum(count for _, count in scorecard.objective_lights) == 9


def test_the_plans_own_threshold_and_display_cap_are_respected(mixed):
    Plan.objects.filter(pk=mixed.pk).update(warning_threshold=Decimal("0.8"), display_cap=120)
    scorecard = build(mixed, include_provisional=True)
    assert scorecard.kpis_by_code["AC1.2"].status == Status.NEAR
    assert scorecard.threshold_text == "80%"
    assert scorecard.kpis_by_code["AC1.1"].measures[0].cell.display_cap == 120


# Everything else it carries


def test_the_plans_words_and_years_are_in_it(plan):
    Agency.objects.filter(pk=plan.agency_id).update(name="改名後的機關")
    scorecard = build(plan)
    assert scorecard.agency == plan.agency_name != "改名後的機關"
    assert (scorecard.plan_title, scorecard.plan_subtitle) == ("105 年版", "目標訂至 107 年")
    assert (scorecard.plan_slug, scorecard.agency_slug) == ("test-agency-105", "test-agency")
    assert (scorecard.year.year, scorecard.year.state) == (FIRST_YEAR, PlanState.ADOPTED)
    assert (scorecard.mission, scorecard.vision) == (("提高效能", "加速回應"), "最優服務")
    assert (scorecard.core_values, scorecard.instructions) == (("真誠", "創新"), ("編號自由。", "預算不含人事費。"))
    assert [year.roc for year in scorecard.baseline_years] == [102, 103, 104]
    assert [year.roc for year in scorecard.target_years] == [105, 106, 107]
    assert [year.is_outlook for year in scorecard.target_years] == [False, True, True]
    assert scorecard.data_version == plan.data_version


def test_kpis_come_by_perspective_theme_and_position(plan):
    assert [kpi.code for kpi in build(plan).kpis] == [
        "AC1.1",
        "AC1.2",
        "BC1.1",
        "BC1.2",
        "AP1.1",
        "BP1.1",
        "AL1.1",
        "BL1.1",
        "AF1.1",
        "BF1.1",
    ]


def test_action_plans_and_links_come_where_asked_for(plan):
    bare, full = build(plan), build(plan, with_action_plans=True, with_links=True)
    assert bare.links == () and bare.kpis_by_code["AC1.1"].action_plans == ()
    assert [(link.cause, link.effect) for link in full.links] == [("AF1", "AL1"), ("AL1", "AP1"), ("AP1", "AC1")]
    first, second = full.kpis_by_code["AC1.1"].action_plans
    assert [(line.code, line.owner) for line in (first, second)] == [("AC1.1.1", "甲組"), ("AC1.1.2", "李大華")]
    assert {year: (line.amount, line.executed) for year, line in first.budgets.items()} == {
        2016: (1000, None),
        2017: (1000, None),
        2018: (1000, None),
    }


def test_an_action_plan_without_a_budget_is_shown_all_the_same(plan):
    factories.kpi(plan, "AC1.1").action_plans.first().budgets.all().delete()
    assert build(plan, with_action_plans=True).kpis_by_code["AC1.1"].action_plans[0].budgets == {}


def test_figures_entered_by_a_demo_account_are_marked_in_every_edition_that_shows_them(mixed, cast):
    later = factories.next_edition(cast.admin, mixed)
    assert not build(mixed).has_sample_data and not build(later).has_sample_data
    User.objects.filter(username="staff").update(is_demo=True)
    assert build(mixed).sample_years == build(later).sample_years == {FIRST_YEAR}
    assert not build(later, with_earlier=False).has_sample_data


def test_a_review_changes_nothing_about_whose_figures_they_are(mixed):
    User.objects.filter(username="reviewer").update(is_demo=True)
    assert not build(mixed).has_sample_data, "a demo reviewer approved a person's figures"
    User.objects.filter(username="reviewer").update(is_demo=False)
    User.objects.filter(username="other-staff").update(is_demo=True)
    assert build(mixed).has_sample_data, "a person returned a demo account's figures"


# Queries


@pytest.mark.parametrize("kpis", [10, 100])
def test_a_map_takes_five_queries_and_a_scorecard_six_with_any_data_and_editions(django_assert_num_queries, kpis):
    plan = factories.make_plan(kpis=kpis)
    cast = factories.make_cast(plan)
    for _ in range(2):
        plan = load(factories.next_edition(cast.admin, plan))
    with django_assert_num_queries(5):
        build_scorecard(plan, with_links=True, with_earlier=False)
    with django_assert_num_queries(6):
        scorecard = build_scorecard(plan, include_provisional=True, with_action_plans=True)
    assert len(scorecard.kpis) == kpis and scorecard.has_sample_data is False
    with django_assert_num_queries(7):
        build_scorecard(plan, with_action_plans=True, with_links=True)
