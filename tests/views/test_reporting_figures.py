"""年度填報: ratios by their parts, questions about figures, and what action plans spent."""

import pytest

from scorecard.models import ActionBudget, FigureConfirmation, YearlyReport
from scorecard.services.reporting import Answer, confirm_figures
from tests import factories
from tests.factories import FIRST_YEAR, Decimal, kpi
from tests.page_reading import address, body, client_of, form_to, forms, text, told
from tests.services.rows import nothing_written
from tests.views.test_reporting import fill_in, value_of


def field(kpi, name, question=""):
    """The name of a field of the KPI's only measure."""
    return f"kpi{kpi.pk}-{name}_{kpi.measures.get().pk}" + f"_{question}" * bool(question)


@pytest.fixture
def ratio(open_plan):
    """AF1.1, 執行數 / 預算數 × 100 %: target 90."""
    return kpi(open_plan, "AF1.1")


@pytest.fixture
def plain(open_plan):
    """AC1.1: 80 in each of three years, target 100."""
    return kpi(open_plan, "AC1.1")


def fragment(client, kpi, **typed):
    """The fragment while these fields of the KPI's only measure are typed."""
    division = kpi.division_id
    url = address(kpi.plan, "reporting_light", division_id=division, code=kpi.code)
    fields = {field(kpi, name): words for name, words in typed.items()}
    return client.get(url, {"measure": kpi.measures.get().pk, **fields})


# Ratios


def test_a_ratio_is_entered_by_its_parts_and_shows_the_formula_with_these_numbers(staff, table, ratio):
    page = staff.get(table)
    assert "執行數" in text(page) and "預算數" in text(page) and "× 100 %" in text(page)
    saved = fill_in(staff, table, {field(ratio, "numerator"): "２８", field(ratio, "denominator"): "30"}, follow=True)
    value = value_of(ratio)
    assert (value.actual, value.numerator, value.denominator) == (Decimal("93.3333"), 28, 30)
    assert "28 / 30 × 100 % = 93.33 %" in text(saved)
    fields = form_to(saved).fields
    assert [fields[field(ratio, name)] for name in ("numerator", "denominator", "actual")] == [["28"], ["30"], [""]]
    with nothing_written():
        fill_in(staff, table, {})


def test_while_typing_the_light_comes_with_the_working_and_the_result(staff, ratio):
    with nothing_written():
        shown = fragment(staff, ratio, numerator="28", denominator="30")
    assert text(shown) == "達成 達成率 103.7% 28 / 30 × 100 % = 93.33 % 93.3333"
    assert "hx-swap-oob" in body(shown)
    assert text(fragment(staff, ratio, numerator="28")) == "待填報"


@pytest.mark.parametrize(
    ("typed", "at", "said"),
    [
        ({"numerator": "28"}, "denominator", "只填了分子；請填分母"),
        ({"denominator": "30"}, "numerator", "只填了分母；請填分子"),
        ({"numerator": "28", "denominator": "0"}, "denominator", "分母不可為 0"),
        ({"numerator": "二十八", "denominator": "30"}, "numerator", "不是數字"),
        ({"numerator": "28", "denominator": "30", "actual": "95"}, "actual", "請清除「只有結果」的數字"),
        ({"numerator": "99999999999", "denominator": "0.0001"}, "numerator", "算出的結果太大"),
        ({"numerator": "1000000000", "denominator": "1"}, "numerator", "算出的結果太大"),
        ({"numerator": "-1000000000", "denominator": "1"}, "numerator", "算出的結果太大"),
        ({"numerator": "28", "denominator": "30", "unmeasured": "on", "note": "停辦"}, "numerator", "已勾選「無統計」"),
    ],
)
def test_what_gives_no_ratio_is_an_error_at_its_cell_and_keeps_what_was_typed(staff, table, ratio, typed, at, said):
    values = {field(ratio, name): words for name, words in typed.items()}
    with nothing_written():
        page = fill_in(staff, table, values)
    assert page.status_code == 422
    assert said in text(page)
    assert f'href="#id_{field(ratio, at)}"' in body(page)
    assert form_to(page).fields | {name: [words] for name, words in values.items()} == form_to(page).fields


