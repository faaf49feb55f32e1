"""編輯因果關係: adding, rewording and removing links on a page that needs no script.

The factories' plan has AF1 → AL1 → AP1 → AC1 in theme A, and nothing in theme B.
"""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scorecard.models import AuditEvent, ObjectiveLink
from tests import factories
from tests.page_reading import address, body, client_of, form_to, links, text, told, words
from tests.services.rows import nothing_written
from tests.shared_rows import layer

REASON = "同仁熟悉系統後，處理天數縮短"


@pytest.fixture
def url(plan, cast):
    return address(plan, "strategy_map_links")


@layer
def link(plan):
    """AF1 → AL1."""
    return ObjectiveLink.objects.get(plan=plan, cause__code="AF1")


def add_url(plan):
    return address(plan, "strategy_map_link_add")


def codes(plan):
    return set(ObjectiveLink.objects.filter(plan=plan).values_list("cause__code", "effect__code"))


def test_the_page_lists_every_link_with_its_reason_in_a_field(reviewer, url, plan):
    page = reviewer.get(url)
    for link in plan.links.select_related("cause", "effect"):
        assert f"{link.cause} → 促成 {link.effect}" in text(page)
        form = form_to(page, address(plan, "strategy_map_link_change", link_id=link.pk))
        assert form.fields["reason"] == form.fields["seen"] == ["測試關係"]


def test_a_link_is_added_from_the_page_as_it_stands(reviewer, url, plan):
    form = form_to(reviewer.get(url), add_url(plan))
    done = reviewer.post(form.action, form.filled(cause="BL1", effect="BP1", reason=REASON), follow=True)
    assert done.redirect_chain == [(url, 302)]
    assert told(done) == "已新增因果關係 BL1 → BP1。"
    assert ("BL1", "BP1") in codes(plan)
    assert 'data-cause="BL1" data-effect="BP1"' in body(done)
    assert REASON in text(reviewer.get(address(plan, "strategy_map")))


def test_cards_fill_the_form_one_after_the_other_without_a_script(reviewer, url, plan):
    for code in ("BL1", "BP1"):
        (card,) = [href for href in links(reviewer.get(url)) if href.endswith(f"={code}#add")]
        url = card.removesuffix("#add")
    page = reviewer.get(url)
    assert form_to(page, add_url(plan)).fields["cause"] == ["BL1"]
    assert form_to(page, add_url(plan)).fields["effect"] == ["BP1"]
    assert 'class="map-card is-cause" data-code="BL1"' in body(page)
    assert 'class="map-card is-effect" data-code="BP1"' in body(page)


def test_codes_in_the_address_that_name_nothing_fill_nothing(reviewer, url, plan):
    page = reviewer.get(url, {"cause": "ZZ9", "effect": '"><b>'})
    assert form_to(page, add_url(plan)).fields.get("cause", [""]) == [""]
    assert "ZZ9" not in body(page)


def test_a_cycle_is_refused_with_its_path_and_nothing_typed_is_lost(reviewer, plan):
    typed = {"cause": "AC1", "effect": "AF1", "reason": REASON}
    with nothing_written():
        page = reviewer.post(add_url(plan), typed)
    assert page.status_code == 422
    assert "會形成循環：AC1 → AF1 → AL1 → AP1 → AC1。" in text(page)
    fields = form_to(page, add_url(plan)).fields
    assert {name: fields[name] for name in typed} == {name: [value] for name, value in typed.items()}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"cause": "AC1", "effect": "AC1", "reason": REASON}, "策略目標不能是自己的因或果。"),
        ({"cause": "AF1", "effect": "AL1", "reason": REASON}, "這兩個目標已有因果關係。"),
        ({"cause": "", "effect": "BP1", "reason": REASON}, "請選擇因。"),
        ({"cause": "BL1", "reason": REASON}, "請選擇果。"),
        ({"cause": "BL1", "effect": "甲C1", "reason": REASON}, "這份年版沒有這個策略目標；請重新選擇果。"),
        ({"cause": "BL1", "effect": "BP1", "reason": "  "}, "請說明因果關係的理由。"),
        ({"cause": "BL1", "effect": "BP1", "reason": "長" * 301}, "300"),
    ],
)
def test_what_makes_no_sense_is_told_beside_the_form(reviewer, plan, cast, typed, sentence):
    with nothing_written():
        page = reviewer.post(add_url(plan), typed)
    assert page.status_code == 422
    assert sentence in text(page)
    assert typed["reason"].strip() in text(page) + str(form_to(page, add_url(plan)).fields)


def test_the_cards_of_a_refused_form_lead_back_to_the_page(reviewer, plan, url):
    page = reviewer.post(add_url(plan), {"cause": "BL1"})
    assert f"{url}?cause=BL1&effect=BP1#add" in links(page)


