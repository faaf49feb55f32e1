"""The files frozen with a year: official, whole, the same from the same data; copies made later say what they are."""

import json
from hashlib import sha256
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.db import connection

from scorecard.agency_form.writing.form_file import choose_years, form_xlsx
from scorecard.documents import frozen_files
from scorecard.documents.map_svg import map_svg
from scorecard.documents.plan_json import plan_document
from scorecard.documents.scorecard_json import scorecard_document
from scorecard.documents.scorecard_table import whole_table
from scorecard.documents.scorecard_workbook import table_ods, table_workbook
from scorecard.documents.watermarks import watermarks, watermarks_on_a3
from scorecard.documents.year_snapshot_check import check_snapshot, closed_without_snapshot
from scorecard.documents.year_snapshot_json import FIRST_FORMAT, FORMAT, FORMAT_OF_PLANS
from scorecard.models import Division, Plan, Theme, YearSnapshot, triggers
from scorecard.models.snapshots import FILES
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.head_approvals import ApprovalLine, HeadApprovals, head_approvals
from scorecard.read_models.scorecard import as_official
from scorecard.read_models.strategy_map import build_strategy_map
from scorecard.services import editions, years
from tests import factories
from tests.shared_rows import layer

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def load(plan):
    return Plan.objects.select_related("agency", "version").get(pk=plan.pk)


def freeze(plan, monkeypatch, approval=None):
    """What frozen_files.freeze() makes, but a text for the report, which takes seconds to draw."""

    def report(plan, *, audit_event, approvals, wait_seconds):
        return f"{plan.title} {plan.state} {audit_event.pk} {approvals}".encode()

    monkeypatch.setattr(frozen_files, "official_report_pdf", report)
    return frozen_files.freeze(load(plan), approval)


@layer
def reported(plan, cast):
    """105 open with one approved figure."""
    factories.open_year(cast.admin, plan)
    factories.approved(cast, factories.kpi(plan, "AC1.1"), actuals=95, explanation="說明")
    return plan


@pytest.fixture
def closed(reported, cast, monkeypatch):
    """The same, closed with its own files."""
    approval = factories.approval()
    frozen = freeze(reported, monkeypatch, approval)
    prepared = years.PreparedYear(
        reported.pk, frozen.data_version, frozen.audit_number, frozen.audit_digest, **frozen.files
    )
    years.close_year(by=cast.admin, plan=reported, prepared=prepared, approval=approval, reason="提前關閉")
    return load(reported)


def made_on_demand(plan):
    """(name, bytes) of files that people download of a year, but for the PDFs."""
    scorecard = build_scorecard(load(plan), with_action_plans=True, with_links=True)
    table = whole_table(scorecard)
    yield "workbook", table_workbook(table)
    yield "opendocument", table_ods(table)
    yield "form", form_xlsx(scorecard, choose_years(scorecard, with_actuals=True))
    yield "map", map_svg(build_strategy_map(scorecard))


def test_six_files_say_that_the_year_is_closed_and_bear_no_mark(reported, monkeypatch):
    frozen = freeze(reported, monkeypatch, factories.approval())
    assert frozen.files.keys() == set(FILES)
    document = json.loads(frozen.files["document"])
    assert (document["format"], document["scores"]["year_state"]) == (FORMAT, "closed")
    assert document["scores"]["closed"]["document_number"] == factories.approval().document_number
    assert document["scores"]["plan"] == "test-agency-105"
    for name, content in frozen.files.items():
        assert not _says(content, "非正式版本") and not _says(content, "草稿"), name
    assert freeze(reported, monkeypatch, factories.approval()) == frozen, "the same data, the same bytes"
    assert load(reported).is_open, "closed in memory alone"


def test_files_made_of_a_closed_year_are_copies(closed):
    assert all(_says(content, "非正式版本") for _, content in made_on_demand(closed))
    scorecard = build_scorecard(closed)
    assert (scorecard.mark, scorecard.is_preliminary, scorecard.is_copy) == ("非正式版本", False, True)
    assert [len(sheets(scorecard)) for sheets in (watermarks, watermarks_on_a3)] == [2, 2]
    assert (watermarks(as_official(scorecard)), as_official(scorecard).mark) == ((), "")


def test_nothing_done_later_changes_what_is_made_of_a_closed_year(closed, cast):
    before = list(made_on_demand(closed))
    later = factories.next_edition(cast.admin, closed)
    factories.open_year(cast.admin, later)
    factories.approved(cast, factories.kpi(later, "AC1.1"), actuals=1, explanation="說明")
    Division.objects.filter(agency=closed.agency).update(position=9)
    Theme.objects.filter(plan=later).update(name="改名")
    closed.agency.name = "改名後的機關"
    closed.agency.save()
    assert list(made_on_demand(closed)) == before
    check = check_snapshot(YearSnapshot.objects.get(plan=closed))
    assert (check.faults, check.differences, check.is_current) == ((), (), True)


def _says(content, text):
    """Whether a file has the text anywhere; spreadsheets are archives."""
    if not content.startswith(b"PK"):
        return text in content.decode()
    with ZipFile(BytesIO(content)) as archive:
        return any(text.encode() in archive.read(name) for name in archive.namelist())


