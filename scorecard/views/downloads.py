"""報告下載: the list of files, the JSON files and the frozen files. Other files have their own views."""

from hashlib import sha256

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from scorecard import permissions
from scorecard.documents import frozen_files
from scorecard.documents.plan_json import plan_json as as_json
from scorecard.documents.scorecard_json import scorecard_json
from scorecard.domain.policies import EVIDENCE_FILE_BYTES, MEGABYTE
from scorecard.domain.roc_years import to_roc
from scorecard.forms.agency_form import FormYearsForm
from scorecard.forms.annual_report import AnnualChoicesForm
from scorecard.forms.downloads import FileInHandForm
from scorecard.models import YearSnapshot
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.head_approvals import head_approvals
from scorecard.uploaded_files.upload_handler import left_out
from scorecard.web import access
from scorecard.web.file_response import file_response
from scorecard.web.plan_pages import get_scorecard

ALL_FILES = "all.zip"
UNPROCESSABLE, PAYLOAD_TOO_LARGE = 422, 413
TOO_LARGE = (
    f"檔案超過 {EVIDENCE_FILE_BYTES // MEGABYTE} MB，沒有比對；請確認選對檔案，"
    "或自行計算 SHA-256，再與「完整雜湊值」比較。"
)
# Of the 64 of a SHA-256 in the list of files.
DIGITS_SHOWN = 32


@require_safe
def downloads(request, agency, year):
    """Of a closed year the frozen files come first."""
    edition = access.get_edition(request, agency, year)
    scorecard = build_scorecard(edition.plan)
    return downloads_page(request, scorecard, FormYearsForm(scorecard=scorecard))


def downloads_page(request, scorecard, form, *, choices=None, in_hand=None, verdict="", status=200):
    """form: the years of the agency's form. choices: those of the annual report, None for the defaults.

    in_hand: the FileInHandForm sent, None for an empty one; verdict: what became of it.
    """
    plan = request.edition.plan
    context = {
        "scorecard": scorecard,
        "plan": plan,
        "form": form,
        "choices": choices or AnnualChoicesForm(scorecard=scorecard),
        "snapshots": [_listed(snapshot) for snapshot in YearSnapshot.objects.with_sizes().filter(plan=plan)],
        "approvals": head_approvals(plan),
        "in_hand": in_hand or FileInHandForm(),
        "verdict": verdict,
        "can_edit": permissions.can_edit_strategy(request.user, plan.agency_id),
    }
    return render(request, "scorecard/downloads.html", context, status=status)


def _listed(snapshot):
    """A closing with its files: what the page says of each."""
    files = []
    for name in frozen_files.kept_files(snapshot):
        digest = getattr(snapshot, f"{name}_sha256")
        size = getattr(snapshot, f"{name}_size")
        beginning = " ".join(digest[start : start + 8] for start in range(0, DIGITS_SHOWN, 8))
        files.append({"kind": frozen_files.KINDS[name], "size": size, "sha256": digest, "beginning": f"{beginning}…"})
    return {"row": snapshot, "files": files, "size": sum(file["size"] for file in files)}


@require_POST
def verify(request, agency, year):
    """Whether a file in hand is one of the frozen ones, by its SHA-256. The file is not kept."""
    edition = access.get_edition(request, agency, year)
    form = FileInHandForm(request.POST, request.FILES)
    verdict, status = "", UNPROCESSABLE
    if left_out(request):
        form.add_error("file", TOO_LARGE)
        status = PAYLOAD_TOO_LARGE
    elif form.is_valid():
        verdict, status = _verdict(edition.plan, _digest(form.cleaned_data["file"])), 200
    scorecard = build_scorecard(edition.plan)
    page_form = FormYearsForm(scorecard=scorecard)
    return downloads_page(request, scorecard, page_form, in_hand=form, verdict=verdict, status=status)


def _digest(file):
    digest = sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _verdict(plan, digest):
    """「與 105 年第 1 次關閉的年度績效報告（PDF）完全相同。」 or that it is none of the frozen files."""
    snapshots = YearSnapshot.objects.filter(plan=plan)
    for snapshot in snapshots.listed():
        for name, kind in frozen_files.KINDS.items():
            if getattr(snapshot, f"{name}_sha256") == digest:
                return _same(snapshot, f"{kind.label}（{kind.kind_of_file}）")
    for snapshot in snapshots.select_related("plan__agency").order_by("-number"):
        if sha256(frozen_files.snapshot_zip(snapshot)).hexdigest() == digest:
            return _same(snapshot, "全部檔案（ZIP）")
    return f"不是 {plan.year_text}任何一次關閉的正式版本。"


def _same(snapshot, what):
    return f"與 {snapshot.plan.year_text}第 {snapshot.number} 次關閉的{what}完全相同。"


@require_safe
def snapshot(request, agency, year, number, file):
    """A file of one closing, or all of them in one. number: 1 for the first closing of the year, 2 for the next."""
    edition = access.get_edition(request, agency, year)
    frozen = get_object_or_404(YearSnapshot.objects.select_related("plan__agency"), plan=edition.plan, number=number)
    if file == ALL_FILES:
        content, content_type = frozen_files.snapshot_zip(frozen), "application/zip"
    else:
        name = frozen_files.BY_FILE.get(file)
        if name not in frozen_files.kept_files(frozen):
            raise Http404
        content, content_type = bytes(getattr(frozen, name)), frozen_files.KINDS[name].content_type
    return file_response(content, content_type, frozen_files.file_name(frozen, file))


@require_safe
def plan_json(request, agency, year):
    document = as_json(get_scorecard(request, agency, year, with_action_plans=True))
    return file_response(document, "application/json", f"{agency}-{to_roc(year)}.json")


@require_safe
def scores_json(request, agency, year):
    scorecard = get_scorecard(request, agency, year)
    document = scorecard_json(scorecard, head_approvals(request.edition.plan))
    return file_response(document, "application/json", f"{agency}-{to_roc(year)}-scores.json")
