"""An agency's form uploaded in the browser: refused or kept, looked over, corrected, taken in once."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from scorecard.domain.choices import PlanState, Role
from scorecard.models import KPI, AuditEvent, FormUpload, HeadApproval, Plan, YearlyValue
from scorecard.services import editions
from tests import factories
from tests.agency_form.form_workbooks import CARD, MAP, edited, original, with_cells
from tests.page_reading import client_of, form_to, links, text, told
from tests.services.rows import nothing_written
from tests.shared_rows import layer


def send(client, agency, content, name="表單.xlsx", **data):
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("form_import", args=[agency.slug]), {"file": file, **data})


def uploaded(client, agency, content, **data):
    """The preview of the file."""
    sent = send(client, agency, content, **data)
    assert sent.status_code == 302, text(sent)
    return client.get(sent.url)


def path(page):
    """The address of the preview, also where a refused act shows it."""
    return page.request["PATH_INFO"].removesuffix("apply/").removesuffix("matches/")


def correct(client, page, **cells):
    """The preview after cells of the scorecard were corrected; the page must have a field for each."""
    form = form_to(page, path(page))
    values = {f"cell-1-{cell}": typed for cell, typed in cells.items()}
    assert values.keys() <= form.fields.keys()
    return client.post(form.action, form.filled(**values), follow=True)


def apply(client, page, **values):
    """Import it, with a reason where the page asks for one."""
    form = form_to(page, f"{path(page)}apply/")
    given = {"reason": "依年度策略會議決議"} if "reason" in form.fields else {}
    return client.post(form.action, form.filled(**{**given, **values}))


def value(plan, code, year):
    return YearlyValue.objects.get(measure__kpi__plan=plan, measure__kpi__code=code, year=year)


@layer
def agency():
    """The Secretariat, without an edition."""
    agency = factories.make_agency("taipei-secretariat")
    agency.name = "臺北市政府秘書處"
    agency.save()
    return agency


@layer
def keeper(agency):
    """The Secretariat's admin."""
    return factories.make_member("keeper", agency, Role.ADMIN)


@pytest.fixture
def admin(keeper):
    return client_of(keeper)


@layer
def secretariat_plan(keeper, agency):
    """The form taken in as it is, and adopted."""
    client = client_of(keeper)
    apply(client, uploaded(client, agency, original()))
    approval = factories.approval()
    return editions.record_adoption(by=keeper, plan=Plan.objects.get(), approval=approval, reason="年度策略會議決議")


def _of_another_agency(strategy_map, card):
    strategy_map["A1"], card["A1"] = "別局策略地圖", "別局平衡計分卡"


