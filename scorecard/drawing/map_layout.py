"""Coordinates of a strategy map: themes as columns, perspectives as rows, objectives as cards, links between them.

Pure geometry in map units. One unit is about one CSS pixel where the Secretariat's eight themes fill a page 1440
wide. Every number in the result is an int or has one decimal: a template only prints it. Colours, words and scores
belong to the template; this module reserves their places.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from .map_boxes import (
    LABEL_WIDTH,
    CardTexts,
    RowTexts,
    card_texts,
    placed_card,
    placed_corner,
    placed_header,
    placed_row,
    row_texts,
)
from .map_paths import Box, Frame, head_path, line_path, number, trace
from .map_routes import Lane, RoutePlan, Spot, across, down, plan_routes
from .map_shapes import (
    Arrow,
    Card,
    Column,
    MapLayout,
    Place,
    PlacedArrow,
    PlacedCard,
    PlacedColumn,
    PlacedRow,
    Row,
    TextLine,
)

__all__ = [
    "Arrow",
    "Card",
    "Column",
    "MapLayout",
    "Place",
    "PlacedArrow",
    "PlacedCard",
    "PlacedColumn",
    "PlacedRow",
    "Row",
    "TextLine",
    "lay_out",
]


SHEET_WIDTH = 1376
SHEET_MARGIN = 2
BAND_GAP = 8
HEADER_GAP = 8

# Room for nine ideographs a line.
CARD_MIN_WIDTH = 138
CARD_MAX_WIDTH = 220
EMPTY_ROW_HEIGHT = 48

TRACK_STEP = 6
STAGGER = TRACK_STEP / 2
GAP_ACROSS = 44
# Two tracks fit without the columns moving apart.
GAP_DOWN = 20
GAP_LABEL_SIDE = 10
GAP_RIGHT_SIDE = 14
GAP_STACK = 14
# Least room beside the outermost track: an arrowhead and a corner above and below, a corner left and right.
ROOM_ACROSS = 15
ROOM_DOWN = 7
ROOM_DOWN_LEVEL = 12
GAP_UPRIGHT = 22


def lay_out(
    *,
    columns: Sequence[Column],
    rows: Sequence[Row],
    cards: Sequence[Card],
    arrows: Iterable[Arrow] = (),
    sheet_width: float = SHEET_WIDTH,
    with_marks: bool = False,
) -> MapLayout:
    """Place everything. with_marks: reserve room on every card for what changed between two years.

    Columns and rows keep their order, and so do the cards of one cell; the order of arrows makes no difference. The
    result has cards in reading order (row, column, place) and arrows by length. sheet_width is a goal: a card is
    between CARD_MIN_WIDTH and CARD_MAX_WIDTH wide, so few themes make a narrower sheet and many make a wider one.

    Raises ValueError for a code used twice, a card outside the grid, an arrow to an unknown card or to its own cause.
    """
    cells = _cells(columns, rows, cards)
    spots = {
        card.code: Spot(row, column, place, len(stack))
        for (row, column), stack in cells.items()
        for place, card in enumerate(stack)
    }
    arrows = list(arrows)
    _check_arrows(arrows, spots)
    plan = plan_routes(
        spots, [(arrow.cause, arrow.effect) for arrow in arrows], row_count=len(rows), column_count=len(columns)
    )
    xs = _horizontal_axis(plan, len(columns), sheet_width)
    heads = placed_header(columns, xs.starts, xs.sizes[0] if columns else CARD_MIN_WIDTH, top=SHEET_MARGIN)
    labels = [row_texts(row) for row in rows]
    texts = {card.code: card_texts(card, xs.sizes[0], with_mark=with_marks) for card in cards}
    piles = _piles(plan, cells, texts, len(rows))
    ys = _vertical_axis(plan, piles, labels, top=heads[0].y + heads[0].h + HEADER_GAP if heads else SHEET_MARGIN)
    boxes = {code: _box(spot, xs, ys, piles[spot.row]) for code, spot in spots.items()}
    frame = Frame(boxes, _origins(plan, spots, xs, ys, piles), TRACK_STEP)
    corners = {(route.cause, route.effect): points for route, points in trace(plan, spots, frame)}
    order = {link: place for place, link in enumerate(corners)}
    width, height = number(xs.end), number(ys.end)
    return MapLayout(
        width=width,
        height=height,
        view_box=f"0 0 {width} {height}",
        columns=heads,
        rows=tuple(
            placed_row(row, place, labels[place], _band(place, xs, ys), (ys.starts[place], ys.sizes[place]))
            for place, row in enumerate(rows)
        ),
        cards=tuple(
            placed_card(card, boxes[card.code], texts[card.code], with_mark=with_marks)
            for card in sorted(cards, key=lambda card: spots[card.code])
        ),
        arrows=tuple(
            _placed_arrow(arrow, corners[arrow.cause, arrow.effect])
            for arrow in sorted(arrows, key=lambda arrow: (order[arrow.cause, arrow.effect], arrow.reason))
        ),
        corner=placed_corner(top=SHEET_MARGIN, height=heads[0].h, left=SHEET_MARGIN) if heads else None,
    )


def _cells(columns: Sequence[Column], rows: Sequence[Row], cards: Sequence[Card]) -> dict[tuple[int, int], list[Card]]:
    """By (row, column) index; the cards of a cell keep their order."""
    for kind, things in (("column", columns), ("row", rows), ("card", cards)):
        if len({thing.code for thing in things}) < len(things):
            raise ValueError(f"a {kind} code is used twice")
    row_of = {row.code: place for place, row in enumerate(rows)}
    column_of = {column.code: place for place, column in enumerate(columns)}
    cells: dict[tuple[int, int], list[Card]] = {}
    for card in cards:
        if card.row not in row_of or card.column not in column_of:
            raise ValueError(f"card {card.code} stands in no row or column of the map")
        cells.setdefault((row_of[card.row], column_of[card.column]), []).append(card)
    return cells


def _check_arrows(arrows: Iterable[Arrow], spots: Mapping[str, Spot]) -> None:
    for arrow in arrows:
        if arrow.cause not in spots or arrow.effect not in spots:
            raise ValueError(f"arrow {arrow.cause} → {arrow.effect}: no such card")
        if arrow.cause == arrow.effect:
            raise ValueError(f"arrow from {arrow.cause} to itself")


class _Axis(NamedTuple):
    """Where columns (or the insides of rows) start, and the gaps before, between and after them."""

    starts: tuple[float, ...]
    sizes: tuple[float, ...]
    gap_starts: tuple[float, ...]
    gap_sizes: tuple[float, ...]
    end: float


class _Pile(NamedTuple):
    """The cards of a row: all of the same height and distance. height: that of the tallest cell."""

    card: float
    gap: float
    height: float
    tracks: int


def _axis(start: float, sizes: Sequence[float], gaps: Sequence[float]) -> _Axis:
    steps = [gaps[0]]
    for size, gap in zip(sizes, gaps[1:], strict=True):
        steps += [size, gap]
    points = [start, *(start + step for step in accumulate(steps))]
    return _Axis(tuple(points[1:-1:2]), tuple(sizes), tuple(points[:-1:2]), tuple(gaps), points[-1] + SHEET_MARGIN)


def _gap(plan: RoutePlan, lane: Lane, least: float, room: float) -> float:
    """Size of a lane that holds its tracks with room beside the outermost ones."""
    tracks = plan.counts.get(lane, 0)
    return max(least, 2 * room + (tracks - 1) * TRACK_STEP) if tracks else least


def _horizontal_axis(plan: RoutePlan, column_count: int, sheet_width: float) -> _Axis:
    gaps: list[float] = []
    for place in range(column_count + 1):
        least = GAP_DOWN
        if place == 0:
            least = GAP_LABEL_SIDE
        elif place == column_count:
            least = GAP_RIGHT_SIDE
        room = ROOM_DOWN
        if place in plan.level_gaps:
            least = max(least, GAP_DOWN)
            room = ROOM_DOWN_LEVEL
        gaps.append(_gap(plan, down(place), least, room))
    free = sheet_width - 2 * SHEET_MARGIN - LABEL_WIDTH - sum(gaps)
    card_width = min(CARD_MAX_WIDTH, max(CARD_MIN_WIDTH, free // max(1, column_count)))
    return _axis(SHEET_MARGIN + LABEL_WIDTH, [card_width] * column_count, gaps)


def _piles(
    plan: RoutePlan, cells: Mapping[tuple[int, int], list[Card]], texts: Mapping[str, CardTexts], row_count: int
) -> list[_Pile]:
    piles = []
    for row in range(row_count):
        stacks = [stack for (place, _column), stack in cells.items() if place == row]
        height = max((texts[card.code].height for stack in stacks for card in stack), default=0)
        tracks = max(
            (count for lane, count in plan.counts.items() if lane.kind == "cell" and lane.row == row), default=0
        )
        gap: float = GAP_UPRIGHT if row in plan.upright_rows else GAP_STACK
        if tracks:
            gap = max(gap, 2 * ROOM_ACROSS + (tracks - 1) * TRACK_STEP + STAGGER)
        deepest = max(map(len, stacks), default=0)
        piles.append(_Pile(height, gap, max(EMPTY_ROW_HEIGHT, deepest * height + (deepest - 1) * gap), tracks))
    return piles


def _vertical_axis(plan: RoutePlan, piles: Sequence[_Pile], labels: Sequence[RowTexts], *, top: float) -> _Axis:
    edge = (GAP_ACROSS - BAND_GAP) / 2
    gaps = [
        _gap(plan, across(place), GAP_ACROSS if 0 < place < len(piles) else edge, ROOM_ACROSS)
        for place in range(len(piles) + 1)
    ]
    insides = [max(pile.height, label.height) for pile, label in zip(piles, labels, strict=True)]
    return _axis(top, insides, gaps)


def _box(spot: Spot, xs: _Axis, ys: _Axis, pile: _Pile) -> Box:
    step = pile.card + pile.gap
    height = spot.stack * step - pile.gap
    y = ys.starts[spot.row] + (ys.sizes[spot.row] - height) / 2 + spot.place * step
    return Box(xs.starts[spot.column], y, xs.sizes[spot.column], pile.card)


def _origins(
    plan: RoutePlan, spots: Mapping[str, Spot], xs: _Axis, ys: _Axis, piles: Sequence[_Pile]
) -> dict[Lane, float]:
    """Coordinate of the first track of every lane in use; the tracks together are centred in the lane."""
    stacks = {(spot.row, spot.column): spot for spot in spots.values()}
    origins: dict[Lane, float] = {}
    for lane, count in plan.counts.items():
        if lane.kind == "cell":
            pile = piles[lane.row]
            above = stacks[lane.row, lane.column]._replace(place=lane.gap)
            spread = (pile.tracks - 1) * TRACK_STEP + STAGGER
            # Tracks of neighbouring cells must not end at the same height in the gap between them.
            shift = STAGGER if lane.column % 2 else 0
            origins[lane] = _box(above, xs, ys, pile).y + pile.card + (pile.gap - spread) / 2 + shift
            continue
        axis, place = (xs, lane.column) if lane.is_down else (ys, lane.row)
        origins[lane] = axis.gap_starts[place] + (axis.gap_sizes[place] - (count - 1) * TRACK_STEP) / 2
    return origins


def _placed_arrow(arrow: Arrow, points: tuple[tuple[float, float], ...]) -> PlacedArrow:
    return PlacedArrow(
        cause=arrow.cause,
        effect=arrow.effect,
        reason=arrow.reason,
        points=tuple((number(x), number(y)) for x, y in points),
        path=line_path(points),
        head=head_path(points),
    )


def _band(place: int, xs: _Axis, ys: _Axis) -> Box:
    """Bands meet in the middle of the gap between their rows; the outer gaps belong to the outer bands."""
    last = place == len(ys.starts) - 1
    above, below = ys.gap_sizes[place], ys.gap_sizes[place + 1]
    top = ys.gap_starts[place] + ((above + BAND_GAP) / 2 if place else 0)
    bottom = ys.gap_starts[place + 1] + (below if last else (below - BAND_GAP) / 2)
    return Box(SHEET_MARGIN, top, xs.end - 2 * SHEET_MARGIN, bottom - top)
