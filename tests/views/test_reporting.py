"""年度填報: a division's table, its light while typing, and what it refuses."""

import pytest

from scorecard.domain.choices import ReportState
from scorecard.models import AuditEvent, YearlyReport, YearlyValue
from tests import factories
from tests.factories import FIRST_YEAR, kpi
from tests.page_reading import address, client_of, form_to, links, text, told
from tests.services.rows import nothing_written


def name_of(kpi, field, measure=0):
    """The name of a KPI's field in the table; measure: which one of several."""
    own = f"_{list(kpi.measures.all())[measure].pk}" if field in {"actual", "note", "unmeasured"} else ""
    return f"kpi{kpi.pk}-{field}{own}"


def fill_in(client, table, values, **options):
    """Open the table, type the values (field name → text, None unticks), and send the form."""
    return client.post(table, form_to(client.get(table)).filled(**values), **options)


def value_of(kpi, measure=0):
    """The measure's value of the edition's own year."""
    return YearlyValue.objects.get(measure=list(kpi.measures.all())[measure], year=FIRST_YEAR)


def test_the_table_shows_last_years_actual_target_unit_due_date_and_whom_to_phone(staff, table):
    said = text(staff.get(table))
    for words in ("AC1.1", "指標 AC1.1", "實際數 ÷ 應有數", "越高越好", "80", "100", "次", "106 年 1 月 31 日"):
        assert words in said
    assert factories.CONTACT in said
    assert "5 項 ，尚有 5 項未填" in said
    assert "BC1.1" not in said


def test_saving_keeps_figures_notes_and_explanation_and_reports_them_as_a_draft(staff, table, open_plan, cast):
    first, two = kpi(open_plan, "AC1.1"), kpi(open_plan, "AP1.1")
    response = fill_in(
        staff,
        table,
        {
            name_of(first, "actual"): "70",
            name_of(first, "note"): "不含網路",
            name_of(first, "explanation"): "人力不足",
            name_of(first, "improvement"): "增補\r\n人力",
            name_of(two, "actual", 0): "21",
            name_of(two, "actual", 1): "6",
        },
        follow=True,
    )
    assert "已儲存 2 項 KPI" in told(response)
    assert response.redirect_chain == [(table, 302)]
    value, report = value_of(first), YearlyReport.objects.get(kpi=first)
    assert (value.actual, value.actual_note, value.unmeasured) == (70, "不含網路", False)
    assert (report.state, report.explanation, report.improvement) == (ReportState.IN_PROGRESS, "人力不足", "增補\n人力")
    assert report.changed_by == cast.staff
    assert [value_of(two, n).actual for n in (0, 1)] == [21, 6]
    assert YearlyReport.objects.count() == 2
    assert AuditEvent.objects.filter(action="saved").count() == 2


@pytest.mark.parametrize(
    ("typed", "figure"),
    [("１２．５", "12.5"), ("1,234", "1234"), (" 95 ", "95"), ("95次", "95"), ("０", "0"), ("-3", "-3")],
)
def test_figures_are_read_as_people_type_them(staff, table, open_plan, typed, figure):
    first = kpi(open_plan, "AC1.1")
    assert fill_in(staff, table, {name_of(first, "actual"): typed}).status_code == 302
    assert value_of(first).actual == factories.Decimal(figure)


def test_an_invalid_figure_saves_nothing_keeps_all_that_was_typed_and_names_the_place(staff, table, open_plan):
    first, second = kpi(open_plan, "AC1.1"), kpi(open_plan, "AC1.2")
    typed = {
        name_of(first, "actual"): "99",
        name_of(first, "note"): "不含網路",
        name_of(second, "actual"): "約二十<b>",
        name_of(second, "explanation"): "說明",
    }
    with nothing_written():
        page = fill_in(staff, table, typed)
    assert page.status_code == 422
    assert form_to(page).fields | {name: [value] for name, value in typed.items()} == form_to(page).fields
    assert "有 1 個地方需要修正，內容尚未儲存" in text(page)
    assert f"#id_{name_of(second, 'actual')}" in links(page)
    assert "約二十<b>" not in page.content.decode()
    # Corrected and sent again, everything arrives.
    assert staff.post(table, form_to(page).filled(**{name_of(second, "actual"): "20"})).status_code == 302
    assert (value_of(first).actual, value_of(first).actual_note, value_of(second).actual) == (99, "不含網路", 20)


