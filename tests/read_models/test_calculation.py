"""計算過程: the steps of any score name what it is made of, in its order, with the figures that scoring made."""

from decimal import Decimal
from fractions import Fraction

import pytest

from scorecard.domain.choices import Status
from scorecard.models import KPI, Measure, Objective
from scorecard.read_models.calculation import Kind, explain
from tests import factories, secretariat_facts
from tests.read_models.test_build_scorecard import build
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db


@layer
def plan():
    """2016 open. AC1.1 95 of 100 (95 %), AC1.2 25 for at most 20 (80 %), AP1.1 40 of 20 and 4 of 5 (100 and 80)."""
    plan = factories.make_plan()
    cast = factories.make_cast(plan)
    factories.open_year(cast.admin, plan)
    factories.approved(cast, factories.kpi(plan, "AC1.1"), actuals=95)
    factories.approved(cast, factories.kpi(plan, "AC1.2"), actuals=25, explanation="件數增加")
    factories.approved(cast, factories.kpi(plan, "AP1.1"), actuals=[40, 4])
    factories.approved(cast, factories.kpi(plan, "AF1.1"), unmeasured="系統建置中")
    return plan


def texts(step):
    """What a step says about its part in the score above."""
    return step.score_text, step.share_text, step.contribution_text


def every(step):
    """The step and all below it."""
    yield step
    for child in step.steps:
        yield from every(child)


def test_a_kpi_opens_to_its_measures_with_their_numbers(plan):
    step = explain(build(plan).kpis_by_code["AP1.1"])
    assert (step.kind, step.code, step.score_text, step.below_text) == (Kind.KPI, "AP1.1", "90", "衡量項")
    pictures, films = step.steps
    assert (pictures.name, pictures.calculation) == ("圖片", "實際 40 張 ÷ 目標 20 張 ＝ 200%")
    assert texts(pictures) == ("100", "50%", "50")
    assert texts(films) == ("80", "50%", "40")
    assert (pictures.is_capped, films.is_capped) == (True, False)


def test_an_objective_opens_to_its_kpis_and_a_plain_kpi_shows_its_measures_line(plan):
    step = explain(build(plan).objectives_by_code["AC1"])
    first, second = step.steps
    assert (step.score_text, step.status) == ("87.5", Status.MISSED)
    assert (first.code, first.calculation) == ("AC1.1", "實際 95 次 ÷ 目標 100 次 ＝ 95%")
    assert texts(first) == ("95", "50%", "47.5")
    assert texts(second) == ("80", "50%", "40")
    assert first.steps == (), "one measure without a name would say the same again"


def test_a_plain_kpi_opened_itself_still_has_its_measure(plan):
    step = explain(build(plan).kpis_by_code["AC1.1"])
    (measure,) = step.steps
    assert step.is_single and step.calculation == ""
    assert measure.calculation == "實際 95 次 ÷ 目標 100 次 ＝ 95%"


def test_what_has_no_rate_does_not_count_and_takes_no_share(plan):
    step = explain(next(row for row in build(plan).perspectives if row.code == "P"))
    made, empty, pending = step.steps
    assert [made.code, empty.code, pending.code] == ["AP1", "AP2", "BP1"]
    assert texts(made) == ("90", "100%", "90")
    assert texts(pending) == ("—", "—", "—")
    assert [child.counts for child in step.steps] == [True, False, False]
    assert step.left_out == 2


def test_weights_show_where_they_differ(plan):
    KPI.objects.filter(plan=plan, code="AC1.2").update(weight=Decimal("3"))
    step = explain(build(plan).objectives_by_code["AC1"])
    assert step.has_weights
    assert [(child.weight_text, child.share_text) for child in step.steps] == [("1", "25%"), ("3", "75%")]
    assert not explain(build(plan)).has_weights


def test_a_measure_without_a_rate_says_why(plan):
    (measure,) = explain(build(plan).kpis_by_code["AF1.1"]).steps
    assert measure.calculation == "目標 90%，已填報但無統計數值，不計達成率"
    assert not measure.counts and measure.status == Status.UNMEASURED


def test_the_top_has_no_part_in_anything(plan):
    scorecard = build(plan)
    for line in (scorecard, *scorecard.perspectives, *scorecard.themes, *scorecard.divisions):
        step = explain(line)
        assert texts(step) == (line.score_text, "", "")


def test_levels_stop_where_told(plan):
    step = explain(build(plan), 1)
    assert [child.code for child in step.steps] == ["C", "P", "L", "F"]
    assert all(child.steps == () for child in step.steps)
    assert [texts(child) for child in step.steps] == [texts(child) for child in explain(build(plan)).steps]
    assert explain(build(plan), 0).steps == ()


def test_a_provisional_figure_is_marked_on_its_kpi_and_its_measure():
    plan = factories.make_plan()
    cast = factories.make_cast(plan)
    factories.open_year(cast.admin, plan)
    factories.fill(cast.staff, factories.kpi(plan, "AC1.1"), actuals=95)
    shown = explain(build(plan, include_provisional=True).objectives_by_code["AC1"])
    assert [child.is_provisional for child in shown.steps] == [True, False]
    hidden = explain(build(plan).objectives_by_code["AC1"])
    assert [child.is_provisional for child in hidden.steps] == [False, False]


def test_an_objective_without_kpis_has_no_steps(plan):
    step = explain(build(plan).objectives_by_code["AP2"])
    assert (step.steps, step.below_text, step.counts) == ((), "", False)
    assert Objective.objects.get(plan=plan, code="AP2").kpis.count() == 0


def test_the_secretariats_plan_opens_down_to_every_measure_once():
    plan = secretariat_facts.load_plan()
    step = explain(build(plan))
    found = list(every(step))
    assert sum(child.kind is Kind.OBJECTIVE for child in found) == 34
    assert sum(child.kind is Kind.KPI for child in found) == 39
    assert sum(bool(child.calculation) for child in found) == Measure.objects.filter(kpi__plan=plan).count() == 40


def test_contributions_add_up_to_the_score_they_explain(plan):
    def exact(line):
        return sum((part.contribution or Fraction(0) for part in line.score.parts), start=Fraction(0))

    scorecard = build(plan)
    for line in (scorecard, *scorecard.perspectives, *scorecard.themes, *scorecard.divisions, *scorecard.kpis):
        assert line.score.value is None or exact(line) == line.score.value
        assert len(explain(line).steps) == len(line.score.parts)