class TestANewEdition:
    def test_the_form_is_shown_as_the_plan_it_will_be_and_taken_in_on_request(self, admin, agency):
        with nothing_written():
            page = uploaded(admin, agency, original())
            shown = text(page)
        assert "策略目標 34 KPI 39 行動方案 40 科室 8" in shown and "更正 13 項" in shown
        assert page.content.count(b'class="map-card"') == 34
        drawn = re.search('<svg class="strategy-map".*?</svg>', page.content.decode(), re.S)[0]
        assert drawn.count(">KPI 1 項<") == 30 and not re.search("待填報|得分|達成", drawn), "it has no results yet"
        assert 'href="/agencies/taipei-secretariat/import/' in page.content.decode()
        assert any(link.endswith("?sheet=1&cell=F8#cell-F8") for link in links(page))
        assert "HF1.1 增加文書宣導期刊之電子化比率" in shown
        page = apply(admin, page)
        plan = Plan.objects.get()
        assert page.url == reverse("strategy_map", args=[plan.agency.slug, 2016])
        created = AuditEvent.objects.get(plan_id=plan.pk)
        assert (created.actor.username, created.reason) == ("keeper", "由表單匯入（表單.xlsx）")
        assert (plan.state, HeadApproval.objects.exists()) == (PlanState.DRAFT, False)
        assert "105 年版是草案；首長核定後，請到「年度管理」登錄核定。" in told(admin.get(page.url))
        assert (plan.kpis.count(), plan.objectives.count(), plan.action_plans.count()) == (39, 34, 40)

    def test_a_reviewer_makes_it_too_since_nobody_asks_for_an_approval(self, agency, keeper):
        reviewer = client_of(factories.make_member("second", agency, Role.REVIEWER))
        page = uploaded(reviewer, agency, original())
        assert "匯入為 105 年版草案" in text(page) and "核定日期" not in text(page)
        left = apply(reviewer, page)
        assert "105 年版是草案；首長核定後，由管理者登錄核定。" in told(reviewer.get(left.url))
        viewer = client_of(factories.make_member("third", agency, Role.VIEWER))
        assert viewer.get(left.url).status_code == 404
        assert client_of(keeper).get(left.url).status_code == 200

    def test_a_second_click_takes_it_in_once_and_its_page_leads_to_the_plan(self, admin, agency):
        page = uploaded(admin, agency, original())
        first, second = apply(admin, page), apply(admin, page)
        assert first.url == second.url
        assert Plan.objects.count() == 1
        again = admin.get(path(page), follow=True)
        assert "已由keeper 君匯入" in told(again)

    def test_of_two_people_who_take_it_in_the_second_learns_who_was_first(self, admin, agency):
        page = uploaded(admin, agency, original())
        other = client_of(factories.make_member("second", agency, Role.REVIEWER))
        late = form_to(other.get(path(page)), f"{path(page)}apply/")
        apply(admin, page)
        with nothing_written():
            told_late = told(other.post(late.action, late.filled(), follow=True))
        assert "「表單.xlsx」已由keeper 君匯入" in told_late

    def test_corrections_typed_into_an_upload_that_was_taken_in_lead_to_the_plan(self, admin, agency):
        page = uploaded(admin, agency, original())
        form = form_to(page, path(page))
        apply(admin, page)
        with nothing_written():
            late = admin.post(path(page), form.filled(**{"cell-1-G8": "98"}), follow=True)
        assert "已由keeper 君匯入" in told(late)

    def test_a_cell_is_corrected_in_the_preview_and_put_back(self, admin, agency):
        page = uploaded(admin, agency, with_cells(CARD, G4="約二十"))
        assert "看不懂「約二十」" in text(page) and "不能匯入" in text(page)
        page = correct(admin, page, G4="28")
        assert "已更正 1 格" in told(page) and "看不懂" not in text(page)
        upload = FormUpload.objects.get()
        assert (upload.corrections, upload.version) == ({f"{CARD}!G4": "28"}, 1)
        cell = admin.get(f"{path(page)}sheet/?sheet=1&cell=G4")
        assert "原檔的內容：約二十" in text(cell)
        again = admin.post(path(page), {"initial-cell-1-G4": "28", "cell-1-G4": "約二十"}, follow=True)
        assert "看不懂" in text(again)
        assert FormUpload.objects.get().corrections == {}

    def test_what_was_not_touched_stays_as_somebody_else_corrected_it(self, admin, agency):
        page = uploaded(admin, agency, original())
        form = form_to(page, path(page))
        admin.post(path(page), {"initial-cell-1-G8": "100%", "cell-1-G8": "99"})
        admin.post(path(page), form.filled(**{"cell-1-H8": "98"}))
        assert FormUpload.objects.get().corrections == {f"{CARD}!G8": "99", f"{CARD}!H8": "98"}

    def test_two_people_correcting_the_same_cell_both_see_it_and_nothing_typed_is_lost(self, admin, agency):
        page = uploaded(admin, agency, original())
        other = client_of(factories.make_member("second", agency, Role.REVIEWER))
        form = form_to(other.get(path(page)), path(page))
        correct(admin, page, G8="99")
        refused = other.post(path(page), form.filled(**{"cell-1-G8": "98", "cell-1-H8": "97"}))
        assert refused.status_code == 409
        assert "有人剛才更正了同一格" in text(refused) and "其他 1 格已經更正" in text(refused)
        assert "平衡計分卡 G8 99 98" in text(refused)
        assert FormUpload.objects.get().corrections == {f"{CARD}!G8": "99", f"{CARD}!H8": "97"}
        again = {"initial-cell-1-G8": "99", "cell-1-G8": "98"}
        assert "已更正 1 格" in told(other.post(path(page), again, follow=True))
        assert FormUpload.objects.get().corrections[f"{CARD}!G8"] == "98"

    def test_the_same_correction_by_two_people_is_no_conflict(self, admin, agency):
        page = uploaded(admin, agency, original())
        form = form_to(page, path(page))
        correct(admin, page, G8="99")
        again = admin.post(path(page), form.filled(**{"cell-1-G8": "99"}), follow=True)
        assert again.status_code == 200 and FormUpload.objects.get().version == 1

    def test_a_merged_owner_can_be_corrected_in_its_own_row(self, admin, agency):
        page = uploaded(admin, agency, original())
        apply(admin, correct(admin, page, O15="總務組"))
        owners = KPI.objects.get(code="BP1.2").action_plans.get(), KPI.objects.get(code="BP1.1").action_plans.get()
        assert [plan.owner for plan in owners] == ["總務組", "國際事務組"]

    def test_errors_forbid_it_and_nothing_is_written(self, admin, agency):
        page = uploaded(admin, agency, with_cells(MAP, D4="AC1 另一個目標"))
        assert not [form for form in page.content.decode().split("<form") if "apply/" in form]
        with nothing_written():
            refused = admin.post(f"{path(page)}apply/", {"version": 0, "seen": "{}"})
        assert refused.status_code == 422 and "重複" in told(refused)

    def test_corrections_made_after_the_preview_must_be_seen_first(self, admin, agency):
        page = uploaded(admin, agency, original())
        correct(admin, page, G8="90")
        with nothing_written():
            refused = apply(admin, page)
        assert refused.status_code == 422 and "剛才有人更正了這份表單" in told(refused)
        apply(admin, refused)
        assert value(Plan.objects.get(), "EC1.1", 2016).target == 90

    def test_a_form_with_another_agencys_title_asks_whether_it_is_the_right_file(self, admin, agency):
        assert "請確認選對檔案" not in text(uploaded(admin, agency, original()))
        other = edited(_of_another_agency)
        assert "標題的機關是「別局」，不是「臺北市政府秘書處」；請確認選對檔案" in text(uploaded(admin, agency, other))

    def test_a_form_of_another_agency_is_told(self, admin, agency):
        page = uploaded(admin, agency, with_cells(MAP, A1="別局策略地圖"))
        assert "這裡的機關是「臺北市政府秘書處」，策略地圖的機關是「別局」" in text(page)


