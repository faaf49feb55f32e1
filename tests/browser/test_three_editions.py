"""Three editions in turn, from their forms: drafted, compared, adopted, opened, reported, corrected, closed."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from scorecard.domain.choices import PlanState, Role
from scorecard.models import Plan, YearlyValue
from tests.browser.conftest import PDF_MILLISECONDS
from tests.browser.filling import record_the_approval
from tests.factories import make_agency, make_member
from tests.page_reading import address

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Code and name of the objective, of its KPI, its formula, and the action plan.
SPEED = ("AC1 縮短處理時間", "AC1.1 平均處理日數", "平均處理日數≤30日\n單位：日", "AC1.1.1 檢討流程")
VISITS = ("AP1 加強訪查", "AP1.1 訪查次數", "訪查次數≥10次\n單位：次", "AP1.1.1 排定訪查")
SURVEY = ("AL1 提升服務", "AL1.1 滿意度", "滿意件數/問卷件數*100%≥80%\n單位：%", "AL1.1.1 辦理調查")


def form_of(agency, year, *rows):
    """The agency's form of an edition, to be chosen as a file. rows: each a KPI, its last actuals and its targets."""
    book = openpyxl.Workbook()
    strategy_map, card = book.active, book.create_sheet("平衡計分卡")
    strategy_map.title = "策略地圖"
    objectives = {row[0][0][1]: row[0][0] for row in rows}
    strategy_map.append([f"{agency.name}策略地圖"])
    strategy_map.append(["使命\n提高效能", None, "願景\n市政服務平臺"])
    strategy_map.append(["處級策略主題", None, "便民服務 A"])
    strategy_map.append(["策略目標", "顧客 C", objectives.get("C")])
    for name, code in (("內部流程", "P"), ("學習成長", "L"), ("財務", "F")):
        strategy_map.append([None, f"{name} {code}", objectives.get(code)])
    strategy_map.append(["主辦單位", None, "服務科"])
    roc = year - 1911
    card.append([f"{agency.name}平衡計分卡"])
    years = [f"{each}年\n實際值" for each in range(roc - 3, roc)] + [
        f"{each}年\n目標值" for each in range(roc, roc + 3)
    ]
    budgets = [f"行動方案對應{each}年預算\n(元)" for each in range(roc, roc + 3)]
    head = ["策略目標", "KPI\n(關鍵績效指標)", "KPI計算公式及計量單位", *years, "KPI\n主責\n科室", "行動方案"]
    card.append([*head, *budgets, "行動方案主責科室\n(或同仁)"])
    for (objective, kpi, formula, plan), actuals, targets in rows:
        card.append([objective, kpi, formula, *actuals, *targets, "服務科", plan, 0, 0, 0, "服務科"])
    content = io.BytesIO()
    book.save(content)
    return {"name": f"{roc}.xlsx", "mimeType": XLSX, "buffer": content.getvalue()}


@pytest.fixture
def agency(transactional_db):
    return make_agency("service")


@pytest.fixture
def admin(agency, browse):
    """The admin's page; the same person imports, adopts, opens and closes."""
    return browse(make_member("guanli", agency, Role.ADMIN))


def edition(year):
    """The year exists once."""
    return Plan.objects.get(year=year)


def upload(page, agency, form):
    page.goto(f"/agencies/{agency.slug}/import/")
    page.get_by_label("填好的表單").set_input_files(form)
    page.get_by_role("button", name="上傳並預覽").click()


def take_in(page, roc):
    page.get_by_role("button", name="匯入", exact=True).click()
    expect(page.get_by_role("heading", name=f"{roc} 年策略地圖")).to_be_visible()
    assert edition(roc + 1911).state == PlanState.DRAFT


def adopt_and_open(page, plan):
    page.goto(address(plan, "compare"))
    page.get_by_label("核定理由").fill("依處務會議決議。")
    record_the_approval(page)
    page.get_by_role("button", name=f"核定 {plan.title}").click(timeout=PDF_MILLISECONDS)
    expect(page.get_by_role("heading", name="已核定")).to_be_visible(timeout=PDF_MILLISECONDS)
    page.goto(address(plan, "plan_year"))
    page.locator("#open").get_by_label("填報截止日").fill((timezone.localdate() + timedelta(days=30)).isoformat())
    page.get_by_role("button", name=f"開放 {plan.year_text}度填報").click()
    expect(page.get_by_text("已開放填報。")).to_be_visible()


def report(page, plan, figures):
    """Type figures by KPI code, and submit them."""
    division = plan.agency.divisions.get(name="服務科")
    page.goto(address(plan, "reporting_table", division_id=division.pk))
    for code, figure in figures.items():
        row = page.locator(f"[id='{code}']")
        fold = row.locator(".result-alone:not([open]) > summary")
        if fold.count():
            fold.click()
        row.get_by_label(f"{code} 實際值").fill(figure)
    page.get_by_role("button", name="儲存並檢查送出").click()
    page.get_by_role("button", name="送出審核").click()
    expect(page.get_by_text(f"已送出 {len(figures)} 項 KPI")).to_be_visible()