def test_a_reason_is_reworded(reviewer, url, plan, link):
    form = form_to(reviewer.get(url), address(plan, "strategy_map_link_change", link_id=link.pk))
    done = reviewer.post(form.action, form.filled(reason=REASON), follow=True)
    assert told(done) == "已更新 AF1 → AL1 的理由。"
    assert ObjectiveLink.objects.get(pk=link.pk).reason == REASON


def test_a_reason_reworded_by_somebody_else_is_shown_and_replaced_only_knowingly(reviewer, url, plan, link):
    form = form_to(reviewer.get(url), address(plan, "strategy_map_link_change", link_id=link.pk))
    ObjectiveLink.objects.filter(pk=link.pk).update(reason="別人的理由")
    page = reviewer.post(form.action, form.filled(reason=REASON))
    assert page.status_code == 422
    assert "其他人已把理由改為「別人的理由」" in text(page)
    assert ObjectiveLink.objects.get(pk=link.pk).reason == "別人的理由"
    again = form_to(page, form.action)
    assert again.fields["reason"] == [REASON]
    reviewer.post(again.action, again.fields)
    assert ObjectiveLink.objects.get(pk=link.pk).reason == REASON


def test_an_empty_reason_is_refused_on_its_own_row(reviewer, plan, link):
    with nothing_written():
        page = reviewer.post(
            address(plan, "strategy_map_link_change", link_id=link.pk), {"seen": "測試關係", "reason": ""}
        )
    assert page.status_code == 422
    assert "AF1 → AL1 沒有變更 ：請說明因果關係的理由。" in text(page)
    assert f'id="link-{link.pk}" class="has-error"' in body(page)


def test_a_link_is_removed_and_its_reason_kept_in_the_audit_trail(reviewer, url, plan, link):
    form = form_to(reviewer.get(url), address(plan, "strategy_map_link_remove", link_id=link.pk))
    done = reviewer.post(form.action, form.filled(reason="兩者無關"), follow=True)
    assert told(done) == "已移除因果關係 AF1 → AL1。"
    assert ("AF1", "AL1") not in codes(plan)
    assert AuditEvent.objects.first().reason == "兩者無關"


def test_a_removal_with_too_long_a_reason_is_refused_in_words_and_keeps_it(reviewer, plan, link):
    with nothing_written():
        page = reviewer.post(address(plan, "strategy_map_link_remove", link_id=link.pk), {"reason": "無關" * 200})
    assert page.status_code == 422
    assert "無關" * 200 in body(page)
    errors = re.findall(r'<ul class="errorlist.*?</ul>', body(page), flags=re.DOTALL)
    assert [words(each) for each in errors] == ["請確認這個值至多包含 300 個字 (目前為 400 個字)。"]


def test_a_link_of_another_plan_does_not_exist(reviewer, plan, cast):
    theirs = ObjectiveLink.objects.filter(plan=cast.other_plan).first()
    with nothing_written():
        for name in ("strategy_map_link_change", "strategy_map_link_remove"):
            assert reviewer.post(address(plan, name, link_id=theirs.pk), {"reason": REASON}).status_code == 404


@pytest.mark.parametrize("role", ["viewer", "staff"])
def test_members_without_the_role_see_the_map_but_no_way_to_edit(cast, plan, url, link, role):
    client = client_of(getattr(cast, role))
    assert url not in links(client.get(address(plan, "strategy_map")))
    with nothing_written():
        assert client.get(url).status_code == 403
        assert client.post(add_url(plan), {"cause": "BL1", "effect": "BP1", "reason": REASON}).status_code == 403
        assert client.post(address(plan, "strategy_map_link_remove", link_id=link.pk)).status_code == 403


def test_the_map_leads_reviewers_to_the_page_and_back(reviewer, plan, url):
    assert url in links(reviewer.get(address(plan, "strategy_map")))
    assert address(plan, "strategy_map") in links(reviewer.get(url))


def test_a_plan_without_links_names_the_next_step(reviewer, plan, url):
    ObjectiveLink.objects.all().delete()
    assert "還沒有因果關係。" in text(reviewer.get(url))
    assert url in links(reviewer.get(address(plan, "strategy_map")))


def test_a_plan_without_objectives_offers_no_form(cast, plan, reviewer, url):
    ObjectiveLink.objects.filter(plan=plan).delete()
    plan.kpis.all().delete()
    plan.objectives.all().delete()
    page = reviewer.get(url)
    assert page.status_code == 200
    assert "還沒有策略目標" in text(page)
    assert add_url(plan) not in body(page)


@pytest.mark.django_db
def test_the_page_asks_the_same_number_of_questions_with_ten_times_the_data():
    asked = {}
    for size in (10, 100):
        plan = factories.make_plan(kpis=size, slug=f"plan-{size}")
        client = client_of(factories.make_member(f"reviewer-{size}", plan.agency, "reviewer"))
        client.get(address(plan, "strategy_map_links"))
        with CaptureQueriesContext(connection) as queries:
            client.get(address(plan, "strategy_map_links"))
        asked[size] = len(queries)
    assert asked[10] == asked[100] <= 14
