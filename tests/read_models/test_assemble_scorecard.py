"""How the parts of a scorecard are put together, and what each level's score consists of."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.domain.choices import PlanState, ReportState, Status
from scorecard.domain.scoring import Tally
from scorecard.read_models.assemble_scorecard import assemble_scorecard, kpi_line
from scorecard.read_models.measure_lines import Cell, MeasureLine, OwnYear, YearLine
from scorecard.read_models.scorecard import (
    KPIFacts,
    LinkLine,
    ObjectiveFacts,
    PerspectiveFacts,
    PlanFacts,
    ThemeFacts,
)
from tests.score_builders import HIGHER, NINETY, outcome_of, outcomes, weights

BASELINE = YearLine(2015, is_baseline=True)
YEAR = OwnYear(2016, state=PlanState.OPEN)
LINEAGE = UUID(int=1)
PLAN = PlanFacts(
    agency="測試機關",
    agency_slug="test",
    plan_slug="test-105",
    plan_title="105 年版",
    plan_subtitle="",
    last_year=2016,
    mission=("使命",),
    vision="願景",
    core_values=("價值",),
    instructions=("說明",),
    warning_threshold=NINETY,
    display_cap=120,
    data_version=7,
    year=YEAR,
    years=(BASELINE, YEAR),
    include_provisional=True,
    sample_years=frozenset({2016}),
    links=(LinkLine("F1", "C1", "理由"),),
)
CUSTOMERS = PerspectiveFacts(1, "C", "顧客", Decimal(1), LINEAGE)
FINANCE = PerspectiveFacts(2, "F", "財務", Decimal(1), LINEAGE)
CITY, OFFICE = ThemeFacts(1, "A", "市政", "甲組", LINEAGE), ThemeFacts(2, "B", "公文", "", LINEAGE)
MET, NEAR, MISSED = outcome_of("100", "100"), outcome_of("95", "100"), outcome_of("50", "100")
PENDING, NO_TARGET = outcome_of(None, "100"), outcome_of("100", None)


def measure(outcome, weight=1):
    cell = Cell(YEAR.year, "", "", outcome.status == Status.UNMEASURED, False, False, outcome, NINETY, 0)
    return MeasureLine(LINEAGE, "", "件", HIGHER, None, {YEAR.year: cell}, 1, Decimal(weight), cell)


def kpi(code, *measures, objective="C1", division=1, weight=1, state=ReportState.APPROVED):
    """measures: outcomes, or MeasureLines where their weights matter."""
    lines = tuple(each if isinstance(each, MeasureLine) else measure(each) for each in measures)
    name = {1: "甲組", 2: "乙組", 3: "丙組"}[division]
    return KPIFacts(1, code, "名稱", "公式", objective, division, name, Decimal(weight), lines, state, LINEAGE)


def objective(code, theme="A", weight=1):
    return ObjectiveFacts(1, code, "目標", theme, code[0], Decimal(weight), LINEAGE)


C1 = objective("C1")


def assemble(*kpis, objectives=(C1,), perspectives=(CUSTOMERS, FINANCE), themes=(CITY, OFFICE), plan=PLAN, **options):
    return assemble_scorecard(
        plan, perspectives=perspectives, themes=themes, objectives=objectives, kpis=kpis, **options
    )


def values(lines):
    return [line.score.value for line in lines]


# What belongs together


def test_the_plans_own_facts_are_taken_over():
    scorecard = assemble()
    assert {name: getattr(scorecard, name) for name in vars(PLAN)} == vars(PLAN)


def test_parts_are_joined_by_their_codes_and_keep_their_order():
    objectives = (objective("F1", "B"), objective("C2", "B"), objective("C1", "A"))
    kpis = (kpi("C1.2"), kpi("F1.1", objective="F1"), kpi("C1.1"), kpi("C2.1", objective="C2"))
    scorecard = assemble(*kpis, objectives=objectives)
    assert [line.code for line in scorecard.perspectives] == ["C", "F"]
    assert [line.code for line in scorecard.objectives] == ["C2", "C1", "F1"]
    assert [line.code for line in scorecard.kpis] == ["C2.1", "C1.2", "C1.1", "F1.1"]
    assert [(line.code, [each.code for each in line.objectives]) for line in scorecard.themes] == [
        ("A", ["C1"]),
        ("B", ["C2", "F1"]),
    ]
    assert scorecard.themes[1].objectives[0] is scorecard.perspectives[0].objectives[0]


def test_what_has_nothing_above_it_is_left_out():
    lost = (kpi("C9.1", MISSED, objective="C9"), kpi("X1.1", MISSED, objective="X1"))
    scorecard = assemble(kpi("C1.1", MET), *lost, objectives=(objective("C1"), objective("X1")))
    assert [line.code for line in scorecard.objectives] == ["C1"]
    assert [line.code for line in scorecard.kpis] == ["C1.1"]
    assert scorecard.score.tally == Tally(1, 1, 1)


def test_an_objective_of_no_known_theme_counts_in_its_perspective_alone():
    scorecard = assemble(kpi("C1.1", MET), objectives=(objective("C1", theme="Z"),))
    assert values(scorecard.perspectives) == [1, None]
    assert values(scorecard.themes) == [None, None]


def test_divisions_are_those_that_own_a_kpi_in_the_order_of_the_kpis():
    owned = (kpi("C1.1", MET, division=2), kpi("C1.2", MISSED), kpi("C1.3", NEAR, division=2))
    found = assemble(*owned).divisions
    assert [(line.id, line.name, [each.code for each in line.kpis]) for line in found] == [
        (2, "乙組", ["C1.1", "C1.3"]),
        (1, "甲組", ["C1.2"]),
    ]
    assert values(found) == [Fraction(39, 40), Fraction(1, 2)]


def test_divisions_given_are_listed_as_given_with_or_without_a_kpi():
    owned = (kpi("C1.1", MET, division=2), kpi("C1.2", MISSED))
    found = assemble(*owned, divisions=[(1, "甲組"), (3, "丙組"), (2, "乙組")]).divisions
    assert [(line.id, line.name, line.score.value) for line in found] == [
        (1, "甲組", Fraction(1, 2)),
        (3, "丙組", None),
        (2, "乙組", 1),
    ]
    assert assemble(*owned, divisions=()).divisions == ()


def test_the_lines_of_a_scorecard_can_be_assembled_anew():
    objectives = (objective("C1", weight=2), objective("F1", "B"))
    scorecard = assemble(kpi("C1.1", MET), kpi("F1.1", MISSED, objective="F1"), objectives=objectives)
    again = assemble_scorecard(
        scorecard,
        perspectives=scorecard.perspectives,
        themes=scorecard.themes,
        objectives=scorecard.objectives,
        kpis=scorecard.kpis,
    )
    assert again == scorecard
    fewer = assemble_scorecard(
        scorecard,
        perspectives=scorecard.perspectives,
        themes=scorecard.themes,
        objectives=scorecard.objectives,
        kpis=scorecard.kpis[:1],
    )
    assert (fewer.score.value, values(fewer.perspectives)) == (1, [1, None])


# What the scores consist of, calculated by hand


def test_measures_weigh_in_their_kpi():
    assert kpi_line(kpi("C1.1", MET, MISSED), NINETY).score.value == Fraction(3, 4)
    weighted = kpi("C1.1", measure(MET, 3), measure(MISSED, 1))
    assert kpi_line(weighted, NINETY).score.value == Fraction(7, 8)


def test_a_measure_without_a_rate_does_not_weigh():
    line = kpi_line(kpi("C1.1", measure(MISSED, 1), measure(PENDING, 9)), NINETY)
    assert (line.score.value, line.status, line.score.tally) == (Fraction(1, 2), Status.MISSED, Tally(0, 1, 1))


def test_weights_count_at_each_level():
    objectives = (objective("C1", weight=3), objective("C2"), objective("F1", "B"))
    kpis = (
        kpi("C1.1", MET, weight=4),
        kpi("C1.2", MISSED),
        kpi("C2.1", MISSED, objective="C2"),
        kpi("F1.1", MET, objective="F1"),
    )
    scorecard = assemble(*kpis, objectives=objectives, perspectives=(replace(CUSTOMERS, weight=Decimal(2)), FINANCE))
    assert values(scorecard.objectives) == [Fraction(9, 10), Fraction(1, 2), 1]
    customers = (3 * Fraction(9, 10) + Fraction(1, 2)) / 4
    assert values(scorecard.perspectives) == [customers, 1]
    assert values(scorecard.themes) == [customers, 1]
    assert values(scorecard.divisions) == [(4 + Fraction(1, 2) + Fraction(1, 2) + 1) / 7]
    assert scorecard.score.value == (2 * customers + 1) / 3


def test_what_has_no_rate_is_left_out_of_each_mean_and_counted_as_due():
    objectives = (objective("C1"), objective("C2", "B"), objective("F1", "B"))
    kpis = (
        kpi("C1.1", NEAR),
        kpi("C1.2", PENDING, weight=9),
        kpi("C2.1", NO_TARGET, objective="C2", weight=9),
        kpi("F1.1", PENDING, objective="F1"),
    )
    scorecard = assemble(*kpis, objectives=objectives)
    near = Fraction(19, 20)
    assert values(scorecard.objectives) == [near, None, None]
    assert [line.status for line in scorecard.objectives] == [Status.NEAR, Status.NO_TARGET, Status.PENDING]
    assert values(scorecard.perspectives) == [near, None]
    assert values(scorecard.themes) == [near, None]
    assert scorecard.score.value == near
    assert [line.score.tally for line in scorecard.themes] == [Tally(0, 1, 2), Tally(0, 0, 1)]
    assert scorecard.score.tally == Tally(0, 1, 3)


def test_an_empty_objective_theme_and_perspective_have_no_score():
    scorecard = assemble(kpi("C1.1", MET), objectives=(objective("C1"), objective("C2")))
    empty = (scorecard.objectives[1], scorecard.themes[1], scorecard.perspectives[1])
    assert [(line.score.value, line.status, line.score.tally) for line in empty] == [
        (None, Status.NO_TARGET, Tally())
    ] * 3
    assert scorecard.score.value == 1


def test_a_plan_without_any_part_has_no_score():
    scorecard = assemble(objectives=(), perspectives=(), themes=())
    assert (scorecard.score.value, scorecard.status, scorecard.kpis, scorecard.divisions) == (
        None,
        Status.NO_TARGET,
        (),
        (),
    )


def test_the_plans_own_threshold_gives_the_lights():
    strict = replace(PLAN, warning_threshold=Decimal("0.4"))
    scorecard = assemble(kpi("C1.1", MISSED), plan=strict)
    lines = (*scorecard.kpis, *scorecard.objectives, scorecard.perspectives[0], scorecard.themes[0], scorecard)
    assert {line.status for line in lines} == {Status.NEAR}


@pytest.mark.parametrize(("outcome", "state"), [(PENDING, ReportState.IN_PROGRESS), (NO_TARGET, None)])
def test_a_report_has_a_state_where_one_is_due(outcome, state):
    draft = kpi("C1.1", outcome, state=ReportState.IN_PROGRESS)
    assert assemble(draft).kpis[0].report_state == state


# The same, reckoned another way, for any plan


@st.composite
def parts(draw):
    """(perspectives, themes, objectives, KPIs), some of which name what is not there."""
    codes = draw(st.sampled_from(["", "C", "CF"]))
    perspectives = [PerspectiveFacts(1, code, code, draw(weights), LINEAGE) for code in codes]
    themes = [ThemeFacts(1, code, code, "", LINEAGE) for code in draw(st.sampled_from(["", "A", "AB"]))]
    objectives = [
        ObjectiveFacts(
            1, f"{perspective}{number}", "", draw(st.sampled_from("ABZ")), perspective, draw(weights), LINEAGE
        )
        for number, perspective in enumerate(draw(st.lists(st.sampled_from("CFX"), max_size=4)))
    ]
    codes = [each.code for each in objectives]
    kpis = [
        kpi(
            f"K{number}",
            *draw(st.lists(st.builds(measure, outcomes(), weights), max_size=2)),
            objective=draw(st.sampled_from([*codes, "Q"])),
            division=draw(st.integers(1, 3)),
            weight=draw(weights),
        )
        for number in range(draw(st.integers(0, 5)))
    ]
    return perspectives, themes, objectives, kpis


def mean(pairs):
    rated = [(Fraction(weight), value) for weight, value in pairs if value is not None]
    return sum(weight * value for weight, value in rated) / sum(weight for weight, _ in rated) if rated else None


def score_of_kpi(kpi):
    return mean((each.weight, each.cell.outcome.score) for each in kpi.measures)


def expected(value, kpis):
    """(value, tally, status) of a line of that value over the KPIs."""
    scores = [score_of_kpi(each) for each in kpis]
    is_due = [any(m.cell.target is not None for m in each.measures) for each in kpis]
    tally = Tally(sum(s is not None and s >= 1 for s in scores), sum(s is not None for s in scores), sum(is_due))
    if value is not None:
        return value, tally, Status.MET if value >= 1 else Status.NEAR if value >= Fraction(9, 10) else Status.MISSED
    below = {m.cell.status for each in kpis for m in each.measures}
    status = next((each for each in (Status.PENDING, Status.UNMEASURED) if each in below), Status.NO_TARGET)
    return value, tally, status


@given(parts())
def test_every_score_is_the_weighted_mean_of_what_is_directly_below_it(given_parts):
    perspectives, themes, objectives, kpis = given_parts
    scorecard = assemble(*kpis, perspectives=perspectives, themes=themes, objectives=objectives)

    placed = [each for one in perspectives for each in objectives if each.perspective_code == one.code]
    below = {each.code: [one for one in kpis if one.objective_code == each.code] for each in placed}
    scores = {code: mean((one.weight, score_of_kpi(one)) for one in own) for code, own in below.items()}
    reported = [one for each in placed for one in below[each.code]]

    def over(own):
        return mean((each.weight, scores[each.code]) for each in own)

    def check(lines, wanted):
        assert [(line.score.value, line.score.tally, line.status) for line in lines] == wanted

    def of_objectives(groups):
        return [expected(over(own), [one for each in own for one in below[each.code]]) for own in groups]

    check(scorecard.kpis, [expected(score_of_kpi(one), [one]) for one in reported])
    check(scorecard.objectives, [expected(scores[each.code], below[each.code]) for each in placed])
    in_perspectives = [[each for each in placed if each.perspective_code == one.code] for one in perspectives]
    check(scorecard.perspectives, of_objectives(in_perspectives))
    check(scorecard.themes, of_objectives([[each for each in placed if each.theme_code == one.code] for one in themes]))
    owners = dict.fromkeys(one.division_id for one in reported)
    owned = [[one for one in reported if one.division_id == id_] for id_ in owners]
    check(
        scorecard.divisions,
        [expected(mean((one.weight, score_of_kpi(one)) for one in own), own) for own in owned],
    )
    weighted = zip((each.weight for each in perspectives), map(over, in_perspectives), strict=True)
    check([scorecard], [expected(mean(weighted), reported)])
