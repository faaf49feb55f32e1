"""Evidence of a report (佐證): the staff of the KPI's division attach and remove it while they may edit the report.

The report's version does not change, so a table that is open elsewhere can still be saved.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.core.files.storage import Storage
from django.db import DatabaseError, connection, transaction
from django.db.models.fields.files import FieldFile
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from scorecard import permissions
from scorecard.domain import policies
from scorecard.domain.choices import AuditAction, ReportState
from scorecard.domain.signatures import kept_name
from scorecard.models import KPI, Evidence, Plan, User, YearlyReport
from scorecard.models.audit import EVIDENCE
from scorecard.read_models.evidence_files import sha256_of
from scorecard.services import audit
from scorecard.uploaded_files.allowed_types import FileRefused, check_file
from scorecard.uploaded_files.safe_names import clean_name, extension

# An UploadedFile. By Django's types its name and size may be None, and it is no BinaryIO.
File = Any
# A file, its name as shown, its content type; then also its SHA-256.
_Checked = tuple[File, str, str]
_New = tuple[File, str, str, bytes]
# Where a file is stored, and under which name.
_Written = tuple[Storage, str]


def add_evidence(*, by: User, kpi: KPI, files: Sequence[File]) -> list[Evidence]:
    """Attach the files, all or none, and return the new evidence. The first file makes the report if there is none.

    Skips a file that the report has already, by name and content, so a POST sent twice attaches once. Raises RuleBroken
    with a sentence for each problem, PermissionDenied for other people's KPIs. Files stay on disk only after the
    commit, so no outer transaction may surround the call.
    """
    permissions.check_can_report_for(by, kpi.division)
    # Before any lock: reading a hundred megabytes takes seconds.
    checked = _checked(files)
    with _files_of_failure_removed() as written, transaction.atomic(durable=True):
        policies.check_year_is_open(Plan.objects.get_locked(kpi.plan_id))
        report = _lock_report(kpi) or YearlyReport(kpi=kpi)
        policies.check_report_is_editable(report)
        present = list(report.evidence.present()) if report.pk else []
        new = _without_those_present(checked, present)
        policies.check_evidence_fits([file.size for file, *_ in new], [row.size for row in present])
        if not new:
            return []
        _start(report, by)
        made = [_attach(by, report, written, *each) for each in new]
        _record(by, report, [(EVIDENCE, None, _name_and_size(evidence)) for evidence in made])
        return made


@transaction.atomic
def remove_evidence(*, by: User, evidence: Evidence) -> Evidence:
    """Mark the file as removed and return it; its row and its file stay. A second call changes nothing.

    Raises RuleBroken unless year and report may be edited, PermissionDenied for other people's KPIs.
    """
    report = evidence.report
    permissions.check_can_report_for(by, report.kpi.division)
    policies.check_year_is_open(Plan.objects.get_locked(report.kpi.plan_id))
    locked_report = _lock_report(report.kpi) or report
    locked = Evidence.objects.select_for_update(of=("self",), no_key=True).get(pk=evidence.pk)
    if locked.removed_at is not None:
        return locked
    policies.check_report_is_editable(locked_report)
    locked.removed_by = by
    locked.removed_at = timezone.now()
    locked.save(update_fields=["removed_by", "removed_at"])
    _record(by, locked_report, [(EVIDENCE, _name_and_size(locked), None)])
    return locked


def _lock_report(kpi: KPI) -> YearlyReport | None:
    reports = YearlyReport.objects.select_for_update(of=("self",), no_key=True).filter(kpi=kpi)
    return reports.select_related("kpi__plan", "kpi__division").first()


def _checked(files: Sequence[File]) -> list[_Checked]:
    """Raises RuleBroken with a sentence for each refused file."""
    refusals: list[str] = []
    checked: list[_Checked] = []
    if not files:
        refusals.append("請選擇要上傳的檔案。")
    # Too many are refused without reading them.
    if len(files) > policies.EVIDENCE_FILES_PER_REPORT:
        policies.check_evidence_fits([file.size for file in files], [])
    for file in files:
        name = clean_name(file.name)
        try:
            if file.size > policies.EVIDENCE_FILE_BYTES:
                raise FileRefused(too_large())
            checked.append((file, name, check_file(extension(name), file)))
        except FileRefused as refusal:
            refusals.append(f"「{name}」{refusal}")
    if refusals:
        raise policies.RuleBroken(refusals)
    return checked


def too_large() -> str:
    """The sentence for a file above the limit."""
    limit = policies.EVIDENCE_FILE_BYTES // policies.MEGABYTE
    return f"超過單一檔案上限 {limit} MB；請壓縮圖片、降低掃描解析度，或分成幾個檔案再上傳。"


def _without_those_present(checked: Sequence[_Checked], present: Iterable[Evidence]) -> list[_New]:
    """Each file once, without those that the report has."""
    new: list[_New] = []
    known: set[tuple[str, bytes | None]] = set()
    names = {(name, file.size) for file, name, _ in checked}
    for row in present:
        if (row.name, row.size) in names:
            known.add((row.name, _stored_digest(row.file)))
    for file, name, content_type in checked:
        digest = sha256_of(file)
        if (name, digest) not in known:
            known.add((name, digest))
            new.append((file, name, content_type, digest))
    return new


def _stored_digest(field: FieldFile) -> bytes | None:
    """None: the file is missing on disk, and so equals no other."""
    try:
        with field.storage.open(str(field.name), "rb") as stored:
            return sha256_of(stored)
    except FileNotFoundError:
        return None


@contextmanager
def _files_of_failure_removed() -> Iterator[list[_Written]]:
    """Yield a list for the files written; if the block fails, they are deleted.

    A failure may also come after the commit, or leave it unknown: a file that a row may name stays.
    """
    written: list[_Written] = []
    try:
        yield written
    except BaseException:
        kept = _named_by_rows([name for _, name in written])
        for storage, name in written:
            if name not in kept:
                storage.delete(name)
        raise


def _named_by_rows(names: list[str]) -> Collection[str]:
    """The names that rows have; all of them if the database does not answer or may still commit."""
    if connection.connection is None:
        return names
    try:
        return set(Evidence.objects.filter(file__in=names).values_list("file", flat=True))
    except DatabaseError:
        return names


def _start(report: YearlyReport, by: User) -> None:
    """Set a pending report in progress. A returned one keeps its state, and so its comment stays visible."""
    if report.state == ReportState.PENDING:
        policies.check_may_become(report, ReportState.IN_PROGRESS)
        report.state = ReportState.IN_PROGRESS
        report.changed_by = by
        report.changed_at = timezone.now()
        report.save()


def _attach(
    by: User,
    report: YearlyReport,
    written: list[_Written],
    file: File,
    name: str,
    content_type: str,
    digest: bytes,
) -> Evidence:
    evidence = Evidence(report=report, token=uuid4(), name=name, size=file.size, content_type=content_type)
    evidence.uploaded_by = by
    evidence.uploaded_by_name = kept_name(by)
    evidence.digest = digest.hex()
    field = evidence.file
    # Before it is written: a full disk leaves half a file.
    written.append((field.storage, field.field.generate_filename(evidence, name)))
    file.seek(0)
    field.save(name, file, save=False)
    _flush_to_disk(field)
    evidence.save()
    return evidence


def _flush_to_disk(field: FieldFile) -> None:
    """A committed row is durable, so its file must be, too."""
    with field.storage.open(str(field.name), "rb") as stored:
        os.fsync(stored.fileno())


def _name_and_size(evidence: Evidence) -> str:
    return f"{evidence.name}（{filesizeformat(evidence.size).replace(chr(0xA0), ' ')}）"


def _record(by: User, report: YearlyReport, changes: Iterable[audit.Change]) -> None:
    kpi = report.kpi
    audit.record(by=by, action=AuditAction.CHANGED, target=kpi, plan=kpi.plan, kpi=kpi, changes=changes)
