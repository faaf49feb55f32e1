"""One KPI in several editions: its figures are read where they stand, and what is not the same is not compared."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.domain.choices import AuditAction, Direction, PlanState, Question, Status
from scorecard.models import (
    KPI,
    AuditEvent,
    Measure,
    Objective,
    Perspective,
    Plan,
    Theme,
    YearlyValue,
    earlier_values,
)
from scorecard.read_models.annual_report import review_of
from scorecard.read_models.hands import hands_on
from scorecard.read_models.kpi_history import build_history, rows_up_to
from scorecard.read_models.kpi_series import kpi_series
from scorecard.read_models.measure_charts import former_charts, kpi_charts
from scorecard.read_models.movement import movement
from scorecard.read_models.plausibility_questions import questions_for_measure
from scorecard.read_models.year_comparison import compare
from scorecard.services import editions
from tests import factories
from tests.page_reading import address, client_of, links
from tests.read_models.test_build_scorecard import build, load
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db
FIRST, SECOND = 2016, 2017


# The home of a figure


@layer
def division():
    """Of an agency without any edition."""
    return factories.make_agency("home").divisions.create(name="甲組")


def make_edition(division, year, state, lineages):
    """An edition with a KPI of one measure for each pair of lineages; returns {measure's lineage: measure}."""
    plan = Plan.objects.create(
        agency=division.agency, year=year, baseline_from=2010, last_year=year, state=PlanState.ADOPTED
    )
    theme = Theme.objects.create(plan=plan, code="A", name="主題")
    perspective = Perspective.objects.create(plan=plan, code="C", name="顧客")
    objective = Objective.objects.create(plan=plan, code="AC1", name="目標", theme=theme, perspective=perspective)
    made = {}
    for number, (kpi_lineage, measure_lineage) in enumerate(lineages):
        kpi = KPI.objects.create(
            plan=plan, code=f"K{number}", lineage=kpi_lineage, objective=objective, name="指標", division=division
        )
        made[measure_lineage] = Measure.objects.create(kpi=kpi, lineage=measure_lineage, unit="件")
    Plan.objects.filter(pk=plan.pk).update(state=state)
    return plan, made


def is_kept(measure, year):
    """Whether the database takes an actual of the year in the measure's edition."""
    try:
        with transaction.atomic():
            YearlyValue.objects.create(measure=measure, year=year, actual=year * 10 + measure.kpi.plan.year % 10)
    except IntegrityError:
        return False
    return True


@given(data=st.data())
@settings(max_examples=max(3, settings().max_examples // 5))
def test_a_figure_has_one_home_whatever_editions_there_are_and_every_later_one_reads_it_there(division, data):
    """Editions with gaps, the last perhaps a draft; lineages that begin late, pause and come back."""
    years = sorted(data.draw(st.sets(st.integers(2013, 2018), min_size=1, max_size=4)))
    lineages = [(uuid4(), uuid4()) for _ in range(2)]
    held = {year: [pair for pair in lineages if data.draw(st.booleans())] for year in years}
    last_state = data.draw(st.sampled_from([PlanState.DRAFT, PlanState.ADOPTED]))
    with transaction.atomic():
        made = {}
        for year in years:
            state = last_state if year == years[-1] else PlanState.ADOPTED
            made[year] = make_edition(division, year, state, held[year])
        for year in years:
            for lineage, measure in made[year][1].items():
                for value_year in range(2012, year + 1):
                    before = [other for other in years if value_year <= other < year and lineage in made[other][1]]
                    assert is_kept(measure, value_year) == (not before), (year, value_year, before)
        for year in years:
            rows = {(row.measure_lineage, row.year): row.home_year for row in earlier_values(made[year][0])}
            assert rows == {
                (lineage, value_year): next(
                    other for other in years if other >= value_year and lineage in made[other][1]
                )
                for lineage in made[year][1]
                for value_year in range(2012, year)
            }
        transaction.set_rollback(True)


# The same KPI in the next edition


@layer
def both(plan, cast):
    """(105, 106), both open: AC1.1 is 80 of 100 in 105 and AC1.2 20 of 20, approved; nothing in 106."""
    factories.open_year(cast.admin, plan)
    factories.approved(cast, factories.kpi(plan, "AC1.1"), actuals=80, explanation="說明")
    factories.approved(cast, factories.kpi(plan, "AC1.2"), actuals=20)
    later = factories.next_edition(cast.admin, plan)
    factories.open_year(cast.admin, later)
    return plan, later


def test_what_was_recoded_renamed_and_moved_goes_on_in_charts_movement_and_map(both, cast):
    plan, later = both
    kpi = factories.kpi(later, "AC1.1")
    factories.approved(cast, kpi, actuals=100)
    moved = {"code": "BC1.9", "name": "改名後", "objective": later.objectives.get(code="BC1"), "weight": 3}
    KPI.objects.filter(pk=kpi.pk).update(**moved)
    scorecard = build(later)
    line = scorecard.kpis_by_code["BC1.9"]
    assert [line.measures[0].cells[year].actual for year in (2015, FIRST, SECOND)] == [80, 80, 100]
    (chart,) = kpi_charts(scorecard, line)
    assert chart.trend.breaks == () and len(chart.trend.actuals) == 4
    found = movement(scorecard)
    assert [measure.id for measure in found.improved] == [line.measures[0].id]
    assert [kpi.code for kpi in found.newly_met] == ["BC1.9"]
    assert (found.score.before_text, found.score.now_text, found.score.compared) == ("80", "100", 1)
    changes = compare(build(plan), scorecard).by_lineage
    assert changes[later.objectives.get(code="AC1").lineage].earlier.code == "AC1"


def test_a_changed_unit_begins_another_series_that_nothing_compares_with_the_one_before(both, cast):
    plan, later = both
    kpi = factories.kpi(later, "AC1.1")
    Measure.objects.filter(kpi=kpi).update(unit="%", lineage=uuid4())
    factories.approved(cast, kpi, actuals=8, explanation="說明")
    scorecard = build(later)
    line = scorecard.kpis_by_code["AC1.1"]
    (measure,), (former,) = line.measures, line.former_measures
    assert {year: cell.actual for year, cell in measure.cells.items() if cell.actual} == {SECOND: 8}
    assert (former.heading, former.cells[FIRST].actual_text) == ("至 105 年，單位：次", "80")
    assert former.figures_text == "103 年 80、104 年 80、105 年 80"
    found = movement(scorecard)
    assert measure.id not in {each.id for each in (*found.improved, *found.unchanged, *found.worsened)}
    assert line.code not in {each.code for each in (*found.newly_met, *found.no_longer_met)}
    assert found.score is None
    assert Question.MAGNITUDE not in {asked.question for asked in questions_for_measure(measure)}
    (same,) = scorecard.kpis_by_code["AC1.2"].measures
    assert {asked.question for asked in questions_for_measure(same, actual=200)} >= {Question.MAGNITUDE}
    series = kpi_series(load(later), scorecard, line)
    assert [year.year for year in series.years] == list(range(2013, 2020)), "all years, not the edition's window alone"
    (chart,), (before,) = kpi_charts(scorecard, line, series), former_charts(series)
    assert [(each.text, each.is_left) for each in chart.trend.breaks] == [("單位改為 %", True)]
    assert before.heading == former.heading
    assert [year.year for year in before.years] == [2013, 2014, 2015, FIRST]
    assert before.trend_text.endswith("：102 年實際 80；103 年實際 80；104 年實際 80；105 年目標 100、實際 80")
    (drawn,) = review_of(scorecard, line, ("", ""), ()).trends
    assert [each.text for each in drawn.chart.breaks] == ["單位改為 %"], "in report and sheet as well"
    for each in (chart.trend, drawn.chart):
        lone = [point for point in (*each.actuals, *each.targets) if point.x < each.breaks[0].x]
        assert lone == [], "nothing of the other unit is left of the break, so no line crosses it"
    # An addition to a KPI makes its light another one, too.
    other = factories.kpi(later, "AC1.2")
    factories.approved(cast, other, actuals=50, explanation="說明")
    assert [each.code for each in movement(build(later)).no_longer_met] == ["AC1.2"]
    Measure.objects.create(kpi=other, unit="人", position=2)
    assert movement(build(later)).no_longer_met == ()


def test_a_series_cut_in_the_same_unit_is_told_as_not_comparable(both):
    plan, later = both
    Measure.objects.filter(kpi__plan=later, kpi__code="AC1.1").update(lineage=uuid4())
    scorecard = build(later)
    series = kpi_series(load(later), scorecard, scorecard.kpis_by_code["AC1.1"])
    (chart,), (before,) = kpi_charts(scorecard, series.kpi, series), former_charts(series)
    assert [each.text for each in chart.trend.breaks] == ["與先前不可比較"]
    assert (before.heading, before.note[:7]) == ("至 105 年，單位：次", "衡量方式改變之")


def test_each_year_is_judged_by_its_own_editions_direction_threshold_and_cap(both):
    plan, later = both
    Plan.objects.filter(pk=plan.pk).update(warning_threshold="0.8", display_cap=100)
    Measure.objects.filter(kpi__plan=later, kpi__code__in=["AC1.1", "AC1.2"]).update(direction=Direction.LOWER)
    Measure.objects.filter(kpi__plan=later, kpi__code="AC1.2").update(direction=Direction.HIGHER)
    kpis = build(later).kpis_by_code
    cell = kpis["AC1.1"].measures[0].cells[FIRST]
    assert (cell.status, cell.rate_text, cell.display_cap) == (Status.NEAR, "80%", 100)
    assert kpis["AC1.2"].measures[0].cells[FIRST].status == Status.MET
    assert build(plan).kpis_by_code["AC1.1"].status == Status.NEAR


def test_a_figure_of_another_edition_counts_once_it_is_approved_there_and_no_edition_reads_a_later_one(both, cast):
    plan, later = both
    before = build(plan)
    factories.approved(cast, factories.kpi(later, "AC1.1"), actuals=99, explanation="說明")
    assert build(plan) == before

    def cell(**options):
        return build(later, **options).kpis_by_code["AL1.1"].measures[0].cells[FIRST]

    factories.fill(cast.staff, factories.kpi(plan, "AL1.1"), actuals=48)
    assert (cell().actual, cell().is_withheld) == (None, True)
    assert (cell(include_provisional=True).actual, cell(include_provisional=True).is_provisional) == (48, True)
    factories.approve(cast.reviewer, factories.submit(cast.staff, factories.kpi(plan, "AL1.1")))
    assert (cell().actual, cell().is_withheld) == (48, False)


@pytest.mark.parametrize(("first", "last"), [(FIRST, FIRST), (2013, 2018)])
def test_an_edition_of_one_year_and_one_of_six_show_their_windows(plan, first, last):
    Plan.objects.filter(pk=plan.pk).update(baseline_from=first, last_year=last)
    scorecard = build(plan, with_action_plans=True)
    assert [line.year for line in scorecard.years] == list(range(first, last + 1))
    assert scorecard.kpis[0].measures[0].cells.keys() == set(range(first, last + 1))
    assert (movement(scorecard) is None) == (first == FIRST)


def test_a_year_without_an_edition_is_a_gap_that_the_next_edition_fills_itself(plan, cast):
    factories.open_year(cast.admin, plan)
    factories.approved(cast, factories.kpi(plan, "AC1.1"), actuals=80, explanation="說明")
    draft = editions.carry_forward(by=cast.admin, agency=plan.agency, year=2018)
    later = editions.record_adoption(by=cast.admin, plan=draft, approval=factories.approval(), reason="隔年訂定")

    def cells():
        return build(later).kpis_by_code["AC1.1"].measures[0].cells

    assert [(year, cells()[year].actual) for year in (2015, 2016, 2017)] == [(2015, 80), (2016, 80), (2017, None)]
    Measure.objects.get(kpi__plan=later, kpi__code="AC1.1").values.create(year=2017, actual=85)
    assert (cells()[2017].actual, cells()[2017].status) == (85, Status.NO_TARGET)
    assert movement(build(later)).year.year == 2017


# History


def history(kpi, user):
    rows = rows_up_to(kpi.plan, KPI.objects.of_lineage(kpi.plan.agency_id, kpi.lineage))
    return build_history(rows, list(AuditEvent.objects.over_editions(rows)), user)


def test_an_event_of_before_there_were_editions_is_shown_and_reverted_in_the_edition_of_its_year(both, cast):
    plan, later = both
    old, new = factories.kpi(plan, "AC1.1"), factories.kpi(later, "AC1.1")
    factories.fill(cast.staff, new, actuals=50)
    # As the migration leaves it: the event of 106 names the rows of 105.
    change = {"what": "實際值", "old": "44", "new": "50", "field": "actual", "measure": old.measures.get().pk}
    facts = {"agency": plan.agency, "plan": plan, "kpi": old, "year": SECOND}
    by = {"actor": cast.staff, "actor_name": str(cast.staff)}
    event = AuditEvent(action=AuditAction.SAVED, target="AC1.1", changes=[change], **facts, **by)
    event.save()

    def line_of(kpi, user):
        return next((line for line in history(kpi, user) if line.event == event), None)

    (shown,) = line_of(new, cast.staff).changes
    assert (shown.old, shown.new, shown.is_restorable) == ("44", "50", True)
    (in_old,) = line_of(old, cast.staff).changes
    assert not in_old.is_restorable, "it is of another year"
    assert line_of(new, cast.viewer).is_withheld and line_of(old, cast.viewer).is_withheld
    factories.approve(cast.reviewer, factories.submit(cast.staff, _met(new, cast)))
    assert not line_of(new, cast.viewer).is_withheld
    assert line_of(old, cast.viewer).is_withheld, "a page never depends on a later edition"
    hands = hands_on(later, [new.pk])[new.pk]
    assert hands.entered == ("staff 君",)
    assert new.pk not in hands_on(plan, [old.pk]) and hands_on(plan, [old.pk]).keys() == {old.pk}


def _met(kpi, cast):
    factories.fill(cast.staff, kpi, actuals=100)
    return kpi


def test_the_history_goes_over_the_editions_up_to_its_own_and_is_reverted_where_each_event_belongs(both, cast):
    plan, later = both
    old, new = factories.kpi(plan, "AL1.1"), factories.kpi(later, "AL1.1")
    KPI.objects.filter(pk=new.pk).update(code="AL1.9")
    for kpi in (old, new):
        factories.fill(cast.staff, kpi, actuals=47)
        factories.fill(cast.staff, kpi, actuals=48)

    def told(kpi, user):
        return [
            (line.event.year, line.code, line.is_earlier, any(change.is_restorable for change in line.changes))
            for line in history(kpi, user)
        ]

    assert told(old, cast.staff) == [(FIRST, "AL1.1", False, True)] * 2, "a page never depends on a later edition"
    assert told(new, cast.staff) == [
        *[(SECOND, "AL1.9", False, True)] * 2,
        *[(FIRST, "AL1.1", True, True)] * 2,
    ]
    page = client_of(cast.staff).get(address(later, "kpi", code="AL1.9"))
    mine = [link for link in links(page) if "/history/" in link]
    assert [link.split("/history/")[0] for link in mine] == [
        *[address(later, "kpi", code="AL1.9").rstrip("/")] * 2,
        *[address(plan, "kpi", code="AL1.1").rstrip("/")] * 2,
    ]
    assert all(client_of(cast.staff).get(link).status_code == 200 for link in mine)
    assert address(plan, "kpi", code="AL1.1") in links(page)
    assert not any(is_restorable for *_, is_restorable in told(new, cast.viewer))
