"""Search within a plan: what is found, how it was typed, and what a page of results says."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from scorecard.models import KPI, User
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.search import search
from scorecard.services.editions import carry_forward
from tests.factories import make_cast, make_plan, next_edition
from tests.page_reading import address, links, text
from tests.secretariat_facts import load_plan
from tests.shared_rows import layer

pytestmark = pytest.mark.every_database


@layer
def plan():
    return load_plan()


@pytest.fixture
def found(plan):
    scorecard = build_scorecard(plan, with_action_plans=True)
    return lambda query: {
        group.title: [hit.code or hit.name for hit in group.hits] for group in search(scorecard, query)
    }


def test_a_code_finds_the_objective_and_everything_whose_code_holds_it(found):
    assert found("DC1") == {"策略目標": ["DC1"], "KPI": ["DC1.1"], "行動方案": ["DC1.1.1"]}


@pytest.mark.parametrize("typed", ["ＤＣ１．１", "dc1.1", " DC1.1 "])
def test_width_capitals_and_blanks_make_no_difference(found, typed):
    assert found(typed)["KPI"] == ["DC1.1"]


def test_the_two_ways_to_write_tai_find_the_same(found):
    assert found("台北畫刊") == found("臺北畫刊")
    assert found("台北畫刊")["KPI"] == ["BC1.1"]


def test_every_word_must_occur(found):
    assert found("公文 簽核")["KPI"] == ["DF1.1"]
    assert found("公文 職舍") == {}


def test_formulas_owners_themes_and_divisions_are_searched(found):
    assert "KPI" in found("電子公文收文總數")
    assert found("視察及動員組")["科室"] == ["視察及動員組"]
    assert found("優化文檔效能")["策略主題"] == ["D"]


def test_a_blank_query_finds_nothing(found):
    assert found("") == found("  　") == {}


def test_the_page_links_to_what_it_found(client, plan):
    client.force_login(make_cast(plan).viewer)
    page = client.get(reverse("search", args=[plan.agency.slug, 2016]), {"q": "公文線上簽核比率"}).content.decode()
    assert reverse("kpi", args=[plan.agency.slug, 2016, "DF1.1"]) in page
    assert "找到 1 筆" in page


def test_a_query_without_hits_says_what_to_try(client, plan):
    client.force_login(make_cast(plan).viewer)
    page = client.get(reverse("search", args=[plan.agency.slug, 2016]), {"q": "<b>無此字</b>" + "長" * 500})
    assert page.status_code == 200
    assert "找不到同時含有" in page.content.decode()
    assert "<b>無此字" not in page.content.decode()


# Over editions


@layer
def three(plan):
    """105, 106 and a draft of 107. DF1.1 is DF1.9 「線上簽核率」 in 106 and DF1.8 in 107.

    In 106 its old code is that of the former DC1.1. BC1.1 ended with 105; FF1 was renamed in 106.
    """
    admin = make_cast(plan).admin
    later = next_edition(admin, plan)
    KPI.objects.filter(plan=later, code="DF1.1").update(code="DF1.9", name="線上簽核率")
    KPI.objects.filter(plan=later, code="DC1.1").update(code="DF1.1")
    KPI.objects.get(plan=later, code="BC1.1").delete()
    later.objectives.filter(code="FF1").update(name="改了名的目標")
    draft = carry_forward(by=admin, agency=plan.agency, year=2018)
    KPI.objects.filter(plan=draft, code="DF1.9").update(code="DF1.8", name="草案的新名稱")
    return plan, later, draft


def hits(client, plan, query):
    """({address: years' addresses} of the page's hits, and of those of later editions) in the order shown."""
    page = client.get(address(plan, "search"), {"q": query})
    return [
        {
            url: [found.row.year for found in hit.editions]
            for title, rows in page.context[name]
            for hit, url in rows
            if title in ("KPI", "策略目標")
        }
        for name in ("groups", "later")
    ], page


def test_a_kpi_is_found_once_with_its_editions_whatever_its_code_and_name_were(client, three):
    first, later, _ = three
    client.force_login(User.objects.get(username="viewer"))
    here = address(later, "kpi", code="DF1.9")
    for query in ("公文線上簽核比率", "線上簽核率"):
        (found, beside), page = hits(client, later, query)
        assert (found[here], beside) == ([2016, 2017], {})
        assert [url for url in found if url != here] == []
    assert "105 年版 DF1.1 公文線上簽核比率" in text(page)
    # The old code finds what has it now, and what had it then.
    (found, _), page = hits(client, later, "DF1.1")
    assert found == {address(later, "kpi", code="DF1.1"): [2016, 2017], here: [2016, 2017]}
    assert address(first, "kpi", code="DF1.1") in links(page)
    (found, _), _ = hits(client, later, "FF1")
    assert found[address(later, "objective", code="FF1")] == [2016, 2017]


def test_what_ended_is_found_where_it_was_and_later_editions_stand_beside_the_page(client, three):
    first, later, draft = three
    client.force_login(User.objects.get(username="viewer"))
    (found, beside), _ = hits(client, later, "台北畫刊")
    assert address(first, "kpi", code="BC1.1") in found
    before, page = hits(client, first, "線上簽核率")
    assert before == [{}, {address(later, "kpi", code="DF1.9"): [2017]}]
    assert "較後的年版" not in page.content.decode().split("<main")[1].split("</main>")[0]
    (found, _), _ = hits(client, first, "公文線上簽核比率")
    assert found[address(first, "kpi", code="DF1.1")] == [], "an edition shows none after it"


def test_drafts_are_found_by_those_alone_who_may_see_them(client, three):
    first, later, draft = three
    for name, sees in (("viewer", False), ("staff", False), ("reviewer", True), ("admin", True)):
        client.force_login(User.objects.get(username=name))
        (_, beside), page = hits(client, later, "草案的新名稱")
        assert beside == ({address(draft, "kpi", code="DF1.8"): [2018]} if sees else {}), name
        assert ("107 年版" in page.content.decode()) is sees
    other = make_plan(slug="other-agency")
    (_, beside), page = hits(client, later, "指標")
    assert not any("other-agency" in link for link in links(page)) and other.kpis.exists()


def test_it_asks_the_same_number_of_questions_over_any_editions(client, three):
    first, later, draft = three
    client.force_login(User.objects.get(username="admin"))
    asked = []
    for plan in three:
        client.get(address(plan, "search"), {"q": "公文"})
        with CaptureQueriesContext(connection) as captured:
            client.get(address(plan, "search"), {"q": "公文"})
        asked.append(len(captured))
    # Every page of a draft asks who made it.
    assert asked[0] == asked[1] >= asked[2] - 1 and asked[0] <= 13, asked