class TestAnUpload:
    def test_it_waits_for_any_reviewer_after_the_session_ended(self, admin, agency):
        page = uploaded(admin, agency, original())
        reviewer = client_of(factories.make_member("second", agency, Role.REVIEWER))
        with nothing_written():
            waiting = reviewer.get(reverse("form_import", args=[agency.slug]))
            assert path(page) in links(waiting)
            assert "策略目標 34" in text(reviewer.get(path(page)))
        assert FormUpload.objects.count() == 1

    def test_the_same_file_twice_is_kept_once(self, admin, agency):
        assert path(uploaded(admin, agency, original())) == path(uploaded(admin, agency, original()))

    def test_it_is_thrown_away_on_request_and_after_thirty_days(self, admin, agency):
        page = uploaded(admin, agency, original())
        left = admin.post(f"{path(page)}discard/", follow=True)
        assert "已捨棄「表單.xlsx」" in told(left) and not FormUpload.objects.exists()
        page = uploaded(admin, agency, original())
        FormUpload.objects.update(uploaded_at=timezone.now() - timedelta(days=30, minutes=1))
        assert admin.get(path(page)).status_code == 404
        uploaded(admin, agency, original())
        assert FormUpload.objects.count() == 1

    def test_it_belongs_to_its_agency_alone(self, admin, agency, plan, cast):
        page = uploaded(admin, agency, original())
        token = FormUpload.objects.get().token
        outsider = client_of(cast.admin)
        assert outsider.get(path(page)).status_code == 404
        for name in ("form_import_preview", "form_import_cell"):
            assert outsider.get(reverse(name, args=[plan.agency.slug, token])).status_code == 404
        for name in ("form_import_preview", "form_import_matches", "form_import_apply", "form_import_discard"):
            assert outsider.post(reverse(name, args=[plan.agency.slug, token]), {"version": 0}).status_code == 404

    def test_only_cells_of_the_file_have_a_page(self, admin, agency):
        page = path(uploaded(admin, agency, original()))
        assert "縮短職舍通知配住日數" in text(admin.get(f"{page}sheet/?sheet=1&cell=B4"))
        assert admin.get(f"{page}sheet/?sheet=1&cell=ZZ90000").status_code == 200
        for query in ("sheet=2&cell=A1", "sheet=x", "sheet=-1", "sheet=1&cell=4B", "sheet=1&cell=＄", "sheet=9999"):
            assert admin.get(f"{page}sheet/?{query}").status_code == 404, query

    def test_too_long_a_correction_and_too_large_a_file_are_refused(self, admin, agency):
        page = path(uploaded(admin, agency, original()))
        refused = admin.post(page, {"cell-1-G4": "長" * 10_001, "cell-1-H4": "12"})
        assert refused.status_code == 422 and "最多 10,000 個" in told(refused)
        assert "您的更正還沒有儲存" in text(refused) and "平衡計分卡 H4 21 12" in text(refused)
        for size, sentence in ((11, "超過 10 MB"), (21, "超過 10 MB")):
            refused = send(admin, agency, original() + bytes(size * 1024 * 1024))
            assert refused.status_code in (413, 422) and sentence in text(refused)
        assert "請選擇要上傳的表單" in text(admin.post(reverse("form_import", args=[agency.slug]), {}))


