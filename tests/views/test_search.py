"""Search within a plan: what is found, how it was typed, and what a page of results says."""

import pytest
from django.urls import reverse

from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.search import search
from tests.factories import make_cast
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
