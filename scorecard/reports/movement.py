"""A year against the one before, where the two can be compared."""

from dataclasses import dataclass

from scorecard.choices import Direction, Status
from scorecard.reports.scorecard import KPILine, MeasureLine, YearLine
from scorecard.scoring import kpi_score

SHORT_OF_TARGET = frozenset({Status.NEAR, Status.MISSED})


@dataclass(frozen=True)
class Movement:
    """What moved since `year`: measures by their actuals, KPIs by their lights.

    Compared are measures with an actual in both years whose figures are better the higher or the lower; being within
    a band is neither. newly_met and no_longer_met: KPIs whose light crossed the line between met and not met.
    """

    year: YearLine
    improved: tuple[MeasureLine, ...]
    unchanged: tuple[MeasureLine, ...]
    worsened: tuple[MeasureLine, ...]
    newly_met: tuple[KPILine, ...]
    no_longer_met: tuple[KPILine, ...]

    @property
    def compared(self):
        """How many measures could be compared."""
        return len(self.improved) + len(self.unchanged) + len(self.worsened)


def movement(scorecard):
    """The Movement since the year before the scorecard's; None where the plan has no earlier year. No query."""
    earlier = [year for year in scorecard.years if year.year < scorecard.year.year]
    if not earlier:
        return None
    year = earlier[-1]
    moved = {-1: [], 0: [], 1: []}
    for measure in (measure for kpi in scorecard.kpis for measure in kpi.measures):
        before, now = measure.cells[year.year].actual, measure.cell.actual
        if before is not None and now is not None and measure.direction != Direction.BAND:
            change = (now > before) - (now < before)
            moved[-change if measure.direction == Direction.LOWER else change].append(measure)
    lights = [(kpi, light_of(kpi, year.year, scorecard.warning_threshold), kpi.status) for kpi in scorecard.kpis]
    return Movement(
        year=year,
        improved=tuple(moved[1]),
        unchanged=tuple(moved[0]),
        worsened=tuple(moved[-1]),
        newly_met=tuple(kpi for kpi, was, now in lights if was in SHORT_OF_TARGET and now == Status.MET),
        no_longer_met=tuple(kpi for kpi, was, now in lights if was == Status.MET and now in SHORT_OF_TARGET),
    )


def light_of(kpi, year, threshold):
    """The KPI's light in a year of its scorecard. threshold: the plan's warning threshold."""
    return kpi_score([(measure.weight, measure.cells[year].outcome) for measure in kpi.measures], threshold).status
