"""manage.py import_form."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from scorecard.domain.choices import AuditAction, PlanState
from scorecard.models import KPI, AuditEvent, HeadApproval, Plan
from tests.agency_form.form_workbooks import CARD, with_cells
from tests.secretariat_facts import WORKBOOK

pytestmark = pytest.mark.django_db


APPROVAL = {"approved_on": "2016-01-05", "title": "秘書長", "number": "北市秘文字第 1 號"}


def run(path, **options):
    """(what was printed, exit status); with what adopting asks where it is to adopt."""
    if options.get("adopt"):
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


def test_with_write_the_draft_is_there_with_its_audit_event_and_is_not_adopted():
    printed, status = run(WORKBOOK, write=True)
    plan = Plan.objects.get()
    assert (status, plan.kpis.count(), plan.state) == (0, 39, PlanState.DRAFT)
    assert f"已寫入年版 {plan.slug}" in printed and "（草案）" in printed
    event = AuditEvent.objects.get(plan=plan.pk)
    assert (event.actor_id, HeadApproval.objects.exists()) == (None, False)
    assert {
        "what": "KPI AC1.1",
        "old": None,
        "new": "縮短職舍通知配住日數（目標 105 年 28日數、106 年 21日數、107 年 14日數）",
    } in event.changes


def test_with_adopt_it_is_adopted_as_the_head_approved_it_at_once_or_later():
    printed, status = run(WORKBOOK, write=True, adopt=True, reason="首屆策略會議")
    plan = Plan.objects.get()
    assert (status, plan.state) == (0, PlanState.ADOPTED) and "並已核定" in printed
    event, adopted = AuditEvent.objects.filter(plan=plan.pk).order_by("pk")
    assert (event.actor_id, adopted.action, adopted.reason) == (None, AuditAction.ADOPTED, "首屆策略會議")
    approval = HeadApproval.objects.get(plan=plan)
    assert (approval.title, approval.number_text, approval.recorded_by) == ("秘書長", "北市秘文字第 1 號", None)
    assert (approval.approved_on, approval.recorded_by_name) == (date(2016, 1, 5), "系統")
    printed, status = run(WORKBOOK, write=True, adopt=True)
    assert status == 1 and "105 年版已核定，不能再核定一次" in printed
    with pytest.raises(CommandError, match="--adopt 要和 --write 一起使用"):
        run(WORKBOOK, adopt=True)


@pytest.mark.parametrize(
    ("approval", "sentence"),
    [
        ({"approved_on": "", "title": "", "number": ""}, "請加上核定日期 --approved-on、核定人職稱 --title"),
        ({"number": ""}, "請填文號；沒有文號時，請勾選免文號並說明理由。"),
        ({"title": " "}, "請填核定人職稱"),
        ({"approved_on": "2999-01-01"}, "核定日期不能晚於今天"),
    ],
)
def test_adopting_asks_for_the_heads_approval_and_without_it_there_is_no_draft_either(approval, sentence):
    printed, status = run(WORKBOOK, write=True, adopt=True, **approval)
    assert (status, sentence in printed, "沒有寫入任何資料" in printed) == (1, True, True)
    assert not Plan.objects.exists()


def test_a_reason_for_no_document_number_is_kept():
    assert run(WORKBOOK, write=True, adopt=True, number="", no_number="口頭核可")[1] == 0
    assert HeadApproval.objects.get().number_text == "免文號（口頭核可）"
    with pytest.raises(CommandError, match="--approved-on 寫成西元的 YYYY-MM-DD"):
        run(WORKBOOK, write=True, adopt=True, approved_on="105 年 1 月")


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


def test_an_adopted_edition_is_compared_and_updated_with_a_reason(tmp_path):
    run(WORKBOOK, write=True, adopt=True)
    assert "沒有差異" in run(WORKBOOK)[0]
    path = tmp_path / "表單.xlsx"
    path.write_bytes(with_cells(CARD, G4=30))
    printed, status = run(path)
    assert (status, "放寬：AC1.1 105 年目標值 105 年 28 日數 → 105 年 30 日數" in printed) == (0, True)
    assert "105 年版已核定" in run(path, write=True)[0]
    assert "已更新年版" in run(path, write=True, reason="依議會決議")[0]
    assert "沒有差異" in run(path)[0]
    path.write_bytes(with_cells(CARD, G4=30, D7=9))
    printed, status = run(path, write=True)
    assert (status, "105 年版已核定" in printed) == (1, True)
    assert run(path, write=True, reason="主計處更正")[1] == 0


def test_a_draft_asks_what_a_row_is_and_drops_only_where_it_is_told_to(tmp_path):
    run(WORKBOOK, write=True)
    path = tmp_path / "表單.xlsx"
    path.write_bytes(with_cells(CARD, B6="CC1.1 新名稱"))
    printed, status = run(path, write=True)
    assert status == 1 and "還有 1 項要確認" in printed and "--match kpi:CC1.1=new" in printed
    assert "kpi:CC1.1 新名稱：更名？CC1.1 員工對市政大樓服務設施滿意度" in printed
    for wrong, sentence in (("kpi:CC9.9=new", "表單沒有「kpi:CC9.9」"), ("kpi:CC1.1=AC1.1", "沒有可以選的「AC1.1」")):
        with pytest.raises(CommandError, match=sentence):
            run(path, write=True, match=[wrong])
    printed, status = run(path, write=True, match=["kpi:CC1.1=new"])
    assert status == 1 and "匯入後會有兩項KPI CC1.1" in printed
    assert run(path, write=True, match=["kpi:CC1.1=CC1.1"])[1] == 0
    assert KPI.objects.get(code="CC1.1").name == "新名稱"
    path.write_bytes(with_cells(CARD, B6="CC1.1 另一個指標"))
    printed, status = run(path, write=True, drop=True, match=["kpi:CC1.1=new"])
    assert status == 0 and "停列：KPI CC1.1 新名稱" in printed
    assert KPI.objects.get(code="CC1.1").name == "另一個指標" and KPI.objects.count() == 39
