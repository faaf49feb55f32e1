"""Filters of the scorecard: exactly the rows asked for, with the figures of the whole plan."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.domain.choices import ReportState, Status
from scorecard.models import KPI, ActionPlan, Theme
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.scorecard_filter import MAX_TEXT_LENGTH, ScorecardFilter, choices, read_filter, select
from tests import factories
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db


@layer
def plan():
    """Ten KPIs of which one is met, one missed, one submitted and one begun."""
    plan = factories.make_plan()
    cast = factories.make_cast(plan)
    factories.open_year(cast.admin, plan)
    factories.approved(cast, factories.kpi(plan, "AC1.1"))
    factories.approved(cast, factories.kpi(plan, "AC1.2"), actuals="90", explanation="人力不足")
    factories.fill(cast.staff, factories.kpi(plan, "AP1.1"))
    factories.submit(cast.staff, factories.kpi(plan, "AP1.1"))
    factories.fill(cast.staff, factories.kpi(plan, "AL1.1"))
    return plan


@layer
def scorecard(plan):
    """The plan's scorecard of 105."""
    return build_scorecard(plan, with_action_plans=True)


def codes(scorecard, **asked):
    return [kpi.code for kpi in select(scorecard, ScorecardFilter(**asked)).kpis]


def objectives(selection):
    return [objective.code for perspective in selection.perspectives for objective in perspective.objectives]


def test_without_a_filter_everything_stands_as_it_is(scorecard):
    selection = select(scorecard, ScorecardFilter())
    assert selection.perspectives == scorecard.perspectives
    assert selection.kpis == scorecard.kpis
    assert selection.count_text == "顯示 10／10 項 KPI"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"perspective": "C"}, ["AC1.1", "AC1.2", "BC1.1", "BC1.2"]),
        ({"theme": "B"}, ["BC1.1", "BC1.2", "BP1.1", "BL1.1", "BF1.1"]),
        ({"light": Status.MET}, ["AC1.1"]),
        ({"light": Status.MISSED}, ["AC1.2"]),
        ({"state": ReportState.SUBMITTED}, ["AP1.1"]),
        ({"state": ReportState.IN_PROGRESS}, ["AL1.1"]),
        ({"perspective": "P", "theme": "A"}, ["AP1.1"]),
        ({"text": "ｃ１．２"}, ["AC1.2", "BC1.2"]),
        ({"text": "影片 b"}, ["BP1.1"]),
        ({"text": "AC1.1.2"}, ["AC1.1"]),
        ({"text": "李大華"}, ["AC1.1"]),
        ({"light": Status.NEAR}, []),
    ],
)
def test_a_filter_leaves_exactly_what_it_names(scorecard, asked, found):
    assert codes(scorecard, **asked) == found


def test_the_division_is_the_one_that_owns_the_kpi(scorecard):
    second = scorecard.divisions[1]
    assert codes(scorecard, division=second.id) == [kpi.code for kpi in second.kpis]


def test_every_combination_leaves_what_all_its_parts_leave(scorecard):
    options = {
        "perspective": ("", "C", "P"),
        "theme": ("", "A"),
        "division": (None, scorecard.divisions[0].id),
        "light": (None, Status.MET, Status.PENDING),
        "state": (None, ReportState.APPROVED, ReportState.PENDING),
        "text": ("", "1.1", "辦理 ac"),
    }
    for values in product(*options.values()):
        asked = dict(zip(options, values, strict=True))
        alone = [set(codes(scorecard, **{name: value})) for name, value in asked.items()]
        expected = [kpi.code for kpi in scorecard.kpis if all(kpi.code in left for left in alone)]
        assert codes(scorecard, **asked) == expected, asked


def test_scores_and_lights_stay_those_of_the_whole_plan(scorecard):
    selection = select(scorecard, ScorecardFilter(light=Status.MISSED))
    (perspective,) = selection.perspectives
    whole = scorecard.perspectives[0]
    assert perspective.score == whole.score
    assert perspective.objectives[0].score == scorecard.objectives_by_code["AC1"].score
    assert perspective.tally_text == whole.tally_text == "達成 1 / 已評 2 / 應評 4"
    assert selection.count_text == "顯示 1／10 項 KPI"


