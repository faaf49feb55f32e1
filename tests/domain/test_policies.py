"""Rules about states, without a database."""

import pytest

from scorecard.domain import policies
from scorecard.domain.choices import ReportState, YearState
from scorecard.domain.policies import RuleBroken
from scorecard.models import KPI, Plan, PlanYear, YearlyReport

STATES = list(YearState)


def a_year(state, year=2016):
    """A year of a plan of 2016–2018 in the given state."""
    return PlanYear(plan=Plan(first_year=2016, last_year=2018), year=year, state=state)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("check", "allowed"),
    [
        (policies.check_year_is_open, YearState.OPEN),
        (policies.check_year_may_open, YearState.NOT_OPEN),
        (lambda year: policies.check_year_may_close(year, 0, ""), YearState.OPEN),
        (lambda year: policies.check_year_may_reopen(year, "更正"), YearState.CLOSED),
    ],
    ids=["report in", "open", "close", "reopen"],
)
def test_each_act_upon_a_year_has_the_one_state_that_allows_it(check, allowed, state):
    if state == allowed:
        check(a_year(state))
    else:
        with pytest.raises(RuleBroken):
            check(a_year(state))


@pytest.mark.parametrize(("unapproved", "reason", "closes"), [(0, "", True), (1, "", False), (1, "整併", True)])
def test_a_year_with_unapproved_reports_closes_only_with_a_reason(unapproved, reason, closes):
    if closes:
        policies.check_year_may_close(a_year(YearState.OPEN), unapproved, reason)
    else:
        with pytest.raises(RuleBroken, match="還有 1 項"):
            policies.check_year_may_close(a_year(YearState.OPEN), unapproved, reason)


def test_a_baseline_year_never_reopens():
    with pytest.raises(RuleBroken, match="基準"):
        policies.check_year_may_reopen(a_year(YearState.CLOSED, 2015), "更正")


@pytest.mark.parametrize("state", list(ReportState))
def test_a_report_is_editable_until_it_is_submitted(state):
    report = YearlyReport(kpi=KPI(code="AC1.1"), year=2016, state=state)
    if state in (ReportState.SUBMITTED, ReportState.APPROVED):
        with pytest.raises(RuleBroken, match="AC1.1"):
            policies.check_report_is_editable(report)
    else:
        policies.check_report_is_editable(report)


def test_a_forbidden_step_names_both_states():
    report = YearlyReport(kpi=KPI(code="AC1.1"), year=2016, state=ReportState.APPROVED)
    with pytest.raises(RuleBroken) as raised:
        policies.check_may_become(report, ReportState.IN_PROGRESS)
    assert raised.value.messages == ["AC1.1 目前是「審核通過」，不能改為「填報中」。"]


@pytest.mark.parametrize(
    ("measures", "is_missed", "is_explained", "count"),
    [
        ([("", True, True)], False, False, 0),
        ([("", True, False)], False, False, 1),
        ([("", False, False)], False, False, 0),
        ([("圖片", True, False), ("影片", True, False)], False, False, 2),
        ([("", True, True)], True, False, 1),
        ([("", True, True)], True, True, 0),
    ],
)
def test_what_keeps_a_report_from_being_submitted_is_told_in_a_sentence_each(measures, is_missed, is_explained, count):
    missing = policies.missing_for_submission("AC1.1", measures, is_missed=is_missed, is_explained=is_explained)
    assert len(missing) == count
    assert all(sentence.startswith("AC1.1") and sentence.endswith("。") for sentence in missing)


def test_a_report_holds_exactly_as_much_evidence_as_the_limits_say():
    files, size = policies.EVIDENCE_FILES_PER_REPORT, policies.EVIDENCE_BYTES_PER_REPORT
    policies.check_evidence_fits([1], [1] * (files - 1))
    with pytest.raises(RuleBroken, match=f"最多 {files} 個佐證檔案；已有 {files - 1} 個，這次選了 2 個"):
        policies.check_evidence_fits([1, 1], [1] * (files - 1))
    policies.check_evidence_fits([size - 1], [1])
    with pytest.raises(RuleBroken, match="佐證合計最多"):
        policies.check_evidence_fits([size], [1])
