"""The strategy map of a scorecard: what each card says, and where it stands."""

from dataclasses import dataclass

from scorecard.reports.map_layout import lay_out
from scorecard.reports.map_shapes import Arrow, Card, Column, MapLayout, PlacedCard, PlacedColumn, PlacedRow, Row
from scorecard.reports.scorecard import ObjectiveLine, PerspectiveLine, Scorecard, ThemeLine


@dataclass(frozen=True)
class MapCard:
    """One objective in its place. is_faded: the filter of the page is about other objectives."""

    objective: ObjectiveLine
    place: PlacedCard
    is_faded: bool


@dataclass(frozen=True)
class StrategyMap:
    """The map as drawn: a scorecard with coordinates, in units of the layout."""

    scorecard: Scorecard
    layout: MapLayout
    columns: tuple[tuple[ThemeLine, PlacedColumn], ...]
    rows: tuple[tuple[PerspectiveLine, PlacedRow], ...]
    cards: tuple[MapCard, ...]

    @property
    def is_filtered(self):
        """Whether some cards are faded."""
        return any(card.is_faded for card in self.cards)


def build_strategy_map(scorecard, *, statuses=frozenset(), theme=""):
    """The map of a scorecard built with its links. statuses and theme (a code) fade what they do not name; no query."""
    layout = lay_out(
        columns=tuple(Column(line.code, line.name, line.lead_division) for line in scorecard.themes),
        rows=tuple(Row(line.code, line.name) for line in scorecard.perspectives),
        cards=tuple(
            Card(line.code, line.name, line.theme_code, line.perspective_code) for line in scorecard.objectives
        ),
        arrows=tuple(Arrow(link.cause, link.effect, link.reason) for link in scorecard.links),
    )
    cards = []
    for place in layout.cards:
        objective = scorecard.objectives_by_code[place.code]
        is_faded = bool(statuses and objective.status not in statuses) or bool(theme and objective.theme_code != theme)
        cards.append(MapCard(objective, place, is_faded))
    return StrategyMap(
        scorecard,
        layout,
        tuple(zip(scorecard.themes, layout.columns, strict=True)),
        tuple(zip(scorecard.perspectives, layout.rows, strict=True)),
        tuple(cards),
    )
