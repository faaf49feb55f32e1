"""Restoring an old value from a KPI's history."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from scorecard import permissions
from scorecard.forms.review import SeenForm
from scorecard.models import KPI, AuditEvent
from scorecard.services.reporting import Conflict
from scorecard.services.value_restore import plan_restoration, restore, why_not
from scorecard.web.plan_pages import get_scorecard

CHANGED_BY_OTHER = "其他人剛剛變更了這項 KPI 的填報，沒有還原。下面是現在的值；如仍要還原，請再按一次。"


@require_http_methods(["GET", "HEAD", "POST"])
def restore_value(request, agency, year, code, event_id, change):
    """GET shows what would change; POST restores it and redirects to the KPI."""
    scorecard = get_scorecard(request, agency, year)
    kpi = get_object_or_404(KPI.objects.select_related("plan", "division"), plan=request.edition.plan, code=code)
    permissions.check_can_report_for(request.user, kpi.division)
    event = get_object_or_404(AuditEvent.objects.of_kpi(kpi), pk=event_id)
    restoration = _plan(kpi, event, change)
    errors = []
    status = 200
    if request.method == "POST":
        form = SeenForm(request.POST)
        # A missing version is treated as an outdated one.
        version = form.cleaned_data["version"] if form.is_valid() else -1
        try:
            saved = restore(by=request.user, restoration=restoration, version=version)
        except Conflict:
            errors, status, restoration = [CHANGED_BY_OTHER], 409, _plan(kpi, event, change)
        except ValidationError as error:
            errors, status = error.messages, 422
        else:
            messages.success(request, "已還原。" if saved else "目前已經是這個值，沒有變更。")
            return redirect("kpi", agency=agency, year=year, code=code)
    context = {
        "scorecard": scorecard,
        "kpi": kpi,
        "event": event,
        "restoration": restoration,
        "errors": errors,
        "why_not": "" if status == 422 else why_not(kpi.plan, restoration),
        "form": SeenForm(initial={"version": restoration.report.version}),
    }
    return render(request, "scorecard/kpi/restore.html", context, status=status)


def _plan(kpi, event, change):
    restoration = plan_restoration(kpi, event, change)
    if restoration is None:
        raise Http404
    return restoration
