"""第 n 次修正: an edition's adoption and revisions with their frozen comparisons; an admin gathers what has changed."""

import logging

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from scorecard import permissions
from scorecard.domain.policies import RuleBroken
from scorecard.forms.revisions import RevisionForm
from scorecard.models import Revision
from scorecard.models.revisions import REVISION_FILES
from scorecard.pdf.writer import PDFError
from scorecard.read_models.revisions import load_revisions
from scorecard.services.revisions import ComparisonChanged, gather
from scorecard.spreadsheets.ods_writer import MIME_TYPE as ODS
from scorecard.spreadsheets.xlsx_writer import MIME_TYPE as XLSX
from scorecard.web import access
from scorecard.web.file_response import file_response

log = logging.getLogger(__name__)

UNPROCESSABLE, CONFLICT, DAMAGED = 422, 409, 500
LABELS = {"pdf": "對照表（PDF）", "xlsx": "對照表（Excel）", "ods": "對照表（ODS）", "attachment": "附件"}
CONTENT_TYPES = {"pdf": "application/pdf", "xlsx": XLSX, "ods": ODS}
ATTACHMENT = "attachment"
CHANGED = "您看過之後，內容又有變更，沒有登錄修正。下面是現在的變更；請重新看過，再登錄一次。您填的內容還在。"


@require_http_methods(["GET", "HEAD", "POST"])
def revisions(request, agency, year):
    """All members read them; a POST gathers what has changed since the last one, as an admin."""
    edition = access.get_edition(request, agency, year)
    if request.method != "POST":
        return _page(request, edition)
    permissions.check_can_manage(request.user, edition.plan.agency_id)
    form = RevisionForm(request.POST)
    if not form.is_valid():
        return _page(request, edition, form, status=UNPROCESSABLE)
    try:
        revision = gather(by=request.user, plan=edition.plan, **form.cleaned_data)
    except RuleBroken as error:
        form.add_error(None, error)
        return _page(request, edition, form, status=UNPROCESSABLE)
    except ComparisonChanged:
        form.add_error(None, CHANGED)
        return _page(request, edition, form, status=CONFLICT)
    except PDFError as error:
        form.add_error(None, f"對照表無法產生，沒有登錄修正；請系統管理人員處理：{error}")
        return _page(request, edition, form, status=UNPROCESSABLE)
    messages.success(request, f"已登錄{revision.name}，對照表不再變動。")
    return redirect("revisions", agency=agency, year=year)


def _page(request, edition, form=None, status=200):
    plan = edition.plan
    found = load_revisions(plan)
    may_gather = permissions.can_manage(request.user, plan.agency_id) and not (plan.is_draft or plan.is_closed)
    seen = found.pending.digest if found.pending else ""
    if form is None and may_gather and found.pending:
        form = RevisionForm(initial={"seen": seen})
    elif form is not None:
        form.show_present(seen)
    context = {
        "plan": plan,
        "revisions": [{"row": row, "files": files_of(row)} for row in found.rows],
        "pending": found.pending,
        "form": form if may_gather else None,
        "failed": form if form is not None and form.errors else None,
    }
    return render(request, "scorecard/year/revisions.html", context, status=status)


def files_of(row):
    """[(label, name in the address, size in bytes, SHA-256)] of the files that a listed revision has."""
    found = []
    for name in (*REVISION_FILES, ATTACHMENT):
        size = getattr(row, f"{name}_size")
        if size is not None:
            found.append(
                {
                    "label": row.attachment_name if name == ATTACHMENT else LABELS[name],
                    "file": ATTACHMENT if name == ATTACHMENT else f"comparison.{name}",
                    "size": size,
                    "sha256": getattr(row, f"{name}_sha256"),
                }
            )
    return found


@require_safe
def revision_file(request, agency, year, number, file):
    """comparison.pdf, .xlsx and .ods, and the attachment. 404 for one that is not there, 500 for a damaged one."""
    edition = access.get_edition(request, agency, year)
    name = file if file == ATTACHMENT else file.removeprefix("comparison.")
    if name not in (*REVISION_FILES, ATTACHMENT) or (name != ATTACHMENT and name == file):
        raise Http404
    revision = get_object_or_404(Revision, plan=edition.plan, number=number)
    content = getattr(revision, name)
    if content is None:
        raise Http404
    if revision.is_damaged(name):
        log.error("revision %s of edition %s: %s does not have its SHA-256", number, edition.plan.slug, name)
        context = {"plan": edition.plan, "revision": revision, "label": LABELS[name]}
        return render(request, "scorecard/year/revision_damaged.html", context, status=DAMAGED)
    if name == ATTACHMENT:
        return _attachment(revision)
    return file_response(bytes(content), CONTENT_TYPES[name], f"{edition.plan.slug}-revision-{number}.{name}")


def _attachment(revision):
    """As a download that no browser shows, whatever it is."""
    response = file_response(bytes(revision.attachment), "application/octet-stream", ATTACHMENT)
    response["Content-Disposition"] = content_disposition_header(True, revision.attachment_name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
