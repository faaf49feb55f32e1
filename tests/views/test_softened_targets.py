"""Softened targets and their reasons on the KPI's page, in the annual report and in JSON."""

import json

import pytest

from scorecard.models import Plan, YearlyValue
from scorecard.services import editions
from tests import factories
from tests.page_reading import address, client_of, text, words
from tests.shared_rows import layer

REPORT_TEXT = "六、目標值下修（放寬）情形"


@layer
def later(plan, cast):
    """106, open, with AC1.1 90 instead of the 100 ↑ that 105 had planned, after an approved 97 in 105."""
    factories.open_year(cast.admin, plan)
    factories.approved(cast, factories.kpi(plan, "AC1.1"), actuals=97, explanation="人力不足")
    draft = editions.carry_forward(by=cast.admin, agency=plan.agency, year=2017)
    of_first = YearlyValue.objects.filter(measure__kpi__plan=draft, measure__kpi__code="AC1.1", year=2017)
    of_first.update(target=90, target_reason="編制縮減")
    adopted = editions.record_adoption(
        by=cast.admin, plan=draft, approval=factories.approval(), reason="年度策略會議決議"
    )
    return factories.open_year(cast.admin, adopted)


def report_section(client, plan):
    page = client.get(address(plan, "annual_report_page")).content.decode()
    return words(page.split('id="softened">')[1].split("</section>")[0])


def test_the_page_of_a_kpi_says_what_was_planned_what_was_adopted_and_why(plan, later, cast):
    client = client_of(cast.viewer)
    shown = text(client.get(address(later, "kpi", code="AC1.1")))
    assert "放寬 106 年目標值放寬：105 年版原訂 100 次，核定 90 次；理由：編制縮減" in shown
    assert "目標值放寬" not in text(client.get(address(later, "kpi", code="AC1.2")))
    assert "目標值放寬" not in text(client.get(address(plan, "kpi", code="AC1.1"))), "the edition before keeps its plan"
    YearlyValue.objects.filter(target_reason="編制縮減").update(target_reason="")
    assert "核定 90 次；尚未說明理由" in text(client.get(address(later, "kpi", code="AC1.1")))


def test_the_annual_report_lists_them_and_says_so_where_there_are_none(plan, later, cast):
    client = client_of(cast.viewer)
    listed = report_section(client, later)
    assert "AC1.1 指標 AC1.1 次，越高越好 106 年 100 90 — 105 年 97 編制縮減" in listed
    assert report_section(client, plan) == f"{REPORT_TEXT} 無。"
    page = client.get(address(later, "annual_report_page"))
    assert REPORT_TEXT in text(page)
    part = client.get(address(later, "annual_report_page"), {"part": "theme-B"})
    assert part.content.decode().count("AC1.1") == 0
    assert "編制縮減" in text(client.get(address(later, "annual_report_page"), {"part": "theme-A"}))


@pytest.mark.every_database
def test_json_has_the_reason_where_one_is_recorded_and_no_key_elsewhere(plan, later, cast):
    client = client_of(cast.viewer)
    for name in ("plan_json", "scores_json"):
        said = json.loads(client.get(address(later, name)).content)
        (kpi,) = [line for line in said["kpis"] if line["code"] == "AC1.1"]
        (measure,) = kpi["measures"]
        found = [each for each in [measure, *measure.get("values", ())] if "target_reason" in each]
        assert [each["target_reason"] for each in found] == ["編制縮減"], name
        assert json.dumps(said).count("target_reason") == 1
        assert "target_reason" not in client.get(address(plan, name)).content.decode()
    assert Plan.objects.get(pk=later.pk).is_open
