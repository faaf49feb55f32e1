"""匯入表單: upload an agency's form, preview it, correct cells, and apply it to a plan."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scorecard import permissions
from scorecard.agency_form.preview_page import cell_context, conflict_rows, preview_context, rejected_corrections
from scorecard.agency_form.uploaded_form import build_preview
from scorecard.domain.choices import PlanState
from scorecard.domain.policies import RuleBroken
from scorecard.forms.form_import import ApplyForm, ApplyNewForm, UploadForm, corrections_of
from scorecard.models import FormUpload
from scorecard.services import import_uploads
from scorecard.services.import_into_plan import ImportConflict
from scorecard.spreadsheets.grid import UnreadableFile
from scorecard.spreadsheets.reader import MAX_BYTES, MEGABYTE
from scorecard.uploaded_files.upload_handler import left_out
from scorecard.web import access
from scorecard.web.map_links import MapAddresses

TOO_LARGE = f"檔案超過 {MAX_BYTES // MEGABYTE} MB；填好的表單不會這麼大，請移除圖片與不需要的工作表後再上傳。"
PAYLOAD_TOO_LARGE = 413
# The preview's map leads to the objectives and themes listed below it.
ADDRESSES = MapAddresses("#objective-", "", "#theme-", "")


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request, agency):
    """The page also lists uploads that are not applied yet. A POST stores the file and redirects to its preview."""
    agency = access.get_agency_to_edit_strategy(request, agency)
    if request.method != "POST":
        return _upload_page(request, agency, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if left_out(request):
        return _upload_page(request, agency, form, [TOO_LARGE], PAYLOAD_TOO_LARGE)
    if not form.is_valid():
        return _upload_page(request, agency, form, [text for texts in form.errors.values() for text in texts], 422)
    file = form.cleaned_data["file"]
    try:
        kept = import_uploads.keep_upload(by=request.user, agency=agency, file=file, name=file.name)
    except UnreadableFile as refusal:
        return _upload_page(request, agency, form, [str(refusal)], 422)
    except RuleBroken as error:
        return _upload_page(request, agency, form, error.messages, 422)
    return redirect("form_import_preview", agency=agency.slug, token=kept.token)


def _upload_page(request, agency, form, errors=(), status=200):
    waiting = FormUpload.objects.unfinished(agency, timezone.now())
    context = {"agency": agency, "form": form, "errors": errors, "waiting": waiting}
    return render(request, "scorecard/form_import/upload.html", context, status=status)


def _get_upload(request, agency, token):
    """(Agency, FormUpload); 404 for an unknown or expired upload."""
    agency = access.get_agency_to_edit_strategy(request, agency)
    rows = FormUpload.objects.kept(timezone.now()).select_related("agency", "plan__agency", "uploaded_by", "applied_by")
    return agency, get_object_or_404(rows, agency=agency, token=token)


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request, agency, token):
    """A POST stores corrections of cells and reads the form again."""
    agency, kept = _get_upload(request, agency, token)
    if kept.applied_at:
        return _taken_in(request, agency.slug, kept)
    texts = {}
    try:
        shown = build_preview(kept)
        if request.method != "POST":
            return _preview_page(request, agency, shown)
        texts = corrections_of(request.POST, shown.sheets)
        count, changed_by_other = import_uploads.correct_upload(
            by=request.user, upload=kept, sheets=shown.sheets, texts=texts
        )
    except UnreadableFile as refusal:
        messages.error(request, str(refusal))
        return redirect("form_import", agency=agency.slug)
    except RuleBroken as error:
        messages.error(request, " ".join(error.messages))
        return _preview_page(request, agency, shown, 422, not_kept=rejected_corrections(shown, texts))
    if changed_by_other:
        shown = build_preview(kept)
        mine = rejected_corrections(shown, {place: texts[place] for place in changed_by_other})
        return _preview_page(request, agency, shown, 409, not_kept=mine, is_changed_by_other=True, count=count)
    messages.success(request, f"已更正 {count} 格，並重新檢查。" if count else "沒有需要更正的內容。")
    return redirect("form_import_preview", agency=agency.slug, token=kept.token)


def _taken_in(request, agency, kept):
    messages.info(request, f"「{kept.name}」已由{kept.applied_by}匯入。")
    return redirect("strategy_map", agency=agency, year=kept.plan.year)


def _preview_page(request, agency, shown, status=200, *, form=None, **context):
    """form: the one sent with errors, None for an empty one. What is sent may be of another kind of edition."""
    wanted = ApplyNewForm if shown.plan is None else ApplyForm
    if type(form) is not wanted:
        form = wanted()
    context |= preview_context(shown, agency=agency, form=form, addresses=ADDRESSES, wanted=request.GET.get("all", ""))
    context["may_adopt"] = permissions.can_manage(request.user, agency.pk)
    return render(request, "scorecard/form_import/preview.html", context, status=status)


@require_safe
def cell(request, agency, token):
    agency, kept = _get_upload(request, agency, token)
    if kept.applied_at:
        return _taken_in(request, agency.slug, kept)
    try:
        shown = build_preview(kept)
    except UnreadableFile as refusal:
        messages.error(request, str(refusal))
        return redirect("form_import", agency=agency.slug)
    context = {"agency": agency, "upload": kept} | cell_context(shown, request.GET)
    return render(request, "scorecard/form_import/cell.html", context)


@require_POST
def apply(request, agency, token):
    """Apply the form to the plan. If that fails, show the preview again with the reasons."""
    agency, kept = _get_upload(request, agency, token)
    if kept.applied_at:
        return _taken_in(request, agency.slug, kept)
    # Which of the two forms the page had; the service asks for an approval where the year has no edition.
    form = (ApplyNewForm if "approved_on" in request.POST else ApplyForm)(request.POST)
    if not form.is_valid():
        messages.error(request, "沒有匯入任何內容：請更正下面標示的欄位。")
        return _again(request, agency, kept, 422, form=form, typed_reason=request.POST.get("reason", ""))
    agreed = form.cleaned_data
    try:
        plan = import_uploads.apply_upload(
            by=request.user,
            upload=kept,
            version=agreed["version"],
            expected_values=agreed["seen"],
            reason=agreed["reason"],
            approval=agreed.get("approval"),
        )
    except ImportConflict as conflict:
        conflicts = conflict_rows(conflict, agreed["seen"])
        return _again(request, agency, kept, 409, conflicts=conflicts, typed_reason=agreed["reason"])
    except (RuleBroken, UnreadableFile) as error:
        for sentence in getattr(error, "messages", [str(error)]):
            messages.error(request, sentence)
        return _again(request, agency, kept, 422, form=form, typed_reason=agreed["reason"])
    messages.success(request, f"已匯入「{kept.name}」。{_next_step(request.user, plan)}")
    return redirect("strategy_map", agency=agency.slug, year=plan.year)


def _next_step(user, plan):
    """What the user should do next; "" once the edition was opened."""
    if plan.state != PlanState.ADOPTED:
        return ""
    if permissions.can_manage(user, plan.agency_id):
        return "接著到「年度管理」開放年度，科室就能填報。"
    return "管理者開放年度後，科室就能填報。"


def _again(request, agency, kept, status, **context):
    """The preview with current data; redirects to the page of uploads if the upload is gone."""
    kept = FormUpload.objects.filter(pk=kept.pk).select_related("agency", "plan__agency", "uploaded_by").first()
    if kept is None or kept.applied_at:
        return redirect("form_import", agency=agency.slug)
    try:
        return _preview_page(request, agency, build_preview(kept), status, **context)
    except UnreadableFile:
        return redirect("form_import", agency=agency.slug)


@require_POST
def discard(request, agency, token):
    agency, kept = _get_upload(request, agency, token)
    import_uploads.discard_upload(by=request.user, upload=kept)
    messages.success(request, f"已捨棄「{kept.name}」，沒有匯入任何內容。")
    return redirect("form_import", agency=agency.slug)
