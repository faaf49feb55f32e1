"""佐證: the division's staff attach and remove it, the agency's members download it."""

import logging

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scorecard.domain.policies import EVIDENCE_FILES_PER_REPORT, RuleBroken
from scorecard.forms.evidence import EvidenceForm
from scorecard.models import KPI, Evidence, YearlyReport
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.evidence_files import EvidenceDamaged, open_intact
from scorecard.services.evidence import add_evidence, remove_evidence, too_large
from scorecard.uploaded_files.safe_names import clean_name
from scorecard.uploaded_files.upload_handler import left_out
from scorecard.web import access

log = logging.getLogger(__name__)
PAYLOAD_TOO_LARGE = 413


def _own_kpi(request, edition, division_id, code):
    """404 for everyone but the division's staff, and for KPIs of other divisions."""
    division = access.get_own_division(request, edition, division_id)
    kpis = KPI.objects.select_related("plan", "division")
    return get_object_or_404(kpis, plan=edition.plan, division=division, code=code)


@require_http_methods(["GET", "HEAD", "POST"])
def manage(request, agency, year, division_id, code):
    """A POST attaches all files sent, or none."""
    edition = access.get_edition(request, agency, year)
    kpi = _own_kpi(request, edition, division_id, code)
    if request.method != "POST":
        return _page(request, edition, kpi, EvidenceForm())
    form = EvidenceForm(request.POST, request.FILES)
    refused = _too_large(left_out(request))
    if refused:
        return _page(request, edition, kpi, EvidenceForm(), refused, PAYLOAD_TOO_LARGE)
    try:
        if not form.is_valid():
            raise RuleBroken(form.errors["files"])
        made = add_evidence(by=request.user, kpi=kpi, files=form.cleaned_data["files"])
    except RuleBroken as error:
        return _page(request, edition, kpi, EvidenceForm(), error.messages, 422)
    if made:
        messages.success(request, f"已上傳 {len(made)} 個檔案：{'、'.join(row.name for row in made)}。")
    else:
        messages.info(request, "這些檔案先前已上傳，沒有重複新增。")
    return redirect("reporting_evidence", agency=agency, year=year, division_id=division_id, code=code)


def _too_large(names):
    """Sentences about the files that the upload handler stopped."""
    sentences = [f"「{clean_name(name)}」{too_large()}" for name in names if name]
    if "" in names:
        sentences.append(f"一次最多上傳 {EVIDENCE_FILES_PER_REPORT} 個檔案；請減少檔案，或合併後再上傳。")
    return sentences


def _page(request, edition, kpi, form, errors=(), status=200):
    scorecard = build_scorecard(edition.plan, include_provisional=True)
    line = scorecard.kpis_by_code[kpi.code]
    if line.report_state is None:
        raise Http404
    report = YearlyReport.objects.filter(kpi=kpi).first()
    context = {
        "scorecard": scorecard,
        "plan": edition.plan,
        "division": kpi.division,
        "kpi": line,
        "files": report.evidence.present() if report else (),
        "form": form if edition.plan.is_open and (report is None or report.is_editable) else None,
        "errors": errors,
    }
    return render(request, "scorecard/reporting/evidence.html", context, status=status)


@require_POST
def remove(request, agency, year, division_id, code, token):
    edition = access.get_edition(request, agency, year)
    kpi = _own_kpi(request, edition, division_id, code)
    rows = Evidence.objects.select_related("report__kpi__plan", "report__kpi__division")
    evidence = get_object_or_404(rows, token=token, report__kpi=kpi)
    try:
        remove_evidence(by=request.user, evidence=evidence)
    except RuleBroken as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"已移除「{evidence.name}」。")
    return redirect("reporting_evidence", agency=agency, year=year, division_id=division_id, code=code)


@require_safe
def download(request, agency, year, token):
    """The file as a download, which the browser never shows. 404 for removed files; 500 for one that was damaged."""
    edition = access.get_edition(request, agency, year)
    rows = Evidence.objects.present().filter(report__kpi__plan=edition.plan)
    evidence = get_object_or_404(rows, token=token)
    try:
        file = open_intact(evidence)
    except EvidenceDamaged as damaged:
        log.error("evidence %s (%s): %s", evidence.token, evidence.file.name, damaged.fault)
        context = {"evidence": evidence, "fault": damaged.fault}
        return render(request, "scorecard/evidence_damaged.html", context, status=500)
    response = FileResponse(file, as_attachment=True, filename=evidence.name, content_type=evidence.content_type)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    # If a browser shows the file in spite of the header above, the file runs nothing and has no origin.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
