"""Samples of 年度填報 and 審核 for /style/, made in memory. No query."""

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from scorecard.domain.choices import EDITABLE_STATES, AuditAction, Question, ReportState
from scorecard.forms.reporting import KPIEntryForm
from scorecard.forms.reporting_paste import PasteForm, places_of
from scorecard.forms.review import CommentForm, ReturnForm
from scorecard.forms.unsaved_entries import UnsavedField
from scorecard.models import (
    KPI,
    AuditEvent,
    Comment,
    Division,
    Evidence,
    Plan,
    Submission,
    User,
    YearlyReport,
    YearSnapshot,
)
from scorecard.pdf.jobs import Making
from scorecard.read_models.budgets import budgets_of
from scorecard.read_models.data_checks import DataCheck, Finding
from scorecard.read_models.kpi_history import HistoryChange, HistoryLine
from scorecard.read_models.progress import build_progress, total_progress
from scorecard.read_models.review_queue import Case, Correction, NetChange
from scorecard.styleguide.edition_samples import editions
from scorecard.styleguide.sample_plan import (
    DOUBTFUL,
    THRESHOLD,
    YEAR,
    numbered,
    sample_kpi,
    with_due_date,
)

TOKEN = "00000000-0000-4000-8000-00000000000"
STAFF, OTHER, REVIEWER = (User(pk=pk, name=name) for pk, name in enumerate(("王小明", "林承辦", "陳審核"), start=1))
DIVISION = Division(pk=2, name="文書組")


def _ago(days):
    return timezone.now() - timedelta(days=days)


def _report(pk, state, explanation="", improvement="", files=(), comments=()):
    """A report of STAFF with files and comments, as after prefetch_related()."""
    report = YearlyReport(
        pk=pk,
        state=state,
        explanation=explanation,
        improvement=improvement,
        version=2,
        changed_by=OTHER,
        changed_at=_ago(1),
        submitted_by=STAFF,
        submitted_by_name=str(STAFF),
        submitted_at=None if state in EDITABLE_STATES else _ago(3),
        reviewed_by=REVIEWER,
        reviewed_by_name=str(REVIEWER),
        reviewed_at=_ago(1),
    )
    report._prefetched_objects_cache = {"evidence": files, "comments": comments}
    return report


def files():
    """Evidence files, one with a long name."""
    names = (("公文時效統計表.xlsx", 48_128), ("第三季稽催紀錄與各科室逾期案件說明（含附件一至附件七）.pdf", 2_411_724))
    return tuple(
        Evidence(token=f"{TOKEN}{place}", name=name, size=size) for place, (name, size) in enumerate(names, start=1)
    )


def comments():
    """Two comments, one with two lines."""
    return (
        Comment(author=STAFF, author_name=str(STAFF), text="統計範圍含電子公文。", written_at=_ago(5)),
        Comment(
            author=REVIEWER,
            author_name=str(REVIEWER),
            text="請補充逾期原因，\n並附各月統計。",
            written_at=_ago(2),
        ),
    )


def entry(scorecard):
    """The reporting table with rows in every state, and the notices around it."""
    forms = _entry_forms(scorecard)
    pasted = PasteForm(
        {"text": "R2\t118,000\t年底盤點\nR3\t無統計\nR5\t很多\nZZ9\t12\nR7\t92", "start": ""}, places=places_of(forms)
    )
    nothing = PasteForm({"text": "ZZ9\t12", "start": ""}, places=places_of(forms))
    refused = PasteForm({"text": "", "start": ""}, places=places_of(forms))
    previews = [
        {"anchor": f"preview-{place}", "form": form, "rows": form.rows() if form.is_valid() else None}
        for place, form in enumerate((pasted, nothing, refused), start=1)
    ]
    for preview in previews:
        preview["count"] = sum(bool(row.fields) for row in preview["rows"] or ())
    return {
        "division": DIVISION,
        "plan": {"is_open": True},
        "last_year": next(line for line in scorecard.years if line.year == YEAR - 1),
        "forms": forms,
        "typed": _typed(scorecard),
        "asking": [form for form in forms if form.line.code == "R2"],
        "unsaved": {"saved_at": _ago(0)},
        "differences": [
            UnsavedField("R1", "分子", "", "752", False),
            UnsavedField("R2", "備註", "掃描完成頁數", "含機密檔案", True),
        ],
        "without_field": ["已停用的 KPI 說明"],
        "previews": previews,
    }