def test_the_largest_result_that_can_be_kept_is_kept(staff, table, ratio):
    parts = {field(ratio, "numerator"): "999999999.9999", field(ratio, "denominator"): "1"}
    fill_in(staff, table, parts | {field(ratio, "explanation"): "一次補登"})
    assert value_of(ratio).actual == Decimal("99999999999.99")


def test_a_result_alone_is_a_plain_choice_and_parts_take_its_place_later(staff, table, ratio):
    assert "只有結果" in text(staff.get(table))
    fill_in(staff, table, {field(ratio, "actual"): "93.3%"})
    assert (value_of(ratio).actual, value_of(ratio).numerator) == (Decimal("93.3"), None)
    fill_in(staff, table, {field(ratio, "numerator"): "28", field(ratio, "denominator"): "30"})
    assert value_of(ratio).actual == Decimal("93.3333")
    emptied = dict.fromkeys((field(ratio, "numerator"), field(ratio, "denominator")), "")
    fill_in(staff, table, emptied | {field(ratio, "actual"): "94"})
    assert (value_of(ratio).actual, value_of(ratio).numerator) == (94, None)


def test_a_conflict_shows_the_others_parts_and_keeps_ones_own(staff, table, ratio, cast):
    before = form_to(staff.get(table))
    factories.fill(cast.staff, ratio, actuals=[(27, 30)])
    own = {field(ratio, "numerator"): "28", field(ratio, "denominator"): "30"}
    page = staff.post(table, before.filled(**own))
    assert page.status_code == 409
    assert "實際 90 % （27 / 30）" in text(page).replace("%（", "% （")
    assert staff.post(table, form_to(page).fields).status_code == 302
    assert value_of(ratio).numerator == 28


def test_pages_and_data_show_how_the_ratio_came_about(cast, ratio):
    factories.approved(cast, ratio, actuals=[(28, 30)])
    client = client_of(cast.viewer)
    page = text(client.get(address(ratio.plan, "kpi", code="AF1.1")))
    assert "執行數 28 / 預算數 30 × 100 % = 93.33 %；實際 93.3333% ÷ 目標 90% ＝ 103.7%" in page
    kpis = client.get(address(ratio.plan, "scores_json")).json()["kpis"]
    (measure,) = next(line["measures"] for line in kpis if line["code"] == "AF1.1")
    assert (measure["numerator"], measure["denominator"], measure["actual"]) == ("28", "30", "93.3333")


# Questions


def test_a_questionable_figure_is_saved_and_its_row_asks_with_a_tick(staff, table, plain):
    saved = fill_in(staff, table, {field(plain, "actual"): "1000"}, follow=True)
    assert value_of(plain).actual == 1000
    assert "1,000 約是 104 年 80 的 12.5 倍，位數是否有誤？ 數字無誤" in text(saved)
    tick = field(plain, "confirm", "magnitude")
    assert f'name="{tick}" value="1000"' in body(saved)
    answered = fill_in(staff, table, {tick: "1000"}, follow=True)
    assert FigureConfirmation.objects.get().question == "magnitude"
    assert "已確認數字無誤" in text(answered)
    assert f'name="{tick}"' not in body(answered)


def test_figure_and_answer_may_come_together_but_never_for_another_figure(staff, table, plain):
    tick = field(plain, "confirm", "magnitude")
    fill_in(staff, table, {field(plain, "actual"): "1000", tick: "1001"})
    assert not FigureConfirmation.objects.exists()
    fill_in(staff, table, {field(plain, "actual"): "1001", tick: "1001"})
    assert FigureConfirmation.objects.get().actual == 1001
    fill_in(staff, table, {field(plain, "actual"): "1002"})
    assert f'name="{tick}" value="1002"' in body(staff.get(table))


def test_the_question_comes_while_typing(staff, plain):
    shown = fragment(staff, plain, actual="1000")
    assert "位數是否有誤" in text(shown) and f'name="{field(plain, "confirm", "magnitude")}"' in body(shown)


@pytest.mark.parametrize("wrong", ["", "x", "1e9", "1" * 60, "<b>"])
def test_a_tick_without_its_figure_answers_nothing(staff, table, plain, wrong):
    fill_in(staff, table, {field(plain, "actual"): "1000"})
    with nothing_written():
        assert fill_in(staff, table, {field(plain, "confirm", "magnitude"): wrong}).status_code == 302


