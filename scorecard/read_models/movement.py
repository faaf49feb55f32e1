"""A year against the one before, where the two can be compared: measures, lights and scores."""

from dataclasses import dataclass, replace
from fractions import Fraction

from scorecard.domain.choices import Direction, Status
from scorecard.domain.scoring import change_text, kpi_score, score_text
from scorecard.read_models.assemble_scorecard import assemble_scorecard
from scorecard.read_models.measure_lines import MeasureLine, YearLine
from scorecard.read_models.scorecard import KPILine

SHORT_OF_TARGET = frozenset({Status.NEAR, Status.MISSED})


@dataclass(frozen=True)
class ScoreChange:
    """A score on comparable items since `year`: before and now are 0 to 1, compared counts their KPIs."""

    year: YearLine
    before: Fraction
    now: Fraction
    compared: int

    @property
    def text(self):
        """「+3.1」, 「−2」, 「±0」 on the scale 0 to 100."""
        return change_text(self.before, self.now)

    @property
    def before_text(self):
        """The comparable items' score of the year before."""
        return score_text(self.before)

    @property
    def now_text(self):
        """The comparable items' score of this year."""
        return score_text(self.now)

    @property
    def is_rise(self):
        """Whether the score rose."""
        return self.now > self.before

    @property
    def is_fall(self):
        """Whether the score fell."""
        return self.now < self.before


@dataclass(frozen=True)
class Movement:
    """What moved since `year`: measures by their actuals, KPIs by their lights, scores.

    Compared are measures with an actual in both years whose figures are better the higher or the lower; being within
    a band is neither. newly_met and no_longer_met: KPIs whose light crossed the line between met and not met.
    first_met: those newly met that were met in no year before.

    Scores stand on what has a rate in both years; anything else would compare two sets. score is the plan's, the
    others by code of perspective and theme, by id of division: None, or missing, where nothing can be compared.
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
    def compared(self):
        """How many measures could be compared."""
        return len(self.improved) + len(self.unchanged) + len(self.worsened)

    def score_of(self, kind, line):
        """The ScoreChange of a line, or None. kind: perspective, theme or division."""
        return getattr(self, f"by_{kind}").get(line.id if kind == "division" else line.code)


def movement(scorecard):
    """The Movement since the year before the scorecard's; None where the plan has no earlier year. No query."""
    earlier = [year for year in scorecard.years if year.year < scorecard.year.year]
    if not earlier:
        return None
    year = earlier[-1]
    return Movement(year=year, **_measures(scorecard, year), **_lights(scorecard, year), **_scores(scorecard, year))


def _measures(scorecard, year):
    moved = {-1: [], 0: [], 1: []}
    for measure in (measure for kpi in scorecard.kpis for measure in kpi.measures):
        before, now = measure.cells[year.year].actual, measure.cell.actual
        if before is not None and now is not None and measure.direction != Direction.BAND:
            change = (now > before) - (now < before)
            moved[-change if measure.direction == Direction.LOWER else change].append(measure)
    return {"improved": tuple(moved[1]), "unchanged": tuple(moved[0]), "worsened": tuple(moved[-1])}


def _lights(scorecard, year):
    lights = [(kpi, light_of(kpi, year.year, scorecard.warning_threshold), kpi.status) for kpi in scorecard.kpis]
    newly_met = tuple(kpi for kpi, was, now in lights if was in SHORT_OF_TARGET and now == Status.MET)
    return {
        "newly_met": newly_met,
        "first_met": tuple(kpi for kpi in newly_met if not _was_met(scorecard, kpi)),
        "no_longer_met": tuple(kpi for kpi, was, now in lights if was == Status.MET and now in SHORT_OF_TARGET),
    }


def _was_met(scorecard, kpi):
    """Whether the KPI was met in any year before the scorecard's."""
    earlier = (line.year for line in scorecard.years if line.year < scorecard.year.year)
    return any(light_of(kpi, year, scorecard.warning_threshold) == Status.MET for year in earlier)


def light_of(kpi, year, threshold):
    """The KPI's light in a year of its scorecard. threshold: the plan's warning threshold."""
    return kpi_score([(measure.weight, measure.cells[year].outcome) for measure in kpi.measures], threshold).status


def _scores(scorecard, before):
    """Both years rolled up alike, level by level with today's weights, over the measures that have a rate in both."""
    kpis = list(_comparable(scorecard.kpis, before.year, scorecard.year.year))
    was, now = _in_year(scorecard, before, kpis), _in_year(scorecard, scorecard.year, kpis)
    return {
        "score": _change(before, was, now),
        "by_perspective": _changes(before, was.perspectives, now.perspectives),
        "by_theme": _changes(before, was.themes, now.themes),
        "by_division": _changes(before, was.divisions, now.divisions, key="id"),
    }


def _comparable(kpis, *years):
    """The KPIs with the measures alone that have a rate in each of the years; those without any are left out."""
    for kpi in kpis:
        rated = tuple(m for m in kpi.measures if all(m.cells[year].outcome.rate is not None for year in years))
        if rated:
            yield kpi if len(rated) == len(kpi.measures) else replace(kpi, measures=rated)


def _in_year(scorecard, year, kpis):
    """The scorecard of these KPIs alone in another of its years."""
    if year != scorecard.year:
        kpis = [replace(kpi, measures=tuple(m.in_year(year.year) for m in kpi.measures)) for kpi in kpis]
    return assemble_scorecard(
        replace(scorecard, year=year),
        perspectives=scorecard.perspectives,
        themes=scorecard.themes,
        objectives=scorecard.objectives,
        kpis=kpis,
        divisions=[(line.id, line.name) for line in scorecard.divisions],
    )


def _change(year, was, now):
    if was.score.value is None:
        return None
    return ScoreChange(year, was.score.value, now.score.value, now.score.tally.assessed)


def _changes(year, was, now, key="code"):
    """The changes of the lines that can be compared, by the attribute named."""
    found = {getattr(one, key): _change(year, one, other) for one, other in zip(was, now, strict=True)}
    return {value: change for value, change in found.items() if change is not None}
