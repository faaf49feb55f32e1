"""A year against the one before: measures, lights and scores that can be compared.

The year before was judged by its own edition. A measure is compared with itself in another edition, never with another
one of the same KPI: figures of two units are not comparable.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from scorecard.domain.choices import Direction, Status
from scorecard.domain.scoring import change_text, kpi_score, score_text
from scorecard.read_models.assemble_scorecard import assemble_scorecard
from scorecard.read_models.measure_lines import MeasureLine, YearLine
from scorecard.read_models.scorecard import KPILine, Scorecard, Scored

SHORT_OF_TARGET = frozenset({Status.NEAR, Status.MISSED})


@dataclass(frozen=True)
class ScoreChange:
    """A score over comparable items since `year`. before and now: 0 to 1; compared: the number of their KPIs."""

    year: YearLine
    before: Fraction
    now: Fraction
    compared: int

    @property
    def text(self) -> str:
        """「+3.1」, 「−2」, 「±0」 on the scale 0 to 100."""
        return change_text(self.before, self.now)

    @property
    def before_text(self) -> str:
        """Of the year before, over the comparable items."""
        return score_text(self.before)

    @property
    def now_text(self) -> str:
        """Of this year, over the comparable items."""
        return score_text(self.now)

    @property
    def is_rise(self) -> bool:
        return self.now > self.before

    @property
    def is_fall(self) -> bool:
        return self.now < self.before


@dataclass(frozen=True)
class Movement:
    """What moved since `year`: measures by their actuals, KPIs by their lights, scores.

    Compared are measures with an actual in both years that are better the higher or the lower; a band has no such
    direction. newly_met and no_longer_met: KPIs of the same measures in both years whose light crossed the line between
    met and not met. first_met: newly met KPIs that were met in no year before.

    Scores cover only what has a rate in both years, with today's weights: otherwise they would compare two different
    sets. score is the whole edition's, the others are by code of perspective and theme and by id of division. None or
    missing: not comparable.
    """

    year: YearLine
    improved: tuple[MeasureLine, ...]
    unchanged: tuple[MeasureLine, ...]
    worsened: tuple[MeasureLine, ...]
    newly_met: tuple[KPILine, ...]
    first_met: tuple[KPILine, ...]
    no_longer_met: tuple[KPILine, ...]
    score: ScoreChange | None
    by_perspective: dict[str, ScoreChange]
    by_theme: dict[str, ScoreChange]
    by_division: dict[int, ScoreChange]

    @property
    def compared(self) -> int:
        """The number of measures compared."""
        return len(self.improved) + len(self.unchanged) + len(self.worsened)

    def score_of(self, kind: str, line: Any) -> ScoreChange | None:
        """None: not comparable. kind: perspective, theme or division."""
        return getattr(self, f"by_{kind}").get(line.id if kind == "division" else line.code)


def movement(scorecard: Scorecard) -> Movement | None:
    """Since the year before the scorecard's; None where the scorecard shows no earlier year. No query."""
    if not scorecard.baseline_years:
        return None
    year = scorecard.baseline_years[-1]
    improved, unchanged, worsened = _measures(scorecard, year)
    newly_met, no_longer_met = _lights(scorecard, year)
    was, now = _comparable_scorecards(scorecard, year)
    return Movement(
        year=year,
        improved=improved,
        unchanged=unchanged,
        worsened=worsened,
        newly_met=newly_met,
        first_met=tuple(kpi for kpi in newly_met if not _was_met(scorecard, kpi)),
        no_longer_met=no_longer_met,
        score=_change(year, was, now),
        by_perspective=_changes(year, was.perspectives, now.perspectives),
        by_theme=_changes(year, was.themes, now.themes),
        by_division=_changes(year, was.divisions, now.divisions, key="id"),
    )


