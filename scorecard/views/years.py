"""年度管理: an edition and all years of its agency; opening, closing and reopening its year."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from scorecard import permissions
from scorecard.documents.sign_off_pdf import SignOffPurpose, sign_off_pdf
from scorecard.domain.choices import AuditAction, PlanState, ReportState
from scorecard.domain.policies import RuleBroken
from scorecard.domain.roc_years import year_text
from scorecard.forms.consultation import ShareForm
from scorecard.forms.years import (
    CarryForwardForm,
    ChangeYearForm,
    CloseYearForm,
    DiscardForm,
    OpenNextYearForm,
    OpenYearForm,
    ReopenYearForm,
    WithdrawForm,
)
from scorecard.models import AuditEvent, YearSnapshot
from scorecard.pdf.writer import PDFError
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.edition_overview import NextStep, build_edition_overviews
from scorecard.read_models.head_approvals import head_approvals
from scorecard.read_models.revisions import load_revisions
from scorecard.services import years
from scorecard.services.reminders import last_reminded
from scorecard.services.year_closing import close_year
from scorecard.web import access
from scorecard.web.file_response import file_response
from scorecard.web.switches import state_text

# The form of each act that an edition's state allows, by the name under which the page shows it.
FORMS = {
    PlanState.DRAFT: {"discard": DiscardForm, "share": ShareForm},
    PlanState.ADOPTED: {"open": OpenYearForm, "withdraw": WithdrawForm},
    PlanState.OPEN: {"close": CloseYearForm, "change": ChangeYearForm},
    PlanState.CLOSED: {"reopen": ReopenYearForm},
}
EVENTS_SHOWN = 20
# Of an event. Of acts that tell of every difference what is recorded of the head's act, or of the revision.
MAX_CHANGES_SHOWN = 12
CHANGES_SHOWN = {AuditAction.ADOPTED: 3, AuditAction.REVISED: 4}
# Where the next step is done: (name of the page, place on it). Of the steps without a page there is nothing to do.
PLACES = {
    NextStep.COMPARE: ("compare", ""),
    NextStep.DISCARD: ("plan_year", "discard"),
    NextStep.OPEN: ("plan_year", "open"),
    NextStep.FOLLOW: ("review", ""),
    NextStep.REVIEW: ("review", ""),
    NextStep.CLOSE: ("plan_year", "close"),
    NextStep.CARRY: ("plan_year", "carry"),
}


def _options(name, plan):
    """How the page's form of this act is made."""
    if name == "change":
        return {"initial": {"due_date": plan.due_date, "contact": plan.contact}, "prefix": "change"}
    if name == "share":
        return {"initial": {"until": plan.consultation_until}, "prefix": "share"}
    return {"plan": plan} if name == "discard" else {}


def year_page(request, edition, failed=None, status=200):
    """failed: {name of a form: it with errors}; the others are empty."""
    plan = edition.plan
    scorecard = build_scorecard(plan)
    page_forms = {name: form(**_options(name, plan)) for name, form in FORMS[PlanState(plan.state)].items()}
    page_forms |= {"carry": carry_form(edition), "open_next": open_next_form(edition)}
    context = {
        "forms": page_forms | (failed or {}),
        "failed": failed or {},
        "plan": plan,
        "can_manage": permissions.can_manage(request.user, plan.agency_id),
        "approvals": head_approvals(plan),
        "last_reminded": last_reminded(plan),
        "scorecard": scorecard,
        "unapproved": [kpi for kpi in scorecard.due_kpis if kpi.report_state != ReportState.APPROVED],
        "snapshots": YearSnapshot.objects.listed().filter(plan=plan),
        "events": [_event(row) for row in _events(plan)[:EVENTS_SHOWN]],
        "latest": latest_counting(edition),
        "revisions": load_revisions(plan),
        "editions": _overviews(request, edition),
    }
    return render(request, "scorecard/year/page.html", context, status=status)


def latest_counting(edition):
    """The agency's latest edition that is no draft, from which the next one is carried forward; None for none."""
    counting = [plan for plan in edition.of_agency if not plan.is_draft]
    return counting[-1] if counting else None


def carry_form(edition, data=None):
    """None where there is nothing to carry forward."""
    source = latest_counting(edition)
    if source is None:
        return None
    taken = {plan.year for plan in edition.of_agency}
    return CarryForwardForm(data, source=source, taken=taken, prefix="carry")


