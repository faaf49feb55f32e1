"""The page of a KPI, and its comment thread."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from scorecard import permissions
from scorecard.documents.single_page_pdfs import kpi_sheet_pdf
from scorecard.domain.policies import RuleBroken
from scorecard.domain.roc_years import to_roc
from scorecard.forms.review import CommentForm
from scorecard.models import KPI, AuditEvent, YearlyReport
from scorecard.read_models.annual_report import review_of
from scorecard.read_models.budgets import budgets_of
from scorecard.read_models.hands import hands_of
from scorecard.read_models.kpi_history import build_history, rows_up_to
from scorecard.read_models.kpi_series import kpi_series
from scorecard.read_models.measure_charts import former_charts, kpi_charts
from scorecard.read_models.target_adjustments import adjustments_of
from scorecard.services.reporting import comment_on_report
from scorecard.web import access
from scorecard.web.file_response import file_response
from scorecard.web.plan_pages import get_scorecard

HISTORY_SHOWN = 50


def _page(request, agency, year, code, form=None, status=200):
    """form: the bound CommentForm with its errors, None for an empty one."""
    scorecard = get_scorecard(
        request, agency, year, with_action_plans=True, with_earlier=False, with_earlier_budgets=True
    )
    line = scorecard.kpis_by_code.get(code)
    if line is None:
        raise Http404
    plan = request.edition.plan
    of_lineage = KPI.objects.of_lineage(plan.agency_id, line.lineage).prefetch_related("supporting_divisions")
    request.edition.codes = {row.plan_id: row.code for row in of_lineage}
    rows = rows_up_to(plan, of_lineage)
    kpi = rows[-1]
    events = list(AuditEvent.objects.over_editions(rows))
    hands = hands_of(((kpi.pk, event) for event in reversed(events) if event.year == plan.year), plan)
    report = YearlyReport.objects.filter(kpi=kpi).first()
    series = kpi_series(plan, scorecard, line)
    # Figures of earlier years are read for this KPI alone.
    scorecard = replace(scorecard, sample_years=scorecard.sample_years | series.sample_years)
    objective = scorecard.objectives_by_code[line.objective_code]
    context = {
        "scorecard": scorecard,
        "kpi": line,
        "charts": kpi_charts(scorecard, line, series),
        "former": former_charts(series),
        "years": series.years,
        "objective": objective,
        "perspective": next(row for row in scorecard.perspectives if row.code == objective.perspective_code),
        # Not in the order of divisions, which may change while the year is closed.
        "supporting": sorted(kpi.supporting_divisions.all(), key=lambda division: division.pk),
        "report": report,
        "hands": hands.get(kpi.pk),
        "comments": report.comments.all() if report else (),
        "evidence": report.evidence.present() if report else (),
        "history": build_history(
            rows, events[:HISTORY_SHOWN], request.user, include_provisional=scorecard.include_provisional
        ),
        "history_is_cut": len(events) > HISTORY_SHOWN,
        "adjustments": [
            each
            for each in adjustments_of(plan, request.edition.predecessor, kpi=line.lineage, events=events)
            if each.is_told
        ],
        "comment_form": (form or CommentForm()) if report and permissions.can_comment(request.user, kpi) else None,
        "can_review": permissions.can_review(request.user, kpi.plan.agency_id),
    }
    return render(request, "scorecard/kpi/kpi.html", context, status=status)


@require_safe
def kpi(request, agency, year, code):
    return _page(request, agency, year, code)


@require_safe
def kpi_pdf(request, agency, year, code):
    scorecard = get_scorecard(request, agency, year, with_action_plans=True, with_earlier_budgets=True)
    line = scorecard.kpis_by_code.get(code)
    if line is None:
        raise Http404
    reports = YearlyReport.objects.filter(kpi=line.id)
    report = reports.counting(include_provisional=scorecard.include_provisional).first()
    texts = (report.explanation, report.improvement) if report else ("", "")
    money = budgets_of(scorecard, [line])
    review = review_of(scorecard, line, texts, money.plans)
    pdf = kpi_sheet_pdf(scorecard, review, money=money, made_at=timezone.localtime())
    # A code may have any characters; file_response() takes ASCII names only.
    name = "".join(char for char in code if char.isascii() and (char.isalnum() or char in ".-")) or line.id
    return file_response(pdf, "application/pdf", f"{agency}-{to_roc(year)}-kpi-{name}.pdf")


@require_POST
def comment(request, agency, year, code):
    """Add a comment. A refused text stays in its field."""
    edition = access.get_edition(request, agency, year)
    kpi = get_object_or_404(KPI.objects.select_related("plan", "division"), plan=edition.plan, code=code)
    permissions.check_can_comment(request.user, kpi)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _page(request, agency, year, code, form, status=422)
    try:
        comment_on_report(by=request.user, kpi=kpi, text=form.cleaned_data["text"])
    except RuleBroken as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "已新增留言。")
    return redirect("kpi", agency=agency, year=year, code=code)
