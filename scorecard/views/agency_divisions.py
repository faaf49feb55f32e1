"""科室: an agency's divisions, their names, and who took over from whom."""

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from scorecard.domain.policies import RuleBroken
from scorecard.forms.divisions import HandOverForm, RenameDivisionForm
from scorecard.models import Division
from scorecard.services import divisions
from scorecard.web import access


@require_safe
def divisions_list(request, agency):
    agency = access.get_agency_to_manage(request, agency)
    rows = agency.divisions.select_related("successor").annotate(people=Count("memberships"))
    context = {
        "agency": agency,
        "present": [row for row in rows if row.successor is None],
        "former": [row for row in rows if row.successor is not None],
    }
    return render(request, "scorecard/members/divisions.html", context)


@require_safe
def division(request, agency, division_id):
    return _page(request, *_get(request, agency, division_id))


def _get(request, agency, division_id):
    """(Agency, Division); 404 for a division of another agency."""
    agency = access.get_agency_to_manage(request, agency)
    rows = agency.divisions.select_related("agency", "successor")
    return agency, get_object_or_404(rows, pk=division_id)


def _page(request, agency, shown, *, rename_form=None, hand_over_form=None, status=200):
    """rename_form, hand_over_form: the one with errors; None for empty ones."""
    context = {
        "agency": agency,
        "division": shown,
        "is_kept": divisions.is_kept(shown),
        "succeeded": Division.objects.filter(successor=shown),
        "rename_form": rename_form or RenameDivisionForm(initial={"name": shown.name}),
        "hand_over_form": hand_over_form or HandOverForm(division=shown),
    }
    return render(request, "scorecard/members/division.html", context, status=status)


@require_POST
def rename(request, agency, division_id):
    """Of a division that a closed year names, the new name is that of a successor."""
    agency, shown = _get(request, agency, division_id)
    form = RenameDivisionForm(request.POST)
    if form.is_valid():
        try:
            named = divisions.rename(by=request.user, division=shown, name=form.cleaned_data["name"])
        except RuleBroken as error:
            form.add_error("name", error)
        else:
            kept = "已關閉的年度與填報收執仍載原名。" if named.pk != shown.pk else ""
            messages.success(request, f"「{shown.name}」已改名為「{named.name}」。{kept}")
            return redirect("agency_division", agency=agency.slug, division_id=named.pk)
    return _page(request, agency, shown, rename_form=form, status=422)


@require_POST
def hand_over(request, agency, division_id):
    """Another division takes over everything."""
    agency, shown = _get(request, agency, division_id)
    form = HandOverForm(request.POST, division=shown)
    if form.is_valid():
        to = form.cleaned_data["to"]
        try:
            divisions.hand_over(by=request.user, division=shown, to=to)
        except RuleBroken as error:
            form.add_error("to", error)
        else:
            messages.success(request, f"「{shown.name}」已由「{to.name}」承接；已關閉的年度不變。")
            return redirect("agency_division", agency=agency.slug, division_id=to.pk)
    return _page(request, agency, shown, hand_over_form=form, status=422)
