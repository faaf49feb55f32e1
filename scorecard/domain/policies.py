"""Rules about states, not about people (domain.md §5): each raises RuleBroken with a sentence for the reader."""

from django.core.exceptions import ValidationError

from scorecard.domain.choices import ReportState

MEGABYTE = 1024 * 1024
EVIDENCE_FILE_BYTES = 20 * MEGABYTE
EVIDENCE_FILES_PER_REPORT = 10
EVIDENCE_BYTES_PER_REPORT = 100 * MEGABYTE


class RuleBroken(ValidationError):
    """The state of things forbids the act; the message says why and what to do."""


def check_year_is_open(plan_year):
    """Actuals are entered, submitted and reviewed only while the year is open."""
    if plan_year.is_closed:
        raise RuleBroken("這個年度已關閉，不能再變更；如需更正，請管理者重新開放。")
    if not plan_year.is_open:
        raise RuleBroken("這個年度尚未開放填報；請等候管理者開放。")


def check_report_is_editable(report):
    """Staff edit a report only before it is submitted or after it was returned."""
    if report.is_submitted:
        raise RuleBroken(f"{report.kpi.code} 已送出審核，不能修改；如需更正，請審核人員退回。")
    if report.is_approved:
        raise RuleBroken(f"{report.kpi.code} 已核定，不能修改；如需更正，請審核人員退回。")


def check_may_become(report, state):
    """The workflow of domain.md §5 leads from the report's state to the given one."""
    check_all_may_become([report], state)


def check_all_may_become(reports, state):
    """The workflow of domain.md §5 leads from each report's state to the given one; a sentence for each other one."""
    wanted = ReportState(state).label
    wrong = [
        f"{report.kpi.code} 目前是「{report.get_state_display()}」，不能改為「{wanted}」。"
        for report in reports
        if not report.may_become(state)
    ]
    if wrong:
        raise RuleBroken(wrong)


def check_year_may_open(plan_year):
    """A year opens once; a closed one is reopened, with a reason. Baseline years stay closed."""
    if plan_year.is_open:
        raise RuleBroken("這個年度已經開放。")
    if plan_year.is_closed:
        raise RuleBroken("這個年度已關閉；請使用「重新開放」並說明理由。")


def check_open_year_may_change(plan_year):
    """Due date and contact are changed only while the year is open."""
    if not plan_year.is_open:
        raise RuleBroken("只有開放中的年度可以變更截止日與聯絡窗口。")


def check_year_may_close(plan_year, unapproved, reason):
    """Closing needs every report approved, or a stated reason. unapproved: how many are not."""
    if not plan_year.is_open:
        raise RuleBroken("只有開放中的年度可以關閉。")
    if unapproved and not reason:
        raise RuleBroken(f"還有 {unapproved} 項 KPI 未核定；請先完成審核，或說明仍要關閉的理由。")


def check_year_may_reopen(plan_year, reason):
    """Only a closed year of the plan itself reopens, and only with a reason."""
    if not plan_year.is_closed:
        raise RuleBroken("只有已關閉的年度可以重新開放。")
    if plan_year.year < plan_year.plan.first_year:
        raise RuleBroken("基準年度不開放填報。")
    if not reason:
        raise RuleBroken("請說明重新開放的理由。")


def missing_for_submission(code, measures, *, is_missed, is_explained, questions=()):
    """What keeps a KPI's report from being submitted, as sentences; empty when it is complete (domain.md §5).

    measures: (label, has_target, is_reported) each. is_missed: the KPI's light; is_explained: 差異說明 is filled in.
    questions: those about its figures that nobody answered, as sentences.
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


def check_evidence_fits(sizes, present):
    """A report holds so many files of so many bytes together. sizes: of the new files; present: of those it has."""
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


def check_staff_have_divisions(is_staff, divisions):
    """Staff report for divisions, so their membership names some. is_staff: whether the role is 填報."""
    if is_staff and not divisions:
        raise RuleBroken("角色為「填報」時，請選擇至少一個填報科室。")


def check_an_admin_remains(others):
    """An agency keeps an admin who can come in. others: how many there are without the one who would go."""
    if not others:
        raise RuleBroken("這是機關唯一可以登入的管理者，不能移除、停用或改為其他角色；請先請另一位管理者加入。")
