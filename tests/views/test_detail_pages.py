"""The pages of an objective, a KPI, a theme and a division."""

from uuid import uuid4

import pytest

from scorecard.models import AuditEvent, Measure, YearlyValue
from tests import factories
from tests.factories import FIRST_YEAR
from tests.page_reading import address, body, client_of, links, text
from tests.spending import spend


@pytest.fixture
def look(open_plan, cast):
    """Open a page of 105 as the viewer."""
    client = client_of(cast.viewer)
    return lambda name, query=None, **kwargs: client.get(address(open_plan, name, **kwargs), query)


# Objective


def test_an_objective_shows_its_kpis_action_plans_theme_and_division(look, open_plan):
    page = look("objective", code="AC1")
    said = text(page)
    for words in ("AC1 目標 AC1", "AC1.1 指標 AC1.1", "AC1.2 指標 AC1.2", "AC1.1.1 辦理 AC1.1.1", "李大華", "1,000"):
        assert words in said
    assert "A 主題1" in said
    assert "甲組" in said
    assert address(open_plan, "kpi", code="AC1.1") in links(page)
    assert address(open_plan, "theme", code="A") in links(page)


def test_an_objective_shows_its_causes_and_effects_with_reasons(look, open_plan):
    page = look("objective", code="AP1")
    said = text(page)
    causes, effects = said.split("由這些目標促成")[1].split("促成這些目標")
    assert "待填報 AL1 目標 AL1 得分 — 測試關係" in causes
    assert "待填報 AC1 目標 AC1 得分 — 測試關係" in effects.split("支持之府級目標")[0]
    assert address(open_plan, "objective", code="AL1") in links(page)


def test_an_objective_names_the_citys_objectives_it_supports(look):
    assert "甲C1 府級目標" in text(look("objective", code="AC1"))
    assert "還沒有指定所支持的府級目標" in text(look("objective", code="BC1"))


def test_an_objective_without_kpis_says_so(look):
    assert "這個策略目標還沒有 KPI" in text(look("objective", code="AP2"))


# KPI


def test_a_kpi_shows_definition_figures_of_all_years_and_action_plans(look):
    said = text(look("kpi", code="AC1.1"))
    for words in ("AC1.1 指標 AC1.1", "實際數 ÷ 應有數", "次，越高越好", "甲組", "協辦： 支援組", "AC1.1.2"):
        assert words in said
    for year in range(102, 108):
        assert f"{year} 年" in said
    assert "102 年 — 80 — –" in said
    assert "105 年 100 — — 待填報" in said


def test_a_kpi_opens_its_calculation_with_the_numbers_put_in(look, cast, kpi):
    factories.approved(cast, kpi, actuals=95)
    calculation = text(look("kpi", code="AC1.1")).split("計算過程")[1]
    assert "實際 95 次 ÷ 目標 100 次 ＝ 95%" in calculation


def test_a_kpi_of_two_measures_shows_both_and_its_weighted_mean(look, cast, open_plan):
    factories.approved(cast, factories.kpi(open_plan, "AP1.1"), actuals=[20, 4])
    said = text(look("kpi", code="AP1.1"))
    assert "圖片（張）" in said
    assert "影片（支）" in said
    # (1 + 0.8) ÷ 2
    calculation = said.split("計算過程")[1]
    assert "得分 90 ＝ 各衡量項得分 × 占比的總和" in calculation
    assert "圖片 實際 20 張 ÷ 目標 20 張 ＝ 100% 100 × 50% ＝ 50" in calculation
    assert "影片 實際 4 支 ÷ 目標 5 支 ＝ 80% 80 × 50% ＝ 40" in calculation


def test_a_kpi_draws_each_measure_with_a_text_for_those_who_do_not_see_it(look, cast, open_plan):
    factories.approved(cast, factories.kpi(open_plan, "AP1.1"), actuals=[20, 4])
    page = look("kpi", code="AP1.1").content.decode()
    assert page.count("各年度實際與目標：102 年實際 ") == 2
    assert 'aria-label="AP1.1 影片（支）105 年：目標 5、實際 4，達成率 80%，未達（越高越好）"' in page


