"""「這是前一版的哪一項？」: what each row of an edition continues, and the form that links or cuts it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from scorecard.forms.compare import LineageForm
from scorecard.read_models.lineages import (
    KIND_WORDS,
    KINDS,
    LineageLine,
    latest_earlier_rows,
    lineage_lines,
    row_text_with_edition,
    rows_of_editions,
    rows_to_continue,
)
from scorecard.services import lineages
from scorecard.services.lineages import FiguresToGiveUp
from scorecard.web import access

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
def lineage(request, agency, year):
    """Every row with what it continues; with ?kind=kpi&lineage=… the form for one, sent to the same address."""
    edition = access.get_edition_to_edit_strategy(request, agency, year)
    line = _chosen_line(request, edition.plan)
    if request.method == "POST":
        return _save(request, edition.plan, line)
    return _page(request, edition.plan, line, _form(edition.plan, line) if line else None)


def _chosen_line(request, plan):
    """None where the address names none; 404 for a row that the edition has not."""
    kind, typed = request.GET.get("kind", ""), request.GET.get("lineage", "")
    if not kind and not typed:
        return None
    try:
        wanted = UUID(typed)
    except ValueError as error:
        raise Http404 from error
    row = rows_of_editions(kind, [plan]).filter(lineage=wanted).first() if kind in KINDS else None
    if row is None:
        raise Http404
    return LineageLine(kind, row, latest_earlier_rows(plan, kind).get(row.lineage))


def _form(plan, line, data=None):
    rows = rows_to_continue(plan, line.kind, line.row)
    choices = [(str(row.lineage), row_text_with_edition(row)) for row in rows]
    return LineageForm(data, choices=choices, needs_reason=not plan.is_draft, can_be_cut=line.before is not None)


def _page(request, plan, line, form, status=200):
    lines = [] if line else lineage_lines(plan)
    context = {
        "plan": plan,
        "line": line,
        "form": None if plan.is_closed else form,
        "kinds": [(word, [each for each in lines if each.kind == kind]) for kind, word in KIND_WORDS.items()],
    }
    return render(request, "scorecard/compare/lineage.html", context, status=status)


def _save(request, plan, line):
    if line is None:
        messages.error(request, "請先選擇要接續或切斷的項目；沒有任何變更。")
        return redirect("compare_lineage", agency=plan.agency.slug, year=plan.year)
    form = _form(plan, line, request.POST)
    if not form.is_valid():
        return _page(request, plan, line, form, UNPROCESSABLE)
    typed = form.cleaned_data
    try:
        if typed["to"] == LineageForm.CUT:
            lineages.cut(by=request.user, row=line.row, reason=typed["reason"])
            done = f"{line.text} 是新的項目，不接續前一版。"
        else:
            to = UUID(typed["to"])
            lineages.link(by=request.user, row=line.row, to=to, reason=typed["reason"], gives_up=typed["gives_up"])
            done = f"{line.text} 接續 {dict(form.fields['to'].choices)[typed['to']]}。"
    except FiguresToGiveUp as error:
        form.ask_to_give_up()
        form.add_error("gives_up", error.messages)
        return _page(request, plan, line, form, UNPROCESSABLE)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, plan, line, form, UNPROCESSABLE)
    messages.success(request, done)
    return redirect(reverse("compare", args=[plan.agency.slug, plan.year]))
