"""版本比較: what two editions differ in, who sees it, reasons beside the rows, and the adoption of a draft."""

import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from scorecard.models import KPI, ActionBudget, AuditEvent, Measure, Objective, ObjectiveLink, Plan, YearlyValue
from scorecard.services import divisions, editions
from tests import factories
from tests.page_reading import address, client_of, form_to, forms, links, text, told
from tests.services.rows import nothing_written
from tests.shared_rows import layer

HEAD = {"approved_on": "2017-02-10", "title": "處長", "document_number": "北市秘文字第 1060000001 號"}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n"


@layer
def draft(open_plan, cast):
    """The draft of 106, as it was carried forward."""
    return editions.carry_forward(by=cast.reviewer, agency=open_plan.agency, year=2017)


@layer
def changed(draft):
    """The draft with a difference of most kinds; AC1.2's target is softer, which lacks its reason."""
    kpis = KPI.objects.filter(plan=draft)
    kpis.filter(code="AC1.1").update(code="AC1.9", name="新名稱", weight=2, formula="新的 <b>公式</b>")
    values = YearlyValue.objects.filter(measure__kpi__plan=draft)
    values.filter(measure__kpi__code="AC1.2", year=2017).update(target=24)
    values.filter(measure__kpi__code="BC1.1", year=2018).update(target=999)
    kpis.get(code="BC1.2").delete()
    ObjectiveLink.objects.filter(plan=draft).first().delete()
    ActionBudget.objects.filter(action_plan__kpi__code="AC1.9", year=2017).update(amount=5000)
    return draft


@pytest.fixture
def admin(cast):
    """A client of the admin."""
    return client_of(cast.admin)


def page_of(client, plan, **query):
    return client.get(address(plan, "compare"), query)


def softened(plan, code="AC1.2", year=2017):
    return YearlyValue.objects.get(measure__kpi__plan=plan, measure__kpi__code=code, year=year)


def reason_form(page, value):
    """The form beside the target's row."""
    (found,) = [
        form
        for form in forms(page)
        if form.fields.get("measure") == [str(value.measure.lineage)] and form.fields.get("year") == [str(value.year)]
    ]
    return found


def test_the_page_tells_every_difference_in_its_group_with_links_to_both_years(reviewer, open_plan, changed):
    page = page_of(reviewer, changed)
    said = text(page)
    assert "106 年版草案與 105 年版比較" in said
    assert "修正後（106 年版草案） 原列（105 年版） 說明" in said
    counts = re.findall(r'<a href="#(\w+)">[^<]*<span>(\d+)</span>', page.content.decode())
    assert dict(counts) == {
        "retired": "1",
        "renamed": "1",
        "targets": "2",
        "owners": "1",
        "definitions": "1",
        "money": "2",
        "links": "1",
    }
    assert "共 9 處" in said and "新增 0" in said
    assert "還沒寫理由" in said and "高於 104 年實際 25 日" not in said
    assert "新的 <b>公式</b>" in said and "<b>公式" not in page.content.decode()
    assert {address(changed, "kpi", code="AC1.9"), address(open_plan, "kpi", code="AC1.1")} <= set(links(page))
    assert address(open_plan, "kpi", code="BC1.2") in links(page)
    assert address(changed, "kpi", code="BC1.2") not in links(page)
    # Only those who edit strategy are led to the question of lineage, and asked for reasons.
    assert any(link.startswith(f"{address(changed, 'compare_lineage')}?kind=kpi&lineage=") for link in links(page))
    for ending in ("pdf", "xlsx", "ods"):
        assert f"{address(changed, f'compare_{ending}')}?with=105" in links(page)


def test_an_unchanged_draft_is_the_same_and_a_first_edition_has_nothing_to_be_compared_with(admin, open_plan, draft):
    page = page_of(admin, draft)
    assert "與 105 年版完全相同" in text(page)
    # It may be adopted.
    assert 'type="submit" disabled' not in page.content.decode() and "還有" not in text(page)
    first = page_of(admin, open_plan)
    assert "105 年版是第一個年版，之前沒有年版可以比較" in text(first)
    assert admin.get(address(open_plan, "compare_xlsx")).status_code == 404


