"""徵詢科室: the one page of a shared draft, who reaches it when, and what reviewers do with the answers."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from scorecard.domain.choices import AuditAction, ProposalDecision, Role
from scorecard.domain.roc_years import date_text
from scorecard.models import AuditEvent, EditionComment, Notice, Plan, TargetProposal, YearlyValue
from scorecard.services import edition_comments, editions
from tests import factories
from tests.consulting import YEAR, anew, decide, expire, make_draft, measure, propose, say, share
from tests.deputyships import stand_in
from tests.page_reading import address, client_of, form_to, forms, links, text, told
from tests.services.rows import nothing_written
from tests.shared_rows import layer
from tests.web.urls_table import EDITION, TABLE

pytestmark = pytest.mark.django_db

ROLES = ("viewer", "staff", "other_staff", "reviewer", "admin", "outsider", "superuser")
KEEPERS, ASKED = {"reviewer", "admin"}, {"staff", "other_staff"}
BANNER = "106 年版草案徵詢中"


@layer
def draft(cast, open_plan):
    """106, carried forward from the open 105 and not shared."""
    return make_draft(cast.reviewer, open_plan)


@layer
def shared(cast, draft):
    """The same, shared for a week."""
    return share(cast.admin, draft)


@pytest.fixture
def page(shared):
    return address(shared, "consultation")


@pytest.fixture
def staff(cast):
    return client_of(cast.staff)


def field(draft, year=YEAR, code="AC1.1"):
    return f"target_{measure(draft, code).pk}_{year}"


def reason(draft, code="AC1.1"):
    return f"reason_{measure(draft, code).pk}"


def answered(client, url, **fields):
    """The page filled in and sent."""
    return client.post(url, form_to(client.get(url), url).filled(**fields), follow=True)


def readers(cast, url, *more):
    """The roles that get the page; all others get 404, for both methods."""
    found = set()
    for role in ROLES:
        client = client_of(getattr(cast, role))
        status = client.get(url).status_code
        assert status in (200, 404), role
        if status == 200:
            found.add(role)
        else:
            assert client.post(url, {}).status_code == 404, role
    return found


# Who reaches it when


def test_staff_reach_the_page_only_while_the_draft_is_shared_and_reviewers_always(cast, draft):
    url = address(draft, "consultation")
    bystander = factories.make_member("bystander", draft.agency, Role.STAFF, draft.agency.divisions.last())
    assert readers(cast, url) == KEEPERS
    share(cast.admin, draft, days=0)
    assert readers(cast, url) == KEEPERS | ASKED
    # A division without KPIs in it has nothing to say.
    assert client_of(bystander).get(url).status_code == 404
    expire(draft)
    assert readers(cast, url) == KEEPERS
    share(cast.admin, draft)
    adopted = editions.record_adoption(by=cast.admin, plan=draft, approval=factories.approval(), reason="決議")
    assert readers(cast, url) == KEEPERS
    editions.withdraw(by=cast.admin, plan=adopted, reason="重訂")
    assert readers(cast, url) == KEEPERS
    share(cast.admin, draft)
    editions.discard(by=cast.admin, plan=draft)
    assert readers(cast, url) == set()


def test_another_agencys_draft_is_not_there_for_anybody_of_this_one(cast, shared):
    other = factories.make_plan(kpis=5, agency=cast.other_agency)
    theirs = share(cast.outsider, make_draft(cast.outsider, other))
    assert readers(cast, address(theirs, "consultation")) == {"outsider"}
    proposal = propose(cast.staff, shared, 95)
    # A row of one edition under another's address.
    url = address(other, "compare_proposal", proposal_id=proposal.pk)
    assert client_of(cast.outsider).post(url, {"decision": "taken"}).status_code == 404
    assert TargetProposal.objects.get().is_open


def test_a_deputy_answers_in_the_persons_place_and_the_page_is_gone_when_that_ends(cast, shared, page):
    bystander = factories.make_member("bystander", shared.agency, Role.STAFF, shared.agency.divisions.last())
    deputyship = stand_in(bystander, cast.staff, shared.agency)
    client = client_of(bystander)
    assert client.get(page).status_code == 404
    client.post(f"/agencies/{shared.agency.slug}/deputies/{deputyship.pk}/begin/")
    sent = answered(client, page, **{field(shared): "95", reason(shared): "因此"})
    assert "已送出 1 項" in told(sent)
    client.post("/account/deputy/stop/")
    assert client.get(page).status_code == 404


def filled_in(route, plan):
    """The route with values that its rows in the draft would have."""
    kpi = plan.kpis.get(code="AC1.1")
    code = {"objectives": "AC1", "themes": "A"}.get(route.removeprefix(EDITION).split("/")[0], kpi.code)
    values = {"agency": plan.agency.slug, "year": plan.roc, "code": code, "division_id": kpi.division_id}
    values |= {"link_id": plan.links.first().pk, "file": "data.json", "token": "00000000-0000-4000-8000-000000000000"}
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(values.get(match[1], 1)), route)


def test_every_other_address_of_a_shared_draft_is_not_there_for_staff(cast, shared, staff, page):
    propose(cast.staff, shared, 95)
    asked = [route for route in TABLE if route.startswith(EDITION) and not route.endswith(" consultation/")]
    assert len(asked) > 60
    for route in asked:
        url = filled_in(route, shared)
        for method in (staff.get, staff.post):
            if (url, method) not in ((page, staff.get), (page, staff.post)):
                assert method(url).status_code in (404, 405), url
    assert staff.get(address(shared, "strategy_map")).status_code == 404


def test_the_page_of_staff_has_the_frame_of_the_open_year_and_shows_the_draft_nowhere(cast, shared, staff, page):
    shown = staff.get(page)
    assert [year["text"] for year in shown.context["year_switch"]] == ["105 年"]
    assert not any(year["current"] for year in shown.context["year_switch"])
    assert "草案，尚未核定" not in text(shown)
    assert [link for link in links(shown) if "/106/" in link] == []
    said = text(shown)
    assert "AC1.1" in said and "BC1.1" not in said
    assert f"請於 {date_text(shared.consultation_until)} 前表示意見" in said


# What it shows and takes


def test_staff_see_their_kpis_with_the_past_and_what_was_planned_and_propose(cast, open_plan, shared, staff, page):
    YearlyValue.objects.filter(measure=measure(shared), year=YEAR).update(target=90)
    factories.fill(cast.staff, factories.kpi(open_plan, "AC1.1"), actuals=77)
    said = text(staff.get(page)).replace("　", " ")
    assert "AC1.1 指標 AC1.1 甲組 實際數 ÷ 應有數 單位：次 越高越好" in said
    assert "年度 實際值 105 年版原訂 草案目標 建議目標值" in said
    assert "103 年 80 104 年 80 105 年 77 尚未審核 106 年 100 90 AC1.1 106 年建議目標值" in said
    assert "108 年 — — AC1.1 108 年建議目標值" in said
    sent = answered(
        staff,
        page,
        **{
            field(shared): "９５",
            field(shared, 2018): "1,000 次",
            reason(shared): "第一行\r\n<b>第二行</b>",
            f"comment_{shared.kpis.get(code='AC1.2').pk}": "公式請再確認",
        },
    )
    assert sent.redirect_chain == [(page, 302)] and "已送出 3 項建議與意見" in told(sent)
    assert list(TargetProposal.objects.values_list("year", "value")) == [(YEAR, 95), (2018, 1000)]
    assert "待處理：95（staff 君）" in text(sent) and "公式請再確認 staff 君（甲組）" in text(sent)
    # The page sent as it stands changes nothing; a cleared figure is taken back.
    with nothing_written():
        assert "沒有需要送出的變更" in told(answered(staff, page))
    assert "已送出 1 項" in told(answered(staff, page, **{field(shared): ""}))
    assert TargetProposal.objects.get().year == 2018
    decide(cast.reviewer, TargetProposal.objects.get(), ProposalDecision.DECLINED, "維持原訂")
    assert "不採納：1,000（維持原訂）" in text(staff.get(page))


def test_what_was_typed_stays_beside_its_errors_and_nothing_is_saved(cast, shared, staff, page):
    typed = {field(shared): "約九十", field(shared, code="AC1.2"): "5", f"comment_{measure(shared).kpi_id}": "看看"}
    with nothing_written():
        refused = answered(staff, page, **typed)
    assert refused.status_code == 422
    said = text(refused).replace(" ：", "：")
    assert "AC1.1 106 年建議目標值：「約九十」不是數字" in said
    assert "AC1.2 建議的理由：請說明建議目標值的理由" in said
    again = form_to(refused, page)
    assert all(again.fields[name] == [value] for name, value in typed.items())
    assert [link for link in links(refused) if link == f"#id_{field(shared)}"]
    # What a service refuses keeps it, too.
    with nothing_written():
        same = answered(staff, page, **{field(shared): "100", reason(shared): "因此"})
    assert same.status_code == 422 and "與草案的目標值相同" in text(same)
    assert form_to(same, page).fields[field(shared)] == ["100"]
    for hostile in ("x" * 5000, "0\x00", "<script>alert(1)</script>"):
        answer = staff.post(
            page, {field(shared): hostile, reason(shared): hostile, f"seen_{measure(shared).pk}_2017": "9" * 40}
        )
        assert answer.status_code in (400, 422) and b"<script>alert" not in answer.content, hostile


def test_who_did_not_see_a_colleagues_proposal_is_shown_it_and_then_decides(cast, shared, staff, page):
    stale = form_to(staff.get(page), page)
    colleague = factories.make_member("colleague", shared.agency, Role.STAFF, measure(shared).kpi.division)
    propose(colleague, shared, 96)
    with nothing_written():
        conflict = staff.post(page, stale.filled(**{field(shared): "95", reason(shared): "我的理由"}))
    assert conflict.status_code == 409
    assert "剛剛有人變更" in text(conflict) and "待處理：96（colleague 君）" in text(conflict)
    again = form_to(conflict, page)
    assert (again.fields[field(shared)], again.fields[reason(shared)]) == (["95"], ["我的理由"])
    assert staff.post(page, again.filled()).status_code == 302
    assert TargetProposal.objects.get().value == 95


def test_reviewers_read_who_has_answered_and_answer_nothing_themselves(cast, shared, page):
    propose(cast.staff, shared, 95)
    for role in KEEPERS:
        client = client_of(getattr(cast, role))
        said = text(client.get(page)).replace("　", " ")
        assert "1／2 個科室" in said and "甲組 5 1 0 ✓ 已表示意見 乙組 5 0 0 尚未表示意見" in said
        assert "建議 95 次 （草案 100） 待處理 理由：現行流程無法達成 staff 君" in said
        with nothing_written():
            assert client.post(page, {}).status_code == 403
    expire(shared)
    assert "理由：現行流程無法達成" in text(client.get(page))


# Where staff learn of it


def test_task_list_dashboard_and_home_tell_staff_of_it_while_it_lasts(cast, open_plan, shared, staff):
    for name in ("reporting", "dashboard"):
        shown = staff.get(address(open_plan, name))
        assert BANNER in text(shown) and address(shared, "consultation") in links(shown), name
    for role in ("viewer", "reviewer", "admin"):
        assert BANNER not in text(client_of(getattr(cast, role)).get(address(open_plan, "dashboard"))), role
    assert BANNER in text(staff.get("/", follow=True))
    expire(shared)
    assert BANNER not in text(staff.get(address(open_plan, "reporting")))
    # Whose agency has a draft alone finds it on the page that says that there is nothing else.
    share(cast.admin, shared)
    Plan.objects.filter(pk=open_plan.pk).update(state="adopted", due_date=None)
    Plan.objects.filter(pk=open_plan.pk).update(state="draft")
    alone = staff.get("/")
    assert BANNER in text(alone) and staff.get(address(shared, "consultation")).status_code == 200


def test_a_page_kept_for_a_repeat_visit_tells_of_it_at_once_and_stops_at_once(cast, open_plan, draft, staff):
    url = address(open_plan, "dashboard")

    def visit(etag):
        return staff.get(url, headers={"If-None-Match": etag})

    before = visit("")["ETag"]
    assert visit(before).status_code == 304
    share(cast.admin, draft)
    Notice.objects.all().delete()
    during = visit(before)
    assert during.status_code == 200 and BANNER in text(during)
    # What changes in the draft is no business of theirs.
    editions_changed(cast, draft)
    assert visit(during["ETag"]).status_code == 304
    expire(draft)
    assert BANNER not in text(visit(during["ETag"]))


def editions_changed(cast, draft):
    """Something in the draft that its version counts."""
    edition_comments.comment(by=anew(cast.admin), plan=draft, text="好")
    Notice.objects.all().delete()


# 年度管理 and the comparison


def test_an_admin_shares_the_draft_on_its_years_page_and_ends_it(cast, draft):
    admin, url = client_of(cast.admin), address(draft, "plan_year_consultation")
    year = address(draft, "plan_year")
    for until, sentence in (("", "請填徵詢期限"), ("2000-01-01", "徵詢期限不能早於今天"), ("x", "輸入")):
        with nothing_written():
            refused = admin.post(url, {"share-until": until})
        assert refused.status_code == 422 and sentence in text(refused), until
    until = timezone.localdate() + timedelta(days=5)
    done = admin.post(url, {"share-until": until.isoformat()}, follow=True)
    assert done.redirect_chain == [(year, 302)] and "已儲存徵詢期限" in told(done)
    assert f"徵詢期限： {date_text(until)}" in text(done) and address(draft, "consultation") in links(done)
    for role, status in (("reviewer", 403), ("staff", 404), ("outsider", 404)):
        with nothing_written():
            assert client_of(getattr(cast, role)).post(url, {"share-end": "1"}).status_code == status
    assert url not in [form.action for form in forms(client_of(cast.reviewer).get(year))]
    assert "徵詢已結束" in told(admin.post(url, {"share-end": "1"}, follow=True))
    assert Plan.objects.get(pk=draft.pk).consultation_until is None


def test_proposals_are_decided_beside_the_comparison(cast, shared):
    reviewer, url = client_of(cast.reviewer), address(shared, "compare")
    first, second = propose(cast.staff, shared, 95), propose(cast.other_staff, shared, 120, code="BC1.1")
    said = text(reviewer.get(url)).replace("　", " ")
    assert "科室建議目標值（待處理 2）" in said and "提醒（不影響核定）： 還有 2 項科室建議目標值待處理" in said
    assert "106 年 草案 100 → 建議 95 次 放寬 理由：現行流程無法達成 甲組 staff 君" in said
    acts = {pk: address(shared, "compare_proposal", proposal_id=pk) for pk in (first.pk, second.pk)}
    for sent, sentence in (
        ({}, "處理結果"),
        ({"decision": "x"}, "處理結果"),
        ({"decision": "declined"}, "不採納時請說明理由"),
    ):
        with nothing_written():
            refused = reviewer.post(acts[first.pk], sent, follow=True)
        assert sentence in told(refused) and refused.redirect_chain == [(url, 302)]
    assert "採納" in told(reviewer.post(acts[first.pk], {"decision": "taken"}, follow=True))
    declined = reviewer.post(acts[second.pk], {"decision": "declined", "reason": "維持原訂"}, follow=True)
    assert "待處理 0" in text(declined) and "維持原訂" in text(declined)
    # The change stands in the comparison with the division's reason.
    row = text(declined)[text(declined).index("目標值") :]
    assert "現行流程無法達成" in row
    with nothing_written():
        again = reviewer.post(acts[first.pk], {"decision": "declined", "reason": "改變主意"}, follow=True)
    assert "已由 reviewer 君 處理（採納）" in told(again)
    assert "您填寫的內容：「改變主意」" in told(again)


def test_comments_requests_and_returns_are_written_beside_the_comparison(cast, shared):
    url, act = address(shared, "compare"), address(shared, "compare_comment")
    reviewer, admin = client_of(cast.reviewer), client_of(cast.admin)
    say(cast.staff, shared, "無意見")
    with nothing_written():
        assert "請輸入意見內容" in told(reviewer.post(act, {"text": " "}, follow=True))
        assert reviewer.post(act, {"text": "好", "kpi": "ZZ9"}).status_code == 404
        assert reviewer.post(act, {"kind": "sent_back", "text": "好"}).status_code == 403
        assert admin.post(act, {"kind": "sent_for_adoption"}).status_code == 403
        refused = told(admin.post(act, {"kind": "x", "text": "好"}, follow=True))
        assert "種類" in refused and "您填寫的內容：「好」" in refused
    assert "已新增意見" in told(reviewer.post(act, {"text": "權重加倍", "kpi": "BC1.1"}, follow=True))
    assert "已送請核定" in told(reviewer.post(act, {"kind": "sent_for_adoption", "text": ""}, follow=True))
    sent_back = admin.post(act, {"kind": "sent_back", "text": "請補 <b>理由</b>"}, follow=True)
    assert sent_back.redirect_chain == [(url, 302)] and "已退回修正" in told(sent_back)
    said = text(sent_back)
    assert "意見（4）" in said and "BC1.1 指標 BC1.1 權重加倍" in said and "退回修正 請補 <b>理由</b>" in said
    for role, status in (("viewer", 404), ("staff", 404), ("outsider", 404), ("superuser", 404)):
        with nothing_written():
            assert client_of(getattr(cast, role)).post(act, {"text": "好"}).status_code == status


def test_what_was_said_of_a_draft_stays_with_reviewers_once_it_is_adopted(cast, shared):
    propose(cast.staff, shared, 95)
    say(cast.staff, shared, "請再考慮")
    adopted = editions.record_adoption(by=cast.admin, plan=shared, approval=factories.approval(), reason="決議")
    url, act = address(adopted, "compare"), address(adopted, "compare_comment")
    for role in ("viewer", "staff"):
        client = client_of(getattr(cast, role))
        said = text(client.get(url))
        assert "請再考慮" not in said and "建議" not in said and "意見" not in said
        with nothing_written():
            assert client.post(act, {"text": "好"}).status_code == 403
            address_of = address(adopted, "compare_proposal", proposal_id=TargetProposal.objects.get().pk)
            assert client.post(address_of, {"decision": "taken"}).status_code == 403
    reviewer = client_of(cast.reviewer)
    assert "請再考慮" in text(reviewer.get(url)) and "建議 95 次" in text(reviewer.get(url))
    assert "已新增意見" in told(reviewer.post(act, {"text": "第 1 次修正再議"}, follow=True))
    assert EditionComment.objects.filter(plan=adopted).count() == 2
    late = reviewer.post(
        address(adopted, "compare_proposal", proposal_id=TargetProposal.objects.get().pk),
        {"decision": "taken"},
        follow=True,
    )
    assert "已核定，建議目標值不再處理" in told(late)
    # No one's history of a KPI tells of it.
    for event in AuditEvent.objects.filter(plan=adopted).exclude(kpi=None):
        assert event.action != AuditAction.COMMENTED
