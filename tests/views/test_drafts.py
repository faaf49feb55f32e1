"""年度管理 of an agency with drafts: carrying forward, withdrawing, discarding; the list of all years; the band."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scorecard.domain.choices import AuditAction, PlanState
from scorecard.models import KPI, AuditEvent, Plan
from scorecard.services import editions
from tests import factories
from tests.page_reading import address, client_of, form_to, forms, links, text, told, words
from tests.services.rows import nothing_written

MANAGED = ("plan_year_open", "plan_year_change", "plan_year_close", "plan_year_reopen", "plan_year_open_next")


@pytest.fixture
def reviewer(cast):
    return client_of(cast.reviewer)


@pytest.fixture
def draft(cast, open_plan):
    """106, carried forward from the open 105 and not adopted."""
    return editions.carry_forward(by=cast.reviewer, agency=open_plan.agency, year=2017)


def send(client, plan, name, **fields):
    """Fill in the form of the year's page and send it."""
    form = form_to(client.get(address(plan, "plan_year")), address(plan, name))
    return client.post(form.action, form.filled(**fields), follow=True)


def beside(response):
    """What stands after <main>."""
    return response.content.decode().partition("</main>")[2]


def test_a_reviewer_carries_the_latest_edition_forward_to_a_draft(reviewer, open_plan):
    page = reviewer.get(address(open_plan, "plan_year"))
    assert "沿用 105 年版建立草案" in text(page)
    for wrong, sentence in (
        ({"carry-year": "2016"}, "不是一個可用的選項"),
        ({"carry-year": "x"}, "不是一個可用的選項"),
        ({"carry-year": "2018", "carry-last_year": "2017"}, "請選 107 年至 117 年，或維持同樣長"),
    ):
        with nothing_written():
            refused = send(reviewer, open_plan, "plan_year_next", **wrong)
        assert refused.status_code == 422 and 'id="carry" open' in beside(refused), wrong
        assert sentence in words(beside(refused)), wrong
    made = send(reviewer, open_plan, "plan_year_next", **{"carry-year": "2017", "carry-last_year": ""})
    assert "已沿用 105 年版建立 106 年版草案" in told(made)
    draft = Plan.objects.get(agency=open_plan.agency, year=2017)
    assert made.redirect_chain == [(address(draft, "plan_year"), 302)]
    assert (draft.state, draft.last_year) == (PlanState.DRAFT, 2019)
    # The year has an edition now; the next one is copied from the same, with other years.
    with nothing_written():
        again = send(reviewer, open_plan, "plan_year_next", **{"carry-year": "2017"})
    assert again.status_code == 422
    send(reviewer, draft, "plan_year_next", **{"carry-year": "2018", "carry-last_year": "2018"})
    second = Plan.objects.get(agency=open_plan.agency, year=2018)
    assert (second.last_year, KPI.objects.filter(plan=second).count()) == (2018, 10)
    assert AuditEvent.objects.filter(plan=second).get().changes[0]["new"] == "105 年版"


def test_the_reviewers_page_shows_no_act_of_the_admin_and_refuses_each(reviewer, open_plan, draft):
    for plan in (open_plan, draft):
        actions = [form.action for form in forms(reviewer.get(address(plan, "plan_year")))]
        assert not [name for name in (*MANAGED, "plan_year_withdraw") if address(plan, name) in actions]
        for name in (*MANAGED, "plan_year_withdraw"):
            with nothing_written():
                assert reviewer.post(address(plan, name), {"reason": "理由"}).status_code == 403
    assert "由機關管理者辦理" in text(reviewer.get(address(open_plan, "plan_year")))


def test_a_draft_is_discarded_only_when_its_year_is_typed(reviewer, open_plan, draft):
    for typed in ("", "105", "沒有", "２０１６"):
        with nothing_written():
            page = send(reviewer, draft, "plan_year_discard", typed_year=typed)
        assert page.status_code == 422, typed
    assert "請輸入 106，才會捨棄 106 年版草案；沒有任何變更" in text(page)
    with nothing_written():
        refused = reviewer.post(address(open_plan, "plan_year_discard"), {"typed_year": "105"}, follow=True)
    assert "105 年版不是草案，不能捨棄" in told(refused)
    done = send(reviewer, draft, "plan_year_discard", typed_year="106")
    assert "已捨棄 106 年版草案" in told(done)
    assert done.redirect_chain == [(address(open_plan, "plan_year"), 302)]
    assert not Plan.objects.filter(pk=draft.pk).exists()
    assert AuditEvent.objects.first().action == AuditAction.DELETED
    assert reviewer.get(address(draft, "plan_year")).status_code == 404


