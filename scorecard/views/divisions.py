"""The page of a division, its PDF, and its fill-in workbook."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from scorecard import permissions
from scorecard.documents.single_page_pdfs import division_sheet_pdf
from scorecard.domain.roc_years import to_roc
from scorecard.fill_in.division_year import build_fill_in
from scorecard.fill_in.writer import fill_in_workbook
from scorecard.models import KPI, Division, Theme
from scorecard.read_models.annual_report import WIDE_BAR
from scorecard.read_models.budgets import budgets_of
from scorecard.read_models.progress import build_progress
from scorecard.read_models.score_lines import group_of
from scorecard.spreadsheets.xlsx_writer import MIME_TYPE
from scorecard.web import access
from scorecard.web.file_response import file_response
from scorecard.web.plan_pages import get_scorecard


@require_safe
def division(request, agency, year, division_id):
    scorecard = get_scorecard(request, agency, year, with_action_plans=True, with_earlier_budgets=True)
    plan = request.edition.plan
    division = Division.objects.filter(pk=division_id, agency=plan.agency_id).first()
    if division is None:
        raise Http404
    supported = KPI.objects.filter(plan=plan, supporting_divisions=division).values_list("code", flat=True)
    context = {
        "scorecard": scorecard,
        "division": division,
        "line": next((line for line in scorecard.divisions if line.id == division.id), None),
        "may_fill_in": permissions.can_fill_in(request.user, division),
        "progress": next((row for row in build_progress(scorecard) if row.id == division.id), None),
        "themes": Theme.objects.filter(plan=plan, lead_division=division).order_by("position"),
        "supported": [scorecard.kpis_by_code[code] for code in supported],
    }
    return render(request, "scorecard/division.html", context)


@require_safe
def fill_in(request, agency, year, division_id):
    """The division's fill-in workbook; 403 for members who neither report for it nor review."""
    edition = access.get_edition(request, agency, year)
    division = get_object_or_404(Division, pk=division_id, agency=edition.plan.agency_id)
    permissions.check_can_fill_in(request.user, division)
    content = fill_in_workbook(build_fill_in(edition.plan, division))
    return file_response(content, MIME_TYPE, f"{agency}-{to_roc(year)}-fill-in-{division_id}.xlsx")


@require_safe
def division_pdf(request, agency, year, division_id):
    """404 if the division has no KPI in the plan."""
    scorecard = get_scorecard(request, agency, year, with_action_plans=True, with_earlier_budgets=True)
    line = next((line for line in scorecard.divisions if line.id == division_id), None)
    if line is None:
        raise Http404
    pdf = division_sheet_pdf(
        scorecard,
        line,
        group=group_of(scorecard, line, WIDE_BAR),
        money=budgets_of(scorecard, line.kpis),
        made_at=timezone.localtime(),
    )
    return file_response(pdf, "application/pdf", f"{agency}-{to_roc(year)}-division-{division_id}.pdf")
