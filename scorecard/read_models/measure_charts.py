"""A KPI's charts: the trend of each measure over all years, and the bullet of the scorecard's year."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from scorecard.domain.choices import Direction
from scorecard.domain.explanation import figure
from scorecard.domain.scoring import status_zones
from scorecard.drawing.chart_bars import Bullet, bullet
from scorecard.drawing.trend_chart import Trend, trend
from scorecard.read_models.kpi_series import KPISeries, series_of, unit_breaks
from scorecard.read_models.measure_lines import Cell, FormerMeasure, MeasureLine, MeasureSeries, YearLine
from scorecard.read_models.scorecard import KPILine, Scorecard


@dataclass(frozen=True)
class MeasureCharts:
    """A measure with its charts. The texts say what a chart shows, for readers who cannot see it.

    bullet is None where the year has no target.
    """

    measure: MeasureLine
    trend: Trend
    trend_text: str
    bullet: Bullet | None
    bullet_text: str


@dataclass(frozen=True)
class FormerChart:
    """What a KPI measured before in another unit. years: those with a figure. trend_text: as of MeasureCharts.

    is_same_unit: whether the KPI is measured in that unit still, by another definition.
    """

    measure: FormerMeasure
    years: tuple[YearLine, ...]
    trend: Trend
    trend_text: str
    is_same_unit: bool

    @property
    def heading(self) -> str:
        """「至 105 年，單位：件」."""
        return self.measure.heading

    @property
    def note(self) -> str:
        """Why its figures stand apart."""
        what = "衡量方式" if self.is_same_unit else "單位"
        return f"{what}改變之後，數值不再銜接，另列於此。"


def kpi_charts(scorecard: Scorecard, kpi: KPILine, series: KPISeries | None = None) -> tuple[MeasureCharts, ...]:
    """One for each measure. No query. series: the KPI's over all years; None: over the scorecard's."""
    shown = series or series_of(scorecard, kpi)
    return tuple(_charts(scorecard, shown, measure) for measure in shown.kpi.measures)


def former_charts(series: KPISeries) -> tuple[FormerChart, ...]:
    """One for each former measure. No query."""
    return tuple(_former_chart(series, measure) for measure in series.former)


def _charts(scorecard: Scorecard, series: KPISeries, measure: MeasureLine) -> MeasureCharts:
    name = _name(series.kpi, measure)
    return MeasureCharts(
        measure=measure,
        trend=trend(
            measure.trend_figures(series.years),
            current=scorecard.year.year,
            tolerance=measure.tolerance,
            breaks=unit_breaks(measure, series.former),
        ),
        trend_text=f"{name}各年度實際與目標：{_years_text(series.years, measure)}",
        bullet=_bullet(scorecard, measure),
        bullet_text=f"{name}{scorecard.year.text}：{_year_text(measure.cell)}，{_judgement_text(measure)}",
    )


def _former_chart(series: KPISeries, measure: FormerMeasure) -> FormerChart:
    years = tuple(line for line in series.years if line.year in measure.cells)
    return FormerChart(
        measure=measure,
        years=years,
        trend=trend(measure.trend_figures(years), tolerance=measure.tolerance),
        trend_text=f"{_name(series.kpi, measure)}{measure.heading}：{_years_text(years, measure)}",
        is_same_unit=any(each.unit == measure.unit for each in series.kpi.measures),
    )


def _name(kpi: KPILine, measure: MeasureSeries) -> str:
    return f"{kpi.code} {measure.label or kpi.name}（{measure.unit}）"


def _bullet(scorecard: Scorecard, measure: MeasureLine) -> Bullet | None:
    cell = measure.cell
    if cell.target is None:
        return None
    zones = status_zones(
        target=cell.target,
        direction=measure.direction,
        tolerance=measure.tolerance,
        threshold=scorecard.warning_threshold,
    )
    target_text = f"目標 {figure(cell.target, measure.unit)}"
    if measure.direction == Direction.BAND:
        tolerance = measure.tolerance or Decimal(0)
        target_text = f"目標 {figure(cell.target, '')} ± {figure(tolerance, measure.unit)}"
    return bullet(
        target=cell.target,
        actual=cell.actual,
        zones=[(zone.status, zone.status.label, zone.low, zone.high) for zone in zones],
        target_text=target_text,
        actual_text="" if cell.actual is None else f"實際 {figure(cell.actual, measure.unit)}{_mark(cell)}",
        tolerance=measure.tolerance,
    )


def _years_text(years: Iterable[YearLine], measure: MeasureSeries) -> str:
    return "；".join(f"{year.text}{_year_text(measure.cells[year.year])}" for year in years)


def _year_text(cell: Cell) -> str:
    """「目標 100、實際 93（尚未審核）」, 「實際 無統計」, 「無數值」."""
    parts = []
    if cell.target is not None:
        parts.append(f"目標 {cell.target_text}")
    if cell.actual is not None or cell.actual_note:
        parts.append(f"實際 {cell.actual_text}{_mark(cell)}")
    return "、".join(parts) or "無數值"


def _mark(cell: Cell) -> str:
    return "（尚未審核）" if cell.is_provisional else ""


def _judgement_text(measure: MeasureLine) -> str:
    cell = measure.cell
    rate = "" if cell.outcome.rate is None else f"達成率 {cell.rate_text}，"
    return f"{rate}{cell.status.label}（{measure.direction_text}）"