def _entry_forms(scorecard):
    def line(code, number):
        return numbered(scorecard.kpis_by_code[code], f"R{number}", 100 + number)

    empty, unmeasured, returned, wrong = line("BP1.1", 1), line("AP1.1", 3), line("BC1.1", 4), line("AP1.1", 5)
    changed_by_other, sent, approved = line("BC1.1", 6), line("BP2.1", 7), line("AC1.1", 8)
    asked = numbered(sample_kpi(DOUBTFUL), "R2", 102)
    changed_by_other = replace(changed_by_other, report_state=ReportState.IN_PROGRESS)
    judge = KPI(plan=Plan(warning_threshold=THRESHOLD))
    made = [
        KPIEntryForm(line=empty, report=None),
        KPIEntryForm(line=asked, report=_report(2, ReportState.IN_PROGRESS)),
        KPIEntryForm(line=unmeasured, report=_report(3, ReportState.IN_PROGRESS)),
        KPIEntryForm(
            line=returned,
            report=_report(4, ReportState.RETURNED, "件數大增", "增派人力", files(), comments()),
        ),
        KPIEntryForm(
            {"kpi105-version": "2", "kpi105-actual_1050": "約一百", "kpi105-unmeasured_1050": "on"},
            line=wrong,
            report=_report(5, ReportState.IN_PROGRESS),
            kpi=judge,
        ),
        KPIEntryForm(
            {"kpi106-version": "1", "kpi106-actual_1060": "1.4", "kpi106-note_1060": "十二月重算"},
            line=changed_by_other,
            report=_report(6, ReportState.IN_PROGRESS),
            kpi=judge,
        ),
        KPIEntryForm(
            {"kpi107-version": "1", "kpi107-actual_1070": "118000"},
            line=sent,
            report=_report(7, ReportState.SUBMITTED),
        ),
        KPIEntryForm(line=approved, report=_report(8, ReportState.APPROVED, "", "持續辦理修繕", files()[:1])),
    ]
    for form in made:
        form.is_valid()
    made[5].show_conflict(changed_by_other, _report(6, ReportState.IN_PROGRESS, "含電子公文"))
    figure = asked.measures[0].cell.actual
    made.append(
        KPIEntryForm(
            line=numbered(asked, "R9", 109),
            report=_report(9, ReportState.IN_PROGRESS),
            answered={(1090, question, figure) for question in Question},
        )
    )
    return made


def _typed(scorecard):
    """Context of the fragment that is loaded while a person types: a ratio and its light."""
    line = numbered(scorecard.kpis_by_code["AC1.1"], "R10", 110)
    row = KPIEntryForm(line=line, report=None).fields_of(line.measures[0])
    return {"row": row, "outcome": row.outcome}


def review(scorecard):
    """The progress of an overdue year, the reminder, data checks, and a case in every state."""
    late = with_due_date(scorecard, -5)
    return {
        "scorecard": late,
        "progress": build_progress(late),
        "total": total_progress(late),
        "checks": _checks(),
        "reminders": [None, {"at": _ago(2), "actor": None}],
        "plan": {"is_open": True},
        "queue": {"earlier": scorecard.years[:2]},
        "items": _cases(late),
        "comments": comments(),
        "files": files(),
    }


def _checks():
    def found(*codes):
        return tuple(Finding("kpi", place, code, "公文逾期比率") for place, code in enumerate(codes, start=1))

    checks = (
        DataCheck("unexplained", "未達目標，沒有差異說明", found("BC1.1")),
        DataCheck("no_evidence", "已送出，沒有附佐證", found("BP2.1", "AC2.1")),
        DataCheck("no_formula", "KPI 沒有計算公式", ()),
        DataCheck("no_kpi", "策略目標沒有 KPI", ()),
    )
    return [(check, [(finding, "#review") for finding in check.findings]) for check in checks]