@pytest.mark.parametrize("typed", ["1" * 13, "0.00001", "1e5", "NaN", "Infinity", "二十", "1.2.3", "95%"])
def test_what_cannot_be_kept_exactly_is_refused(staff, table, open_plan, typed):
    with nothing_written():
        assert fill_in(staff, table, {name_of(kpi(open_plan, "AC1.1"), "actual"): typed}).status_code == 422


def test_unmeasured_needs_its_reason_and_no_figure(staff, table, open_plan):
    first = kpi(open_plan, "AC1.1")
    actual, note, unmeasured = (name_of(first, field) for field in ("actual", "note", "unmeasured"))
    with nothing_written():
        page = fill_in(staff, table, {unmeasured: "on"})
        assert page.status_code == 422
        assert "請在備註說明無統計的原因" in text(page)
        both = fill_in(staff, table, {unmeasured: "on", actual: "5", note: "停辦"})
        assert both.status_code == 422
        assert "已勾選「無統計」；請清除數字" in text(both)
    assert fill_in(staff, table, {unmeasured: "on", note: "停辦"}).status_code == 302
    value = value_of(first)
    assert (value.unmeasured, value.actual, value.actual_note) == (True, None, "停辦")
    # Taken back.
    assert fill_in(staff, table, {unmeasured: None, actual: "5"}).status_code == 302
    value.refresh_from_db()
    assert (value.unmeasured, value.actual) == (False, 5)


def test_a_row_nobody_touched_leaves_no_trace(staff, table, open_plan):
    fill_in(staff, table, {name_of(kpi(open_plan, "AC1.1"), "actual"): "1234.50"})
    with nothing_written():
        response = fill_in(staff, table, {}, follow=True)
        assert "沒有需要儲存的變更" in told(response)
        # Another way to write the same figure is no change either.
        fill_in(staff, table, {name_of(kpi(open_plan, "AC1.1"), "actual"): "１,２３４.５"})


def test_a_figure_can_be_emptied_again(staff, table, open_plan):
    first = kpi(open_plan, "AC1.1")
    fill_in(staff, table, {name_of(first, "actual"): "5"})
    fill_in(staff, table, {name_of(first, "actual"): ""})
    assert value_of(first).actual is None
    assert YearlyReport.objects.get(kpi=first).state == ReportState.IN_PROGRESS


def test_a_kpi_of_another_division_cannot_be_smuggled_in(staff, table, open_plan):
    foreign = kpi(open_plan, "BC1.1")
    with nothing_written():
        fill_in(staff, table, {name_of(foreign, "actual"): "1", name_of(foreign, "version"): "0"})


def test_a_submitted_row_is_read_only_and_refuses_what_is_sent_all_the_same(staff, table, open_plan, cast):
    first = kpi(open_plan, "AC1.1")
    before = form_to(staff.get(table))
    factories.fill(cast.staff, first)
    factories.submit(cast.staff, first)
    assert name_of(first, "actual") not in form_to(staff.get(table)).fields
    with nothing_written():
        page = staff.post(table, before.filled(**{name_of(first, "actual"): "77777"}))
    assert page.status_code == 409
    assert "AC1.1 已送出審核，不能修改" in told(page)
    # What was typed is not lost with the row's fields.
    assert "77777" in text(page)


