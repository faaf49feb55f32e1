"""Money by year over editions: each year from the edition whose own year it is, by lineage of the action plan."""

import pytest
from django.template.loader import render_to_string

from scorecard.models import KPI, ActionBudget, ActionPlan, Plan
from scorecard.read_models.annual_report import Choices, build_annual_report
from scorecard.read_models.budgets import budgets_of
from scorecard.read_models.dashboard import build_dashboard
from scorecard.services import editions
from tests import factories
from tests.factories import FIRST_YEAR, MIDDLE_YEAR
from tests.page_reading import address, client_of, text, words
from tests.read_models.test_build_scorecard import build, load
from tests.shared_rows import layer
from tests.spending import spend

pytestmark = pytest.mark.django_db


@layer
def later(plan, cast):
    """106 after an open 105 with 900 of AC1.1.1's 1,000 executed and approved, and 400 of AC1.2.1's not approved.

    In 106 AC1.1.1 is BC1.1.7 under another KPI, AC1.1.2 is dropped, and so is AC1.2 with AC1.2.1; budgets are 2,000.
    """
    factories.open_year(cast.admin, plan)
    later = factories.next_edition(cast.admin, plan)
    spend(cast, "AC1.1.1", 900)
    KPI.objects.get(plan=later, code="AC1.2").delete()
    ActionPlan.objects.get(plan=later, code="AC1.1.2").delete()
    other = KPI.objects.get(plan=later, code="BC1.1")
    ActionPlan.objects.filter(plan=later, code="AC1.1.1").update(kpi=other, code="BC1.1.7", position=2)
    ActionBudget.objects.filter(action_plan__plan=later, year=MIDDLE_YEAR).update(amount=2000)
    factories.fill(cast.staff, factories.kpi(plan, "AC1.2"))
    ActionBudget.objects.filter(action_plan__plan=plan, action_plan__code="AC1.2.1", year=FIRST_YEAR).update(
        executed=400
    )
    return later


def money(plan, code, **options):
    """{code: ([(amount, executed) of earlier years], own year's amount, when it ended)} of a KPI's action plans."""
    scorecard = build(plan, with_action_plans=True, with_earlier_budgets=True, **options)
    found = budgets_of(scorecard, [scorecard.kpis_by_code[code]])
    rows = (*found.plans, *found.ended)
    return {
        row.plan.code: ([(m.amount, m.executed) for m in row.earlier], row.current.amount, row.ended) for row in rows
    }


def by_year(plan, **options):
    return [
        (line.roc, money.amount, money.executed, money.mark)
        for line, money in build_dashboard(load(plan), **options).budgets.by_year
    ]


def test_an_earlier_year_is_read_where_it_was_the_editions_own_whatever_became_of_the_action_plan(plan, later, cast):
    assert money(later, "BC1.1") == {
        "BC1.1.1": ([(1000, None)], 2000, ""),
        "BC1.1.7": ([(1000, 900)], 2000, ""),
    }
    assert money(later, "AC1.1") == {"AC1.1.2": ([(1000, None)], None, "至 105 年")}
    # 105's own page knows no earlier edition, and nothing of what 106 planned.
    assert money(plan, "AC1.1") == {"AC1.1.1": ([], 1000, ""), "AC1.1.2": ([], 1000, "")}


def test_a_whole_year_before_is_what_its_own_edition_says_dropped_kpis_included(plan, later, cast):
    assert by_year(later)[0] == by_year(plan)[0] == (105, 11_000, 900, "1 案尚未審核")
    assert by_year(later)[1:3] == [(106, 18_000, None, ""), (107, 9000, None, "")]
    shown = {"include_provisional": True}
    assert by_year(later, **shown)[0] == by_year(plan, **shown)[0] == (105, 11_000, 1300, "含 1 案尚未審核")


def test_a_part_of_the_report_has_its_own_kpis_money_alone(later):
    whole = build_annual_report(load(later)).budgets
    part = build_annual_report(load(later), Choices(part="theme-A")).budgets
    assert [money.total.earlier[0].amount for money in (whole, part)] == [11_000, 4000]
    assert len(part.plans) == 3


def test_drafts_and_later_editions_are_left_out_and_a_gap_year_has_no_money(plan, later, cast):
    draft = editions.carry_forward(by=cast.admin, agency=plan.agency, year=2019)
    assert [year for year, *_ in by_year(draft)] == [105, 106, 108, 109, 110], "107 has no edition"
    Plan.objects.filter(pk=draft.pk).update(baseline_from=2018)
    assert [year for year, *_ in by_year(draft)] == [108, 109, 110], "years before those it shows"
    assert [year for year, *_ in by_year(later)] == [105, 106, 107, 108]
    assert cast.other_plan and by_year(cast.other_plan)[0] == (105, 6000, None, ""), "another agency's is its own"


@pytest.mark.one_database
def test_pages_show_the_earlier_years_beside_the_own(later, cast):
    client = client_of(cast.viewer)
    shown = text(client.get(address(later, "kpi", code="BC1.1")))
    assert "105 年 預算（元） 執行數" in shown and "BC1.1.7 辦理 AC1.1.1" in shown and "1,000 900" in shown
    assert "AC1.1.2 辦理 AC1.1.2 至 105 年" in text(client.get(address(later, "kpi", code="AC1.1")))
    division = later.agency.divisions.order_by("position").first()
    assert "1,000 —" in text(client.get(address(later, "division", division_id=division.pk)))
    assert "105 年 11,000 900" in text(client.get(address(later, "dashboard")))
    # A KPI's and a division's sheet and the report say the same, drawn once here and not as three files.
    scorecard = build(later, with_action_plans=True, with_earlier_budgets=True)
    found = budgets_of(scorecard, [scorecard.kpis_by_code["BC1.1"]])
    sheet = words(render_to_string("pdf/_sheet_plans.html", {"money": found, "scorecard": scorecard}))
    assert "各年度預算與執行" in sheet and "105 年 2,000 900 90% 1／2" in sheet and "107 年 2,000" in sheet
    assert "105 年 11,000 900" in text(client.get(address(later, "annual_report_page")))
