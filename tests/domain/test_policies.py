"""Rules about states, without a database."""

import pytest

from scorecard.domain import policies
from scorecard.domain.choices import PlanState, ReportState
from scorecard.domain.policies import RuleBroken
from scorecard.models import KPI, Plan, YearlyReport

STATES = list(PlanState)


def a_plan(state):
    """An edition in the given state."""
    return Plan(year=2016, baseline_from=2013, last_year=2018, state=state)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("check", "allowed"),
    [
        (lambda plan: policies.check_may_adopt(plan, later="", problems=()), PlanState.DRAFT),
        (policies.check_may_discard, PlanState.DRAFT),
        (
            lambda plan: policies.check_may_withdraw(plan, was_used=False, later="", reason="更正"),
            PlanState.ADOPTED,
        ),
        (lambda plan: policies.check_year_may_open(plan, later_closed=""), PlanState.ADOPTED),
        (policies.check_year_is_open, PlanState.OPEN),
        (policies.check_open_year_may_change, PlanState.OPEN),
        (lambda plan: policies.check_year_may_close(plan, unapproved=0, earlier="", reason=""), PlanState.OPEN),
        (lambda plan: policies.check_year_may_reopen(plan, later_closed="", reason="更正"), PlanState.CLOSED),
        (
            lambda plan: policies.check_may_add_correction(plan, text="漏列", document_number="文 1"),
            PlanState.CLOSED,
        ),
    ],
    ids=["adopt", "discard", "withdraw", "open", "report in", "change", "close", "reopen", "correct"],
)
def test_each_act_upon_an_edition_has_the_one_state_that_allows_it(check, allowed, state):
    if state == allowed:
        check(a_plan(state))
    else:
        with pytest.raises(RuleBroken):
            check(a_plan(state))


@pytest.mark.parametrize(("unapproved", "reason", "closes"), [(0, "", True), (1, "", False), (1, "整併", True)])
def test_a_year_with_unapproved_reports_closes_only_with_a_reason(unapproved, reason, closes):
    def close():
        policies.check_year_may_close(a_plan(PlanState.OPEN), unapproved=unapproved, earlier="", reason=reason)

    if closes:
        close()
    else:
        with pytest.raises(RuleBroken, match="還有 1 項"):
            close()


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (
            lambda: policies.check_year_may_close(a_plan(PlanState.OPEN), unapproved=0, earlier="104 年版", reason=""),
            "請先關閉 104 年版",
        ),
        (
            lambda: policies.check_year_may_reopen(a_plan(PlanState.CLOSED), later_closed="106 年版", reason="更正"),
            "請先重新開放 106 年版",
        ),
        (
            lambda: policies.check_may_adopt(a_plan(PlanState.DRAFT), later="106 年版", problems=()),
            "106 年版已核定",
        ),
    ],
    ids=["close", "reopen", "adopt"],
)
def test_years_close_in_their_order_and_reopen_in_the_reverse(act, sentence):
    with pytest.raises(RuleBroken, match=sentence):
        act()


@pytest.mark.parametrize("state", list(ReportState))
def test_a_report_is_editable_until_it_is_submitted(state):
    report = YearlyReport(kpi=KPI(code="AC1.1"), state=state)
    if state in (ReportState.SUBMITTED, ReportState.APPROVED):
        with pytest.raises(RuleBroken, match="AC1.1"):
            policies.check_report_is_editable(report)
    else:
        policies.check_report_is_editable(report)


def test_a_forbidden_step_names_both_states():
    report = YearlyReport(kpi=KPI(code="AC1.1"), state=ReportState.APPROVED)
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
