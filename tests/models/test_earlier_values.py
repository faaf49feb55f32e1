"""Actuals of the years before an edition's own: each is read at its home, and nothing of a later edition is read."""

from decimal import Decimal

import pytest

from scorecard.domain.choices import PlanState, ReportState
from scorecard.models import (
    KPI,
    Measure,
    Objective,
    Perspective,
    Plan,
    Theme,
    YearlyReport,
    YearlyValue,
    earlier_values,
)
from tests import factories
from tests.models import edition_rows
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db


class Editions:
    """An agency whose editions have one KPI of one lineage each, with one measure."""

    def __init__(self):
        self.agency = factories.make_agency("home")
        self.division = self.agency.divisions.create(name="甲組")
        self.person = factories.make_user("one")
        self.lineage = self.measure_lineage = None

    def add(self, year, state=PlanState.ADOPTED, *, unit="件", same_measure=True, **figures):
        """An edition of the year; figures: y2015=(target, actual)."""
        plan = edition_rows.make_edition(self.agency, year, PlanState.DRAFT if state == PlanState.DRAFT else "adopted")
        theme = Theme.objects.create(plan=plan, code="A", name="主題")
        perspective = Perspective.objects.create(plan=plan, code="C", name="顧客")
        objective = Objective.objects.create(plan=plan, code="AC1", name="目標", theme=theme, perspective=perspective)
        kpi = KPI(plan=plan, code=f"K{year}", name="指標", objective=objective, division=self.division)
        measure = Measure(kpi=kpi, unit=unit)
        if self.lineage is None:
            self.lineage, self.measure_lineage = kpi.lineage, measure.lineage
        kpi.lineage = self.lineage
        if same_measure:
            measure.lineage = self.measure_lineage
        kpi.save()
        measure.save()
        for name, (target, actual) in figures.items():
            YearlyValue.objects.create(measure=measure, year=int(name[1:]), target=target, actual=actual)
        return plan

    def report(self, plan, state):
        acts = {"submitted_by": self.person, "submitted_at": "2018-01-01T00:00Z"}
        if state == ReportState.APPROVED:
            acts |= {"reviewed_by": factories.make_user("two"), "reviewed_at": "2018-01-01T00:00Z"}
        YearlyReport.objects.create(kpi=plan.kpis.get(), state=state, **acts)


@layer
def editions():
    """See Editions."""
    return Editions()


def shown(plan, **choice):
    """{year: (actual, the edition it stands in, whether it counts)}."""
    return {row.year: (row.actual, row.home_year, row.counts) for row in earlier_values(plan, **choice)}


def test_the_year_itself_is_the_home_of_its_figure_and_the_first_edition_that_of_older_ones(editions):
    first = editions.add(2016, y2014=(None, 1), y2015=(None, 2), y2016=(10, 3), y2017=(10, None))
    second = editions.add(2017, y2017=(11, 4))
    assert shown(first) == {2014: (1, 2016, True), 2015: (2, 2016, True)}
    # 2016 is reported, but nobody approved it.
    assert shown(second) == {2014: (1, 2016, True), 2015: (2, 2016, True), 2016: (3, 2016, False)}
    editions.report(first, ReportState.APPROVED)
    assert shown(second)[2016] == (3, 2016, True)
    (own,) = (row for row in earlier_values(second) if row.year == 2016)
    assert (own.target, own.is_baseline, own.is_sample, own.report_state) == (10, False, False, ReportState.APPROVED)


def test_a_year_without_an_edition_has_its_home_in_the_next_one(editions):
    first = editions.add(2014, y2014=(1, 1))
    third = editions.add(2016, y2015=(None, 5), y2016=(1, 6))
    assert shown(third) == {2014: (1, 2014, False), 2015: (5, 2016, True)}
    assert shown(first) == {}


def test_no_edition_reads_a_later_one_a_draft_or_another_agencys(editions):
    first = editions.add(2016, y2015=(None, 2), y2016=(1, 3))
    draft = editions.add(2017, PlanState.DRAFT, y2017=(1, None))
    last = editions.add(2018, y2018=(1, 8))
    YearlyValue.objects.filter(measure__kpi__plan=draft, year=2017).update(actual=99)
    other = factories.make_plan(slug="elsewhere", kpis=5)
    KPI.objects.filter(plan=other, code="AC1.1").update(lineage=editions.lineage)
    Measure.objects.filter(kpi__plan=other, kpi__code="AC1.1").update(lineage=editions.measure_lineage)
    assert shown(first) == {2015: (2, 2016, True)}
    assert shown(last) == {2015: (2, 2016, True), 2016: (3, 2016, False)}
    # A draft looks back like any other edition, and at its own baseline.
    assert shown(draft) == {2015: (2, 2016, True), 2016: (3, 2016, False)}


def test_the_window_is_the_editions_own_or_the_one_that_is_asked_for(editions):
    editions.add(2016, y2013=(None, 1), y2014=(None, 2), y2015=(None, 3), y2016=(1, 4))
    later = editions.add(2017)
    Plan.objects.filter(pk=later.pk).update(baseline_from=2016)
    later.refresh_from_db()
    assert set(shown(later)) == {2016}
    assert set(shown(later, since=2014)) == {2014, 2015, 2016}
    assert shown(later, since=2014, kpis=KPI.objects.none()) == {}


def test_a_measure_with_another_unit_is_another_series_of_the_same_kpi(editions):
    editions.add(2016, y2016=(1, 4))
    later = editions.add(2017, unit="%", same_measure=False, y2015=(None, 50))
    rows = list(earlier_values(later))
    assert [(row.year, row.unit, row.actual) for row in rows] == [(2016, "件", Decimal(4)), (2015, "%", Decimal(50))]
    assert len({row.measure_lineage for row in rows}) == 2
    assert {row.kpi_lineage for row in rows} == {editions.lineage}


def test_it_is_one_query(editions, django_assert_num_queries):
    editions.add(2016, y2016=(1, 4))
    later = editions.add(2017)
    with django_assert_num_queries(1):
        assert len(list(earlier_values(later))) == 1
