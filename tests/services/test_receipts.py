"""填報收執: numbered without gaps, frozen, and saying what the scorecard said at that moment."""

import hashlib

import pytest

from scorecard.models import ActionBudget, AuditEvent, Evidence, Submission
from scorecard.models.receipts import digest_of
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.receipts import build_receipt
from scorecard.services.reporting import submit_reports
from tests import factories
from tests.factories import FIRST_YEAR, attach, fill, send_back, submit
from tests.factories import kpi as kpi_of


def numbers():
    """Every receipt's number in the order of their making."""
    return [receipt.number for receipt in Submission.objects.order_by("pk")]


def test_each_sending_makes_one_receipt_and_numbers_rise_by_one(open_plan, cast):
    for code in ("AC1.1", "AC1.2", "BC1.1"):
        fill(cast.staff if code < "B" else cast.other_staff, kpi_of(open_plan, code))
    submit(cast.staff, kpi_of(open_plan, "AC1.1"))
    submit(cast.other_staff, kpi_of(open_plan, "BC1.1"))
    submit(cast.staff, kpi_of(open_plan, "AC1.2"))
    assert numbers() == ["105-001", "105-002", "105-003"]
    assert [receipt.codes for receipt in Submission.objects.order_by("pk")] == [["AC1.1"], ["BC1.1"], ["AC1.2"]]


def test_several_kpis_sent_together_are_on_one_receipt(open_plan, cast):
    kpis = [kpi_of(open_plan, code) for code in ("AL1.1", "AC1.1")]
    for kpi in kpis:
        fill(cast.staff, kpi)
    submit_reports(by=cast.staff, plan=open_plan, kpis=kpis)
    (receipt,) = Submission.objects.all()
    assert sorted(receipt.codes) == ["AC1.1", "AL1.1"]
    assert (receipt.division.name, receipt.submitted_by) == ("甲組", cast.staff)


def test_kpis_of_two_divisions_sent_together_get_a_receipt_for_each(open_plan, cast):
    cast.staff.memberships.get().divisions.set(open_plan.agency.divisions.all())
    kpis = [kpi_of(open_plan, code) for code in ("AC1.1", "BC1.1")]
    for kpi in kpis:
        fill(cast.staff, kpi)
    submit_reports(by=cast.staff, plan=open_plan, kpis=kpis)
    assert [(receipt.number, receipt.division.name) for receipt in Submission.objects.order_by("pk")] == [
        ("105-001", "甲組"),
        ("105-002", "乙組"),
    ]


def test_sending_the_same_again_makes_no_second_receipt_and_one_refused_leaves_no_gap(open_plan, cast, kpi):
    fill(cast.staff, kpi)
    submit(cast.staff, kpi)
    submit(cast.staff, kpi)
    missed = kpi_of(open_plan, "AC1.2")
    fill(cast.staff, missed, actuals=90)
    with pytest.raises(Exception, match="差異說明"):
        submit(cast.staff, missed)
    fill(cast.staff, missed, actuals=90, explanation="人力不足")
    submit(cast.staff, missed)
    assert numbers() == ["105-001", "105-002"]


def test_a_report_sent_again_after_it_was_returned_gets_a_new_receipt_and_the_old_one_stays(open_plan, cast, kpi):
    fill(cast.staff, kpi, actuals=100)
    send_back(cast.reviewer, submit(cast.staff, kpi))
    before = Submission.objects.get()
    fill(cast.staff, kpi, actuals=120)
    submit(cast.staff, kpi)
    first, second = Submission.objects.order_by("serial")
    assert (first.content, first.digest) == (before.content, before.digest)
    assert [r.content["kpis"][0]["measures"][0]["actual"] for r in (first, second)] == ["100", "120"]


def test_a_receipt_holds_everything_that_was_sent(open_plan, cast):
    kpi = kpi_of(open_plan, "AC1.2")
    fill(cast.staff, kpi, actuals=90, explanation="人力不足", improvement="增補人力")
    attach(cast.staff, kpi)
    ActionBudget.objects.filter(action_plan__kpi=kpi, year=FIRST_YEAR).update(executed=800, progress="辦理完成")
    submit(cast.staff, kpi)
    receipt = Submission.objects.get()
    (told,) = receipt.content["kpis"]
    assert receipt.content["division"] == "甲組"
    assert receipt.content["submitted_by"]["username"] == cast.staff.username
    assert (told["light"], told["explanation"], told["improvement"]) == ("missed", "人力不足", "增補人力")
    digest = hashlib.sha256("統計表.txt 的內容".encode()).hexdigest()
    assert told["evidence"] == [{"name": "統計表.txt", "size": Evidence.objects.get().size, "sha256": digest}]
    (plan,) = told["action_plans"]
    assert (plan["amount"], plan["executed"], plan["progress"]) == (1000, 800, "辦理完成")
    assert receipt.is_intact


def test_a_receipt_says_what_the_scorecard_says(open_plan, cast):
    for code, entered in {
        "AC1.1": {"actuals": 93},
        "AC1.2": {"actuals": 21},
        "AP1.1": {"actuals": [20, 5]},
        "AL1.1": {"actuals": 46},
        "AF1.1": {"unmeasured": "停辦"},
    }.items():
        fill(cast.staff, kpi_of(open_plan, code), **entered)
    kpis = list(open_plan.kpis.filter(code__startswith="A"))
    submit_reports(by=cast.staff, plan=open_plan, kpis=kpis)
    lines = build_scorecard(open_plan, include_provisional=True).kpis_by_code
    receipt = build_receipt(Submission.objects.get())
    assert len(receipt.kpis) == 5
    for told in receipt.kpis:
        line = lines[told.code]
        assert (told.status, told.rate_text) == (line.status, line.rate_text)
        for shown, measure in zip(told.measures, line.measures, strict=True):
            cell = measure.cell
            assert (shown.target_text, shown.actual_text, shown.remark, shown.rate_text, shown.status) == (
                cell.target_text,
                cell.actual_text,
                cell.actual_remark,
                cell.rate_text,
                cell.status,
            )
            assert shown.direction_text == measure.direction_text


def test_a_content_that_was_changed_no_longer_has_its_digest(open_plan, cast, kpi):
    fill(cast.staff, kpi)
    submit(cast.staff, kpi)
    receipt = Submission.objects.get()
    assert receipt.digest == digest_of(receipt.content)
    receipt.content["kpis"][0]["measures"][0]["actual"] = "101"
    assert not receipt.is_intact


def test_the_audit_trail_names_the_receipt(open_plan, cast, kpi):
    fill(cast.staff, kpi)
    submit(cast.staff, kpi)
    event = AuditEvent.objects.get(action="submitted")
    assert event.changes == [{"what": "填報收執", "old": None, "new": "105-001"}]
    assert factories.kpi(open_plan, "AC1.1").pk == event.kpi_id
