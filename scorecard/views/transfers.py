"""移交: moves the responsibilities of a division or person to another, after a preview."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from scorecard.domain.policies import RuleBroken
from scorecard.forms.members import TransferForm
from scorecard.services import transfers
from scorecard.web import access


@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request, agency):
    """GET without a choice shows the form, GET with a choice the preview; POST moves."""
    agency = access.get_agency_to_manage(request, agency)
    is_act = request.method == "POST"
    form = TransferForm(request.POST if is_act else request.GET or None, agency=agency)
    if not (form.is_bound and form.is_valid()):
        return _page(request, agency, form, None, 422 if is_act else 200)
    given = form.cleaned_data
    chosen = {"agency": agency, "source": given["source"], "plan": given["plan"]}
    if not is_act:
        return _page(request, agency, form, transfers.find_moves(**chosen))
    try:
        seen = request.POST.get("seen", "")
        reason = given["reason"]
        moved = transfers.transfer(by=request.user, target=given["target"], seen=seen, reason=reason, **chosen)
    except RuleBroken as error:
        messages.error(request, " ".join(error.messages))
        return _page(request, agency, form, transfers.find_moves(**chosen), 409)
    counted = f"{len(moved.kpis)} 項 KPI 與 {len(moved.action_plans)} 項行動方案"
    messages.success(request, f"已將{given['source']}的 {counted}移交給{given['target']}。")
    return redirect("transfer", agency=agency.slug)


def _page(request, agency, form, moves, status=200):
    context = {"agency": agency, "form": form, "moves": moves, "chosen": form.data}
    return render(request, "scorecard/members/transfer.html", context, status=status)
