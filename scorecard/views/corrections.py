"""更正說明: texts beside a closed year, which itself stays as it is."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from scorecard import permissions
from scorecard.domain.policies import RuleBroken
from scorecard.forms.years import CorrectionForm
from scorecard.models import Correction
from scorecard.services.corrections import add_correction
from scorecard.web import access


@require_http_methods(["GET", "HEAD", "POST"])
def corrections(request, agency, year):
    """All members read them; a POST adds one, as an admin."""
    edition = access.get_edition(request, agency, year)
    may_add = permissions.can_manage(request.user, edition.plan.agency_id)
    if request.method != "POST":
        return _page(request, edition.plan, CorrectionForm() if may_add else None)
    permissions.check_can_manage(request.user, edition.plan.agency_id)
    form = CorrectionForm(request.POST)
    if form.is_valid():
        try:
            add_correction(by=request.user, plan=edition.plan, **form.cleaned_data)
        except RuleBroken as error:
            form.add_error(None, error)
        else:
            messages.success(request, "已加上更正說明；年度的內容與正式版本不變。")
            return redirect("corrections", agency=agency, year=year)
    return _page(request, edition.plan, form, status=422)


def _page(request, plan, form, status=200):
    context = {
        "plan": plan,
        "corrections": Correction.objects.filter(plan=plan),
        "form": form if plan.is_closed else None,
    }
    return render(request, "scorecard/corrections.html", context, status=status)