def _cases(scorecard):
    by_code = scorecard.kpis_by_code
    changes = (NetChange("實際值", "2.2", "2.4"), NetChange("備註", None, "含電子公文"))
    back = Correction(str(REVIEWER), _ago(6), "請附各月統計。", changes)
    reports = {
        "V1": ("BC1.1", _report(21, ReportState.SUBMITTED, "件數大增", "增派人力", files(), comments()), back),
        "V2": ("BP2.1", _report(22, ReportState.SUBMITTED), replace(back, changes=())),
        "V3": ("AC2.2", _report(23, ReportState.APPROVED, comments=comments()[:1]), None),
        "V4": ("BC1.1", _report(24, ReportState.IN_PROGRESS), None),
        "V5": ("BP1.1", None, None),
    }
    items = []
    for number, (code, (own, report, correction)) in enumerate(reports.items(), start=1):
        line = numbered(by_code[own], code, 200 + number)
        line = replace(line, report_state=report.state if report else ReportState.PENDING)
        case = Case(line, report, {}, correction, budgets_of(scorecard, [line]), scorecard.year.due_date)
        items.append({"case": case, "can_approve": code == "V1", "is_own": code == "V2"} | _acts(code, report))
    return items


def _acts(code, report):
    """The forms of a case; the first case has a return form without a reason, with its error."""
    if report is None:
        return {}
    data = {"version": "2", "comment": ""} if code == "V1" else None
    back = ReturnForm(data, initial={"version": report.version}, auto_id=f"id_{report.pk}_%s")
    is_returnable = report.is_submitted or report.is_approved
    return {
        "return_form": back if is_returnable else None,
        "comment_form": CommentForm(auto_id=f"id_{report.pk}_%s"),
    }


def papers():
    """PDFs being made, receipts, snapshots and a KPI's history."""
    making = (
        ("還沒有產生", Making()),
        ("準備版面", Making(is_running=True, step=2)),
        ("排版", Making(is_running=True, step=4, pages=42)),
        ("寫成檔案", Making(is_running=True, step=6)),
        ("產生失敗", Making(failed="產生報告超過時限，請稍後再試，或只選一部分。")),
        ("已取消", Making(cancelled=True)),
        ("可以下載", Making(is_ready=True)),
    )
    submitter = {"name": str(STAFF), "acting_for": {"name": str(REVIEWER)}}
    content = {"submitted_by": submitter, "kpis": [{"code": code} for code in ("BC1.1", "BP1.1", "BP2.1")]}
    receipt = {"plan": Plan(year=YEAR), "division": DIVISION, "submitted_by": STAFF, "submitted_at": _ago(3)}
    closed = {
        "closed_by": REVIEWER,
        "closed_by_name": str(REVIEWER),
        "plan": Plan(year=YEAR),
        "data_version": 812,
        "audit_number": 640,
        "audit_digest": "4f" * 32,
    }
    closed |= {"report_sha256": "9a" * 32, "workbook_sha256": "0c" * 32, "document_sha256": "e1" * 32}
    return {
        "making": making,
        "choices": {"query": ()},
        "receipts": [
            Submission(serial=2, content=content, **receipt),
            Submission(serial=1, content=content | {"kpis": content["kpis"][:1]}, **receipt),
        ],
        "snapshots": [
            YearSnapshot(number=2, closed_at=_ago(10), reason="更正 BC1.1 實際值", **closed),
            YearSnapshot(number=1, closed_at=_ago(40), **closed),
        ],
        "history": _history(),
        **editions(),
    }


def _history():
    """Events of persons and of the server, with reasons and changes; one change can be restored."""
    by_staff, by_reviewer = ({"actor": user, "actor_name": str(user)} for user in (STAFF, REVIEWER))
    entered = AuditEvent(pk=2, at=_ago(4), **by_staff, action=AuditAction.SAVED, year=YEAR)
    changed = (HistoryChange(0, "實際值", None, "91", True), HistoryChange(1, "備註", "暫估", None, False))
    return (
        HistoryLine(
            AuditEvent(
                pk=3, at=_ago(2), **by_reviewer, action=AuditAction.RETURNED, year=YEAR, reason="請附各月統計。"
            ),
            (),
        ),
        HistoryLine(entered, changed, code="AC1.1"),
        HistoryLine(AuditEvent(pk=1, at=_ago(90), actor=None, action=AuditAction.CREATED), ()),
    )
