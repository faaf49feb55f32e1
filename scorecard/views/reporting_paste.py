"""從 Excel 貼上: shows cells copied from a spreadsheet row by row and puts them into the table as a draft."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from scorecard.domain import policies
from scorecard.forms.reporting_paste import PasteForm, places_of, rows_to_keep
from scorecard.forms.unsaved_entries import changed_fields
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.services.unsaved_entries import keep_unsaved
from scorecard.views.unsaved_entries import with_unsaved
from scorecard.web import access
from scorecard.web.reporting_rows import entry_forms, sent_forms


@require_http_methods(["GET", "HEAD", "POST"])
def paste(request, agency, year, division_id):
    """A POST shows where each cell would go; with then=fill it puts the cells into the draft.

    A POST from the table also has the texts typed there; they go into the draft first. No figure is saved.
    """
    edition = access.get_edition(request, agency, year)
    division = access.get_own_division(request, edition, division_id)
    scorecard = build_scorecard(edition.plan, include_provisional=True, with_action_plans=True)
    forms = entry_forms(scorecard, edition, division)
    context = {"division": division, "scorecard": scorecard, "plan": edition.plan, "rows": None}
    if request.method != "POST":
        context["form"] = PasteForm(places=places_of(forms))
        return render(request, "scorecard/reporting/paste.html", context)
    whose = {"by": request.user, "plan": edition.plan, "division": division}
    form = PasteForm(request.POST, places=places_of(forms))
    rows = form.rows() if form.is_valid() else None
    status = 200 if form.is_valid() else 422
    context |= {"form": form, "rows": rows}
    try:
        policies.check_year_is_open(edition.plan)
        typed = changed_fields(sent_forms(scorecard, edition, division, request.POST))
        if typed:
            keep_unsaved(**whose, rows=typed, beside=request.POST.get("draft") == "offered")
        if rows and request.POST.get("then") == "fill":
            keep_unsaved(**whose, rows=rows_to_keep(rows), beside=True)
            return _filled(request, rows, {"agency": agency, "year": year, "division_id": division.pk})
    except policies.RuleBroken as error:
        form.add_error(None, error)
        context["rows"], status = None, 409
    is_fragment = "HX-Request" in request.headers
    context["count"] = sum(bool(row.fields) for row in context["rows"] or ())
    template = "scorecard/reporting/_paste_preview.html" if is_fragment else "scorecard/reporting/paste.html"
    return render(request, template, context | {"is_fragment": is_fragment}, status=status)


def _filled(request, rows, where):
    count = sum(bool(row.fields) for row in rows)
    left_out = sum(not row.fields and any(row.cells) for row in rows)
    skipped = f"另有 {left_out} 列沒有填入。" if left_out else ""
    messages.info(request, f"已把 {count} 列填入表格，還沒有儲存。{skipped}")
    return redirect(with_unsaved(where))
