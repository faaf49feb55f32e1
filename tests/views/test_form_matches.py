"""The preview of a next year's form: what rows are is asked first and kept, what is dropped is shown or ticked."""

import io
import re

import openpyxl
import pytest

from scorecard.agency_form import preview_page
from scorecard.domain.choices import PlanState, Role
from scorecard.models import KPI, FormUpload, Plan
from scorecard.services import editions
from tests import factories
from tests.agency_form.form_workbooks import CARD, original
from tests.page_reading import address, client_of, form_to, forms, links, text, told
from tests.services.rows import nothing_written
from tests.shared_rows import layer
from tests.views.test_form_import import apply, path, uploaded

YEARS = re.compile(r"10[2-7]")


def next_years_form(**cells):
    """The Secretariat's form one year later, as 105 planned it, with other contents of some cells of the scorecard.

    The last year's targets and budgets are those of the year before; the actuals of 105 are blank.
    """
    book = openpyxl.load_workbook(io.BytesIO(original()))
    card = book[CARD]
    for row in card.iter_rows(max_row=3):
        for cell in row:
            if isinstance(cell.value, str):
                cell.value = YEARS.sub(lambda found: str(int(found[0]) + 1), cell.value)
    for row in range(4, 43):
        for column, source in zip("DEFGHLM", "EF HIMN", strict=True):
            if type(card[f"{column}{row}"]).__name__ == "Cell":
                card[f"{column}{row}"].value = card[f"{source}{row}"].value if source != " " else None
    for name, content in cells.items():
        card[name].value = content
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@layer
def agency():
    agency = factories.make_agency("taipei-secretariat")
    agency.name = "臺北市政府秘書處"
    agency.save()
    return agency


@layer
def keeper(agency):
    return factories.make_member("keeper", agency, Role.ADMIN)


@layer
def before(keeper, agency):
    """Edition 105, adopted."""
    client = client_of(keeper)
    apply(client, uploaded(client, agency, original()))
    return editions.record_adoption(
        by=keeper, plan=Plan.objects.get(), approval=factories.approval(), reason="策略會議決議"
    )


@pytest.fixture
def reviewer(before):
    return client_of(factories.make_member("second", before.agency, Role.REVIEWER))


def lineage(plan, code):
    return str(KPI.objects.get(plan=plan, code=code).lineage)


def matches_form(page):
    """The form that answers; the first one where both answers are shown."""
    return next(form for form in forms(page) if form.action.endswith("/matches/"))


def choose(client, page, **choices):
    """Answer what rows of the form are, by code."""
    form = matches_form(page)
    values = {f"match-kpi {code.replace('_', '.')}": chosen for code, chosen in choices.items()}
    return client.post(form.action, form.filled(**values), follow=True)


def test_uncertain_rows_are_asked_first_kept_and_taken_over_into_a_draft(reviewer, agency, before):
    form = next_years_form(B4="AC1.9 縮短職舍通知配住日數", B6="CC1.1 新的指標")
    page = uploaded(reviewer, agency, form)
    shown = text(page)
    assert "106 年版（新的草案）" in shown and "還有 2 項要先確認是不是 105 年版原有的項目" in shown
    assert "KPI 改編號？ AC1.9 縮短職舍通知配住日數" in shown and "KPI 更名？ CC1.1 新的指標" in shown
    assert shown.index("KPI 改編號？") < shown.index("確定沿用的項目") < shown.index("與 105 年版的差異")
    assert ">匯入</button>" not in page.content.decode()
    with nothing_written():
        refused = reviewer.post(f"{path(page)}apply/", {"version": 0, "seen": "{}"})
    assert refused.status_code in (409, 422)
    page = choose(reviewer, page, CC1_1="new")
    assert "已記下 2 項。都確認了，可以匯入。" in told(page)
    upload = FormUpload.objects.get(applied_at=None)
    assert upload.matches == {"kpi AC1.9": lineage(before, "AC1.1"), "kpi CC1.1": "new"} and upload.version == 1
    shown = text(page)
    assert "匯入為 106 年版草案" in shown and "表單沒有的項目" in shown
    assert "KPI CC1.1 員工對市政大樓服務設施滿意度" in shown
    left = apply(reviewer, page)
    plan = Plan.objects.get(year=2017)
    assert (plan.state, left.url.endswith("/106/map/")) == (PlanState.DRAFT, True)
    assert (lineage(plan, "AC1.9"), KPI.objects.filter(plan=plan).count()) == (lineage(before, "AC1.1"), 39)
    assert lineage(plan, "CC1.1") != lineage(before, "CC1.1")
    # The switch of years goes by what the rows are, and never by their codes.
    recoded, reused = (links(reviewer.get(address(plan, "kpi", code=code))) for code in ("AC1.9", "CC1.1"))
    assert address(before, "kpi", code="AC1.1") in recoded
    assert address(before, "kpi", code="CC1.1") not in reused