def test_the_check_page_lists_the_question_and_one_click_there_is_enough(staff, check, plain, cast):
    factories.fill(cast.staff, plain, actuals=1000, confirmed=False)
    page = staff.get(check)
    assert "請確認數字（1 項）" in text(page)
    assert "目前沒有可以送出的 KPI" in text(page)
    with nothing_written():
        assert "數字無誤" in told(staff.post(check, {"kpi": ["AC1.1"]}))
    (form,) = [form for form in forms(page) if form.action.endswith("/check/AC1.1/")]
    sent = form.filled(**{field(plain, "confirm", "magnitude"): "1000"})
    done = staff.post(form.action, sent, follow=True)
    assert "已確認 AC1.1 的數字無誤" in told(done)
    assert form_to(done).fields["kpi"] == ["AC1.1"]
    staff.post(check, form_to(done).fields)
    assert YearlyReport.objects.get().is_submitted
    history = text(client_of(cast.reviewer).get(address(plain.plan, "kpi", code="AC1.1")))
    assert "數字無誤：（空白） → 1,000 約是 104 年 80 的 12.5 倍" in history


def test_an_answer_to_figures_changed_meanwhile_or_to_nothing_changes_nothing(staff, check, plain, cast):
    factories.fill(cast.staff, plain, actuals=1000, confirmed=False)
    url = f"{check}AC1.1/"
    answer = {field(plain, "confirm", "magnitude"): "1000"}
    with nothing_written():
        assert "剛剛有人變更" in told(staff.post(url, {"version": 0, **answer}, follow=True))
        assert "沒有需要確認的數字" in told(staff.post(url, {"version": 1}, follow=True))
    factories.submit(cast.staff, _confirmed(cast, plain))
    with nothing_written():
        assert "已送出審核" in told(staff.post(url, {"version": 3, **answer}, follow=True))


def _confirmed(cast, kpi):
    answers = [Answer(kpi.measures.get().pk, "magnitude", Decimal(1000))]
    confirm_figures(by=cast.staff, kpi=kpi, version=1, answers=answers)
    return kpi


# Action plans


@pytest.fixture
def budget(plain):
    """AC1.1.1's budget of 2016: 1,000 dollars."""
    return ActionBudget.objects.get(action_plan__code="AC1.1.1", action_plan__kpi=plain, year=FIRST_YEAR)


def test_what_an_action_plan_spent_is_saved_with_the_row(staff, table, plain, budget):
    executed, progress = f"kpi{plain.pk}-executed_{budget.pk}", f"kpi{plain.pk}-progress_{budget.pk}"
    assert "AC1.1.1 辦理 AC1.1.1 預算 1,000 元" in text(staff.get(table))
    response = fill_in(
        staff, table, {field(plain, "actual"): "95", executed: "９５０元", progress: "已結案"}, follow=True
    )
    assert "已儲存 1 項 KPI" in told(response)
    budget.refresh_from_db()
    assert (budget.executed, budget.progress, value_of(plain).actual) == (950, "已結案", 95)
    fields = form_to(response).fields
    assert (fields[executed], fields[progress]) == (["950"], ["已結案"])
    with nothing_written():
        fill_in(staff, table, {executed: "950"})
    page = text(staff.get(address(plain.plan, "kpi", code="AC1.1"), {"provisional": "1"}))
    assert "執行情形：已結案" in page and "950" in page
    fill_in(staff, table, {executed: ""})
    budget.refresh_from_db()
    assert budget.executed is None


@pytest.mark.parametrize("typed", ["-1", "1.5", "約一千", "1" * 20])
def test_an_amount_that_is_none_is_an_error_at_its_cell_and_saves_nothing(staff, table, plain, budget, typed):
    executed = f"kpi{plain.pk}-executed_{budget.pk}"
    with nothing_written():
        page = fill_in(staff, table, {field(plain, "actual"): "95", executed: typed})
    assert page.status_code == 422
    assert f"#id_{executed}" in body(page)
    assert form_to(page).fields[executed] == [typed]


def test_every_figure_has_its_mark_for_the_keyboard(staff, table):
    page = body(staff.get(table))
    assert page.count("data-figure") == page.count('inputmode="decimal"') > 0
