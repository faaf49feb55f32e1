"""Two tabs on one value: whoever saves second sees both versions, who and when, with their own input kept."""

import re

import pytest
from playwright.sync_api import expect

from scorecard.models import AuditEvent, YearlyValue
from tests import factories
from tests.page_reading import address

WHO_AND_WHEN = re.compile(r"staff 君在 \d+ 年 \d+ 月 \d+ 日.*\s+變更了這一項")


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_the_second_of_two_tabs_sees_both_versions_and_decides(browse, transactional_db, java_script_enabled):
    plan = factories.make_plan()
    cast = factories.make_cast(plan)
    factories.open_year(cast.admin, plan)
    first = browse(cast.staff, java_script_enabled=java_script_enabled)
    second = first.context.new_page()
    for tab in (first, second):
        tab.goto(address(plan, "reporting_table", division_id=plan.agency.divisions.first().pk))

    def save(tab, figure=None):
        if figure:
            tab.get_by_label("AC1.1 實際值").fill(figure)
        tab.get_by_role("button", name="儲存", exact=True).click()

    def standing():
        return YearlyValue.objects.get(measure__kpi__code="AC1.1", year=factories.FIRST_YEAR).actual

    save(first, "80")
    expect(first.get_by_text("已儲存 1 項 KPI")).to_be_visible()
    save(second, "95")
    expect(second.get_by_text("有人在您填寫時變更了 1 項 KPI，內容尚未儲存")).to_be_visible()
    both = second.locator(".conflict")
    expect(both).to_contain_text(WHO_AND_WHEN)
    expect(both).to_contain_text("實際 80 次")
    expect(second.get_by_label("AC1.1 實際值")).to_have_value("95")
    assert standing() == 80
    # Saving again is a decision.
    save(second)
    expect(second.get_by_text("已儲存 1 項 KPI")).to_be_visible()
    assert standing() == 95
    told = [event.changes[0] for event in AuditEvent.objects.filter(action="saved").order_by("pk")]
    assert [(change["old"], change["new"]) for change in told] == [(None, "80"), ("80", "95")]
