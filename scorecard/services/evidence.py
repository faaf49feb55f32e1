"""Evidence of a report (佐證): attached and taken away by the staff of the KPI's division, while they may edit it.

The figures stay as they are, and so does the report's version: a table that is open elsewhere can still be saved.
"""

import hashlib
import os
from contextlib import contextmanager
from uuid import uuid4

from django.db import DatabaseError, connection, transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from scorecard import permissions
from scorecard.domain import policies
from scorecard.domain.choices import AuditAction, ReportState
from scorecard.models import Evidence, PlanYear, YearlyReport
from scorecard.models.audit import EVIDENCE
from scorecard.services import audit
from scorecard.uploaded_files.allowed_types import FileRefused, check_file
from scorecard.uploaded_files.safe_names import clean_name, extension


def add_evidence(*, by, kpi, year, files):
    """Attach the files, all or none, and return the evidence made; the report comes into being with its first file.

    files: uploaded files, each with name and size. A file that the report has already, by name and content, is left
    out: a post sent twice attaches once. Raises RuleBroken with a sentence for everything wrong, PermissionDenied for
    other people's KPIs. Nothing stays on disk unless the transaction is committed, so this must be the outermost one.
    """
    permissions.check_can_report_for(by, kpi.division)
    # Before any lock is taken: to read a hundred megabytes takes seconds.
    checked = _checked(files)
    with _files_of_failure_removed() as written, transaction.atomic(durable=True):
        policies.check_year_is_open(PlanYear.objects.get_locked(kpi.plan, year))
        report = _lock_report(kpi, year) or YearlyReport(kpi=kpi, year=year)
        policies.check_report_is_editable(report)
        present = list(report.evidence.present()) if report.pk else []
        new = _without_those_present(checked, present)
        policies.check_evidence_fits([file.size for file, *_ in new], [row.size for row in present])
        if not new:
            return []
        _start(report, by)
        made = [_attach(by, report, written, *each) for each in new]
        _record(by, report, [(EVIDENCE, None, _told(evidence)) for evidence in made])
        return made


@transaction.atomic
def remove_evidence(*, by, evidence):
    """Take a file away from its report and return it; its row and its file stay. Removing it again changes nothing.

    Raises RuleBroken unless year and report may be edited, PermissionDenied for other people's KPIs.
    """
    report = evidence.report
    permissions.check_can_report_for(by, report.kpi.division)
    policies.check_year_is_open(PlanYear.objects.get_locked(report.kpi.plan, report.year))
    report = _lock_report(report.kpi, report.year)
    locked = Evidence.objects.select_for_update(of=("self",), no_key=True).get(pk=evidence.pk)
    if locked.removed_at is not None:
        return locked
    policies.check_report_is_editable(report)
    locked.removed_by, locked.removed_at = by, timezone.now()
    locked.save(update_fields=["removed_by", "removed_at"])
    _record(by, report, [(EVIDENCE, _told(locked), None)])
    return locked


def _lock_report(kpi, year):
    reports = YearlyReport.objects.select_for_update(of=("self",), no_key=True).filter(kpi=kpi, year=year)
    return reports.select_related("kpi__plan", "kpi__division").first()


def _checked(files):
    """(file, name as shown, content type) of each; RuleBroken with a sentence for every file refused."""
    refusals, checked = [], []
    if not files:
        refusals.append("請選擇要上傳的檔案。")
    # More are refused anyway, and need not be read.
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


def too_large():
    """What is said of a file that is larger than one may be."""
    limit = policies.EVIDENCE_FILE_BYTES // policies.MEGABYTE
    return f"超過單一檔案上限 {limit} MB；請壓縮圖片、降低掃描解析度，或分成幾個檔案再上傳。"


def _without_those_present(checked, present):
    """Each file once with its SHA-256, and none that the report has."""
    new, seen = [], set()
    names = {(name, file.size) for file, name, _ in checked}
    for row in present:
        if (row.name, row.size) in names:
            seen.add((row.name, _stored_digest(row.file)))
    for file, name, content_type in checked:
        digest = _digest(file)
        if (name, digest) not in seen:
            seen.add((name, digest))
            new.append((file, name, content_type, digest))
    return new


def _digest(file):
    file.seek(0)
    return hashlib.file_digest(file, "sha256").digest()


def _stored_digest(field):
    """None for a file that is missing on disk: it is like no other."""
    try:
        with field.storage.open(field.name, "rb") as stored:
            return _digest(stored)
    except FileNotFoundError:
        return None


@contextmanager
def _files_of_failure_removed():
    """Yields a list for (storage, name) of files written; where the block fails they are deleted.

    A failure may also come after the commit, or hide whether there was one: then what a row may name stays.
    """
    written = []
    try:
        yield written
    except BaseException:
        kept = _named_by_rows([name for _, name in written])
        for storage, name in written:
            if name not in kept:
                storage.delete(name)
        raise


def _named_by_rows(names):
    """Those that rows name; all of them where the database cannot be asked or may still be committing."""
    if connection.connection is None:
        return names
    try:
        return set(Evidence.objects.filter(file__in=names).values_list("file", flat=True))
    except DatabaseError:
        return names


def _start(report, by):
    """A report that nobody began is a draft from now on; one that was returned shows its comment until submitted."""
    if report.state == ReportState.PENDING:
        policies.check_may_become(report, ReportState.IN_PROGRESS)
        report.state = ReportState.IN_PROGRESS
        report.changed_by, report.changed_at = by, timezone.now()
        report.save()


def _attach(by, report, written, file, name, content_type, digest):
    evidence = Evidence(report=report, token=uuid4(), name=name, size=file.size, content_type=content_type)
    evidence.uploaded_by, evidence.digest = by, digest.hex()
    field = evidence.file
    # Before it is written: a disk that fills up leaves half a file.
    written.append((field.storage, field.field.generate_filename(evidence, name)))
    file.seek(0)
    field.save(name, file, save=False)
    _flush_to_disk(field)
    evidence.save()
    return evidence


def _flush_to_disk(field):
    """The database will be durable once it has committed, so its file must be, too."""
    with field.storage.open(field.name, "rb") as stored:
        os.fsync(stored.fileno())


def _told(evidence):
    return f"{evidence.name}（{filesizeformat(evidence.size).replace(chr(0xA0), ' ')}）"


def _record(by, report, changes):
    kpi = report.kpi
    audit.record(
        by=by, action=AuditAction.CHANGED, target=kpi, plan=kpi.plan, kpi=kpi, year=report.year, changes=changes
    )
