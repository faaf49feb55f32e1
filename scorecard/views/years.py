"""年度管理: opening, closing and reopening an edition's year, and beginning the next one."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from scorecard.documents.sign_off_pdf import SignOffPurpose, sign_off_pdf
from scorecard.domain.choices import AuditAction, PlanState, ReportState
from scorecard.domain.policies import RuleBroken
from scorecard.domain.roc_years import year_text
from scorecard.forms.years import ChangeYearForm, CloseYearForm, NextYearForm, OpenYearForm, ReopenYearForm
from scorecard.models import AuditEvent, YearSnapshot
from scorecard.pdf.writer import PDFError
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.head_approvals import head_approvals
from scorecard.services import editions, years
from scorecard.services.reminders import last_reminded
from scorecard.services.year_closing import close_year
from scorecard.web import access
from scorecard.web.file_response import file_response
from scorecard.web.switches import state_text

NEXT_STEP = {PlanState.ADOPTED: OpenYearForm, PlanState.OPEN: CloseYearForm, PlanState.CLOSED: ReopenYearForm}
STEPS = {PlanState.OPEN: (CloseYearForm, ChangeYearForm)}
EVENTS_SHOWN = 20
# What the list of all years says of each: its next step.
NEXT_STEP_TEXT = {
    PlanState.DRAFT: "核定年版",
    PlanState.ADOPTED: "開放填報",
    PlanState.OPEN: "關閉年度",
    PlanState.CLOSED: "",
}


def _steps(plan):
    """Form classes that the edition's state allows; none for a draft."""
    return STEPS.get(plan.state, (NEXT_STEP.get(plan.state),))


def _current_values(plan):
    return {"due_date": plan.due_date, "contact": plan.contact}


def _page(request, edition, form=None, status=200):
    """form: one with errors; None for empty ones."""
    plan = edition.plan
    scorecard = build_scorecard(plan)
    changes, begins = isinstance(form, ChangeYearForm), isinstance(form, NextYearForm)
    context = {
        "form": form if form and not (changes or begins) else _empty(NEXT_STEP.get(plan.state)),
        "change_form": form if changes else ChangeYearForm(initial=_current_values(plan), prefix="change"),
        "next_form": form if begins else _next_form(edition),
        "is_beginning": begins,
        "plan": plan,
        "approvals": head_approvals(plan),
        "last_reminded": last_reminded(plan),
        "scorecard": scorecard,
        "unapproved": [kpi for kpi in scorecard.due_kpis if kpi.report_state != ReportState.APPROVED],
        "snapshots": YearSnapshot.objects.listed().filter(plan=plan),
        "events": [_event(row) for row in _events(plan)[:EVENTS_SHOWN]],
        "editions": [
            {
                "plan": each,
                "state": state_text(each),
                "last_year": year_text(each.last_year) if each.last_year > each.year else "",
                "next_step": _next_step_text(each, edition.of_agency),
            }
            for each in reversed(edition.of_agency)
        ],
    }
    return render(request, "scorecard/plan_year.html", context, status=status)


def _events(plan):
    """A 更正說明 changes nothing on the pages of its closed year, and has its own page."""
    return AuditEvent.objects.of_year(plan).exclude(action=AuditAction.CORRECTED)


def _event(row):
    """An event with the changes to tell of: not the digests of a closing, nor its own reason again."""
    if row.action == AuditAction.CLOSED:
        return {"row": row, "changes": []}
    changes = [change for change in row.changes if not row.reason or change["new"] != row.reason]
    return {"row": row, "changes": changes}


def _empty(form_class):
    return form_class() if form_class else None


def _next_form(edition):
    """To begin the year after the agency's latest edition; None on the pages of earlier ones."""
    latest = edition.of_agency[-1]
    return NextYearForm(plan=latest, prefix="next") if latest == edition.plan and not latest.is_draft else None