def test_an_objective_without_kpis_is_shown_where_nothing_of_a_kpi_is_asked(scorecard):
    assert "AP2" in objectives(select(scorecard, ScorecardFilter()))
    assert "AP2" in objectives(select(scorecard, ScorecardFilter(perspective="P", theme="A")))
    assert objectives(select(scorecard, ScorecardFilter(text="ap2"))) == ["AP2"]
    for asked in ({"light": Status.PENDING}, {"state": ReportState.PENDING}, {"text": "AP1"}):
        assert "AP2" not in objectives(select(scorecard, ScorecardFilter(**asked))), asked


def test_an_objective_whose_kpis_are_all_hidden_is_hidden(scorecard):
    assert objectives(select(scorecard, ScorecardFilter(light=Status.MET))) == ["AC1"]


def test_text_is_looked_for_in_everything_people_typed_about_a_kpi(plan):
    KPI.objects.filter(plan=plan, code="BF1.1").update(name="臺北　畫刊", formula="篇數≥４篇")
    ActionPlan.objects.filter(plan=plan, code="BL1.1.1").update(description="辦理\n研習")
    scorecard = build_scorecard(plan, with_action_plans=True)
    assert codes(scorecard, text="台北畫刊") == ["BF1.1"]
    assert codes(scorecard, text="≥4篇") == ["BF1.1"]
    assert codes(scorecard, text="辦理研習") == ["BL1.1"]
    assert codes(scorecard, text="目標BL1") == ["BL1.1"]


def test_words_tell_what_was_asked_for(scorecard):
    asked = ScorecardFilter("C", "A", scorecard.divisions[0].id, Status.MET, ReportState.APPROVED, "甲 乙")
    assert select(scorecard, asked).words == (
        "構面：顧客構面",
        "策略主題：A 主題1",
        "主責科室：甲組",
        "燈號：達成",
        "填報狀態：審核通過",
        "文字：甲 乙",
    )


def test_a_filter_and_its_query_are_the_same(scorecard):
    for values in product(("", "C"), ("", "B"), (None, Status.NEAR), (None, ReportState.IN_PROGRESS), ("", "臺北 sop")):
        asked = ScorecardFilter(values[0], values[1], None, *values[2:])
        assert read_filter(dict(asked.query), scorecard) == (asked, ())


def test_every_choice_offered_is_understood(scorecard):
    for name, options in choices(scorecard).items():
        for value, _text in options:
            asked, notices = read_filter({name: value}, scorecard)
            assert asked.is_active and not notices, (name, value)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("perspective", "構面"),
        ("theme", "策略主題"),
        ("division", "主責科室"),
        ("light", "燈號"),
        ("state", "填報狀態"),
    ],
)
def test_an_unknown_value_is_left_out_with_a_notice(scorecard, name, word):
    asked, notices = read_filter({name: "no\x00such\nthing" * 9, "q": "甲"}, scorecard)
    assert asked == ScorecardFilter(text="甲")
    assert notices == (f"沒有這個{word}：「no such thingno such…」，已略過這個條件。",)


def test_a_text_without_end_is_cut_with_a_notice(scorecard):
    asked, notices = read_filter({"q": "長" * 5000}, scorecard)
    assert asked.text == "長" * MAX_TEXT_LENGTH
    assert notices == ("搜尋文字太長，只採用前 100 個字。",)


def test_blanks_alone_ask_for_nothing(scorecard):
    assert read_filter({"q": " \u3000 \u200b", "light": ""}, scorecard) == (ScorecardFilter(), ())


def test_whatever_stands_in_the_url_is_read_without_an_error(scorecard):
    names = st.sampled_from(["perspective", "theme", "division", "light", "state", "q", "x"])

    @given(st.dictionaries(names, st.text()))
    def check(query):
        asked, _notices = read_filter(query, scorecard)
        select(scorecard, asked)
        assert read_filter(dict(asked.query), scorecard) == (asked, ())

    check()


def test_codes_that_people_made_are_compared_as_they_are(plan):
    Theme.objects.filter(plan=plan, code="A").update(code="Ａ&=?")
    scorecard = build_scorecard(plan, with_action_plans=True)
    asked, notices = read_filter({"theme": "Ａ&=?"}, scorecard)
    assert (asked.theme, notices) == ("Ａ&=?", ())
    assert len(select(scorecard, asked).kpis) == 5