def test_a_year_not_open_yet_is_read_only_and_refuses(staff, later):
    table = address(later, "reporting_table", division_id=later.agency.divisions.first().pk)
    page = staff.get(table)
    assert "這個年度尚未開放填報" in text(page)
    first = kpi(later, "AC1.1")
    assert name_of(first, "actual") not in form_to(page).fields
    with nothing_written():
        response = staff.post(table, {name_of(first, "actual"): "1", name_of(first, "version"): "0"})
    assert response.status_code == 409
    assert "這個年度尚未開放填報" in told(response)


def test_a_year_closed_while_somebody_was_typing_refuses_and_shows_what_was_typed(staff, table, open_plan, cast):
    first = kpi(open_plan, "AC1.1")
    before = form_to(staff.get(table))
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    typed = {
        name_of(first, "actual"): "77777",
        name_of(first, "note"): "不含網路",
        name_of(first, "explanation"): "因故",
    }
    with nothing_written():
        page = staff.post(table, before.filled(**typed))
    assert page.status_code == 409
    assert "這個年度已關閉" in told(page)
    for words in typed.values():
        assert words in text(page)


def test_a_returned_row_shows_what_to_mend_and_can_be_edited(staff, table, submitted, cast, kpi):
    factories.send_back(cast.reviewer, submitted, "請附佐證")
    page = staff.get(table)
    assert "退回補正： 請附佐證" in text(page)
    assert name_of(kpi, "actual") in form_to(page).fields


def test_a_division_without_kpis_says_so(open_plan, cast):
    last = open_plan.agency.divisions.last()
    cast.staff.memberships.get().divisions.set([last])
    page = client_of(cast.staff).get(address(open_plan, "reporting_table", division_id=last.pk))
    assert "支援組在 105 年沒有需要填報的 KPI" in text(page)


def test_a_kpi_without_a_target_is_named_as_such_and_not_asked_for(open_plan, staff, table):
    own = YearlyValue.objects.filter(measure__kpi=kpi(open_plan, "AF1.1"), year=FIRST_YEAR)
    own.update(target=None, target_note="—")
    page = staff.get(table)
    assert "本年度無目標、不需填報：AF1.1" in text(page).replace("： ", "：")
    assert name_of(kpi(open_plan, "AF1.1"), "actual") not in form_to(page).fields


# The light while typing


@pytest.mark.parametrize(
    ("typed", "said"),
    [("100", "達成 達成率 100%"), ("９５", "接近 達成率 95%"), ("80", "未達 達成率 80%"), ("約十", "待填報")],
)
def test_the_light_judges_the_figure_being_typed_and_saves_nothing(staff, open_plan, typed, said):
    first = kpi(open_plan, "AC1.1")
    division = open_plan.agency.divisions.first()
    url = address(open_plan, "reporting_light", division_id=division.pk, code="AC1.1")
    with nothing_written():
        fragment = staff.get(url, {"measure": first.measures.get().pk, name_of(first, "actual"): typed})
    assert fragment.status_code == 200
    assert text(fragment) == said
    assert "<html" not in fragment.content.decode()


def test_the_light_knows_unmeasured(staff, open_plan):
    first = kpi(open_plan, "AC1.1")
    url = address(open_plan, "reporting_light", division_id=open_plan.agency.divisions.first().pk, code="AC1.1")
    typed = {"measure": first.measures.get().pk, name_of(first, "unmeasured"): "on", name_of(first, "note"): "停辦"}
    assert text(staff.get(url, typed)) == "無統計"


@pytest.mark.parametrize(("code", "measure"), [("AC1.1", "0"), ("AC1.1", "x"), ("AC1.1", ""), ("BC1.1", None)])
def test_the_light_of_what_is_not_the_divisions_is_404(staff, open_plan, code, measure):
    url = address(open_plan, "reporting_light", division_id=open_plan.agency.divisions.first().pk, code=code)
    measure = kpi(open_plan, code).measures.get().pk if measure is None else measure
    assert staff.get(url, {"measure": measure}).status_code == 404
