"""manage.py import_form."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from scorecard.domain.choices import AuditAction
from scorecard.models import AuditEvent, HeadApproval, Plan
from tests.agency_form.form_workbooks import CARD, with_cells
from tests.secretariat_facts import WORKBOOK

pytestmark = pytest.mark.django_db


APPROVAL = {"approved_on": "2016-01-05", "title": "秘書長", "number": "北市秘文字第 1 號"}


def run(path, **options):
    """(what was printed, exit status); with what adopting asks where it is to write."""
    if options.get("write"):
        options = APPROVAL | options
    out = StringIO()
    try:
        call_command("import_form", str(path), stdout=out, **options)
    except SystemExit as stop:
        return out.getvalue(), stop.code
    return out.getvalue(), 0


def run_json(path, **options):
    """(the JSON document printed, exit status)."""
    printed, status = run(path, json=True, **options)
    return json.loads(printed), status


def test_without_write_nothing_is_written():
    printed, status = run(WORKBOOK)
    assert status == 0
    assert "檢查完成，沒有錯誤，也沒有寫入" in printed
    assert "更正  平衡計分卡  A13" in printed
    assert not Plan.objects.exists()


def test_with_write_the_plan_is_there_with_its_audit_event():
    printed, status = run(WORKBOOK, write=True)
    plan = Plan.objects.get()
    assert (status, plan.kpis.count()) == (0, 39)
    assert f"已寫入年版 {plan.slug}" in printed
    event, adopted = AuditEvent.objects.filter(plan=plan.pk).order_by("pk")
    assert (event.actor_id, adopted.action) == (None, AuditAction.ADOPTED)
    approval = HeadApproval.objects.get(plan=plan)
    assert (approval.title, approval.number_text, approval.recorded_by) == ("秘書長", "北市秘文字第 1 號", None)
    assert (approval.approved_on, approval.recorded_by_name) == (date(2016, 1, 5), "系統")
    assert {
        "what": "KPI AC1.1",
        "old": None,
        "new": "縮短職舍通知配住日數（目標 105 年 28日數、106 年 21日數、107 年 14日數）",
    } in event.changes


@pytest.mark.parametrize(
    ("approval", "sentence"),
    [
        ({"approved_on": "", "title": "", "number": ""}, "請加上核定日期 --approved-on、核定人職稱 --title"),
        ({"number": ""}, "請填文號；沒有文號時，請勾選免文號並說明理由。"),
        ({"title": " "}, "請填核定人職稱"),
        ({"approved_on": "2999-01-01"}, "核定日期不能晚於今天"),
    ],
)
def test_a_new_edition_asks_for_the_heads_approval(approval, sentence):
    printed, status = run(WORKBOOK, write=True, **approval)
    assert (status, sentence in printed, "沒有寫入任何資料" in printed) == (1, True, True)
    assert not Plan.objects.exists()


def test_a_reason_for_no_document_number_is_kept():
    assert run(WORKBOOK, write=True, number="", no_number="口頭核可")[1] == 0
    assert HeadApproval.objects.get().number_text == "免文號（口頭核可）"
    with pytest.raises(CommandError, match="--approved-on 寫成西元的 YYYY-MM-DD"):
        run(WORKBOOK, write=True, approved_on="105 年 1 月")


def test_json_names_the_plan_and_every_message():
    document, status = run_json(WORKBOOK)
    assert status == 0
    assert document["plan"].startswith("agency-") and document["plan"].endswith("-105")
    assert {"level", "sheet", "cell", "found", "read", "text"} == set(document["messages"][0])
    assert document["messages"][0]["sheet"] == CARD
    assert run_json(WORKBOOK, write=True)[0]["plan"] == document["plan"] == Plan.objects.get().slug


def test_errors_end_with_status_one_and_write_nothing(tmp_path):
    path = tmp_path / "表單.xlsx"
    path.write_bytes(with_cells(CARD, G4="約二十"))
    printed, status = run(path, write=True)
    assert status == 1
    assert "錯誤  平衡計分卡  G4" in printed
    assert "有 1 個錯誤，沒有寫入任何資料" in printed
    assert not Plan.objects.exists()


def test_the_agency_may_be_named():
    run(WORKBOOK, write=True, agency="另一個機關")
    assert Plan.objects.get().agency.name == "另一個機關"


def test_a_file_that_is_not_there_is_refused():
    with pytest.raises(CommandError, match="無法開啟「no-such-file.xlsx」"):
        run("no-such-file.xlsx")


def test_a_plan_that_is_there_is_compared_and_updated(tmp_path):
    run(WORKBOOK, write=True)
    assert "沒有差異" in run(WORKBOOK)[0]
    path = tmp_path / "表單.xlsx"
    path.write_bytes(with_cells(CARD, G4=30))
    printed, status = run(path)
    assert (status, "目標放寬：AC1.1 105 年目標值 28 → 30" in printed) == (0, True)
    assert "105 年版已核定" in run(path, write=True)[0]
    assert "已更新年版" in run(path, write=True, reason="依議會決議")[0]
    assert "沒有差異" in run(path)[0]
    path.write_bytes(with_cells(CARD, G4=30, D7=9))
    printed, status = run(path, write=True)
    assert (status, "105 年版已核定" in printed) == (1, True)
    assert run(path, write=True, reason="主計處更正")[1] == 0