def test_any_two_editions_are_compared_and_the_later_one_is_always_the_new_one(cast, open_plan, later):
    viewer = client_of(cast.viewer)
    last = factories.next_edition(cast.admin, later)
    assert "107 年版與 106 年版比較" in text(page_of(viewer, last))
    assert "107 年版與 105 年版比較" in text(page_of(viewer, last, **{"with": "105"}))
    # By the form of the page, and by an address that names the later one second.
    for query in ({"edition": "107", "with": "105"}, {"with": "107"}):
        response = page_of(viewer, open_plan, **query)
        assert response["Location"] == f"{address(last, 'compare')}?with=105"
    assert "107 年版與 106 年版比較" in text(page_of(viewer, last, **{"with": "去年"}))
    assert page_of(viewer, last, **{"with": "99"}).status_code == 404
    assert "儲存" not in text(page_of(viewer, last)) and "沿革" not in text(page_of(viewer, last))
    maps = page_of(viewer, last, view="maps")
    assert maps.content.decode().count('class="strategy-map"') == 2
    assert {address(plan, "objective", code="AC1") for plan in (last, later)} <= set(links(maps))


def test_a_draft_on_either_side_is_there_for_nobody_else(cast, open_plan, later, monkeypatch):
    draft = editions.carry_forward(by=cast.admin, agency=open_plan.agency, year=2018)
    written = lambda comparison, made_at, heading="": b"%PDF"  # noqa: E731
    monkeypatch.setattr("scorecard.views.compare_files.comparison_pdf", written)
    for person, status in ((cast.reviewer, 200), (cast.viewer, 404), (cast.staff, 404), (cast.outsider, 404)):
        client = client_of(person)
        for name in ("compare", "compare_pdf", "compare_xlsx", "compare_ods"):
            assert client.get(address(draft, name)).status_code == status, name
            # A draft that is not to be seen is as one that is not there.
            query = {"with": "107" if name == "compare" else "106"}
            plan = later if name == "compare" else draft
            assert client.get(address(plan, name), query).status_code == (
                302 if status == 200 and name == "compare" else status
            )
        assert client.get(address(later, "compare"), {"edition": "107"}).status_code == (302 if status == 200 else 404)
    shown = text(page_of(client_of(cast.viewer), later))
    assert "107" not in re.sub(r"107 年預算", "", shown)
    with nothing_written():
        for person, status in ((cast.viewer, 404), (cast.staff, 404), (cast.outsider, 404), (cast.reviewer, 403)):
            assert client_of(person).post(address(draft, "plan_year_adopt")).status_code == status
        for name in ("compare_reason", "compare_lineage"):
            assert client_of(cast.staff).post(address(draft, name)).status_code == 404
            assert client_of(cast.viewer).post(address(later, name)).status_code == 403


def test_a_closed_editions_page_knows_no_later_edition(cast, open_plan, later):
    factories.close_year(cast.admin, open_plan, reason="提前關閉")
    first = open_plan.agency.divisions.first()
    KPI.objects.filter(plan=later, code="BC1.1").update(division=first)
    factories.open_year(cast.admin, later)
    factories.close_year(cast.admin, later, reason="提前關閉")
    before = main_of(page_of(client_of(cast.admin), later))
    assert "已關閉，依關閉時之定義" in before and "BC1.1 主責科室" in before
    last = factories.next_edition(cast.admin, later)
    editions.carry_forward(by=cast.admin, agency=last.agency, year=2019)
    divisions.rename(by=cast.admin, division=first, name="改名後的組")
    assert main_of(page_of(client_of(cast.admin), later)) == before
    with nothing_written():
        value = softened(later)
        sent = {"measure": value.measure.lineage, "year": value.year, "reason": "後來的理由", "seen": ""}
        assert "已關閉" in text(client_of(cast.admin).post(address(later, "compare_reason"), sent))


def main_of(page):
    said = re.search(r"<main\b.*?</main>", page.content.decode(), re.DOTALL)[0]
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", said)


# Reasons


def test_the_reason_of_a_softened_target_is_typed_beside_its_row(reviewer, cast, changed):
    value = softened(changed)
    form = reason_form(page_of(reviewer, changed), value)
    response = reviewer.post(form.action, form.filled(reason="委外契約屆期"), follow=True)
    assert response.redirect_chain[0][0].endswith(f"?with=105#target-{value.measure.lineage}-2017")
    assert softened(changed).target_reason == "委外契約屆期"
    said = text(response)
    assert "委外契約屆期" in said and "還沒寫理由" not in said and "修改理由" in said
    event = AuditEvent.objects.first()
    assert (event.kpi_id, event.year) == (value.measure.kpi_id, 2017)
    assert event.changes == [{"what": "106 年放寬理由", "old": None, "new": "委外契約屆期"}]
    with nothing_written():
        reviewer.post(form.action, form.filled(reason="委外契約屆期", seen="委外契約屆期"))
    # Somebody who saw none writes another one: both are shown, and the next save is theirs.
    other = client_of(cast.admin)
    with nothing_written():
        conflict = other.post(form.action, form.filled(reason="<i>人力不足</i>"))
    assert conflict.status_code == 409
    assert "其他人寫的是：委外契約屆期" in text(conflict)
    again = reason_form(conflict, value)
    assert again.fields["reason"] == ["<i>人力不足</i>"]
    other.post(again.action, again.filled())
    assert softened(changed).target_reason == "<i>人力不足</i>"
    # Of a target that is no longer among the differences the text is not lost either.
    YearlyValue.objects.filter(pk=value.pk).update(target=20)
    lost = reviewer.post(form.action, form.filled(reason="我的理由"))
    assert lost.status_code == 409 and "您輸入的內容： 我的理由" in text(lost)


