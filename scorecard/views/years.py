"""年度管理: opening, closing and reopening a plan year."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scorecard.choices import YearState
from scorecard.forms.years import CloseYearForm, OpenYearForm, ReopenYearForm
from scorecard.models import AuditEvent
from scorecard.policies import RuleBroken
from scorecard.reports.build import build_scorecard
from scorecard.services import years
from scorecard.services.reminders import last_reminded
from scorecard.views import access

NEXT_STEP = {YearState.NOT_OPEN: OpenYearForm, YearState.OPEN: CloseYearForm, YearState.CLOSED: ReopenYearForm}


def _page(request, scope, form=None, status=200):
    context = {
        "form": form or NEXT_STEP[scope.plan_year.state](),
        "plan_year": scope.plan_year,
        "last_reminded": last_reminded(scope.plan_year),
        "scorecard": build_scorecard(scope.plan, scope.year),
        "unapproved": years.unapproved_count(scope.plan, scope.year),
        "events": AuditEvent.objects.of_year(scope.plan, scope.year)[:20],
    }
    return render(request, "scorecard/plan_year.html", context, status=status)


@require_safe
def plan_year(request, slug, year):
    """Where the year stands and the one step that comes next."""
    return _page(request, access.get_scope_to_manage(request, slug, year))


def _act(request, slug, year, form_class, act, done):
    scope = access.get_scope_to_manage(request, slug, year)
    if form_class is not NEXT_STEP[scope.plan_year.state]:
        messages.error(request, f"這個年度目前是「{scope.plan_year.get_state_display()}」，不能這樣做；沒有任何變更。")
        return redirect("plan_year", slug=slug, year=year)
    form = form_class(request.POST)
    if not form.is_valid():
        return _page(request, scope, form, status=422)
    try:
        act(by=request.user, plan_year=scope.plan_year, **form.cleaned_data)
    except RuleBroken as error:
        form.add_error(None, error)
        return _page(request, scope, form, status=422)
    messages.success(request, done)
    return redirect("plan_year", slug=slug, year=year)


@require_POST
def open_(request, slug, year):
    """Open the year for reporting."""
    return _act(request, slug, year, OpenYearForm, years.open_year, "已開放填報。")


@require_POST
def close(request, slug, year):
    """Close the year."""
    return _act(request, slug, year, CloseYearForm, years.close_year, "年度已關閉，數字不再變動。")


@require_POST
def reopen(request, slug, year):
    """Open a closed year again."""
    return _act(request, slug, year, ReopenYearForm, years.reopen_year, "已重新開放填報。")
