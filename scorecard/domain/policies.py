"""Rules about states, not about people (domain.md §5): each check_* raises RuleBroken with a sentence for the user."""

from collections.abc import Collection, Iterable
from typing import Any, Protocol

from django.core.exceptions import ValidationError

from scorecard.domain.choices import ReportState

MEGABYTE = 1024 * 1024
EVIDENCE_FILE_BYTES = 20 * MEGABYTE
EVIDENCE_FILES_PER_REPORT = 10
EVIDENCE_BYTES_PER_REPORT = 100 * MEGABYTE


class PlanYearRow(Protocol):
    """What the rules ask of a models.PlanYear."""

    year: int
    plan: Any

    @property
    def is_open(self) -> bool: ...

    @property
    def is_closed(self) -> bool: ...


class ReportRow(Protocol):
    """What the rules ask of a models.YearlyReport."""

    kpi: Any

    @property
    def is_submitted(self) -> bool: ...

    @property
    def is_approved(self) -> bool: ...

    def may_become(self, state: ReportState) -> bool: ...

    def get_state_display(self) -> str: ...


class RuleBroken(ValidationError):
    """The state forbids the action; the message says why and what to do."""


def check_year_is_open(plan_year: PlanYearRow) -> None:
    """Actuals are entered, submitted and reviewed only while the year is open."""
    if plan_year.is_closed:
        raise RuleBroken("這個年度已關閉，不能再變更；如需更正，請管理者重新開放。")
    if not plan_year.is_open:
        raise RuleBroken("這個年度尚未開放填報；請等候管理者開放。")


def check_report_is_editable(report: ReportRow) -> None:
    """Staff edit a report only before it is submitted or after it was returned."""
    if report.is_submitted:
        raise RuleBroken(f"{report.kpi.code} 已送出審核，不能修改；如需更正，請審核人員退回。")
    if report.is_approved:
        raise RuleBroken(f"{report.kpi.code} 已審核通過，不能修改；如需更正，請審核人員退回。")


def check_may_become(report: ReportRow, state: ReportState) -> None:
    check_all_may_become([report], state)


def check_all_may_become(reports: Iterable[ReportRow], state: ReportState) -> None:
    """The error has a sentence for each report whose state does not lead to the given one."""
    wanted = ReportState(state).label
    wrong = [
        f"{report.kpi.code} 目前是「{report.get_state_display()}」，不能改為「{wanted}」。"
        for report in reports
        if not report.may_become(state)
    ]
    if wrong:
        raise RuleBroken(wrong)


def check_year_may_open(plan_year: PlanYearRow) -> None:
    """A year opens once; a closed one is reopened, with a reason."""
    if plan_year.is_open:
        raise RuleBroken("這個年度已經開放。")
    if plan_year.is_closed:
        raise RuleBroken("這個年度已關閉；請使用「重新開放」並說明理由。")


def check_open_year_may_change(plan_year: PlanYearRow) -> None:
    """Due date and contact are changed only while the year is open."""
    if not plan_year.is_open:
        raise RuleBroken("只有開放中的年度可以變更截止日與聯絡窗口。")


def check_year_may_close(plan_year: PlanYearRow, unapproved: int, reason: str) -> None:
    """Closing needs every report approved, or a stated reason. unapproved: how many are not."""
    if not plan_year.is_open:
        raise RuleBroken("只有開放中的年度可以關閉。")
    if unapproved and not reason:
        raise RuleBroken(f"還有 {unapproved} 項 KPI 尚未審核通過；請先完成審核，或說明仍要關閉的理由。")


def check_year_may_reopen(plan_year: PlanYearRow, reason: str) -> None:
    """Only a closed year of the plan itself reopens, and only with a reason."""
    if not plan_year.is_closed:
        raise RuleBroken("只有已關閉的年度可以重新開放。")
    if plan_year.year < plan_year.plan.first_year:
        raise RuleBroken("基準年度不開放填報。")
    if not reason:
        raise RuleBroken("請說明重新開放的理由。")


def missing_for_submission(
    code: str,
    measures: Iterable[tuple[str, bool, bool]],
    *,
    is_missed: bool,
    is_explained: bool,
    questions: Iterable[str] = (),
) -> list[str]:
    """Why a KPI's report cannot be submitted, as sentences; empty when it is complete (domain.md §5).

    measures: (label, has_target, is_reported) each. is_missed: the KPI's light; is_explained: 差異說明 is filled in.
    questions: unanswered ones about its figures, as sentences.
    """
    missing = [
        f"{code}{f'「{label}」' if label else ''}尚未填實際值；如無統計，請勾選「無統計」並說明原因。"
        for label, has_target, is_reported in measures
        if has_target and not is_reported
    ]
    if is_missed and not is_explained:
        missing.append(f"{code} 未達目標，送出前請填寫差異說明。")
    missing += [f"{code}：{sentence}請更正數字，或勾選「數字無誤」。" for sentence in questions]
    return missing


def check_evidence_fits(sizes: Collection[int], present: Collection[int]) -> None:
    """sizes: bytes of each new file; present: bytes of each file that the report has."""
    if len(sizes) + len(present) > EVIDENCE_FILES_PER_REPORT:
        has = f"已有 {len(present)} 個，" if present else ""
        raise RuleBroken(
            f"每項 KPI 每年最多 {EVIDENCE_FILES_PER_REPORT} 個佐證檔案；{has}這次選了 {len(sizes)} 個。"
            "請減少檔案，或合併後再上傳。"
        )
    if sum(sizes) + sum(present) > EVIDENCE_BYTES_PER_REPORT:
        raise RuleBroken(
            f"每項 KPI 每年的佐證合計最多 {EVIDENCE_BYTES_PER_REPORT // MEGABYTE} MB；"
            "請壓縮圖片、移除不需要的檔案後再上傳。"
        )


def check_staff_have_divisions(is_staff: bool, divisions: Collection[Any]) -> None:
    """is_staff: whether the role is 填報."""
    if is_staff and not divisions:
        raise RuleBroken("角色為「填報」時，請選擇至少一個填報科室。")


def check_an_admin_remains(others: int) -> None:
    """An agency keeps an admin who can log in. others: how many remain without the one who would go."""
    if not others:
        raise RuleBroken("這是機關唯一可以登入的管理者，不能移除、停用或改為其他角色；請先請另一位管理者加入。")
