"""What to look at again before an edition is adopted. A hint blocks nothing; domain/policies.py has what does."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from scorecard.domain.choices import Direction
from scorecard.domain.explanation import unit_after
from scorecard.domain.roc_years import year_text
from scorecard.domain.scoring import grouped
from scorecard.domain.target_changes import is_met_far_above, is_softer, is_softer_than_actual
from scorecard.models import Plan
from scorecard.read_models.data_checks import DataCheck, Finding, strategy_checks
from scorecard.read_models.measure_lines import MeasureLine
from scorecard.read_models.scorecard import KPILine, PerspectiveLine, Scorecard, ThemeLine
from scorecard.read_models.target_differences import FAR_ABOVE_NOTE
from scorecard.read_models.target_proposals import ProposalLine


def adoption_hints(scorecard: Scorecard) -> tuple[DataCheck, ...]:
    """A DataCheck of each kind, those without a finding too. No query.

    scorecard: of approved figures alone, with its earlier years. A finding's kind may be 「theme」 or 「perspective」.
    """
    no_outlook, no_formula, no_kpi = strategy_checks(scorecard)
    themes, perspectives = scorecard.themes, scorecard.perspectives
    leaderless = (theme for theme in themes if not theme.lead_division)
    return (
        DataCheck("empty_theme", "策略主題沒有策略目標", tuple(_empty("theme", themes))),
        DataCheck("empty_perspective", "構面沒有策略目標", tuple(_empty("perspective", perspectives))),
        DataCheck("no_lead", "策略主題沒有主辦單位", tuple(_finding("theme", theme) for theme in leaderless)),
        no_kpi,
        no_formula,
        no_outlook,
        DataCheck("softer_than_actual", "目標值不如最近實際值", tuple(_softer(scorecard))),
        DataCheck("far_above", FAR_ABOVE_NOTE + "，目標值沒有提高", tuple(_far_above(scorecard))),
    )


def consultation_hints(plan: Plan, proposals: Collection[ProposalLine], today: date) -> tuple[str, ...]:
    """What divisions were asked and nobody has answered or decided yet, as sentences. proposals: the open ones."""
    if not plan.is_draft:
        return ()
    found = [f"還有 {len(proposals)} 項科室建議目標值待處理。"] if proposals else []
    if plan.is_shared_on(today):
        found.append("徵詢科室的期限還沒到。")
    return tuple(found)


def _empty(kind: str, lines: Iterable[ThemeLine | PerspectiveLine]) -> Iterator[Finding]:
    return (_finding(kind, line) for line in lines if not line.objectives)


def _finding(kind: str, line: ThemeLine | PerspectiveLine) -> Finding:
    return Finding(kind, line.id, line.code, line.name)


def _softer(scorecard: Scorecard) -> Iterator[Finding]:
    """Targets of any year, against the last actual before the edition."""
    for kpi, measure in _measures(scorecard):
        last = _last_year_with_actual(scorecard, measure)
        if last is None:
            continue
        actual = measure.cells[last].actual
        assert actual is not None
        years = [
            year.year
            for year in scorecard.target_years
            if is_softer_than_actual(measure.direction, measure.cells[year.year].target, actual)
        ]
        if years:
            targets = "、".join(f"{year_text(year)} {measure.cells[year].target_text}" for year in years)
            side = "高於" if measure.direction == Direction.LOWER else "低於"
            reached = f"{year_text(last)}實際 {grouped(actual)}{unit_after(measure.unit)}"
            yield Finding("kpi", kpi.id, kpi.code, f"{kpi.name}：{targets}，{side} {reached}")


def _far_above(scorecard: Scorecard) -> Iterator[Finding]:
    """Of the edition's own year: a target that was not raised above that of the last year met so far above."""
    for kpi, measure in _measures(scorecard):
        earlier = {
            year.year: measure.cells[year.year] for year in scorecard.baseline_years if year.year in measure.cells
        }
        rates = {year: cell.outcome.rate for year, cell in earlier.items()}
        target = measure.cell.target
        if target is None or not is_met_far_above(rates):
            continue
        last = earlier[max(year for year, rate in rates.items() if rate is not None)]
        if last.target is None or not is_softer(measure.direction, target, last.target):
            yield Finding(
                "kpi", kpi.id, kpi.code, f"{kpi.name}：{year_text(scorecard.year.year)} {measure.cell.target_text}"
            )


def _measures(scorecard: Scorecard) -> Iterator[tuple[KPILine, MeasureLine]]:
    return ((kpi, measure) for kpi in scorecard.kpis for measure in kpi.measures)


def _last_year_with_actual(scorecard: Scorecard, measure: MeasureLine) -> int | None:
    years = [
        year.year
        for year in scorecard.baseline_years
        if year.year in measure.cells and measure.cells[year.year].actual is not None
    ]
    return max(years, default=None)
