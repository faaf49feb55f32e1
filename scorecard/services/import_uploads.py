"""An uploaded form on its way into a plan: keep it, correct it, import it or discard it."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from scorecard import permissions
from scorecard.agency_form.matching import NEW, Matches
from scorecard.agency_form.reading.form_file import read_form_sheets
from scorecard.agency_form.uploaded_form import build_preview
from scorecard.domain.policies import RuleBroken
from scorecard.models import Agency, FormUpload, Plan, User
from scorecard.services import import_into_plan, import_new_plan
from scorecard.spreadsheets.cell_messages import Severity
from scorecard.spreadsheets.cell_values import cleaned
from scorecard.spreadsheets.grid import GridSheet, row_and_column
from scorecard.spreadsheets.reader import read_sheets
from scorecard.uploaded_files.safe_names import clean_name

MAX_CORRECTIONS = 2_000
MAX_CORRECTION_LENGTH = 10_000
NO_LONGER = "這份上傳已經移除，沒有匯入任何內容；請重新上傳表單。"
CORRECTED_MEANWHILE = "剛才有人更正了這份表單，或改選了沿用的項目，沒有匯入任何內容；請看過新的預覽再匯入。"


def keep_upload(*, by: User, agency: Agency, file: BinaryIO, name: str) -> FormUpload:
    """Keep an uploaded file; the same file sent twice by the same person is kept once.

    The form's first year with targets names the edition. Raises UnreadableFile where the file is no spreadsheet,
    RuleBroken where it holds no form, PermissionDenied for people who may not change the agency's strategy.
    """
    permissions.check_can_edit_strategy(by, agency.pk)
    form = read_form_sheets(read_sheets(file), agency=agency.name)
    if form.plan is None:
        raise RuleBroken([message.text for message in form.messages if message.level is Severity.ERROR])
    file.seek(0)
    content, now = file.read(), timezone.now()
    digest = hashlib.sha256(content).hexdigest()
    FormUpload.objects.expired(now).delete()
    same = FormUpload.objects.unfinished(agency, now).filter(digest=digest, uploaded_by=by, version=0)
    return same.first() or FormUpload.objects.create(
        agency=agency,
        name=clean_name(name),
        size=len(content),
        digest=digest,
        content=content,
        uploaded_by=by,
    )


@transaction.atomic
def choose_matches(
    *, by: User, upload: FormUpload, matches: Matches, choices: Mapping[str, tuple[str, str]]
) -> tuple[int, tuple[str, ...]]:
    """Keep which row of the edition some rows of the form are.

    matches: of the preview. choices: {key of the row: (answer that the person saw, their answer)}; "" takes an answer
    back. Returns how many answers changed, and the keys of the rows that somebody else answered meanwhile. Updates the
    upload passed in. Raises RuleBroken for an answer that is none of the options, where two rows would be the same one,
    or where the form was imported or removed meanwhile; PermissionDenied.
    """
    permissions.check_can_edit_strategy(by, upload.agency_id)
    locked = _lock(upload)
    if locked is None or locked.applied_at:
        raise RuleBroken("這份表單已經匯入或移除，不能再變更；請重新上傳表單。")
    rows = {match.row.key: match.row for match in matches.rows}
    answers = dict(locked.matches)
    changed_by_other = []
    for key, (expected, chosen) in choices.items():
        if key not in rows:
            continue
        options = {str(item.lineage) for item in matches.options(rows[key].kind)}
        if chosen and chosen != NEW and chosen not in options:
            raise RuleBroken(f"{rows[key].code} 選的項目已不在可選之列；請重新整理頁面，再選一次。")
        if answers.get(key, "") not in (expected, chosen):
            changed_by_other.append(key)
        elif chosen:
            answers[key] = chosen
        else:
            answers.pop(key, None)
    _check_chosen_once(matches, answers)
    changed = [key for key in {*answers, *locked.matches} if answers.get(key) != locked.matches.get(key)]
    if changed:
        locked.matches = answers
        locked.version += 1
        locked.save(update_fields=["matches", "version"])
    upload.matches = locked.matches
    upload.version = locked.version
    return len(changed), tuple(changed_by_other)


def _check_chosen_once(matches: Matches, answers: Mapping[str, str]) -> None:
    """Raises RuleBroken where two rows of the form would be the same row of the edition."""
    chosen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for match in matches.rows:
        answer = answers.get(match.row.key, "")
        if answer not in ("", NEW):
            chosen[match.row.kind, answer].append(match.row.code)
    wrong = [
        f"{'、'.join(codes)} 選了同一項；原有的一項只能由一項沿用，請把其中一項改選。"
        for codes in chosen.values()
        if len(codes) > 1
    ]
    if wrong:
        raise RuleBroken(wrong)


@transaction.atomic
def correct_upload(
    *, by: User, upload: FormUpload, sheets: Iterable[GridSheet], texts: Mapping[tuple[str, str], tuple[str, str]]
) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Replace the texts of some cells. The file's own text is no correction: it removes one.

    texts: {(sheet name, "B13"): (what the person saw, what they typed)}; an empty text empties the cell. sheets: of the
    file. Returns how many cells changed, and (sheet name, cell) of those left alone because somebody else corrected
    them meanwhile. Updates the upload passed in. Raises RuleBroken for texts too long or too many, or where the form
    was imported or removed meanwhile.
    """
    permissions.check_can_edit_strategy(by, upload.agency_id)
    locked = _lock(upload)
    if locked is None or locked.applied_at:
        raise RuleBroken("這份表單已經匯入或移除，不能再更正；請重新上傳。")
    by_name = {sheet.name: sheet for sheet in sheets}
    corrections = dict(locked.corrections)
    changed_by_other = []
    for (name, cell), (expected, typed) in texts.items():
        where = row_and_column(cell)
        text = cleaned(typed)
        if name not in by_name or where is None:
            continue
        if len(text) > MAX_CORRECTION_LENGTH:
            raise RuleBroken(f"{cell} 的更正有 {len(text):,} 個字，最多 {MAX_CORRECTION_LENGTH:,} 個；請縮短。")
        original = by_name[name].merged_text(*where)
        if corrections.get(f"{name}!{cell}", original) not in (cleaned(expected), text):
            changed_by_other.append((name, cell))
        elif text == original:
            corrections.pop(f"{name}!{cell}", None)
        else:
            corrections[f"{name}!{cell}"] = text
    if len(corrections) > MAX_CORRECTIONS:
        raise RuleBroken(f"更正超過 {MAX_CORRECTIONS:,} 格；請改在試算表中修正，再重新上傳。")
    places = {*corrections, *locked.corrections}
    changed = [place for place in places if corrections.get(place) != locked.corrections.get(place)]
    if changed:
        locked.corrections = corrections
        locked.version += 1
        locked.save(update_fields=["corrections", "version"])
    upload.corrections = locked.corrections
    upload.version = locked.version
    return len(changed), tuple(changed_by_other)


