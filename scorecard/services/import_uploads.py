"""An uploaded form from the file to the plan: kept, looked at, corrected, taken in or thrown away."""

import hashlib

from django.db import transaction
from django.utils import timezone

from scorecard import permissions
from scorecard.agency_form.reading.form_file import read_form_sheets
from scorecard.agency_form.uploaded_form import build_preview
from scorecard.domain.policies import RuleBroken
from scorecard.models import FormUpload
from scorecard.services import import_into_plan, import_new_plan
from scorecard.spreadsheets.cell_messages import Severity
from scorecard.spreadsheets.cell_values import cleaned
from scorecard.spreadsheets.grid import row_and_column
from scorecard.spreadsheets.reader import read_sheets
from scorecard.uploaded_files.safe_names import clean_name

MAX_CORRECTIONS = 2_000
MAX_CORRECTION_LENGTH = 10_000
NO_LONGER = "這份上傳已經移除，沒有匯入任何內容；請重新上傳表單。"
CORRECTED_MEANWHILE = "剛才有人更正了這份表單，沒有匯入任何內容；請看過新的預覽再匯入。"


def keep_upload(*, by, agency, plan, file, name):
    """Keep an uploaded file and return the FormUpload; the same file sent twice by the same person is kept once.

    plan: into which it shall be taken, None for a new one. Raises UnreadableFile for what is no spreadsheet, RuleBroken
    for a spreadsheet without the form in it, PermissionDenied for people who may not change the agency's strategy.
    """
    permissions.check_can_edit_strategy(by, agency.pk)
    form = read_form_sheets(read_sheets(file), agency=agency.name)
    if form.plan is None:
        raise RuleBroken([message.text for message in form.messages if message.level is Severity.ERROR])
    file.seek(0)
    content, now = file.read(), timezone.now()
    digest = hashlib.sha256(content).hexdigest()
    FormUpload.objects.expired(now).delete()
    same = FormUpload.objects.unfinished(agency, now).filter(digest=digest, plan=plan, uploaded_by=by, version=0)
    return same.first() or FormUpload.objects.create(
        agency=agency,
        plan=plan,
        name=clean_name(name),
        size=len(content),
        digest=digest,
        content=content,
        uploaded_by=by,
    )


@transaction.atomic
def correct_upload(*, by, upload, sheets, texts):
    """Lay texts over cells of the form; what the file says itself is no correction.

    texts: {(sheet name, "B13"): (what the person saw there, what they typed)}, an empty text empties the cell; cells
    not named stay as they are. sheets: of the file. Returns (how many were changed, the places left as they are since
    somebody else corrected them after the person looked), and brings the upload given up to date. Raises RuleBroken
    for a text too long, too many of them, or a form that was taken in or removed meanwhile.
    """
    permissions.check_can_edit_strategy(by, upload.agency_id)
    locked = _lock(upload)
    if locked is None or locked.applied_at:
        raise RuleBroken("這份表單已經匯入或移除，不能再更正；請重新上傳。")
    by_name = {sheet.name: sheet for sheet in sheets}
    corrections, changed_by_other = dict(locked.corrections), []
    for (name, cell), (seen, text) in texts.items():
        where, text = row_and_column(cell), cleaned(text)
        if name not in by_name or where is None:
            continue
        if len(text) > MAX_CORRECTION_LENGTH:
            raise RuleBroken(f"{cell} 的更正有 {len(text):,} 個字，最多 {MAX_CORRECTION_LENGTH:,} 個；請縮短。")
        original = by_name[name].merged_text(*where)
        if corrections.get(f"{name}!{cell}", original) not in (cleaned(seen), text):
            changed_by_other.append((name, cell))
        elif text == original:
            corrections.pop(f"{name}!{cell}", None)
        else:
            corrections[f"{name}!{cell}"] = text
    if len(corrections) > MAX_CORRECTIONS:
        raise RuleBroken(f"更正超過 {MAX_CORRECTIONS:,} 格；請改在試算表中修正，再重新上傳。")
    changed = {
        place
        for place in {*corrections, *locked.corrections}
        if corrections.get(place) != locked.corrections.get(place)
    }
    if changed:
        locked.corrections, locked.version = corrections, locked.version + 1
        locked.save(update_fields=["corrections", "version"])
    upload.corrections, upload.version = locked.corrections, locked.version
    return len(changed), tuple(changed_by_other)


def apply_upload(*, by, upload, version, expected_values, reason=""):
    """Take the form in and return its plan: one transaction, all or nothing. A second time it changes nothing.

    version: the upload's, and expected_values: PlanChanges.expected_values(), both of the preview that the person
    agreed to. Raises ImportConflict where a value is not the expected one, RuleBroken for errors in the form, for
    corrections made meanwhile and without the reason that an open year wants, PermissionDenied, UnreadableFile.
    """
    permissions.check_can_edit_strategy(by, upload.agency_id)
    # Before any lock is taken: a large form takes a second to read.
    preview = build_preview(upload)
    with transaction.atomic():
        locked = _lock(upload)
        if locked is None:
            raise RuleBroken(NO_LONGER)
        if locked.applied_at:
            return locked.plan
        if {locked.version, upload.version} != {version}:
            raise RuleBroken(CORRECTED_MEANWHILE)
        if preview.has_errors:
            raise RuleBroken([message.text for message in preview.messages if message.level is Severity.ERROR])
        plan, whose = preview.plan, {"by": by, "form": preview.form, "source": upload.name}
        if plan is None:
            plan = import_new_plan.apply_new(agency=upload.agency, **whose)
        else:
            import_into_plan.apply_to(plan=plan, expected_values=expected_values, reason=reason, **whose)
        locked.plan, locked.applied_by, locked.applied_at = plan, by, timezone.now()
        locked.save(update_fields=["plan", "applied_by", "applied_at"])
        return plan


def discard_upload(*, by, upload):
    """Throw an upload away; one that was taken in is kept, and one that is gone stays gone."""
    permissions.check_can_edit_strategy(by, upload.agency_id)
    FormUpload.objects.filter(pk=upload.pk, applied_at__isnull=True).delete()


def _lock(upload):
    # Without its plan: who waited for the lock would join the plans as they stood before, and miss a new one.
    return FormUpload.objects.select_for_update(no_key=True).defer("content").filter(pk=upload.pk).first()
