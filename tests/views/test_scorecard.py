"""平衡計分卡: the source's table, column for column."""

import re

import pytest

from scorecard.models import KPI, ActionPlan, Measure
from scorecard.read_models.build_scorecard import build_scorecard
from tests import factories
from tests.page_reading import address, body, client_of, words


def collapsed(said):
    """The text with its blanks as a page shows them."""
    return re.sub(r"\s+", " ", said).strip()


def rows(page):
    """The words of the table's rows, by the code of their KPI; one with several measures or plans has several rows."""
    found, code = {}, None
    for html in body(page).split("<tbody", 1)[1].split("<tfoot")[0].split("<tr"):
        kpi = re.search(r'href="[^"]*/kpis/([^/"]+)/', html)
        code = kpi[1] if kpi else code
        if code and 'scope="rowgroup"' not in html:
            found[code] = f"{found.get(code, '')} {words(html)}"
    return found


@pytest.fixture
def page(secretariat_plan, secretary):
    """The Secretariat's scorecard of 105."""
    return client_of(secretary).get(address(secretariat_plan, "scorecard"))


def test_the_scorecard_shows_all_39_kpis_with_formula_and_division(page, secretariat_plan):
    found = rows(page)
    kpis = KPI.objects.filter(plan=secretariat_plan).select_related("division")
    assert len(found) == len(kpis) == 39
    for kpi in kpis:
        for said in (kpi.name, kpi.formula, kpi.division.name):
            assert collapsed(said) in found[kpi.code], kpi


def test_the_scorecard_shows_all_40_measures_with_every_years_figure_and_note(page, secretariat_plan):
    found = rows(page)
    lines = build_scorecard(secretariat_plan).kpis
    assert sum(len(line.measures) for line in lines) == Measure.objects.filter(kpi__plan=secretariat_plan).count() == 40
    for line in lines:
        for measure in line.measures:
            assert measure.unit in found[line.code]
            for cell in measure.cells.values():
                for said in (cell.target_text, cell.target_remark, cell.actual_text, cell.actual_remark):
                    assert said == "—" or collapsed(said) in found[line.code], (line.code, cell.year)


def test_the_scorecard_shows_all_40_action_plans_with_owner_and_budgets(page, secretariat_plan):
    found = rows(page)
    action_plans = ActionPlan.objects.filter(plan=secretariat_plan).select_related("kpi", "owner_division")
    assert len(action_plans) == 40
    for action_plan in action_plans:
        row = found[action_plan.kpi.code]
        assert f"{action_plan.code} {collapsed(action_plan.description)}" in row
        assert action_plan.owner in row
        for budget in action_plan.budgets.all():
            assert f"{budget.amount:,}" in row, action_plan


def test_objectives_of_several_kpis_are_one_cell_and_perspectives_head_their_rows(page, secretariat_plan):
    html = body(page)
    for objective in secretariat_plan.objectives.all():
        kpis = objective.kpis.prefetch_related("measures", "action_plans")
        count = sum(max(len(kpi.measures.all()), len(kpi.action_plans.all()), 1) for kpi in kpis)
        (cell,) = re.findall(
            rf'<td class="c-objective"(?: rowspan="(\d+)")?>\s*<a [^>]*/objectives/{objective.code}/"', html
        )
        assert int(cell or 1) == count, objective
    heads = [words(band) for band in re.findall(r'<th scope="rowgroup"[^>]*>(.*?)</th>', html, re.DOTALL)]
    assert [head.split("構面")[0] for head in heads] == ["顧客", "內部流程", "學習成長", "財務"]


def test_an_approved_figure_stands_under_its_target_with_light_and_rate(open_plan, cast, kpi):
    factories.approved(cast, kpi, actuals=95)
    row = rows(client_of(cast.viewer).get(address(open_plan, "scorecard")))["AC1.1"]
    assert "100 95 95% 接近" in row


def test_the_form_instructions_stand_below_the_table(page, secretariat_plan):
    below = words(body(page).split("</table>")[-1])
    assert secretariat_plan.instruction_lines
    for line in secretariat_plan.instruction_lines:
        assert line in below


def test_a_plan_without_kpis_names_the_next_step(cast):
    city = cast.viewer.memberships.get().agency.parent
    member = factories.make_member("city", city, "viewer")
    page = client_of(member).get(address(city.plans.get(), "scorecard"))
    assert "這份年版還沒有 KPI" in body(page)