def open_next_form(edition, data=None):
    """To open the year after the agency's latest edition at once; None where that one is a draft."""
    latest = edition.of_agency[-1]
    return None if latest.is_draft else OpenNextYearForm(data, plan=latest, prefix="next")


def _overviews(request, edition):
    """Every year of the agency, with the address of its next step for this person; "" for none."""
    can_manage = permissions.can_manage(request.user, edition.plan.agency_id)
    rows = build_edition_overviews(edition.of_agency, today=timezone.localdate())
    return [
        {
            "row": row,
            "state": state_text(row.plan),
            "last_year": year_text(row.plan.last_year) if row.plan.last_year > row.plan.year else "",
            "url": _place_of(row) if can_manage or not row.is_for_admins else "",
        }
        for row in rows
    ]


def _place_of(row):
    if row.hindered_by is not None:
        return reverse("plan_year", args=[row.plan.agency.slug, row.hindered_by.year])
    if row.step not in PLACES:
        return ""
    name, place = PLACES[row.step]
    url = reverse(name, args=[row.plan.agency.slug, row.plan.year])
    return f"{url}#{place}" if place else url


def _events(plan):
    """A 更正說明 changes nothing on the pages of its closed year, and has its own page."""
    return AuditEvent.objects.of_year(plan).exclude(action=AuditAction.CORRECTED)


def _event(row):
    """An event with the changes to tell of: not the digests of a closing, nor its own reason again."""
    if row.action == AuditAction.CLOSED:
        return {"row": row, "changes": [], "more": 0}
    changes = [change for change in row.changes if not row.reason or change["new"] != row.reason]
    shown = CHANGES_SHOWN.get(row.action, MAX_CHANGES_SHOWN)
    return {"row": row, "changes": changes[:shown], "more": max(len(changes) - shown, 0)}


@require_safe
def plan_year(request, agency, year):
    """The year's state and the next step, for those who edit strategy; the acts are the admin's."""
    return year_page(request, access.get_edition_to_edit_strategy(request, agency, year))


def act_on_year(request, edition, name, act, done):
    """Do what a form of the page asks, of the name under FORMS, and return to the page.

    act: takes by, plan and what the form says. done: what is told then.
    """
    plan = edition.plan
    form_class = FORMS[PlanState(plan.state)].get(name)
    if form_class is None:
        messages.error(request, f"這個年度目前是「{state_text(plan)}」，不能這樣做；沒有任何變更。")
        return redirect("plan_year", agency=plan.agency.slug, year=plan.year)
    form = form_class(request.POST, **_options(name, plan))
    if not form.is_valid():
        return year_page(request, edition, {name: form}, status=422)
    try:
        act(by=request.user, plan=plan, **form.cleaned_data)
    except RuleBroken as error:
        form.add_error(None, error)
        return year_page(request, edition, {name: form}, status=422)
    except PDFError as error:
        form.add_error(None, f"正式版本無法產生，年度沒有關閉；請系統管理人員處理：{error}")
        return year_page(request, edition, {name: form}, status=422)
    messages.success(request, done)
    return redirect("plan_year", agency=plan.agency.slug, year=plan.year)


@require_POST
def open_(request, agency, year):
    edition = access.get_edition_to_manage(request, agency, year)
    return act_on_year(request, edition, "open", years.open_year, "已開放填報。")


@require_POST
def change(request, agency, year):
    edition = access.get_edition_to_manage(request, agency, year)
    return act_on_year(request, edition, "change", years.change_open_year, "已儲存截止日與聯絡窗口。")


@require_POST
def close(request, agency, year):
    edition = access.get_edition_to_manage(request, agency, year)
    done = "年度已關閉，內容不再變動；正式版本（定稿檔）可在本頁與「報告下載」取得。"
    return act_on_year(request, edition, "close", close_year, done)


@require_POST
def reopen(request, agency, year):
    edition = access.get_edition_to_manage(request, agency, year)
    return act_on_year(request, edition, "reopen", years.reopen_year, "已重新開放填報。")


@require_safe
def sign_off(request, agency, year):
    """簽核表, to be signed before the edition is adopted or its year closed; of the next step of the two."""
    plan = access.get_edition_to_manage(request, agency, year).plan
    purpose = SignOffPurpose.ADOPT if plan.is_draft else SignOffPurpose.CLOSE
    pdf = sign_off_pdf(plan, purpose, made_at=timezone.localtime())
    return file_response(pdf, "application/pdf", f"{agency}-{plan.roc}-sign-off.pdf")