def test_a_reason_is_refused_where_it_cannot_be_kept(reviewer, cast, changed):
    form = reason_form(page_of(reviewer, changed), softened(changed))
    strange = cast.other_plan.kpis.first().measures.first().lineage
    with nothing_written():
        for fields, sentence in (
            ({"reason": "長" * 501}, "500"),
            ({"measure": str(strange)}, "已不在這份年版"),
            ({"year": "2016"}, "已不在這份年版"),
            ({"year": "105 年"}, "整數"),
            ({"measure": "AC1.2"}, "UUID"),
        ):
            response = reviewer.post(form.action, form.filled(**({"reason": "理由"} | fields)))
            assert response.status_code == 422 and sentence in text(response), fields


@pytest.mark.one_database
def test_once_adopted_a_reason_is_never_taken_back(reviewer, later):
    """It is itself the reason of the change."""
    value = softened(later)
    YearlyValue.objects.filter(pk=value.pk).update(target=24)
    form = reason_form(page_of(reviewer, later), value)
    reviewer.post(form.action, form.filled(reason="業務變更"))
    assert AuditEvent.objects.first().reason == "業務變更"
    form = reason_form(page_of(reviewer, later), value)
    with nothing_written():
        refused = reviewer.post(form.action, form.filled(reason=""))
    assert refused.status_code == 422 and "已核定，變更內容請說明理由" in text(refused)


# Adoption


def test_a_draft_is_not_adopted_while_something_is_missing(admin, reviewer, changed):
    KPI.objects.get(plan=changed, code="BP1.1").measures.all().delete()
    YearlyValue.objects.filter(measure__kpi__plan=changed, measure__kpi__code="AL1.1", year=2017).delete()
    page = page_of(admin, changed)
    said = text(page)
    assert "不符合： 每項 KPI 有衡量項 BP1.1 沒有衡量項" in said
    assert (
        "AL1.1 沒有目標值" in said and "AC1.2 106 年目標值還沒寫理由" in said and "符合： 至少有 1 項策略目標" in said
    )
    assert f"#target-{softened(changed).measure.lineage}-2017" in links(page)
    assert "disabled" in page.content.decode() and "還有 3 項要處理" in said
    form = form_to(page, address(changed, "plan_year_adopt"))
    with nothing_written():
        refused = admin.post(form.action, form.filled(**HEAD, reason="處務會議決議"))
    assert refused.status_code == 422
    # The reviewer sees the same checks and no form.
    theirs = page_of(reviewer, changed)
    assert "還沒寫理由" in text(theirs) and address(changed, "plan_year_adopt") not in [f.action for f in forms(theirs)]


def test_a_draft_is_adopted_as_it_was_shown(admin, changed):
    YearlyValue.objects.filter(pk=softened(changed).pk).update(target_reason="委外契約屆期")
    form = form_to(page_of(admin, changed), address(changed, "plan_year_adopt"))
    typed = form.filled(**HEAD, reason="依處務會議決議")
    # Meanwhile somebody renames another KPI.
    KPI.objects.filter(plan=changed, code="AC1.2").update(name="改過的名稱")
    with nothing_written():
        again = admin.post(form.action, typed | {"attachment": SimpleUploadedFile("紀錄.pdf", PDF)})
    assert again.status_code == 409
    assert "您看過比較之後，內容又有變更" in text(again) and "請重新選擇附件" in text(again)
    assert "改過的名稱" in text(again)
    shown = form_to(again, address(changed, "plan_year_adopt"))
    assert (shown.fields["reason"], shown.fields["title"]) == (["依處務會議決議"], ["處長"])
    assert shown.fields["seen"] != form.fields["seen"]
    done = admin.post(shown.action, shown.filled(), follow=True)
    assert "已核定，全機關看得到" in told(done)
    assert Plan.objects.get(pk=changed.pk).state == "adopted"
    assert "已核定" in text(done) and "106 年 2 月 10 日 處長核定，北市秘文字第 1060000001 號" in text(done)
    # A second press changes nothing, and says so.
    with nothing_written():
        assert "已經核定" in told(admin.post(shown.action, shown.filled(), follow=True))


