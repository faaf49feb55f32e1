"""儀表板: what the page says in each state of a year, and where it leads."""

import re

import pytest

from scorecard.models import KPI, ActionPlan
from tests import factories
from tests.page_reading import address, client_of, links, text
from tests.spending import spend


@pytest.fixture
def look(plan, cast):
    """Open the dashboard as the viewer."""
    client = client_of(cast.viewer)
    return lambda shown=plan, query=None: client.get(address(shown, "dashboard"), query)


def aria_labels(page):
    """What the page's charts say to those who do not see them."""
    return re.findall(r'role="img"\s+aria-label="([^"]*)"', page.content.decode())


def test_it_is_the_first_entry_of_the_menu_and_has_title_heading_and_year_switch(look, plan, cast):
    later = factories.next_edition(cast.admin, plan)
    page = look()
    html = page.content.decode()
    assert "<title>105 年儀表板｜" in html
    assert html.count("<h1>") == 1 and "<h1>105 年儀表板</h1>" in html
    menu = html.split('aria-label="主選單"')[1].split("</nav>")[0]
    assert menu.index("儀表板") < menu.index("策略地圖")
    assert f'href="{address(plan, "dashboard")}" aria-current="page"' in menu
    assert address(later, "dashboard") in links(page)


def test_home_leads_to_the_map_and_not_to_the_dashboard(plan, cast):
    assert client_of(cast.viewer).get("/").url == address(plan, "strategy_map")


def test_a_year_not_open_yet_says_what_comes_next(look):
    said = text(look())
    assert "105 年還沒有可計分的數值。年度開放填報並審核通過後，得分會出現在這裡。" in said
    assert "還沒有評定的 KPI" in said


def test_an_open_year_with_unapproved_figures_offers_to_count_them(look, plan, cast):
    factories.open_year(cast.admin, plan)
    assert "各科室填報並經審核通過後，得分會出現在這裡" in text(look())
    factories.fill(cast.staff, factories.kpi(plan, "AC1.1"), actuals=70, explanation="人力不足")
    page = look()
    assert "有 1 項 KPI 已填數值而尚未審核通過" in text(page)
    assert "人力不足" not in text(page)
    assert "?provisional=1" in links(page)
    shown = look(query={"provisional": "1"})
    assert "AC1.1 指標 AC1.1 尚未審核" in text(shown)
    assert "人力不足" in text(shown)
    assert "只看審核通過" in text(shown)
    assert address(plan, "kpi", code="AC1.1") + "?provisional=1" in links(shown), "the choice is kept"


def test_missed_kpis_stand_with_last_years_actual_target_and_explanation(look, plan, cast):
    factories.open_year(cast.admin, plan)
    factories.approved(cast, factories.kpi(plan, "AC1.1"), actuals=70, explanation="人力不足", improvement="增補人力")
    page = look()
    concerns = text(page).split("未達與接近")[1].split("預算與執行")[0]
    assert "AC1.1 指標 AC1.1 甲組 80 100 次 70 未達 70% 人力不足 改善措施：增補人力" in concerns
    assert address(plan, "kpi", code="AC1.1") in links(page)


def test_a_year_in_which_everything_was_met_says_so(look, plan, cast):
    factories.open_year(cast.admin, plan)
    factories.approved(cast, factories.kpi(plan, "AC1.1"), actuals=100)
    assert "已評的 KPI 全部達成。" in text(look())


def test_the_second_year_is_compared_with_the_first(look, plan, cast):
    later = factories.next_edition(cast.admin, plan)
    for edition, actual in ((plan, 95), (later, 98)):
        factories.open_year(cast.admin, edition)
        factories.approved(cast, factories.kpi(edition, "AC1.1"), actuals=actual)
    said = text(look(later))
    assert "較 105 年（1 項可比 KPI） ▲ +3 95 → 98" in said
    assert "A 主題1 98 ▲ +3" in said
    assert "進步 1" in said
    first = text(look())
    assert "104 年沒有可比較的得分（基準年只有實際值，沒有目標）" in first


def test_groups_stand_with_their_score_lights_and_what_they_stand_on(look, plan, cast):
    factories.open_year(cast.admin, plan)
    factories.approved(cast, factories.kpi(plan, "AC1.1"), actuals=95)
    page = look()
    assert "接近 1、待填報 3" in aria_labels(page), "the customer row"
    division = plan.agency.divisions.first()
    assert {address(plan, "theme", code="A"), address(plan, "division", division_id=division.pk)} <= set(links(page))
    assert re.search(r"甲組 95 (▲ ?1 )?.*?0／1／5", text(page))


def test_the_score_opens_down_to_the_measures(look, plan, cast):
    factories.open_year(cast.admin, plan)
    factories.approved(cast, factories.kpi(plan, "AC1.1"), actuals=95)
    calculation = text(look()).split("計算過程")[1].split("得分與燈號")[0]
    assert "得分 95 ＝ 各構面得分 × 占比的總和" in calculation
    assert "AC1 目標 AC1 95 × 100% ＝ 95" in calculation
    assert "AC1.1 指標 AC1.1 實際 95 次 ÷ 目標 100 次 ＝ 95%" in calculation
    assert "3 項沒有達成率，不計入" in calculation


def test_budgets_stand_by_year_theme_and_owner_with_their_execution(look, plan, cast):
    spend(cast, "BC1.1.1", 900)
    page = look()
    money = text(page).split("預算與執行")[1].split("填報進度")[0]
    assert "105 年 11,000 900 90% 1／11" in money
    assert "B 主題2 5 5,000 5,000 5,000 900 90%" in money
    assert "乙組 5 5,000 5,000 5,000 900 90%" in money
    assert "李大華 1 1,000 1,000 1,000 — —" in money
    assert any(label.startswith("105 年預算 11,000 元、執行數 900；106 年") for label in aria_labels(page))


def test_progress_stands_by_division_and_state_with_the_due_date(look, plan, cast):
    factories.open_year(cast.admin, plan)
    factories.approved(cast, factories.kpi(plan, "AC1.1"))
    factories.fill(cast.staff, factories.kpi(plan, "AL1.1"))
    progress = text(look()).split("填報進度")[-1]
    assert "截止日 106 年 1 月 31 日" in progress and factories.CONTACT in progress
    assert "甲組 3 1 0 1 0 1／5" in progress
    assert "合計 8 1 0 1 0 1／10" in progress


def test_sample_data_is_announced(look, plan, cast):
    factories.open_year(cast.admin, plan)
    type(cast.staff).objects.filter(pk=cast.staff.pk).update(is_demo=True)
    assert "示範資料" not in text(look())
    factories.approved(cast, factories.kpi(plan, "AC1.1"))
    assert "示範資料" in text(look())


def test_a_plan_without_kpis_says_what_to_do(look, plan):
    ActionPlan.objects.filter(plan=plan).delete()
    KPI.objects.filter(plan=plan).delete()
    said = text(look())
    assert "這份年版還沒有 KPI。" in said
    assert "得分與燈號" not in said


def test_a_plan_without_action_plans_says_so(look, plan):
    ActionPlan.objects.filter(plan=plan).delete()
    assert "還沒有行動方案與預算。" in text(look())


def test_nothing_changed_is_answered_without_the_page(look, plan, cast):
    client = client_of(cast.viewer)
    first = client.get(address(plan, "dashboard"))
    again = client.get(address(plan, "dashboard"), headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    factories.open_year(cast.admin, plan)
    changed = client.get(address(plan, "dashboard"), headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
