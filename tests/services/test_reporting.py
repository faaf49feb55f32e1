"""Saving and submitting reports: what is written, who may, and what leaves no trace."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from scorecard.domain.choices import AuditAction, ReportState
from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent, YearlyReport, YearlyValue
from scorecard.services import audit
from scorecard.services.reporting import Conflict, Entry, save_reports, submit_reports
from tests import factories
from tests.factories import FIRST_YEAR, fill, report_entry, submit
from tests.services.conftest import ROLES
from tests.services.rows import nothing_written


def save(by, *drafts):
    """Save drafts of one open edition."""
    return save_reports(by=by, plan=drafts[0].kpi.plan, report_entries=drafts)


def value(kpi):
    """The own year's value of the KPI's first measure."""
    return YearlyValue.objects.filter(measure__kpi=kpi, year=FIRST_YEAR).first()


# Saving


def test_a_first_draft_keeps_the_figure_and_names_its_author(cast, kpi):
    report = fill(cast.staff, kpi, actuals="93.5", explanation="說明", improvement="改善")
    assert (report.state, report.version, report.changed_by) == (ReportState.IN_PROGRESS, 1, cast.staff)
    assert (report.explanation, report.improvement) == ("說明", "改善")
    assert report.changed_at is not None and report.submitted_by is None
    assert value(kpi).actual == Decimal("93.5")


def test_saving_leaves_an_audit_event_with_old_and_new(cast, kpi):
    fill(cast.staff, kpi, actuals="93.5")
    fill(cast.staff, kpi, actuals="94", explanation="更正")
    first, second = AuditEvent.objects.filter(action=AuditAction.SAVED).order_by("id")
    assert (first.actor, first.kpi, first.year, first.plan) == (cast.staff, kpi, FIRST_YEAR, kpi.plan)
    assert first.target == "AC1.1 指標 AC1.1"
    where = {"field": "actual", "measure": kpi.measures.get().pk}
    assert first.changes == [{"what": "實際值", "old": None, "new": "93.5", **where}]
    assert second.changes == [
        {"what": "實際值", "old": "93.5", "new": "94", **where},
        {"what": "差異說明", "old": None, "new": "更正"},
    ]


def test_each_of_several_measures_is_named_in_the_audit_event(cast, open_plan):
    fill(cast.staff, factories.kpi(open_plan, "AP1.1"), actuals=[20, 5])
    changes = AuditEvent.objects.get(action=AuditAction.SAVED).changes
    assert [change["what"] for change in changes] == ["圖片 實際值", "影片 實際值"]


def test_saving_raises_the_version_and_the_data_version(cast, kpi):
    before = kpi.plan.data_version
    assert [fill(cast.staff, kpi, actuals=figure).version for figure in (1, 2, 3)] == [1, 2, 3]
    kpi.plan.refresh_from_db()
    assert kpi.plan.data_version == before + 3


def test_saving_the_same_again_leaves_no_trace(cast, kpi):
    fill(cast.staff, kpi, actuals="93.50", explanation="說明")
    with nothing_written():
        assert save(cast.staff, report_entry(kpi, actuals="93.5", explanation="說明")) == []


def test_a_draft_without_anything_entered_makes_no_report(cast, kpi):
    with nothing_written():
        assert save(cast.staff, report_entry(kpi, actuals=[None])) == []


def test_only_the_reports_that_changed_are_returned(cast, open_plan):
    first, second = factories.kpi(open_plan, "AC1.1"), factories.kpi(open_plan, "AC1.2")
    fill(cast.staff, first)
    assert [report.kpi for report in save(cast.staff, report_entry(first), report_entry(second))] == [second]


def test_zero_is_a_figure_and_a_blank_takes_it_back(cast, kpi):
    fill(cast.staff, kpi, actuals=0)
    assert value(kpi).actual == 0
    fill(cast.staff, kpi, actuals=[None])
    assert value(kpi).actual is None


def test_no_number_is_kept_with_its_reason(cast, kpi):
    fill(cast.staff, kpi, unmeasured="系統建置中")
    kept = value(kpi)
    assert (kept.actual, kept.unmeasured, kept.actual_note) == (None, True, "系統建置中")
    assert kept.target == 100


def test_a_value_is_made_where_the_year_has_none_yet(cast, kpi):
    value(kpi).delete()
    fill(cast.staff, kpi, actuals=7)
    assert value(kpi).actual == 7


@pytest.mark.parametrize(
    "entry",
    [
        {"unmeasured": True},
        {"unmeasured": True, "note": "無統計", "actual": Decimal(3)},
        {"actual": Decimal("0.00001")},
        {"actual": Decimal(10**12)},
        {"actual": Decimal(1), "note": "長" * 501},
    ],
)
def test_an_entry_that_cannot_be_kept_stops_all_of_them(cast, open_plan, entry):
    good, bad = factories.kpi(open_plan, "AC1.1"), factories.kpi(open_plan, "AC1.2")
    wrong = replace(report_entry(bad), entries=(Entry(bad.measures.get().pk, **{"actual": None, **entry}),))
    with nothing_written(), pytest.raises(ValidationError):
        save(cast.staff, report_entry(good), wrong)


def test_the_second_editor_sees_what_stands_and_loses_nothing(cast, kpi):
    seen = report_entry(kpi, actuals=90)
    fill(cast.staff, kpi, actuals=95)
    with nothing_written(), pytest.raises(Conflict) as raised:
        save(cast.staff, seen)
    (standing,) = raised.value.reports
    assert (standing.kpi, standing.version, standing.changed_by) == (kpi, 1, cast.staff)
    assert str(raised.value) == "AC1.1"
    assert value(kpi).actual == 95


def test_one_overtaken_draft_stops_all_of_them_and_every_overtaken_one_is_named(cast, open_plan):
    codes = ("AC1.1", "AC1.2", "AL1.1")
    kpis = [factories.kpi(open_plan, code) for code in codes]
    seen = [report_entry(kpi) for kpi in kpis]
    for kpi in kpis[:2]:
        fill(cast.staff, kpi, actuals=1)
    with nothing_written(), pytest.raises(Conflict) as raised:
        save(cast.staff, *seen)
    assert sorted(report.kpi.code for report in raised.value.reports) == ["AC1.1", "AC1.2"]


def test_a_version_that_never_was_is_a_conflict_too(cast, kpi):
    with nothing_written(), pytest.raises(Conflict):
        save(cast.staff, report_entry(kpi, version=5))


@pytest.mark.parametrize("role", [role for role in ROLES if role != "staff"])
def test_only_staff_of_the_division_save(cast, kpi, role):
    with nothing_written(), pytest.raises(PermissionDenied):
        save(getattr(cast, role), report_entry(kpi))


def test_one_kpi_of_another_division_stops_all_of_them(cast, kpi):
    foreign = factories.kpi(kpi.plan, "BC1.1")
    with nothing_written(), pytest.raises(PermissionDenied, match="乙組"):
        save(cast.staff, report_entry(kpi), report_entry(foreign))


def test_nothing_is_saved_in_a_year_that_is_not_open(cast, open_plan):
    later = factories.next_edition(cast.admin, open_plan)
    kpi = factories.kpi(later, "AC1.1")
    with nothing_written(), pytest.raises(RuleBroken, match="尚未開放"):
        save(cast.staff, report_entry(kpi, actuals=1))


def test_a_closed_year_refuses_and_says_what_to_do(cast, kpi):
    fill(cast.staff, kpi)
    factories.close_year(cast.admin, kpi.plan, reason="提前關閉")
    with nothing_written(), pytest.raises(RuleBroken, match="重新開放"):
        save(cast.staff, report_entry(kpi, actuals=1))
    with nothing_written(), pytest.raises(RuleBroken, match="已關閉"):
        submit(cast.staff, kpi)


def test_a_figure_is_not_written_into_another_plan_than_the_one_that_is_open(cast, kpi):
    other = factories.make_plan(kpis=5, slug="next")
    foreign = factories.kpi(other, "AC1.1")
    foreign.division = kpi.division
    foreign.save()
    with nothing_written(), pytest.raises(ValueError, match="AC1.1"):
        save_reports(by=cast.staff, plan=kpi.plan, report_entries=[report_entry(foreign)])


def test_without_its_audit_event_nothing_is_saved(cast, kpi, monkeypatch):
    seen = report_entry(kpi)
    monkeypatch.setattr(audit, "record", _fail)
    with nothing_written(), pytest.raises(RuntimeError):
        save(cast.staff, seen)


def _fail(**_):
    raise RuntimeError("no audit")


# Submitting


def test_submitting_names_who_and_when_and_leaves_an_audit_event(cast, kpi):
    fill(cast.staff, kpi)
    report = submit(cast.staff, kpi)
    assert (report.state, report.version, report.submitted_by) == (ReportState.SUBMITTED, 2, cast.staff)
    assert report.submitted_at == report.changed_at
    event = AuditEvent.objects.get(action=AuditAction.SUBMITTED)
    assert (event.actor, event.kpi, event.year) == (cast.staff, kpi, FIRST_YEAR)


def test_submitting_raises_the_data_version(cast, kpi):
    fill(cast.staff, kpi)
    kpi.plan.refresh_from_db()
    before = kpi.plan.data_version
    submit(cast.staff, kpi)
    kpi.plan.refresh_from_db()
    assert kpi.plan.data_version == before + 1


def test_submitting_twice_makes_one_change(cast, kpi):
    fill(cast.staff, kpi)
    submit(cast.staff, kpi)
    with nothing_written():
        assert submit_reports(by=cast.staff, plan=kpi.plan, kpis=[kpi]) == []


def test_a_value_or_a_reason_is_needed_in_every_measure(cast, open_plan):
    kpi = factories.kpi(open_plan, "AP1.1")
    fill(cast.staff, kpi, actuals=[20, None])
    with nothing_written(), pytest.raises(RuleBroken) as raised:
        submit(cast.staff, kpi)
    (sentence,) = raised.value.messages
    assert "AP1.1" in sentence and "影片" in sentence and "圖片" not in sentence


def test_a_stated_reason_for_no_number_suffices(cast, kpi):
    fill(cast.staff, kpi, unmeasured="系統建置中")
    assert submit(cast.staff, kpi).is_submitted


def test_a_measure_without_a_target_needs_nothing(cast, plan):
    factories.open_year(cast.admin, plan)
    kpi = factories.kpi(plan, "AF1.1")
    YearlyValue.objects.filter(measure__kpi=kpi, year=FIRST_YEAR).update(target=None, target_note="—")
    fill(cast.staff, kpi, explanation="今年無目標")
    assert submit(cast.staff, kpi).is_submitted


@pytest.mark.parametrize("actual", ["89.9999", "0", "-5"])
def test_a_missed_kpi_needs_an_explanation(cast, kpi, actual):
    fill(cast.staff, kpi, actuals=actual)
    with nothing_written(), pytest.raises(RuleBroken, match="差異說明"):
        submit(cast.staff, kpi)
    fill(cast.staff, kpi, actuals=actual, explanation="需求減少")
    assert submit(cast.staff, kpi).is_submitted


@pytest.mark.parametrize("actual", ["90", "100", "300"])
def test_a_kpi_that_is_near_or_met_needs_no_explanation(cast, kpi, actual):
    fill(cast.staff, kpi, actuals=actual)
    assert submit(cast.staff, kpi).is_submitted


def test_everything_missing_is_named_at_once_and_nothing_submitted(cast, open_plan):
    complete, empty, missed = (factories.kpi(open_plan, code) for code in ("AC1.1", "AP1.1", "AL1.1"))
    fill(cast.staff, complete)
    fill(cast.staff, empty, actuals=[None, None], explanation="尚未完成")
    fill(cast.staff, missed, actuals=1)
    with nothing_written(), pytest.raises(RuleBroken) as raised:
        submit_reports(by=cast.staff, plan=open_plan, kpis=[complete, empty, missed])
    assert len(raised.value.messages) == 3


def test_several_reports_are_submitted_together(cast, open_plan):
    kpis = [factories.kpi(open_plan, code) for code in ("AC1.1", "AC1.2", "AF1.1")]
    for kpi in kpis:
        fill(cast.staff, kpi)
    submitted = submit_reports(by=cast.staff, plan=open_plan, kpis=kpis)
    assert sorted(report.kpi.code for report in submitted) == ["AC1.1", "AC1.2", "AF1.1"]


def test_a_kpi_without_a_saved_report_is_left_alone(cast, kpi):
    with nothing_written():
        assert submit_reports(by=cast.staff, plan=kpi.plan, kpis=[kpi]) == []
    assert not YearlyReport.objects.exists()


@pytest.mark.parametrize("role", [role for role in ROLES if role != "staff"])
@pytest.mark.parametrize("is_submitted", [False, True])
def test_only_staff_of_the_division_submit(cast, kpi, role, is_submitted):
    fill(cast.staff, kpi)
    if is_submitted:
        submit(cast.staff, kpi)
    with nothing_written(), pytest.raises(PermissionDenied):
        submit(getattr(cast, role), kpi)


def test_a_submission_after_a_return_forgets_the_earlier_review(cast, kpi):
    fill(cast.staff, kpi)
    factories.send_back(cast.reviewer, submit(cast.staff, kpi))
    report = submit(cast.staff, kpi)
    assert (report.state, report.reviewed_by, report.reviewed_at) == (ReportState.SUBMITTED, None, None)


def test_without_its_audit_event_nothing_is_submitted(cast, kpi, monkeypatch):
    fill(cast.staff, kpi)
    monkeypatch.setattr(audit, "record", _fail)
    with nothing_written(), pytest.raises(RuntimeError):
        submit(cast.staff, kpi)