class TestAnExistingEdition:
    def test_the_difference_is_shown_and_only_it_is_written(self, admin, agency, secretariat_plan):
        page = uploaded(admin, agency, with_cells(CARD, G4=30, B6="CC1.1 新名稱"))
        assert "不建立新的年版，而是與" in text(page)
        assert "放寬 AC1.1 105 年目標值 105 年 28 日數 105 年 30 日數 平衡計分卡 G4" in text(page)
        assert "更名 CC1.1 員工對市政大樓服務設施滿意度 新名稱" in text(page)
        assert "匯入 2 項變更" in text(page)
        apply(admin, page)
        assert value(secretariat_plan, "AC1.1", 2016).target == 30
        assert Plan.objects.count() == 1

    def test_the_same_form_again_has_nothing_to_take_in(self, admin, agency, secretariat_plan):
        page = uploaded(admin, agency, original())
        assert "表單與年版沒有差異，不需要匯入" in text(page)

    def test_a_value_changed_meanwhile_is_shown_with_both(self, admin, agency, secretariat_plan):
        page = uploaded(admin, agency, with_cells(CARD, G4=30))
        YearlyValue.objects.filter(pk=value(secretariat_plan, "AC1.1", 2016).pk).update(target=29)
        with nothing_written():
            refused = apply(admin, page)
        assert refused.status_code == 409
        assert "AC1.1 105 年目標值 28 29 30" in text(refused)
        apply(admin, refused)
        assert value(secretariat_plan, "AC1.1", 2016).target == 30

    def test_every_change_wants_its_reason_and_one_of_an_open_years_target_is_named(
        self, admin, agency, secretariat_plan
    ):
        keeper = factories.User.objects.get(username="keeper")
        page = uploaded(admin, agency, with_cells(CARD, G4=30))
        with nothing_written():
            refused = apply(admin, page, reason="")
        assert refused.status_code == 422 and "請說明理由" in told(refused)
        factories.open_year(keeper, secretariat_plan)
        page = admin.get(path(page))
        assert "有 1 項目標值變更（其中 1 項放寬）：AC1.1 105 年目標值" in text(page)
        apply(admin, page, reason="議會通過")
        assert AuditEvent.objects.latest("pk").reason == "由表單匯入（表單.xlsx）：議會通過"

    def test_a_closed_edition_takes_nothing(self, admin, agency, secretariat_plan):
        keeper = factories.User.objects.get(username="keeper")
        factories.open_year(keeper, secretariat_plan)
        factories.close_year(keeper, secretariat_plan, reason="期限已過")
        page = uploaded(admin, agency, with_cells(CARD, G4=30))
        assert "105 年已關閉" in text(page).replace("105 年版已關閉", "105 年已關閉") and "不能匯入" in text(page)
        with nothing_written():
            refused = admin.post(f"{path(page)}apply/", {"version": 0, "seen": "{}", "reason": "更正"})
        assert refused.status_code == 422

    def test_a_form_of_a_year_before_the_agencys_editions_is_refused(self, admin, agency):
        factories.make_bare_plan(agency, 2017)
        page = uploaded(admin, agency, original())
        assert "機關已有 106 年版，不能再匯入較早年度的表單" in text(page) and "不能匯入" in text(page)


def test_the_preview_asks_a_bounded_number_of_queries(admin, agency, secretariat_plan, django_assert_max_num_queries):
    page = path(uploaded(admin, agency, with_cells(CARD, G4=30)))
    with django_assert_max_num_queries(24):
        admin.get(page)
