"""Scores against those of the year before, on what has a rate in both years; anything else would compare two sets."""

from dataclasses import dataclass
from fractions import Fraction

from scorecard.reports.scorecard import YearLine
from scorecard.scoring import change_text, kpi_score, roll_up, score_text


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
class ScoreChanges:
    """Changes since `year`: of the plan, by code of perspective and theme, by id of division.

    None, or missing from a dictionary, where nothing can be compared.
    """

    year: YearLine
    plan: ScoreChange | None
    by_perspective: dict[str, ScoreChange]
    by_theme: dict[str, ScoreChange]
    by_division: dict[int, ScoreChange]


def score_changes(scorecard):
    """The ScoreChanges since the year before the scorecard's; None where the plan has no earlier year. No query.

    Both years are rolled up alike, level by level with today's weights, over the measures that have a rate in both.
    """
    earlier = [year for year in scorecard.years if year.year < scorecard.year.year]
    if not earlier:
        return None
    before = earlier[-1]
    threshold = scorecard.warning_threshold
    kpis = {kpi.code: _kpi_pair(kpi, (before.year, scorecard.year.year), threshold) for kpi in scorecard.kpis}
    objectives = {line.code: _pair(line.kpis, kpis, threshold) for line in scorecard.objectives}
    perspectives = {line.code: _pair(line.objectives, objectives, threshold) for line in scorecard.perspectives}
    themes = {line.code: _pair(line.objectives, objectives, threshold) for line in scorecard.themes}
    divisions = {line.id: _pair(line.kpis, kpis, threshold) for line in scorecard.divisions}
    plan = _pair(scorecard.perspectives, perspectives, threshold)
    return ScoreChanges(
        year=before,
        plan=_change(before, plan),
        by_perspective=_changes(before, perspectives),
        by_theme=_changes(before, themes),
        by_division=_changes(before, divisions),
    )


def _kpi_pair(kpi, years, threshold):
    """The KPI's scores of the two years; None where no measure has a rate in both."""
    rated = [m for m in kpi.measures if all(m.cells[year].outcome.rate is not None for year in years)]
    if not rated:
        return None
    return tuple(kpi_score([(m.weight, m.cells[year].outcome) for m in rated], threshold) for year in years)


def _pair(lines, pairs, threshold):
    """The scores of the two years of what stands above the lines, whose own are in pairs by code."""
    found = [(line.weight, pairs[line.code]) for line in lines if pairs[line.code] is not None]
    if not found:
        return None
    return tuple(roll_up([(weight, pair[index]) for weight, pair in found], threshold) for index in (0, 1))


def _change(year, pair):
    return None if pair is None else ScoreChange(year, pair[0].value, pair[1].value, pair[1].tally.assessed)


def _changes(year, pairs):
    return {key: _change(year, pair) for key, pair in pairs.items() if pair is not None}
