"""Rules about states, not about people (domain.md §5): each check_* raises RuleBroken with a sentence for the user."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, Protocol

from django.core.exceptions import ValidationError

from scorecard.domain.choices import EditionCommentKind, ReportState
from scorecard.domain.roc_years import date_text

MEGABYTE = 1024 * 1024
EVIDENCE_FILE_BYTES = 20 * MEGABYTE
EVIDENCE_FILES_PER_REPORT = 10
EVIDENCE_BYTES_PER_REPORT = 100 * MEGABYTE


class PlanRow(Protocol):
    """What the rules ask of a models.Plan."""

    @property
    def title(self) -> str: ...

    @property
    def is_draft(self) -> bool: ...

    @property
    def is_open(self) -> bool: ...

    @property
    def is_closed(self) -> bool: ...

    def is_shared_on(self, day: date) -> bool: ...


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


def check_year_is_open(plan: PlanRow) -> None:
    """Actuals are entered, submitted and reviewed only while the year is open."""
    check_not_closed(plan)
    if not plan.is_open:
        raise RuleBroken("這個年度尚未開放填報；請等候管理者開放。")


def check_not_closed(plan: PlanRow) -> None:
    """Strategy, targets and money change until the year is closed."""
    if plan.is_closed:
        raise RuleBroken("這個年度已關閉，不能再變更；如需更正，請管理者重新開放。")


def check_reason_given(plan: PlanRow, reason: str) -> None:
    """Once the edition is adopted every change of strategy, targets and money has a reason."""
    if not plan.is_draft and not reason:
        raise RuleBroken(f"{plan.title}已核定，變更內容請說明理由。")


def check_may_comment(plan: PlanRow) -> None:
    """A closed year takes no comments: it stays as it was signed."""
    if plan.is_closed:
        raise RuleBroken("這個年度已關閉，不能再留言；如需說明，請管理者加上更正說明。")


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


def check_year_is_free(title: str, *, has_edition: bool, later: str) -> None:
    """An agency has one edition a year, and none begins before an adopted one.

    title: of the edition that would begin. later: title of a later edition that is no draft, "" for none.
    """
    if has_edition:
        raise RuleBroken(f"這個機關已有 {title}；請直接使用，或先捨棄草案。")
    if later:
        raise RuleBroken(f"{later}已核定，不能再新增較早的 {title}；較早年度的實際值請列為基準。")


def check_may_adopt(plan: PlanRow, *, later: str, problems: Sequence[str]) -> None:
    """A draft is adopted in the order of years, and not while something is missing.

    later: title of a later edition that is no draft, "" for none. problems: as from adoption_problems().
    """
    if not plan.is_draft:
        raise RuleBroken(f"{plan.title}已經核定，不需要再核定一次。")
    if later:
        raise RuleBroken(f"{later}已核定，不能再核定較早的 {plan.title}。")
    if problems:
        raise RuleBroken(list(problems))


def adoption_problems(
    *,
    objectives: int,
    without_measure: Iterable[str],
    without_target: Iterable[str],
    succeeded_divisions: Iterable[tuple[str, str]],
    softened: Iterable[tuple[str, str, str]] = (),
) -> list[str]:
    """Why an edition cannot be adopted, as sentences.

    objectives: how many it has. without_measure, without_target: codes of KPIs without a measure, and with neither a
    target nor a target note in the edition's own year. succeeded_divisions: names of divisions that it still names,
    each with the name of its successor. softened: targets that are softer than the edition before had planned, without
    a reason: (「AC1.1 107 年目標值」, 「106 年版」, 「14→18 日」).
    """
    found = [] if objectives else ["這份年版沒有任何策略目標；請先建立策略地圖。"]
    found += [f"{code} 沒有衡量項；請新增衡量項，或刪除這項 KPI。" for code in without_measure]
    found += [f"{code} 沒有本年度的目標值；請填目標值，或在目標備註填「—」。" for code in without_target]
    found += [f"「{old}」已由「{new}」承接；請改列「{new}」。" for old, new in succeeded_divisions]
    found += [f"{what}較 {edition}原訂放寬（{change}），請填理由。" for what, edition, change in softened]
    return found


def check_may_withdraw(plan: PlanRow, *, was_used: bool, later: str, reason: str) -> None:
    """An adoption is withdrawn only before the year is ever opened, and with a reason.

    was_used: whether it was ever opened or has reports or receipts. later: as for check_may_adopt().
    """
    if plan.is_draft:
        raise RuleBroken(f"{plan.title}還是草案，不需要退回。")
    if plan.is_open or plan.is_closed or was_used:
        raise RuleBroken(f"{plan.title}曾經開放填報，不能退回草案；如需變更，請說明理由後直接修改。")
    if later:
        raise RuleBroken(f"{later}已核定，{plan.title}不能退回草案。")
    if not reason:
        raise RuleBroken("請說明退回草案的理由。")


def check_may_discard(plan: PlanRow) -> None:
    if not plan.is_draft:
        raise RuleBroken(f"{plan.title}不是草案，不能捨棄。")


def check_may_share(plan: PlanRow, until: date | None, today: date) -> None:
    """Divisions have their say on a draft alone, until a day that has not passed. until: None to end it now."""
    if not plan.is_draft:
        raise RuleBroken(f"{plan.title}已核定，不能再徵詢科室意見；只有草案可以徵詢。")
    if until is not None and until < today:
        raise RuleBroken(f"徵詢期限不能早於今天（{date_text(today)}）。")


def check_is_shared(plan: PlanRow, today: date) -> None:
    if not plan.is_shared_on(today):
        raise RuleBroken(f"{plan.title}草案的徵詢已經結束，沒有儲存；如需補充意見，請洽審核人員。")


def check_may_decide_proposal(plan: PlanRow) -> None:
    """A proposal for an adopted edition comes too late: its targets change with a reason of their own."""
    if not plan.is_draft:
        raise RuleBroken(f"{plan.title}已核定，建議目標值不再處理；如需變更目標，請說明理由後修改。")


def check_may_comment_on_edition(plan: PlanRow, kind: EditionCommentKind) -> None:
    """A closed edition takes no comments. Only a draft is sent to be adopted, or sent back."""
    if plan.is_closed:
        raise RuleBroken("這個年度已關閉，不能再留意見；如需說明，請管理者加上更正說明。")
    if kind != EditionCommentKind.COMMENT and not plan.is_draft:
        raise RuleBroken(f"{plan.title}已經核定，不需要再{kind.label}。")


def check_year_may_open(plan: PlanRow, *, later_closed: str) -> None:
    """A year opens once; a closed one is reopened, with a reason. later_closed: title of a later closed edition."""
    if plan.is_open:
        raise RuleBroken("這個年度已經開放。")
    if plan.is_closed:
        raise RuleBroken("這個年度已關閉；請使用「重新開放」並說明理由。")
    if plan.is_draft:
        raise RuleBroken(f"{plan.title}還是草案；請先核定年版，再開放填報。")
    if later_closed:
        raise RuleBroken(f"{later_closed}已關閉，較早的年度不能再開放；請先重新開放 {later_closed}。")


def check_open_year_may_change(plan: PlanRow) -> None:
    """Due date and contact are changed only while the year is open."""
    if not plan.is_open:
        raise RuleBroken("只有開放中的年度可以變更截止日與聯絡窗口。")


def check_year_may_close(plan: PlanRow, *, unapproved: int, earlier: str, reason: str) -> None:
    """Years close in their order; closing needs every report approved, or a stated reason.

    unapproved: how many KPIs are not. earlier: title of an earlier edition that is adopted or open, "" for none.
    """
    if not plan.is_open:
        raise RuleBroken("只有開放中的年度可以關閉。")
    if earlier:
        raise RuleBroken(f"請先關閉 {earlier}；年度須依順序關閉。尚未開放的年度，請開放後說明理由關閉。")
    if unapproved and not reason:
        raise RuleBroken(f"還有 {unapproved} 項 KPI 尚未審核通過；請先完成審核，或說明仍要關閉的理由。")


def check_year_may_reopen(plan: PlanRow, *, later_closed: str, reason: str) -> None:
    """Years reopen in the reverse of their order, and with a reason. later_closed: as for check_year_may_open()."""
    if not plan.is_closed:
        raise RuleBroken("只有已關閉的年度可以重新開放。")
    if later_closed:
        raise RuleBroken(f"請先重新開放 {later_closed}；較後的年度關閉時，較早的年度不能重新開放。")
    if not reason:
        raise RuleBroken("請說明重新開放的理由。")


def check_may_freeze(plan: PlanRow, *, has_snapshot: bool, reason: str) -> None:
    """Only a closing makes a snapshot, but for years that were closed before there were snapshots."""
    if not plan.is_closed:
        raise RuleBroken("只有已關閉的年度可以補製定稿檔；開放中的年度關閉時會產生。")
    if has_snapshot:
        raise RuleBroken("這個年度已有定稿檔，不需要補製。")
    if not reason:
        raise RuleBroken("請說明補製定稿檔的理由。")


def check_may_revise(plan: PlanRow) -> None:
    """Revisions are of adopted and open editions; a draft has nothing to revise, and a closed one stays as it is."""
    if plan.is_draft:
        raise RuleBroken(f"{plan.title}還是草案，沒有可以登錄的修正；草案的變更在首長核定時一起記錄。")
    if plan.is_closed:
        raise RuleBroken(f"{plan.title}已關閉，不能再登錄修正；如需說明，請加上更正說明。")


def check_may_add_correction(plan: PlanRow, *, text: str, document_number: str) -> None:
    """A 更正說明 stands beside a closed year; an open one is corrected itself."""
    if not plan.is_closed:
        raise RuleBroken("更正說明只能加在已關閉的年度；開放中的年度請直接更正。")
    wrong = []
    if not text:
        wrong.append("請填更正的說明。")
    if not document_number:
        wrong.append("請填更正說明的文號。")
    if wrong:
        raise RuleBroken(wrong)


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


def check_division_is_present(division: Any) -> None:
    """Nothing new goes to a division that another one took over from."""
    if division.successor is not None:
        raise RuleBroken(f"「{division}」已由「{division.successor}」承接；請改選「{division.successor}」。")


def check_staff_have_divisions(is_staff: bool, divisions: Collection[Any]) -> None:
    """is_staff: whether the role is 填報."""
    if is_staff and not divisions:
        raise RuleBroken("角色為「填報」時，請選擇至少一個填報科室。")


def check_an_admin_remains(others: int) -> None:
    """An agency keeps an admin who can log in. others: how many remain without the one who would go."""
    if not others:
        raise RuleBroken("這是機關唯一可以登入的管理者，不能移除、停用或改為其他角色；請先請另一位管理者加入。")