def test_the_zip_holds_each_file_with_its_digest_and_is_the_same_every_time(closed):
    snapshot = YearSnapshot.objects.select_related("plan__agency").get(plan=closed)
    content = frozen_files.snapshot_zip(snapshot)
    assert frozen_files.snapshot_zip(snapshot) == content
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {entry.date_time for entry in archive.infolist()} == {frozen_files.ZIP_TIME}
        kinds = {kind.file: name for name, kind in frozen_files.KINDS.items()}
        assert set(archive.namelist()) == {*kinds, frozen_files.CHECKSUMS}
        listed = dict(line.split("  ")[::-1] for line in archive.read(frozen_files.CHECKSUMS).decode().splitlines())
        for file, name in kinds.items():
            assert archive.read(file) == bytes(getattr(snapshot, name))
            assert listed[file] == sha256(archive.read(file)).hexdigest()
    # Of a snapshot of before there were six.
    for name in ("opendocument", "form", "map"):
        setattr(snapshot, name, None)
        setattr(snapshot, f"{name}_sha256", "")
    with ZipFile(BytesIO(frozen_files.snapshot_zip(snapshot))) as archive:
        assert archive.namelist() == ["report.pdf", "scorecard.xlsx", "data.json", frozen_files.CHECKSUMS]


@pytest.mark.parametrize("form", [FIRST_FORMAT, FORMAT_OF_PLANS])
def test_a_document_of_a_plan_of_several_years_is_compared_but_for_what_it_says_of_that_plan(closed, form):
    snapshot = YearSnapshot.objects.get(plan=closed)
    document = json.loads(bytes(snapshot.document))
    document["format"] = form
    document["scores"] |= {"plan": "test-agency-104"}
    document["plan"] |= {"first_year": 2015, "last_year": 2017}
    del document["scores"]["closed"]
    snapshot.document = json.dumps(document).encode()
    snapshot.document_sha256 = sha256(snapshot.document).hexdigest()
    assert [each.place for each in check_snapshot(snapshot).differences] == [
        "scores.closed.approved_on",
        "scores.closed.title",
        "scores.closed.document_number",
    ], "its closing was recorded here; none of before was"
    document["plan"]["vision"] = "另一個願景"
    snapshot.document = json.dumps(document).encode()
    snapshot.document_sha256 = sha256(snapshot.document).hexdigest()
    assert "plan.vision" in [each.place for each in check_snapshot(snapshot).differences]


def test_a_missing_or_changed_file_is_told(closed):
    snapshot = YearSnapshot.objects.get(plan=closed)
    snapshot.map = b"<svg/>"
    assert check_snapshot(snapshot).faults == ("策略地圖 SVG 與它的 SHA-256 不符，檔案已損壞或被改過。",)
    snapshot.map, snapshot.map_sha256 = None, ""
    assert check_snapshot(snapshot).faults == ("關閉年度的稽核紀錄所載的檔案，有定稿檔沒有的。",)


def test_a_closed_year_without_a_snapshot_is_found(closed):
    assert closed_without_snapshot() == []
    bare = factories.make_plan(kpis=5, slug="elsewhere")
    Plan.objects.filter(pk=bare.pk).update(state="open", due_date=factories.DUE)
    triggers.remove(connection)
    Plan.objects.filter(pk=bare.pk).update(state="closed")
    triggers.install(connection)
    assert closed_without_snapshot() == [bare]


def test_approvals_stand_in_scores_where_they_are_recorded_alone(closed, plan):
    def keys(approvals):
        return {"adopted", "closed"} & scorecard_document(build_scorecard(closed), approvals).keys()

    assert keys(HeadApprovals()) == set()
    assert keys(head_approvals(closed)) == {"closed"}
    line = head_approvals(closed).closed
    assert line.text == "106 年 1 月 31 日 處長核定，北市秘文字第 1050000001 號"
    without = ApprovalLine(factories.DUE, "處長", "", "電子表單")
    found = scorecard_document(build_scorecard(closed), HeadApprovals(without, line))
    assert found["adopted"] == {"approved_on": "2017-01-31", "title": "處長", "no_number_reason": "電子表單"}
    assert HeadApprovals(without, line).named[0] == ("年版核定", without)


def test_files_made_of_a_draft_bear_that_they_are_of_one(open_plan, cast):
    draft = editions.carry_forward(by=cast.admin, agency=open_plan.agency, year=2017)
    loaded = load(draft)
    for name, content in made_on_demand(loaded):
        assert _says(content, "草案") and not _says(content, "草稿"), name
    scorecard = build_scorecard(loaded, with_action_plans=True)
    assert (scorecard.mark, scorecard.outside_mark) == ("草案", "草案")
    for sheets in (watermarks, watermarks_on_a3):
        assert [name for name in sheets(scorecard) if "draft-edition" in name] == [sheets(scorecard)[-1]]
    assert plan_document(scorecard)["state"] == scorecard_document(scorecard)["year_state"] == "draft"
    assert "state" not in plan_document(build_scorecard(load(open_plan), with_action_plans=True))
