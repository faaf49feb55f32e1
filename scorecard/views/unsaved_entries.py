"""The draft of a reporting table: stored while a person types, shown again, or discarded."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from scorecard.domain import policies
from scorecard.forms.unsaved_entries import changed_fields
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.services.unsaved_entries import keep_unsaved
from scorecard.views.reporting import render_table
from scorecard.web import access
from scorecard.web.reporting_rows import sent_forms

PAYLOAD_TOO_LARGE = 413


@require_POST
def keep(request, agency, year, division_id):
    """Store the unsaved texts of the table.

    "then" says what follows. Missing: the page saves by itself, the answer is JSON with the time. apply: show the
    draft in the table. discard: keep only the texts of this page. drop: keep nothing. paste: go to the page for
    pasting. If the page offers a draft, its texts are added to that draft.
    """
    edition = access.get_edition(request, agency, year)
    division = access.get_own_division(request, edition, division_id)
    scorecard = build_scorecard(edition.plan, include_provisional=True, with_action_plans=True)
    forms = sent_forms(scorecard, edition, division, request.POST)
    then = request.POST.get("then")
    rows = {} if then == "drop" else changed_fields(forms)
    try:
        kept = keep_unsaved(
            by=request.user,
            plan=edition.plan,
            division=division,
            rows=rows,
            beside=request.POST.get("draft") == "offered",
            instead=then in {"discard", "drop"},
        )
    except policies.RuleBroken as error:
        if not then:
            return JsonResponse({"error": " ".join(error.messages)}, status=PAYLOAD_TOO_LARGE)
        messages.error(request, " ".join(error.messages))
        return render_table(request, edition, division, scorecard, forms, status=PAYLOAD_TOO_LARGE)
    if not then:
        saved_at = f"{timezone.localtime(kept.saved_at):%H:%M}" if kept else ""
        return JsonResponse({"saved_at": saved_at})
    if then in {"discard", "drop"}:
        messages.success(request, "已捨棄草稿。")
    where = {"agency": agency, "year": year, "division_id": division.pk}
    if then == "paste":
        return redirect("reporting_paste", **where)
    return redirect(with_unsaved(where) if kept else reverse("reporting_table", kwargs=where))


def with_unsaved(where):
    """Address of the table with the draft's texts in its fields. where: arguments of the table's URL."""
    return reverse("reporting_table", kwargs=where) + "?draft=applied"
