"""年度管理: opening, closing and reopening a plan year."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scorecard.domain.choices import ReportState, YearState
from scorecard.domain.policies import RuleBroken
from scorecard.forms.years import ChangeYearForm, CloseYearForm, OpenYearForm, ReopenYearForm
from scorecard.models import AuditEvent, YearSnapshot
from scorecard.pdf.writer import PDFError
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.services import years
from scorecard.services.reminders import last_reminded
from scorecard.services.year_closing import close_year
from scorecard.web import access

NEXT_STEP = {YearState.NOT_OPEN: OpenYearForm, YearState.OPEN: CloseYearForm, YearState.CLOSED: ReopenYearForm}
STEPS = {YearState.OPEN: (CloseYearForm, ChangeYearForm)}


def _steps(plan_year):
    """Form classes that the year's state allows."""
    return STEPS.get(plan_year.state) or (NEXT_STEP[plan_year.state],)


def _current_values(plan_year):
    return {"due_date": plan_year.due_date, "contact": plan_year.contact}


def _page(request, edition, form=None, status=200):
    scorecard = build_scorecard(edition.plan)
    changes = isinstance(form, ChangeYearForm)
    context = {
        "form": form if form and not changes else NEXT_STEP[edition.plan.state](),
        "change_form": form if changes else ChangeYearForm(initial=_current_values(edition.plan), prefix="change"),
        "plan": edition.plan,
        "last_reminded": last_reminded(edition.plan),
        "scorecard": scorecard,
        "unapproved": [kpi for kpi in scorecard.due_kpis if kpi.report_state != ReportState.APPROVED],
        "snapshots": YearSnapshot.objects.listed().filter(plan=edition.plan),
        "events": AuditEvent.objects.of_year(edition.plan, edition.year)[:20],
    }
    return render(request, "scorecard/plan_year.html", context, status=status)


@require_safe
def plan_year(request, agency, year):
    """The year's state and the next step."""
    return _page(request, access.get_edition_to_manage(request, agency, year))


def _act(request, agency, year, form_class, act, done):
    edition = access.get_edition_to_manage(request, agency, year)
    is_change = form_class is ChangeYearForm
    options = {"initial": _current_values(edition.plan), "prefix": "change"} if is_change else {}
    if form_class not in _steps(edition.plan):
        messages.error(
            request, f"這個年度目前是「{edition.plan.get_state_display()}」，不能這樣做；沒有任何變更。"
        )
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
        form.add_error(None, f"凍結檔無法產生，年度沒有關閉；請系統管理人員處理：{error}")
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
    done = "年度已關閉，數字不再變動；凍結檔可在本頁與「報告下載」取得。"
    return _act(request, agency, year, CloseYearForm, close_year, done)


@require_POST
def reopen(request, agency, year):
    return _act(request, agency, year, ReopenYearForm, years.reopen_year, "已重新開放填報。")
