"""Attaching and removing evidence: what is kept, who may, and that disk and database agree whatever fails."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import transaction

from scorecard.domain import policies
from scorecard.domain.choices import AuditAction, ReportState
from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent, Evidence, YearlyReport
from scorecard.services import audit
from scorecard.services import evidence as service
from scorecard.services.evidence import add_evidence, remove_evidence
from tests import factories
from tests.factories import FIRST_YEAR, attach
from tests.services.conftest import ROLES
from tests.services.rows import nothing_written
from tests.uploaded_files.sample_files import GENUINE, HTML, image, upload
from tests.uploaded_files.test_allowed_types import HOSTILE


def add(by, kpi, *files):
    """Attach uploads to the KPI's report."""
    return add_evidence(by=by, kpi=kpi, files=list(files))


def on_disk():
    """Every file below the folder of uploads."""
    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def sized(name, size):
    """An upload that only says how large it is."""
    file = upload(name)
    file.size = size
    return file


# Attaching


def test_files_are_kept_byte_for_byte_under_random_names_without_extension(cast, kpi):
    made = add(cast.staff, kpi, upload("統計表.pdf"), upload("照片.PNG", image()))
    assert [(row.name, row.content_type) for row in made] == [
        ("統計表.pdf", "application/pdf"),
        ("照片.PNG", "image/png"),
    ]
    assert [row.uploaded_by for row in made] == [cast.staff] * 2
    for row, content in zip(made, (GENUINE["pdf"], image()), strict=True):
        assert row.file.name == f"evidence/{row.token}"
        assert (row.size, row.file.read()) == (len(content), content)
    assert on_disk() == sorted(Path(settings.MEDIA_ROOT, row.file.name) for row in made)


def test_the_first_file_makes_a_draft_whose_figures_can_still_be_saved_from_an_open_table(cast, kpi):
    seen = factories.report_entry(kpi, actuals=95)
    attach(cast.staff, kpi)
    report = YearlyReport.objects.get(kpi=kpi)
    assert (report.state, report.version, report.changed_by) == (ReportState.IN_PROGRESS, 0, cast.staff)
    factories.reporting.save_reports(by=cast.staff, plan=kpi.plan, report_entries=[seen])
    assert YearlyReport.objects.get(kpi=kpi).version == 1


def test_a_file_for_a_report_that_stands_changes_nothing_else_of_it(cast, kpi):
    factories.fill(cast.staff, kpi)
    before = YearlyReport.objects.filter(kpi=kpi).values().get()
    attach(cast.staff, kpi)
    assert YearlyReport.objects.filter(kpi=kpi).values().get() == before


def test_a_returned_report_stays_returned_until_it_is_submitted_again(cast, kpi):
    factories.fill(cast.staff, kpi)
    factories.send_back(cast.reviewer, factories.submit(cast.staff, kpi))
    attach(cast.staff, kpi)
    assert YearlyReport.objects.get(kpi=kpi).state == ReportState.RETURNED
    assert factories.submit(cast.staff, kpi).is_submitted


def test_attaching_and_removing_leave_audit_events_with_name_and_size(cast, kpi):
    before = kpi.plan.data_version
    first, _ = attach(cast.staff, kpi, names=("甲.txt", "乙.txt"))
    remove_evidence(by=cast.staff, evidence=first)
    added, removed = AuditEvent.objects.filter(action=AuditAction.CHANGED, kpi=kpi).order_by("id")
    told = [f"{name}.txt（17 位元組）" for name in "甲乙"]
    assert added.changes == [{"what": "佐證", "old": None, "new": text} for text in told]
    assert removed.changes == [{"what": "佐證", "old": told[0], "new": None}]
    assert {(event.actor, event.year, event.plan) for event in (added, removed)} == {(cast.staff, FIRST_YEAR, kpi.plan)}
    kpi.plan.refresh_from_db()
    assert kpi.plan.data_version == before + 2


def test_the_same_file_sent_twice_is_attached_once(cast, kpi):
    assert len(add(cast.staff, kpi, upload(), upload())) == 1
    with nothing_written():
        assert add(cast.staff, kpi, upload()) == []
    other = upload(content=GENUINE["pdf"].replace(b"/Catalog", b"/catalog"))
    assert len(add(cast.staff, kpi, other)) == 1, "the same name and size, but other bytes"
    assert len(on_disk()) == 2


def test_a_file_moved_in_from_a_temporary_one_is_whole_and_readable_by_the_group_alone(cast, kpi):
    file = TemporaryUploadedFile("大.pdf", "application/pdf", 0, None)
    file.write(GENUINE["pdf"])
    file.size = len(GENUINE["pdf"])
    (row,) = add(cast.staff, kpi, file)
    assert row.file.read() == GENUINE["pdf"]
    assert Path(row.file.path).stat().st_mode & 0o777 == 0o640
    file.close()
    assert default_storage.exists(row.file.name)


# Refusals: everything wrong is named, nothing is kept


def refused(by, kpi, *files):
    """The sentences with which the files are refused; no row and no file may come of it."""
    before = on_disk()
    with nothing_written(), pytest.raises(RuleBroken) as error:
        add(by, kpi, *files)
    assert on_disk() == before
    return error.value.messages


def test_one_bad_file_keeps_the_good_ones_out_and_every_bad_one_is_named(cast, kpi):
    told = refused(cast.staff, kpi, upload(), upload("頁.pdf", HTML), upload("程式.exe"), upload("空.txt", b""))
    assert [sentence.split("」")[0] for sentence in told] == ["「頁.pdf", "「程式.exe", "「空.txt"]
    assert all("請" in sentence or "可上傳" in sentence for sentence in told)