def test_action_plans_stand_with_what_was_spent_of_their_budget_and_their_sum(look, cast, open_plan):
    spend(cast, "AC1.1.1", 900, progress="已辦理")
    for name, kwargs in (("kpi", {"code": "AC1.1"}), ("theme", {"code": "A"}), ("objective", {"code": "AC1"})):
        said = text(look(name, **kwargs))
        assert "AC1.1.1 辦理 AC1.1.1 執行情形：已辦理 甲組 1,000 1,000 1,000 900 90%" in said, name
    assert "合計（2 案） 2,000 2,000 2,000 900 已填 1／2 案 90%" in text(look("kpi", code="AC1.1"))


def test_objective_theme_and_division_open_their_score(look, cast, kpi, open_plan):
    factories.approved(cast, kpi, actuals=95)
    division = open_plan.agency.divisions.first()
    for name, kwargs, below in (
        ("objective", {"code": "AC1"}, "KPI"),
        ("theme", {"code": "A"}, "策略目標"),
        ("division", {"division_id": division.pk}, "KPI"),
    ):
        calculation = text(look(name, **kwargs)).split("計算過程")[1]
        assert f"得分 95 ＝ 各{below}得分 × 占比的總和" in calculation, name
        assert "實際 95 次 ÷ 目標 100 次 ＝ 95%" in calculation, name


def test_a_kpi_shows_where_its_report_stands_and_every_change_with_old_and_new_value(look, cast, kpi):
    factories.fill(cast.staff, kpi, actuals=70, explanation="人力不足", improvement="增補人力")
    factories.fill(cast.staff, kpi, actuals=80, explanation="人力不足", improvement="增補人力")
    factories.send_back(cast.reviewer, factories.submit(cast.staff, kpi), "請附佐證")
    said = text(look("kpi", {"provisional": "1"}, code="AC1.1"))
    for words in ("退回補正", "人力不足", "增補人力", "staff 君", "reviewer 君", "請附佐證", "實際值：70 → 80"):
        assert words in said
    history = said.split("變更紀錄")[1]
    assert history.index("退回") < history.index("70 → 80") < history.index("（空白） → 70")
    assert AuditEvent.objects.filter(kpi=kpi).count() == 4


def test_a_kpi_without_a_target_that_year_says_that_no_report_is_due(look, kpi):
    YearlyValue.objects.filter(measure__kpi=kpi, year=FIRST_YEAR).update(target=None, target_note="—")
    assert "本年度無目標，不需填報" in text(look("kpi", code="AC1.1"))


def test_a_kpi_nobody_reported_yet_says_so(look):
    said = text(look("kpi", code="AC1.1"))
    assert "主責科室還沒有開始填報" in said
    assert "還沒有變更紀錄" in said


def test_removed_evidence_is_not_named(look, cast, kpi):
    report = factories.fill(cast.staff, kpi)
    made = {"report": report, "size": 1, "content_type": "text/plain", "uploaded_by": cast.staff}
    report.evidence.create(token="12345678123456781234567812345678", name="統計表.csv", **made)
    report.evidence.create(
        token="87654321876543218765432187654321",
        name="誤傳.csv",
        removed_by=cast.staff,
        removed_at=report.changed_at,
        **made,
    )
    said = text(look("kpi", {"provisional": "1"}, code="AC1.1"))
    assert "統計表.csv" in said
    assert "誤傳.csv" not in said


def test_a_kpi_shows_all_its_years_and_those_in_another_unit_by_themselves(cast, open_plan, later):
    factories.approved(cast, factories.kpi(open_plan, "AC1.1"), actuals=95)
    client, url = client_of(cast.viewer), address(later, "kpi", code="AC1.1")
    said = text(client.get(url)).split("各年度目標與實際")[1].split("行動方案")[0]
    # 106's scorecard begins with 103.
    assert "102 年" in said and "105 年 100 95 95% 接近" in said and "單位改變" not in said
    Measure.objects.filter(kpi__plan=later, kpi__code="AC1.1").update(unit="件", lineage=uuid4())
    said = text(client.get(url)).split("各年度目標與實際")[1].split("行動方案")[0]
    now, former = said.split("至 105 年，單位：次")
    assert "單位改變之後，數值不再銜接" in former and "105 年 100 95 95% 接近" in former and "102 年" in former
    assert "目標（件）" in now and "95 95% 接近" not in now