def _measures(
    scorecard: Scorecard, year: YearLine
) -> tuple[tuple[MeasureLine, ...], tuple[MeasureLine, ...], tuple[MeasureLine, ...]]:
    """Those that improved, stayed and worsened."""
    improved = []
    unchanged = []
    worsened = []
    for measure in (measure for kpi in scorecard.kpis for measure in kpi.measures):
        before = measure.cells[year.year].actual
        now = measure.cell.actual
        if before is None or now is None or measure.direction == Direction.BAND:
            continue
        if now == before:
            unchanged.append(measure)
        elif (now < before) == (measure.direction == Direction.LOWER):
            improved.append(measure)
        else:
            worsened.append(measure)
    return tuple(improved), tuple(unchanged), tuple(worsened)


def _lights(scorecard: Scorecard, year: YearLine) -> tuple[tuple[KPILine, ...], tuple[KPILine, ...]]:
    """The KPIs newly met, and those no longer met."""
    lights = [(kpi, light_of(kpi, year.year), kpi.status) for kpi in scorecard.kpis]
    newly_met = tuple(kpi for kpi, was, now in lights if was in SHORT_OF_TARGET and now == Status.MET)
    no_longer_met = tuple(kpi for kpi, was, now in lights if was == Status.MET and now in SHORT_OF_TARGET)
    return newly_met, no_longer_met


def _was_met(scorecard: Scorecard, kpi: KPILine) -> bool:
    """In any year before the scorecard's."""
    return any(light_of(kpi, line.year) == Status.MET for line in scorecard.baseline_years)


def light_of(kpi: KPILine, year: int) -> Status | None:
    """The KPI's light in a year of its scorecard, by that year's threshold and today's weights.

    None where the KPI had other measures then: another set of figures made its light.
    """
    former = [measure.cells[year] for measure in kpi.former_measures if year in measure.cells]
    cells = [measure.cells[year] for measure in kpi.measures]
    if not cells or any(cell.is_of_own_edition for cell in former):
        return None
    if not all(cell.is_of_own_edition for cell in cells):
        return None
    weights = (measure.weight for measure in kpi.measures)
    outcomes = [(weight, cell.outcome) for weight, cell in zip(weights, cells, strict=True)]
    return kpi_score(outcomes, cells[0].warning_threshold).status


def _comparable_scorecards(scorecard: Scorecard, before: YearLine) -> tuple[Scorecard, Scorecard]:
    """Both years rolled up the same way, with today's weights, over the measures that have a rate in both."""
    kpis = list(_comparable(scorecard.kpis, before.year, scorecard.year.year))
    return _in_year(scorecard, before, kpis), _in_year(scorecard, scorecard.year, kpis)


def _comparable(kpis: Iterable[KPILine], *years: int) -> Iterator[KPILine]:
    """The KPIs, with only those measures that have a rate in each of the years; KPIs without any are left out."""
    for kpi in kpis:
        rated = tuple(m for m in kpi.measures if all(m.cells[year].outcome.rate is not None for year in years))
        if rated:
            yield kpi if len(rated) == len(kpi.measures) else replace(kpi, measures=rated)


def _in_year(scorecard: Scorecard, year: YearLine, kpis: list[KPILine]) -> Scorecard:
    """The scorecard of these KPIs alone, with their figures of one of its years: for its scores."""
    if year != scorecard.year:
        kpis = [replace(kpi, measures=tuple(m.in_year(year.year) for m in kpi.measures)) for kpi in kpis]
    return assemble_scorecard(
        scorecard,
        perspectives=scorecard.perspectives,
        themes=scorecard.themes,
        objectives=scorecard.objectives,
        kpis=kpis,
        divisions=[(line.id, line.name) for line in scorecard.divisions],
    )


def _change(year: YearLine, was: Scored, now: Scored) -> ScoreChange | None:
    if was.score.value is None or now.score.value is None:
        return None
    return ScoreChange(year, was.score.value, now.score.value, now.score.tally.assessed)


def _changes(year: YearLine, was: Iterable[Scored], now: Iterable[Scored], key: str = "code") -> dict[Any, ScoreChange]:
    """The changes of the lines that can be compared, by the attribute `key`."""
    found = {getattr(one, key): _change(year, one, other) for one, other in zip(was, now, strict=True)}
    return {value: change for value, change in found.items() if change is not None}
