"""The strategy map of a scorecard: what each card says, and where it stands."""

from dataclasses import dataclass

from scorecard.drawing.map_layout import lay_out
from scorecard.drawing.map_shapes import Arrow, Card, Column, MapLayout, PlacedCard, PlacedColumn, PlacedRow, Row
from scorecard.read_models.scorecard import ObjectiveLine, PerspectiveLine, Scorecard, ThemeLine
from scorecard.read_models.year_comparison import Change

# Shown larger than this times its own size, a map of few themes would look like a poster.
LARGEST_SCALE = 1.25
# Shown smaller than this, a wide map's texts could not be read: it scrolls instead.
WIDE = 960


@dataclass(frozen=True)
class MapCard:
    """One objective in its place. is_faded: the filter of the page is about other objectives.

    change: what became of its score since the year compared with; None on a map of one year.
    """

    objective: ObjectiveLine
    theme: ThemeLine
    place: PlacedCard
    is_faded: bool
    change: Change | None = None

    @property
    def aria_label(self):
        """What the card says to somebody who hears it."""
        line = self.objective
        said = f"{line.code} {line.name}：{line.status.label}，得分 {line.score_text}，{line.tally_text}"
        return f"{said}，{self.change.aria_label}" if self.change else said

    @property
    def plan_label(self):
        """What the card says on a map without results."""
        line = self.objective
        return f"{line.code} {line.name}：KPI {len(line.kpis)} 項"


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

    @property
    def by_perspective(self):
        """Perspectives with their cards in reading order, for the table that says what the map shows."""
        return tuple(
            (perspective, tuple(card for card in self.cards if card.place.row == perspective.code))
            for perspective, _ in self.rows
        )

    @property
    def links(self):
        """(cause, effect, reason) of every link, causes in reading order."""
        lines = {card.objective.code: card.objective for card in self.cards}
        places = {code: place for place, code in enumerate(lines)}
        links = sorted(self.scorecard.links, key=lambda link: (places[link.cause], places[link.effect]))
        return tuple((lines[link.cause], lines[link.effect], link.reason) for link in links)

    @property
    def largest_width(self):
        """The greatest width at which the map is shown, in CSS pixels."""
        return round(self.layout.width * LARGEST_SCALE)

    @property
    def largest_height(self):
        """The height that belongs to the largest width."""
        return round(self.layout.height * LARGEST_SCALE)

    @property
    def is_wide(self):
        """Whether the map needs a wide window to be read."""
        return self.layout.width > WIDE


def build_strategy_map(scorecard, *, statuses=frozenset(), theme="", objectives=None, comparison=None):
    """The map of a scorecard built with its links. statuses, theme (a code) and objectives (a set of codes, or None)
    fade what they do not name; no query.

    comparison: a Comparison whose later scorecard this is; its changes stand on the cards.
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
    changes = comparison.by_code if comparison else {}
    cards = []
    for place in layout.cards:
        objective = scorecard.objectives_by_code[place.code]
        is_faded = bool(statuses and objective.status not in statuses) or bool(theme and objective.theme_code != theme)
        is_faded |= objectives is not None and place.code not in objectives
        cards.append(MapCard(objective, themes[place.column], place, is_faded, changes.get(place.code)))
    return StrategyMap(
        scorecard,
        layout,
        tuple(zip(scorecard.themes, layout.columns, strict=True)),
        tuple(zip(scorecard.perspectives, layout.rows, strict=True)),
        tuple(cards),
    )