def test_names_stand_as_they_were_when_the_act_was_done(look, cast, kpi):
    factories.fill(cast.staff, kpi, actuals=70, explanation="人力不足", improvement="增補人力")
    factories.attach(cast.staff, kpi)
    factories.send_back(cast.reviewer, factories.submit(cast.staff, kpi), "請附佐證")
    before = body(look("kpi", {"provisional": "1"}, code="AC1.1")).split("<main")[1].split("</main>")[0]
    for person in (cast.staff, cast.reviewer, cast.admin):
        person.name = f"改名後的 {person.username}"
        person.save()
    after = body(look("kpi", {"provisional": "1"}, code="AC1.1")).split("<main")[1].split("</main>")[0]
    assert "staff 君" in before and after == before


# Theme and division


def test_a_theme_shows_its_objectives_kpis_score_and_lead_division(look, cast, kpi, open_plan):
    factories.approved(cast, kpi, actuals=95)
    page = look("theme", code="A")
    said = text(page)
    for words in ("A 主題1", "甲組", "AC1 目標 AC1", "AP2", "AF1.1 指標 AF1.1", "達成 0 / 已評 1 / 應評 5"):
        assert words in said
    assert "BC1" not in said
    assert address(open_plan, "objective", code="AC1") in links(page)


def test_a_division_shows_the_kpis_it_owns_and_the_themes_it_leads(look, open_plan):
    first, _, supporting = open_plan.agency.divisions.all()
    page = look("division", division_id=first.pk)
    assert "AC1.1 指標 AC1.1" in text(page)
    assert "BC1.1" not in text(page)
    assert address(open_plan, "theme", code="A") in links(page)
    said = text(look("division", division_id=supporting.pk))
    assert "沒有主責的 KPI" in said
    assert "協辦 KPI" in said
    assert "AC1.1 指標 AC1.1" in said


# The year switch and the year in the URL


def test_2016_in_the_url_is_105(cast, open_plan):
    client = client_of(cast.viewer)
    gregorian, roc = (client.get(f"/test-agency/{year}/map/") for year in ("2016", "105"))
    assert gregorian.status_code == roc.status_code == 200
    assert text(gregorian) == text(roc)
    assert client.get("/test-agency/0105/map/").status_code == 404


@pytest.mark.parametrize(
    ("name", "kwargs"),
    [
        ("strategy_map", {}),
        ("scorecard", {}),
        ("objective", {"code": "AC1"}),
        ("kpi", {"code": "AC1.1"}),
        ("theme", {"code": "A"}),
        ("downloads", {}),
    ],
)
def test_the_year_switch_keeps_the_page_and_its_filters(look, later, name, kwargs):
    page = look(name, {"provisional": "1", "theme": "A"}, **kwargs)
    there = address(later, name, **kwargs) + "?provisional=1&theme=A"
    assert there in links(page)
    assert "106 年" in text(page)


def test_the_switch_leads_to_the_persons_other_agencies_alone(look, cast, open_plan):
    assert not [link for link in links(look("strategy_map")) if cast.other_agency.slug in link]
    factories.Membership.objects.create(user=cast.viewer, agency=cast.other_plan.agency, role="viewer")
    assert address(cast.other_plan, "strategy_map") in links(look("strategy_map"))


# Figures not approved yet


def test_figures_not_approved_yet_show_only_when_asked_for_and_are_marked(look, cast, kpi):
    factories.fill(cast.staff, kpi, actuals=12345, explanation="說明")
    for name, kwargs in (("scorecard", {}), ("objective", {"code": "AC1"}), ("theme", {"code": "A"})):
        assert "12,345" not in text(look(name, **kwargs)), name
        shown = text(look(name, {"provisional": "1"}, **kwargs))
        # The mark stands behind the figure, or behind its rate and light.
        assert "12,345 尚未審核" in shown or "12,345 >999% 達成 尚未審核" in shown, name
    said = text(look("kpi", {"provisional": "1"}, code="AC1.1"))
    assert "12,345 尚未審核" in said
    assert "含尚未審核數值（1 項）" in text(look("strategy_map"))
    assert "達成 1 / 已評 1" in text(look("theme", {"provisional": "1"}, code="A"))
    assert "達成 0 / 已評 0" in text(look("theme", code="A"))


def test_an_approved_figure_needs_no_asking_and_bears_no_mark(look, cast, kpi):
    factories.approved(cast, kpi, actuals=12345)
    said = text(look("theme", code="A"))
    assert "12,345" in said
    assert "12,345 尚未審核" not in said
