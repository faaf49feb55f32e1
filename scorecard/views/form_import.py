"""匯入表單: upload an agency's form, preview it, correct cells, and apply it to an edition."""

from functools import wraps

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scorecard import permissions
from scorecard.agency_form.preview_matches import rejected_choices
from scorecard.agency_form.preview_page import cell_context, conflict_rows, preview_context, rejected_corrections
from scorecard.agency_form.uploaded_form import build_preview
from scorecard.domain.choices import PlanState
from scorecard.domain.policies import RuleBroken
from scorecard.forms.form_import import ApplyForm, UploadForm, choices_of, corrections_of
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


def _of_waiting_upload(view):
    """view(request, agency, kept, shown): of an upload that was not taken in and can be read; others lead elsewhere."""

    @wraps(view)
    def read_and_view(request, agency, token):
        agency, kept = _get_upload(request, agency, token)
        if kept.applied_at:
            return _taken_in(request, agency.slug, kept)
        try:
            shown = build_preview(kept)
        except UnreadableFile as refusal:
            messages.error(request, str(refusal))
            return redirect("form_import", agency=agency.slug)
        return view(request, agency, kept, shown)

    return read_and_view


@require_http_methods(["GET", "HEAD", "POST"])
@_of_waiting_upload
def preview(request, agency, kept, shown):
    """A POST stores corrections of cells and reads the form again."""
    if request.method != "POST":
        return _preview_page(request, agency, shown)
    return _correct(request, agency, kept, shown)


def _correct(request, agency, kept, shown):
    texts = corrections_of(request.POST, shown.sheets)
    try:
        count, changed_by_other = import_uploads.correct_upload(
            by=request.user, upload=kept, sheets=shown.sheets, texts=texts
        )
    except RuleBroken as error:
        messages.error(request, " ".join(error.messages))
        return _preview_page(request, agency, shown, 422, not_kept=rejected_corrections(shown, texts))
    if changed_by_other:
        shown = build_preview(kept)
        mine = rejected_corrections(shown, {place: texts[place] for place in changed_by_other})
        return _preview_page(request, agency, shown, 409, not_kept=mine, is_changed_by_other=True, count=count)
    messages.success(request, f"已更正 {count} 格，並重新檢查。" if count else "沒有需要更正的內容。")
    return redirect("form_import_preview", agency=agency.slug, token=kept.token)


@require_POST
@_of_waiting_upload
def matches(request, agency, kept, shown):
    """Keep which rows the form's are; of those that somebody else answered meanwhile both answers are shown."""
    if shown.difference is None:
        return redirect("form_import_preview", agency=agency.slug, token=kept.token)
    rows = shown.difference.matches
    choices = choices_of(request.POST, rows)
    try:
        count, changed_by_other = import_uploads.choose_matches(
            by=request.user, upload=kept, matches=rows, choices=choices
        )
    except RuleBroken as error:
        messages.error(request, " ".join(error.messages))
        chosen = {key: answer for key, (_, answer) in choices.items()}
        return _preview_page(request, agency, shown, 422, chosen=chosen)
    shown = build_preview(kept)
    if changed_by_other:
        mine = rejected_choices(shown.difference.matches, {key: choices[key][1] for key in changed_by_other})
        return _preview_page(request, agency, shown, 409, not_chosen=mine, count=count)
    left = len(shown.unanswered)
    said = f"已記下 {count} 項。" if count else "沒有變更任何選擇。"
    messages.success(request, f"{said}還有 {left} 項要確認。" if left else f"{said}都確認了，可以匯入。")
    return redirect("form_import_preview", agency=agency.slug, token=kept.token)


def _taken_in(request, agency, kept):
    messages.info(request, f"「{kept.name}」已由{kept.applied_by}匯入。")
    return redirect("strategy_map", agency=agency, year=kept.plan.year)


def _preview_page(request, agency, shown, status=200, *, form=None, chosen=None, ticked=(), **context):
    """form: the one sent with errors. chosen: answers that were not kept. ticked: boxes of rows to drop."""
    context |= preview_context(
        shown,
        agency=agency,
        form=form or ApplyForm(),
        addresses=ADDRESSES,
        wanted=request.GET.get("all", ""),
        chosen=chosen or {},
        ticked=ticked,
    )
    return render(request, "scorecard/form_import/preview.html", context, status=status)


@require_safe
@_of_waiting_upload
def cell(request, agency, kept, shown):
    context = {"agency": agency, "upload": kept} | cell_context(shown, request.GET)
    return render(request, "scorecard/form_import/cell.html", context)


@require_POST
def apply(request, agency, token):
    """Apply the form to its edition. If that fails, show the preview again with the reasons."""
    agency, kept = _get_upload(request, agency, token)
    if kept.applied_at:
        return _taken_in(request, agency.slug, kept)
    form, ticked = ApplyForm(request.POST), request.POST.getlist("drop")
    if not form.is_valid():
        messages.error(request, "沒有匯入任何內容：請更正下面標示的欄位。")
        typed = request.POST.get("reason", "")
        return _again(request, agency, kept, 422, form=form, ticked=ticked, typed_reason=typed)
    agreed = form.cleaned_data
    try:
        plan = import_uploads.apply_upload(
            by=request.user,
            upload=kept,
            version=agreed["version"],
            expected_values=agreed["seen"],
            dropped=ticked,
            reason=agreed["reason"],
        )
    except ImportConflict as conflict:
        conflicts = conflict_rows(conflict, agreed["seen"])
        return _again(request, agency, kept, 409, conflicts=conflicts, ticked=ticked, typed_reason=agreed["reason"])
    except (RuleBroken, UnreadableFile) as error:
        for sentence in getattr(error, "messages", [str(error)]):
            messages.error(request, sentence)
        return _again(request, agency, kept, 422, form=form, ticked=ticked, typed_reason=agreed["reason"])
    messages.success(request, f"已匯入「{kept.name}」。{_next_step(request.user, plan)}")
    return redirect("strategy_map", agency=agency.slug, year=plan.year)


def _next_step(user, plan):
    """What the user should do next; "" once the edition was opened."""
    may_manage = permissions.can_manage(user, plan.agency_id)
    if plan.state == PlanState.DRAFT:
        if may_manage:
            return f"{plan.title}是草案；首長核定後，請到「年度管理」登錄核定。"
        return f"{plan.title}是草案；首長核定後，由管理者登錄核定。"
    if plan.state != PlanState.ADOPTED:
        return ""
    return "接著到「年度管理」開放年度，科室就能填報。" if may_manage else "管理者開放年度後，科室就能填報。"


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