def approve(page, plan, *codes):
    page.goto(address(plan, "review"))
    for code in codes:
        page.get_by_role("button", name=f"{code} 審核通過").click()
        expect(page.get_by_text(f"{code} 審核通過。")).to_be_visible()


def close(page, plan):
    page.goto(address(plan, "plan_year"))
    record_the_approval(page)
    page.get_by_role("button", name=f"關閉 {plan.year_text}度").click(timeout=PDF_MILLISECONDS)
    expect(page.get_by_text("年度已關閉，內容不再變動；")).to_be_visible(timeout=PDF_MILLISECONDS)


def reopen(page, plan):
    page.goto(address(plan, "plan_year"))
    page.get_by_label("新的填報截止日").fill((timezone.localdate() + timedelta(days=10)).isoformat())
    page.get_by_label("重新開放的理由").fill("更正統計錯誤。")
    page.get_by_role("button", name=f"重新開放 {plan.year_text}度").click()


def correct(staff, reviewer, plan, code, figure):
    """The reviewer returns an approved report, the division types the right figure, the reviewer approves it."""
    reviewer.goto(address(plan, "kpi", code=code))
    reviewer.get_by_role("link", name="到審核頁（可撤回審核通過）").click()
    case = reviewer.locator(f"[id='{code}']")
    case.get_by_label("撤回審核通過時，請寫明需補正的內容").fill("統計錯誤，請更正。")
    case.get_by_role("button", name="撤回審核通過並退回").click()
    expect(reviewer.get_by_text(f"已退回 {code}")).to_be_visible()
    report(staff, plan, {code: figure})


def baseline(page, plan, code):
    """What the scorecard of the edition shows of a KPI."""
    page.goto(address(plan, "scorecard"))
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=code, exact=False)).first


def test_three_editions_are_drafted_adopted_reported_corrected_and_closed_in_turn(agency, admin, browse):
    upload(
        admin, agency, form_of(agency, 2016, (SPEED, (30, 29, 28), (26, 25, 24)), (VISITS, (8, 9, 10), (10, 12, 14)))
    )
    take_in(admin, 105)
    first = edition(2016)
    adopt_and_open(admin, first)
    staff = browse(make_member("fuwu", agency, Role.STAFF, agency.divisions.get(name="服務科")))
    reviewer = browse(make_member("shenhe", agency, Role.REVIEWER))
    report(staff, first, {"AC1.1": "25", "AP1.1": "11"})
    approve(reviewer, first, "AC1.1", "AP1.1")
    close(admin, first)

    renamed = ("AC1 縮短處理時間", "AC1.1 案件平均處理日數", *SPEED[2:])
    rows = ((renamed, (29, 28, 24), (27, 24, 23)), (SURVEY, (70, 75, 78), (80, 82, 84)))
    upload(admin, agency, form_of(agency, 2017, *rows))
    # Another name asks whether it is the same KPI; the form's 24 of 105 differs from the recorded 25.
    expect(admin.get_by_text("表單「24」，系統「25」")).to_be_visible()
    admin.get_by_label("AC1.1 是原有的哪一項").select_option(label="AC1.1 平均處理日數")
    admin.get_by_role("button", name="記下選擇").first.click()
    expect(admin.locator("#dropped + p + .table-scroll")).to_contain_text("AP1.1")
    take_in(admin, 106)
    second = edition(2017)
    assert staff.goto(address(second, "strategy_map")).status == 404
    admin.goto(address(second, "compare"))
    for words in ("更名", "AC1.1", "放寬", "AL1.1", "停列"):
        expect(admin.locator("main")).to_contain_text(words)
    admin.locator("tr", has_text="還沒寫理由").get_by_label("理由").fill("案件量增加。")
    admin.locator("tr", has_text="還沒寫理由").get_by_role("button", name="儲存").click()
    adopt_and_open(admin, second)

    reopen(admin, first)
    correct(staff, reviewer, first, "AC1.1", "26")
    expect(baseline(reviewer, second, "AC1.1")).not_to_contain_text("26")
    approve(reviewer, first, "AC1.1")
    expect(baseline(reviewer, second, "AC1.1")).to_contain_text("26")
    stored = YearlyValue.objects.filter(measure__kpi__plan=second, year=2016).values_list(
        "measure__kpi__code", flat=True
    )
    assert list(stored) == ["AL1.1"], "a new KPI's earlier figures have their home here, and others nobody typed"
    close(admin, first)

    report(staff, second, {"AC1.1": "23", "AL1.1": "85"})
    approve(reviewer, second, "AC1.1", "AL1.1")
    close(admin, second)
    reopen(admin, first)
    expect(admin.get_by_text("請先重新開放 106 年版")).to_be_visible()
    assert edition(2016).state == PlanState.CLOSED

    admin.goto(address(second, "plan_year"))
    admin.get_by_text("沿用 106 年版建立草案").click()
    admin.get_by_role("button", name="建立草案").click()
    expect(admin.get_by_role("heading", level=1)).to_contain_text("107 年")
    third = edition(2018)
    assert (third.state, edition(2017).state) == (PlanState.DRAFT, PlanState.CLOSED)
    admin.goto(address(third, "compare"))
    expect(admin.get_by_text("與 106 年版完全相同")).to_be_visible()