def test_nothing_sent_is_refused(cast, kpi):
    assert refused(cast.staff, kpi) == ["請選擇要上傳的檔案。"]


def test_every_hostile_content_leaves_nothing_behind(cast, kpi):
    for kind, content in HOSTILE.values():
        refused(cast.staff, kpi, upload(f"佐證.{kind}", content))
    assert on_disk() == []


def test_a_file_above_the_limit_is_refused_without_being_read(cast, kpi, monkeypatch):
    monkeypatch.setattr(service, "check_file", lambda *args: pytest.fail("it was read"))
    (told,) = refused(cast.staff, kpi, sized("掃描.pdf", policies.EVIDENCE_FILE_BYTES + 1))
    assert told.startswith("「掃描.pdf」超過單一檔案上限 20 MB")


def test_a_report_holds_ten_files_and_removed_ones_do_not_count(cast, kpi):
    names = [f"{number}.txt" for number in range(10)]
    made = attach(cast.staff, kpi, names=names)
    (told,) = refused(cast.staff, kpi, upload())
    assert "最多 10 個" in told and "已有 10 個" in told
    remove_evidence(by=cast.staff, evidence=made[0])
    assert len(add(cast.staff, kpi, upload())) == 1
    assert "這次選了 11 個" in refused(cast.staff, kpi, *(upload(f"{n}.pdf") for n in range(11)))[0]


def test_a_report_holds_a_hundred_megabytes(cast, kpi):
    attach(cast.staff, kpi, names=("甲.txt", "乙.txt"))
    Evidence.objects.update(size=policies.EVIDENCE_BYTES_PER_REPORT // 2)
    (told,) = refused(cast.staff, kpi, upload())
    assert "合計最多 100 MB" in told


@pytest.mark.parametrize("role", [role for role in ROLES if role != "staff"])
def test_nobody_but_the_divisions_staff_attaches_or_removes(cast, kpi, role):
    (row,) = attach(cast.staff, kpi)
    for act in (lambda by: add(by, kpi, upload()), lambda by: remove_evidence(by=by, evidence=row)):
        with nothing_written(), pytest.raises(PermissionDenied):
            act(getattr(cast, role))


def test_a_submitted_and_an_approved_report_keep_their_evidence(cast, kpi):
    factories.fill(cast.staff, kpi)
    (row,) = attach(cast.staff, kpi)
    report = factories.submit(cast.staff, kpi)
    for words in ("已送出審核", "審核通過"):
        assert words in refused(cast.staff, kpi, upload())[0]
        with nothing_written(), pytest.raises(RuleBroken, match=words):
            remove_evidence(by=cast.staff, evidence=row)
        if not report.is_approved:
            report = factories.approve(cast.reviewer, report)


def test_a_year_that_is_not_open_takes_and_gives_nothing(cast, kpi):
    later = factories.kpi(factories.next_edition(cast.admin, kpi.plan), kpi.code)
    assert "尚未開放" in refused(cast.staff, later, upload())[0]
    (row,) = attach(cast.staff, kpi)
    factories.close_year(cast.admin, kpi.plan, reason="期滿")
    assert "已關閉" in refused(cast.staff, kpi, upload())[0]
    with nothing_written(), pytest.raises(RuleBroken, match="已關閉"):
        remove_evidence(by=cast.staff, evidence=row)


# Removing


def test_what_is_removed_keeps_its_row_and_its_file(cast, kpi):
    (row,) = attach(cast.staff, kpi)
    removed = remove_evidence(by=cast.staff, evidence=row)
    assert (removed.removed_by, removed.removed_at is not None) == (cast.staff, True)
    assert not Evidence.objects.present().exists()
    assert Evidence.objects.get().file.read()
    with nothing_written():
        assert remove_evidence(by=cast.staff, evidence=row).removed_at == removed.removed_at


def test_what_was_removed_can_be_attached_again(cast, kpi):
    (row,) = attach(cast.staff, kpi)
    remove_evidence(by=cast.staff, evidence=row)
    assert len(attach(cast.staff, kpi)) == 1


# Faults: a file without its row is deleted, a row without its file never comes to be


@pytest.mark.parametrize("fails", ["second save", "second row", "flush", "audit", "interrupt"])
def test_a_fault_while_attaching_leaves_neither_rows_nor_files(cast, kpi, monkeypatch, fails):
    calls = []

    def fail_second(original):
        def act(*args, **kwargs):
            calls.append(args)
            if len(calls) == 2:
                raise OSError("the disk is full")
            return original(*args, **kwargs)

        return act

    def fail(*args, **kwargs):
        raise KeyboardInterrupt if fails == "interrupt" else OSError("no more")

    if fails == "second save":
        monkeypatch.setattr(default_storage, "_save", fail_second(default_storage._save))
    elif fails == "second row":
        monkeypatch.setattr(Evidence, "save", fail_second(Evidence.save))
    elif fails == "flush":
        monkeypatch.setattr(service.os, "fsync", fail)
    else:
        monkeypatch.setattr(audit, "record", fail)
    with nothing_written(), pytest.raises((OSError, KeyboardInterrupt)):
        add(cast.staff, kpi, upload("甲.pdf"), upload("乙.pdf"))
    assert on_disk() == []


@pytest.mark.django_db(transaction=True)
def test_evidence_is_never_attached_inside_a_transaction_that_could_still_fail(cast, kpi):
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        attach(cast.staff, kpi)
    assert on_disk() == []
