"""Two scorecards side by side: what rose, fell, is new, is gone, in the order of the years."""

from dataclasses import replace
from decimal import Decimal

import pytest

from scorecard.domain.choices import ChangeKind, Status
from scorecard.domain.scoring import Score, Tally
from scorecard.drawing.map_layout import lay_out
from scorecard.models import Objective, Plan
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.strategy_map import build_strategy_map
from scorecard.read_models.year_comparison import compare
from tests.drawing.map_plans import secretariat
from tests.factories import FIRST_YEAR, approved, kpi, make_cast, make_plan, next_edition, open_year
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db


@layer
def plan():
    """Two open editions; that of 106. Of theme A: AL1 is met in 105 and missed in 106, AF1 the other way round, AP1 is
    met in both, AC1 has a figure in 106 alone (of two KPIs one), AP2 has no KPI.
    """
    plan = make_plan()
    cast = make_cast(plan)
    later = next_edition(cast.admin, plan)
    for edition, figures in (
        (plan, {"AL1.1": 50, "AF1.1": 45, "AP1.1": [20, 5]}),
        (later, {"AL1.1": 27, "AF1.1": 90, "AP1.1": [20, 5], "AC1.1": 100}),
    ):
        open_year(cast.admin, edition)
        for code, actuals in figures.items():
            approved(cast, kpi(edition, code), actuals=actuals, explanation="說明")
    return later


def both(plan):
    plans = Plan.objects.select_related("agency", "version").filter(agency=plan.agency).order_by("year")
    return [build_scorecard(edition, with_links=True, with_earlier=False) for edition in plans]


def by_code(comparison):
    return {change.line.code: change for change in comparison.objectives}


def kinds(comparison):
    return {code: change.kind for code, change in by_code(comparison).items() if code.startswith("A")}


def test_objectives_are_told_by_what_became_of_their_scores(plan):
    assert kinds(compare(*both(plan))) == {
        "AC1": ChangeKind.NEW,
        "AP1": ChangeKind.SAME,
        "AP2": ChangeKind.NONE,
        "AL1": ChangeKind.FELL,
        "AF1": ChangeKind.ROSE,
    }


def test_the_order_in_which_the_years_are_given_makes_no_difference(plan):
    earlier, later = both(plan)
    assert compare(later, earlier) == compare(earlier, later)
    assert compare(later, earlier).earlier.year.year == FIRST_YEAR


def test_a_change_tells_scores_lights_counts_and_difference(plan):
    change = by_code(compare(*both(plan)))["AL1"]
    # The band of 50 ± 5: 27 against its lower edge 45 is 60 %.
    assert (change.earlier.score_text, change.later.score_text) == ("100", "60")
    assert (change.difference_text, change.size_text, change.aria_label) == ("−40", "40", "下降 40")
    assert (change.earlier.status, change.later.status) == (Status.MET, Status.MISSED)
    assert (change.earlier.score.tally, change.later.score.tally) == (Tally(1, 1, 1), Tally(0, 1, 1))


def test_what_was_recoded_renamed_and_moved_is_the_same_and_a_code_given_to_another_is_not(plan):
    al1, bl1 = plan.objectives.get(code="AL1"), plan.objectives.get(code="BL1")
    Objective.objects.filter(pk=bl1.pk).update(code="BL9")
    moved = {"code": "BL1", "name": "改名", "theme": bl1.theme, "weight": 3}
    Objective.objects.filter(pk=al1.pk).update(**moved)
    comparison = compare(*both(plan))
    assert comparison.by_lineage[al1.lineage].earlier.code == "AL1"
    assert (by_code(comparison)["BL1"].kind, by_code(comparison)["BL9"].kind) == (ChangeKind.FELL, ChangeKind.NONE)
    assert len(comparison.objectives) == len(comparison.later.objectives)


def test_a_year_without_a_score_is_a_dash_and_never_a_rise_from_zero(plan):
    change = by_code(compare(*both(plan)))["AC1"]
    assert (change.earlier.score_text, change.difference_text, change.aria_label) == ("—", "—", "新增評核")
    assert not change.is_moved


def test_what_stands_in_one_scorecard_alone_is_new_or_gone(plan):
    earlier, later = both(plan)
    without = replace(later, objectives=tuple(line for line in later.objectives if line.code != "AP1"))
    assert by_code(compare(earlier, without))["AP1"].kind == ChangeKind.GONE
    fewer = replace(earlier, objectives=tuple(line for line in earlier.objectives if line.code != "AP1"))
    change = by_code(compare(fewer, later))["AP1"]
    assert (change.kind, change.line) == (ChangeKind.NEW, change.later)


def test_every_objective_stands_in_exactly_one_group_the_biggest_move_first(plan):
    earlier, later = both(plan)
    comparison = compare(earlier, later)
    grouped = [change for _, changes in comparison.by_kind for change in changes]
    assert [kind for kind, _ in comparison.by_kind] == list(ChangeKind)
    assert sorted(change.line.code for change in grouped) == sorted(line.code for line in later.objectives)

    def scored(line):
        score = Score(Decimal("0.3") if line.code == "AP1" else Decimal("0.9"), Status.MISSED, Tally(), ())
        return replace(line, score=score) if line.code in ("AP1", "AP2", "AL1") else line

    before = replace(earlier, objectives=tuple(map(scored, earlier.objectives)))
    after = replace(
        later, objectives=tuple(replace(line, score=_whole(line)) for line in map(scored, later.objectives))
    )
    rose = dict(compare(before, after).by_kind)[ChangeKind.ROSE]
    assert [change.line.code for change in rose][:2] == ["AP1", "AF1"]


def _whole(line):
    return replace(line.score, value=1) if line.score.value is not None else line.score


def test_the_plans_score_and_the_perspectives_are_compared_too(plan):
    comparison = compare(*both(plan))
    assert [change.line.name for change in comparison.perspectives] == [
        "顧客構面",
        "內部流程構面",
        "學習成長構面",
        "財務構面",
    ]
    assert [change.kind for change in comparison.perspectives] == [
        ChangeKind.NEW,
        ChangeKind.SAME,
        ChangeKind.FELL,
        ChangeKind.ROSE,
    ]
    assert comparison.overall.difference_text != "—"
    assert not comparison.is_of_same_objectives


def test_a_scorecard_compared_with_itself_moved_nowhere(plan):
    comparison = compare(*[both(plan)[1]] * 2)
    assert set(kinds(comparison).values()) == {ChangeKind.SAME, ChangeKind.NONE}
    assert comparison.overall.difference_text == "±0"
    assert comparison.is_of_same_objectives


def test_the_later_years_map_bears_the_changes_in_the_same_places(plan):
    earlier, later = both(plan)
    comparison = compare(earlier, later)
    marked, bare = build_strategy_map(later, comparison=comparison), build_strategy_map(earlier)
    assert {card.objective.lineage: card.change for card in marked.cards} == comparison.by_lineage
    assert all(card.change is None and card.place.mark is None for card in bare.cards)
    assert [replace(card.place, mark=None) for card in marked.cards] == [card.place for card in bare.cards]
    assert next(card for card in marked.cards if card.objective.code == "AL1").aria_label.endswith("，下降 40")


def test_a_mark_leaves_the_secretariats_cards_as_they_are():
    plan = secretariat()
    bare, marked = lay_out(**plan), lay_out(**plan, with_marks=True)
    assert (marked.width, marked.height, marked.arrows) == (bare.width, bare.height, bare.arrows)