def test_what_is_typed_wrong_is_told_beside_its_field_and_nothing_is_lost(admin, draft):
    form = form_to(page_of(admin, draft), address(draft, "plan_year_adopt"))
    bad = SimpleUploadedFile("紀錄.exe", b"MZ")
    with nothing_written():
        for wrong, sentence in (
            ({"reason": ""}, "必須填寫"),
            ({"approved_on": "2999-01-01"}, "日期不能晚於今天"),
            ({"document_number": ""}, "請填文號；沒有文號時"),
            ({"no_number_reason": "會議當場核定"}, "請填文號；沒有文號時"),
            ({"attachment": bad}, "不接受這種檔案"),
            ({"attachment": SimpleUploadedFile("紀錄.pdf", b"<html>")}, "PDF"),
        ):
            refused = admin.post(form.action, form.filled(**(HEAD | {"reason": "決議"} | wrong)))
            assert refused.status_code == 422, wrong
            assert sentence in text(refused) or "這個欄位" in text(refused), wrong
            assert form_to(refused, form.action).fields["title"] == ["處長"]


def test_an_earlier_draft_says_that_a_later_edition_is_adopted(admin, cast, plan):
    stale = editions.carry_forward(by=cast.admin, agency=plan.agency, year=2017)
    Plan.objects.filter(pk=stale.pk).update(year=2017)
    newer = editions.carry_forward(by=cast.admin, agency=plan.agency, year=2018)
    editions.record_adoption(by=cast.admin, plan=newer, approval=factories.approval(), reason="決議")
    assert "不符合： 依年度順序核定 107 年版已核定" in text(page_of(admin, stale))


# Lineage


def test_a_row_is_linked_and_cut_on_a_page(reviewer, open_plan, draft):
    everything = reviewer.get(address(draft, "compare_lineage"))
    assert "105 年版 AC1.1 指標 AC1.1" in text(everything)
    row = factories.kpi(draft, "AC1.1")
    url = f"{address(draft, 'compare_lineage')}?kind=kpi&lineage={row.lineage}"
    assert url in links(everything)
    page = reviewer.get(url)
    cut = form_to(page)
    done = reviewer.post(url, cut.filled(to="new"), follow=True)
    assert "AC1.1 指標 AC1.1 是新的項目" in told(done) and "停列" in text(done)
    row.refresh_from_db()
    measure = row.measures.get()
    YearlyValue.objects.create(measure=measure, year=2015, actual=Decimal(3))
    then = factories.kpi(open_plan, "AC1.1")
    url = f"{address(draft, 'compare_lineage')}?kind=kpi&lineage={row.lineage}"
    with nothing_written():
        asked = reviewer.post(url, {"to": str(then.lineage)})
        assert reviewer.post(url, {"to": str(factories.kpi(draft, "AC1.2").lineage)}).status_code == 422
    assert asked.status_code == 422 and "104 年：106 年版為 3，105 年版記錄的是 80" in text(asked)
    form = form_to(asked)
    assert form.fields["to"] == [str(then.lineage)]
    told_then = told(reviewer.post(url, form.filled(gives_up="on"), follow=True))
    assert "AC1.1 指標 AC1.1 接續 105 年版 AC1.1 指標 AC1.1" in told_then
    assert Measure.objects.get(pk=measure.pk).lineage == then.measures.get().lineage
    # The address of the former lineage names nothing any more; nor does one of no kind.
    assert reviewer.get(url).status_code == 404
    for query in ("?kind=division&lineage=x", f"?kind=kpi&lineage={Objective.objects.first().lineage}", "?kind=kpi"):
        assert reviewer.get(address(draft, "compare_lineage") + query).status_code == 404
    assert "請先選擇" in told(reviewer.post(address(draft, "compare_lineage"), follow=True))


def test_an_adopted_edition_asks_why_its_lineage_changes(reviewer, later):
    row = factories.kpi(later, "AC1.1")
    url = f"{address(later, 'compare_lineage')}?kind=kpi&lineage={row.lineage}"
    with nothing_written():
        assert "年版已核定，請說明理由" in text(reviewer.post(url, {"to": "new"}))
    assert reviewer.post(url, {"to": "new", "reason": "誤植"}).status_code == 302
    assert AuditEvent.objects.first().reason == "誤植"