def test_whoever_discards_the_only_edition_comes_home(cast, plan):
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.DRAFT)
    done = send(client_of(cast.admin), plan, "plan_year_discard", typed_year="105")
    assert done.redirect_chain == [("/", 302)] and "匯入" in text(done)


def test_an_admin_withdraws_an_adoption_with_a_reason_until_the_year_was_open(cast, plan):
    admin = client_of(cast.admin)
    with nothing_written():
        assert send(admin, plan, "plan_year_withdraw", reason="").status_code == 422
    assert "105 年版已退回草案" in told(send(admin, plan, "plan_year_withdraw", reason="重訂目標"))
    assert Plan.objects.get(pk=plan.pk).is_draft
    assert "理由：重訂目標" in text(admin.get(address(plan, "plan_year")))
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.ADOPTED)
    later = factories.next_edition(cast.admin, plan)
    with nothing_written():
        refused = send(admin, plan, "plan_year_withdraw", reason="重訂")
    assert refused.status_code == 422 and f"{later.title}已核定，105 年版不能退回草案" in text(refused)


def test_all_years_are_listed_with_counts_and_the_one_next_step_of_each(cast, open_plan, draft):
    factories.fill(cast.staff, factories.kpi(open_plan, "AC1.1"))
    factories.submit(cast.staff, factories.kpi(open_plan, "AC1.1"))
    factories.approved(cast, factories.kpi(open_plan, "AC1.2"))
    pages = {role: client_of(getattr(cast, role)).get(address(draft, "plan_year")) for role in ("reviewer", "admin")}
    for page in pages.values():
        shown = words(beside(page))
        assert "106 年版（本頁） 草案" in shown and "9 目標、10 KPI、11 行動方案" in shown
        assert "已送出 1、審核通過 1／應評 10" in shown and "審核填報" in shown
        assert address(open_plan, "review") in links(page)
    factories.approve(cast.reviewer, open_plan.kpis.get(code="AC1.1").reports.get())
    for role, is_linked in (("reviewer", False), ("admin", True)):
        page = client_of(getattr(cast, role)).get(address(draft, "plan_year"))
        assert "關閉年度" in words(beside(page))
        assert (f"{address(open_plan, 'plan_year')}#close" in links(page)) is is_linked
    factories.close_year(cast.admin, open_plan, reason="期限已過")
    later = editions.carry_forward(by=cast.admin, agency=open_plan.agency, year=2018)
    Plan.objects.filter(pk=later.pk).update(state=PlanState.ADOPTED)
    page = client_of(cast.admin).get(address(draft, "plan_year"))
    assert "捨棄草案（已有 107 年版核定）" in words(beside(page))
    assert f"{address(later, 'plan_year')}#open" in links(page)


def test_every_page_of_a_draft_says_that_it_is_one_whence_when_and_by_whom(cast, open_plan, draft, reviewer):
    for name in ("strategy_map", "scorecard", "dashboard", "downloads", "review", "plan_year", "search"):
        said = text(reviewer.get(address(draft, name))).replace("　", " ")
        assert "草案，尚未核定" in said, name
        assert "沿用自 105 年版，reviewer 君" in said, name
        assert "草案，尚未核定" not in text(reviewer.get(address(open_plan, name))), name
    editions.discard(by=cast.admin, plan=draft)
    Plan.objects.filter(pk=open_plan.pk).update(state=PlanState.ADOPTED)
    editions.withdraw(by=cast.admin, plan=Plan.objects.get(pk=open_plan.pk), reason="重訂")
    said = text(reviewer.get(address(open_plan, "scorecard")))
    assert "草案，尚未核定" in said and "最後變更 admin 君" in said and "沿用自" not in said


@pytest.mark.every_database
def test_a_drafts_map_and_scorecard_ask_no_more_than_others_may(cast, draft, reviewer):
    for name in ("strategy_map", "scorecard"):
        reviewer.get(address(draft, name))
        with CaptureQueriesContext(connection) as asked:
            assert reviewer.get(address(draft, name), {"provisional": "1"}).status_code == 200
        assert len(asked) <= 12, "\n".join(query["sql"] for query in asked.captured_queries)
