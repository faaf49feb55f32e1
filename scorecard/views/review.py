"""審核: the secretariat's queue."""

from django.contrib import messages
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from scorecard import permissions
from scorecard.forms.review import ApproveForm, ReturnForm
from scorecard.models import Evidence, YearlyReport
from scorecard.policies import RuleBroken
from scorecard.reports.build import build_scorecard
from scorecard.reports.progress import build_progress
from scorecard.services.reporting import Conflict, approve_report, return_report
from scorecard.views import access


def _queue_page(request, scope, failed=None, status=200):
    """failed: the bound ReturnForm to show again, by report id."""
    scorecard = build_scorecard(scope.plan, scope.year, include_provisional=True)
    waiting = (
        YearlyReport.objects.for_year(scope.plan, scope.year)
        .awaiting_review()
        .select_related("kpi__plan", "submitted_by")
        .prefetch_related("comments__author", Prefetch("evidence", Evidence.objects.present()))
    )
    previous = [line for line in scorecard.years if line.year < scope.year]
    context = {
        "scorecard": scorecard,
        "plan_year": scope.plan_year,
        "progress": build_progress(scorecard),
        "last_year": previous[-1] if previous else None,
        "queue": [
            {
                "report": report,
                "line": scorecard.kpis_by_code[report.kpi.code],
                "can_approve": permissions.can_approve(request.user, report),
                "return_form": (failed or {}).get(report.pk)
                or ReturnForm(initial={"version": report.version}, auto_id=f"id_{report.pk}_%s"),
            }
            for report in waiting
        ],
    }
    return render(request, "scorecard/review.html", context, status=status)


@require_safe
def queue(request, slug, year):
    """Progress by division, and every submitted report with what is needed to judge it."""
    return _queue_page(request, access.get_scope_to_review(request, slug, year))


def _get_report(scope, code):
    reports = YearlyReport.objects.for_year(scope.plan, scope.year).select_related("kpi__plan")
    return get_object_or_404(reports, kpi__code=code)


@require_POST
def approve(request, slug, year, code):
    """Approve one report."""
    scope = access.get_scope_to_review(request, slug, year)
    report = _get_report(scope, code)
    form = ApproveForm(request.POST)
    if not form.is_valid():
        messages.error(request, "送出的資料不完整，沒有任何變更；請重新整理後再核定。")
    elif _try(request, approve_report, by=request.user, report=report, version=form.cleaned_data["version"]):
        messages.success(request, f"已核定 {code}。")
    return redirect("review", slug=slug, year=year)


@require_POST
def return_(request, slug, year, code):
    """Return one report with a comment."""
    scope = access.get_scope_to_review(request, slug, year)
    report = _get_report(scope, code)
    form = ReturnForm(request.POST, auto_id=f"id_{report.pk}_%s")
    if not form.is_valid():
        return _queue_page(request, scope, {report.pk: form}, status=422)
    if not _try(request, return_report, by=request.user, report=report, **form.cleaned_data):
        comment = form.cleaned_data["comment"]
        messages.warning(request, f"您寫的補正內容：{comment}")
        report.refresh_from_db()
        # The page shows the report as it stands now, so this is the version that the reviewer judges next.
        fresh = {"version": report.version, "comment": comment}
        return _queue_page(request, scope, {report.pk: ReturnForm(fresh, auto_id=f"id_{report.pk}_%s")}, status=409)
    messages.success(request, f"已退回 {code}，主責科室會看到需補正的內容。")
    return redirect("review", slug=slug, year=year)


def _try(request, act, **arguments):
    """Whether the act was done; what hindered it is told in a message."""
    try:
        act(**arguments)
    except RuleBroken as error:
        messages.error(request, " ".join(error.messages))
    except Conflict as conflict:
        (report,) = conflict.reports
        state = report.get_state_display()
        overtaken = f"{report.kpi.code} 在您審閱時已由{report.changed_by}變更，目前是「{state}」；"
        messages.error(request, overtaken + "您的動作沒有執行。")
    else:
        return True
    return False
