"""The strategy map of a scorecard: the content of each card, and its place."""

from collections.abc import Collection
from dataclasses import dataclass

from scorecard.domain.choices import Status
from scorecard.drawing.map_layout import lay_out
from scorecard.drawing.map_shapes import Arrow, Card, Column, MapLayout, PlacedCard, PlacedColumn, PlacedRow, Row
from scorecard.read_models.scorecard import ObjectiveLine, PerspectiveLine, Scorecard, ThemeLine
from scorecard.read_models.year_comparison import Change, Comparison

# Greatest enlargement: beyond it a map of few themes looks like a poster.
LARGEST_SCALE = 1.25
# Least width in CSS pixels at which a wide map is legible: in a narrower window it scrolls.
WIDE = 960


@dataclass(frozen=True)
class MapCard:
    """One objective at its place. is_faded: the page's filter excludes it.

    change: of its score since the other year; None on a map of one year.
    """

    objective: ObjectiveLine
    theme: ThemeLine
    place: PlacedCard
    is_faded: bool
    change: Change | None = None

    @property
    def aria_label(self) -> str:
        line = self.objective
        text = f"{line.code} {line.name}：{line.status.label}，得分 {line.score_text}，{line.tally_text}"
        return f"{text}，{self.change.aria_label}" if self.change else text

    @property
    def plan_label(self) -> str:
        """The text of the card for screen readers on a map without results."""
        line = self.objective
        return f"{line.code} {line.name}：KPI {len(line.kpis)} 項"


@dataclass(frozen=True)
class StrategyMap:
    """Coordinates are in units of the layout."""

    scorecard: Scorecard
    layout: MapLayout
    columns: tuple[tuple[ThemeLine, PlacedColumn], ...]
    rows: tuple[tuple[PerspectiveLine, PlacedRow], ...]
    cards: tuple[MapCard, ...]

    @property
    def is_filtered(self) -> bool:
        return any(card.is_faded for card in self.cards)

    @property
    def by_perspective(self) -> tuple[tuple[PerspectiveLine, tuple[MapCard, ...]], ...]:
        """Perspectives with their cards in reading order, for the table beside the map."""
        return tuple(
            (perspective, tuple(card for card in self.cards if card.place.row == perspective.code))
            for perspective, _ in self.rows
        )

    @property
    def links(self) -> tuple[tuple[ObjectiveLine, ObjectiveLine, str], ...]:
        """(cause, effect, reason) of every link; causes in reading order."""
        lines = {card.objective.code: card.objective for card in self.cards}
        places = {code: place for place, code in enumerate(lines)}
        links = sorted(self.scorecard.links, key=lambda link: (places[link.cause], places[link.effect]))
        return tuple((lines[link.cause], lines[link.effect], link.reason) for link in links)

    @property
    def largest_width(self) -> int:
        """The greatest width of the map on a page, in CSS pixels."""
        return round(self.layout.width * LARGEST_SCALE)

    @property
    def largest_height(self) -> int:
        """The height at the largest width, in CSS pixels."""
        return round(self.layout.height * LARGEST_SCALE)

    @property
    def is_wide(self) -> bool:
        """Whether only a wide window shows the map legibly."""
        return self.layout.width > WIDE


def build_strategy_map(
    scorecard: Scorecard,
    *,
    statuses: Collection[Status] = frozenset(),
    theme: str = "",
    objectives: Collection[str] | None = None,
    comparison: Comparison | None = None,
) -> StrategyMap:
    """The scorecard is built with its links. No query.

    statuses, theme (a code) and objectives (codes, or None) are filters: other objectives are faded. comparison: its
    later scorecard is this one; the cards show its changes.
    """
    layout = lay_out(
        columns=tuple(Column(line.code, line.name, line.lead_division) for line in scorecard.themes),
        rows=tuple(Row(line.code, line.name) for line in scorecard.perspectives),
        cards=tuple(
            Card(line.code, line.name, line.theme_code, line.perspective_code) for line in scorecard.objectives
        ),
        arrows=tuple(Arrow(link.cause, link.effect, link.reason) for link in scorecard.links),
        with_marks=comparison is not None,
    )
    themes = {line.code: line for line in scorecard.themes}
    changes = comparison.by_lineage if comparison else {}
    cards = []
    for place in layout.cards:
        objective = scorecard.objectives_by_code[place.code]
        is_faded = False
        if statuses and objective.status not in statuses:
            is_faded = True
        if theme and objective.theme_code != theme:
            is_faded = True
        if objectives is not None and place.code not in objectives:
            is_faded = True
        cards.append(MapCard(objective, themes[place.column], place, is_faded, changes.get(objective.lineage)))
    return StrategyMap(
        scorecard,
        layout,
        tuple(zip(scorecard.themes, layout.columns, strict=True)),
        tuple(zip(scorecard.perspectives, layout.rows, strict=True)),
        tuple(cards),
    )
