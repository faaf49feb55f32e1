"""Two people on one row: the second sees both versions and decides; nothing is overwritten silently."""

import pytest

from scorecard.models import YearlyReport
from tests import factories
from tests.page_reading import client_of, form_to, text, told
from tests.services.rows import nothing_written
from tests.views.test_reporting import fill_in, name_of, value_of

pytestmark = pytest.mark.every_database


@pytest.fixture
def colleague(cast, open_plan):
    """A second member of the staff's division."""
    return factories.make_member("colleague", open_plan.agency, "staff", open_plan.agency.divisions.first())


@pytest.fixture
def conflict(staff, table, colleague, kpi):
    """The page after a colleague saved 80 while the staff member typed 95 and a note."""
    before = form_to(staff.get(table))
    factories.fill(colleague, kpi, actuals=80, explanation="同事的說明")
    with nothing_written():
        page = staff.post(table, before.filled(**{name_of(kpi, "actual"): "95", name_of(kpi, "note"): "我的備註"}))
    return page


def test_the_second_sees_both_versions_with_their_own_input_kept(conflict, kpi):
    assert conflict.status_code == 409
    said = text(conflict)
    assert "有人在您填寫時變更了 1 項 KPI，內容尚未儲存" in said
    assert "colleague 君在" in said
    assert "實際 80 次" in said
    assert "同事的說明" in said
    fields = form_to(conflict).fields
    assert fields[name_of(kpi, "actual")] == ["95"]
    assert fields[name_of(kpi, "note")] == ["我的備註"]


def test_the_hidden_version_is_renewed_so_that_saving_again_overwrites_knowingly(conflict, staff, table, kpi, cast):
    assert form_to(conflict).fields[name_of(kpi, "version")] == ["1"]
    response = staff.post(table, form_to(conflict).fields, follow=True)
    assert "已儲存 1 項 KPI" in told(response)
    assert (value_of(kpi).actual, value_of(kpi).actual_note) == (95, "我的備註")
    report = YearlyReport.objects.get(kpi=kpi)
    assert (report.version, report.changed_by) == (2, cast.staff)


def test_taking_theirs_drops_ones_own_input(conflict, staff, table, kpi):
    with nothing_written():
        fields = form_to(conflict).filled(**{name_of(kpi, "take_theirs"): "on"})
        response = staff.post(table, fields, follow=True)
    assert "沒有需要儲存的變更" in told(response)
    assert value_of(kpi).actual == 80


def test_a_third_change_meanwhile_is_a_conflict_again(conflict, staff, table, colleague, kpi):
    factories.fill(colleague, kpi, actuals=81, explanation="同事的說明")
    with nothing_written():
        page = staff.post(table, form_to(conflict).fields)
    assert page.status_code == 409
    assert "實際 81 次" in text(page)


def test_other_rows_are_not_saved_either_but_kept_on_the_page(staff, table, colleague, kpi, open_plan):
    other = factories.kpi(open_plan, "AC1.2")
    before = form_to(staff.get(table))
    factories.fill(colleague, kpi, actuals=80)
    typed = {name_of(kpi, "actual"): "95", name_of(other, "actual"): "19"}
    with nothing_written():
        page = staff.post(table, before.filled(**typed))
    assert form_to(page).fields[name_of(other, "actual")] == ["19"]
    staff.post(table, form_to(page).filled(**{name_of(kpi, "take_theirs"): "on"}))
    assert (value_of(kpi).actual, value_of(other).actual) == (80, 19)


def test_a_row_one_did_not_touch_never_overwrites_anothers_change(staff, table, colleague, kpi, open_plan):
    other = factories.kpi(open_plan, "AC1.2")
    before = form_to(staff.get(table))
    factories.fill(colleague, kpi, actuals=80)
    assert staff.post(table, before.filled(**{name_of(other, "actual"): "19"})).status_code == 302
    assert (value_of(kpi).actual, value_of(other).actual) == (80, 19)


def test_ticking_unmeasured_over_a_colleagues_note_is_still_a_change_on_the_second_save(
    staff, table, colleague, kpi, open_plan
):
    before = form_to(staff.get(table))
    fill_in(client_of(colleague), table, {name_of(kpi, "note"): "停辦"})
    typed = before.filled(**{name_of(kpi, "unmeasured"): "on", name_of(kpi, "note"): "停辦"})
    page = staff.post(table, typed)
    assert page.status_code == 409
    staff.post(table, form_to(page).fields)
    assert value_of(kpi).unmeasured is True