def _next_step_text(plan, editions):
    """What comes next for the edition, and what stands in the way."""
    others = [each for each in editions if each != plan and not each.is_draft]
    if plan.is_closed:
        later = [each.year_text for each in others if each.is_closed and each.year > plan.year]
        return f"如需重新開放，請先重新開放 {later[-1]}" if later else ""
    text = NEXT_STEP_TEXT[plan.state]
    earlier = [each.year_text for each in others if not each.is_closed and each.year < plan.year]
    return f"{text}（請先關閉 {earlier[0]}）" if plan.is_open and earlier else text


@require_safe
def plan_year(request, agency, year):
    """The year's state and the next step."""
    return _page(request, access.get_edition_to_manage(request, agency, year))


def _act(request, agency, year, form_class, act, done):
    edition = access.get_edition_to_manage(request, agency, year)
    is_change = form_class is ChangeYearForm
    options = {"initial": _current_values(edition.plan), "prefix": "change"} if is_change else {}
    if form_class not in _steps(edition.plan):
        messages.error(request, f"這個年度目前是「{state_text(edition.plan)}」，不能這樣做；沒有任何變更。")
        return redirect("plan_year", agency=agency, year=year)
    form = form_class(request.POST, **options)
    if not form.is_valid():
        return _page(request, edition, form, status=422)
    try:
        act(by=request.user, plan=edition.plan, **form.cleaned_data)
    except RuleBroken as error:
        form.add_error(None, error)
        return _page(request, edition, form, status=422)
    except PDFError as error:
        form.add_error(None, f"正式版本無法產生，年度沒有關閉；請系統管理人員處理：{error}")
        return _page(request, edition, form, status=422)
    messages.success(request, done)
    return redirect("plan_year", agency=agency, year=year)


@require_POST
def open_(request, agency, year):
    return _act(request, agency, year, OpenYearForm, years.open_year, "已開放填報。")


@require_POST
def change(request, agency, year):
    return _act(request, agency, year, ChangeYearForm, years.change_open_year, "已儲存截止日與聯絡窗口。")


@require_POST
def close(request, agency, year):
    done = "年度已關閉，內容不再變動；正式版本（定稿檔）可在本頁與「報告下載」取得。"
    return _act(request, agency, year, CloseYearForm, close_year, done)


@require_POST
def reopen(request, agency, year):
    return _act(request, agency, year, ReopenYearForm, years.reopen_year, "已重新開放填報。")


@require_POST
def next_(request, agency, year):
    """Carry the agency's latest edition forward to the year after it, adopt the new one and open it."""
    edition = access.get_edition_to_manage(request, agency, year)
    if _next_form(edition) is None:
        latest = edition.of_agency[-1]
        messages.error(request, f"已有 {latest.title}；請到最後一個年度的「年度管理」。沒有任何變更。")
        return redirect("plan_year", agency=agency, year=latest.year)
    form = NextYearForm(request.POST, plan=edition.plan, prefix="next")
    if not form.is_valid():
        return _page(request, edition, form, status=422)
    try:
        made = editions.open_without_edition(
            by=request.user, agency=edition.agency, year=edition.year + 1, **form.cleaned_data
        )
    except RuleBroken as error:
        form.add_error(None, error)
        return _page(request, edition, form, status=422)
    messages.success(request, f"已沿用 {edition.plan.title} 建立 {made.title}，並開放填報。")
    return redirect("plan_year", agency=agency, year=made.year)


@require_safe
def sign_off(request, agency, year):
    """簽核表, to be signed before the edition is adopted or its year closed; of the next step of the two."""
    plan = access.get_edition_to_manage(request, agency, year).plan
    purpose = SignOffPurpose.ADOPT if plan.is_draft else SignOffPurpose.CLOSE
    pdf = sign_off_pdf(plan, purpose, made_at=timezone.localtime())
    return file_response(pdf, "application/pdf", f"{agency}-{plan.roc}-sign-off.pdf")