def test_an_answer_is_taken_back_and_none_is_taken_that_fits_nowhere(reviewer, agency, before):
    page = uploaded(reviewer, agency, next_years_form(B4="AC1.9 縮短職舍通知配住日數", B6="CC1.1 新的指標"))
    with nothing_written():
        refused = choose(reviewer, page, AC1_9=lineage(before, "DC1.1"))
    assert refused.status_code == 422 and "AC1.9 選的項目已不在可選之列" in told(refused)
    other = factories.make_plan(agency=factories.make_agency("other"), kpis=5)
    with nothing_written():
        refused = choose(reviewer, page, AC1_9=lineage(other, "AC1.1"))
    assert refused.status_code == 422
    both = lineage(before, "AC1.1")
    with nothing_written():
        refused = choose(reviewer, page, AC1_9=both, CC1_1=both)
    assert "AC1.9、CC1.1 選了同一項" in told(refused)
    page = choose(reviewer, page)
    assert FormUpload.objects.get(applied_at=None).version == 1
    page = choose(reviewer, page, CC1_1="new")
    assert "已記下 1 項" in told(page)
    with nothing_written():
        assert "沒有變更任何選擇" in told(choose(reviewer, page))


def test_two_people_who_answer_otherwise_both_see_it_and_what_was_agreed_to_before_is_not_imported(
    reviewer, keeper, agency, before
):
    page = uploaded(reviewer, agency, next_years_form(B4="AC1.9 縮短職舍通知配住日數", B6="CC1.1 新的指標"))
    admin = client_of(keeper)
    late = admin.get(path(page))
    choose(reviewer, page, AC1_9="new")
    refused = choose(admin, late)
    assert refused.status_code == 409
    assert "AC1.9 縮短職舍通知配住日數 新的，不沿用 AC1.1 縮短職舍通知配住日數" in text(refused)
    assert FormUpload.objects.get(applied_at=None).matches["kpi AC1.9"] == "new"
    mine = matches_form(refused)
    agreed = form_to(reviewer.get(path(page)), f"{path(page)}apply/")
    assert "已記下 1 項" in told(admin.post(mine.action, mine.filled(), follow=True))
    assert FormUpload.objects.get(applied_at=None).matches["kpi AC1.9"] == lineage(before, "AC1.1")
    with nothing_written():
        refused = reviewer.post(agreed.action, agreed.filled())
    assert refused.status_code == 422 and "或改選了沿用的項目" in told(refused)


def test_a_draft_loses_only_what_is_ticked_and_an_adopted_edition_nothing(reviewer, keeper, agency, before):
    apply(reviewer, uploaded(reviewer, agency, next_years_form()))
    plan = Plan.objects.get(year=2017)
    lacking = {f"{column}42": None for column in "ABCDEFGHIJKLMNO"} | {f"{column}41": None for column in "KLMNO"}
    page = uploaded(reviewer, agency, next_years_form(**lacking))
    boxes = re.findall(r'type="checkbox"\s+form="apply-form"\s+name="drop"\s+value="([^"]*)"', page.content.decode())
    assert len(boxes) == 2 and "草案有、表單沒有的項目會保留；要停列的請勾選" in text(page)
    form = form_to(page, f"{path(page)}apply/")
    box = next(box for box in boxes if "kpi" in box).replace("&quot;", '"')
    left = reviewer.post(form.action, form.filled(drop=box))
    assert left.status_code == 302
    assert not KPI.objects.filter(plan=plan, code="HF1.1").exists()
    assert plan.action_plans.count() == 39, "what is not ticked stays"
    editions.record_adoption(by=keeper, plan=plan, approval=factories.approval(), reason="策略會議決議")
    page = uploaded(reviewer, agency, next_years_form(G4=29, **lacking))
    assert 'name="drop"' not in page.content.decode() and "表單沒有的項目都保留，不會刪除" in text(page)
    with nothing_written():
        assert "請說明理由" in told(apply(reviewer, page, reason=""))
    apply(reviewer, page)
    assert plan.action_plans.count() == 39


def test_figures_that_differ_from_the_recorded_ones_are_told_at_their_cell(reviewer, agency, before):
    page = uploaded(reviewer, agency, next_years_form(D7=9))
    sentence = "DC1.1 103 年實際值：表單「9」，系統「1.46」（105 年版，基準實際值）；以系統為準，沒有匯入。"
    assert f"平衡計分卡 D7 {sentence} 9" in text(page)


def test_many_changes_are_shown_on_request(reviewer, agency, before, monkeypatch):
    monkeypatch.setattr(preview_page, "CHANGES_AT_ONCE", 5)
    page = uploaded(reviewer, agency, next_years_form())
    assert "變更 80 項" in text(page) and "顯示全部 80 項變更（還有 75 項）" in text(page)
    whole = reviewer.get(f"{path(page)}?all=changes")
    assert "顯示全部" not in text(whole) and text(whole).count("108 年目標值") > 5


def test_the_preview_asks_a_bounded_number_of_queries(reviewer, agency, before, django_assert_max_num_queries):
    page = path(uploaded(reviewer, agency, next_years_form(B4="AC1.9 縮短職舍通知配住日數")))
    with django_assert_max_num_queries(26):
        reviewer.get(page)