def apply_upload(
    *,
    by: User,
    upload: FormUpload,
    version: int,
    expected_values: Mapping[str, Any],
    dropped: Collection[str] = (),
    reason: str = "",
) -> Plan | None:
    """Import the form and return its edition: one transaction, all or nothing. A second call changes nothing.

    version: the upload's, and expected_values: PlanChanges.expected_values(), both of the preview that the person
    agreed to. dropped: names of the rows of a draft that were ticked to be dropped. Raises ImportConflict for an
    unexpected value; RuleBroken for errors in the form, for corrections and answers made meanwhile, for matches that
    nobody answered, and for a missing reason; PermissionDenied; UnreadableFile.
    """
    permissions.check_can_edit_strategy(by, upload.agency_id)
    # Before any lock: reading a large form takes a second.
    preview = build_preview(upload)
    with transaction.atomic():
        locked = _lock(upload)
        if locked is None:
            raise RuleBroken(NO_LONGER)
        if locked.applied_at:
            return locked.plan
        if locked.version != version or upload.version != version:
            raise RuleBroken(CORRECTED_MEANWHILE)
        if preview.has_errors:
            raise RuleBroken([message.text for message in preview.messages if message.level is Severity.ERROR])
        plan = preview.plan
        if plan is None:
            plan = import_new_plan.apply_new(
                by=by,
                form=preview.form,
                agency=upload.agency,
                expected_values=expected_values,
                answers=locked.matches,
                source=upload.name,
            )
        else:
            import_into_plan.apply_to(
                by=by,
                plan=plan,
                form=preview.form,
                expected_values=expected_values,
                answers=locked.matches,
                dropped=dropped,
                reason=reason,
                source=upload.name,
            )
        locked.plan = plan
        locked.applied_by = by
        locked.applied_at = timezone.now()
        locked.save(update_fields=["plan", "applied_by", "applied_at"])
        return plan


def discard_upload(*, by: User, upload: FormUpload) -> None:
    """Delete an upload, unless it was imported. No error where it is gone already."""
    permissions.check_can_edit_strategy(by, upload.agency_id)
    FormUpload.objects.filter(pk=upload.pk, applied_at__isnull=True).delete()


def _lock(upload: FormUpload) -> FormUpload | None:
    # Not joined with its plan: after waiting for the lock, the join would miss a plan made meanwhile.
    return FormUpload.objects.select_for_update(no_key=True).defer("content").filter(pk=upload.pk).first()
