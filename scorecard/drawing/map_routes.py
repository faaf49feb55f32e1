"""Ways of the cause → effect links of a strategy map, chosen before any coordinate is known.

The map is a grid of cells, each with a stack of cards. Links run only in lanes, where no card can be: `across` lanes
between rows (the whole width), `cell` lanes between two stacked cards (as wide as the cell) and `down` lanes between
columns (the whole height). First every link gets a way through these lanes. Then every lane gets the number of tracks
that it must hold. Only then do lanes and cards get coordinates (map_layout): no link ever leaves its lane.

Links with the same effect run together: they share one track in each lane and arrive at one arrowhead. Links with the
same cause may share the piece that leaves the card. No other links ever share a stretch.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from .map_tracks import Demand, assign_tracks

# The cost of a way, in nominal units; a column is COLUMN_STEP units wide and a row ROW_STEP units high.
COLUMN_STEP = 160
ROW_STEP = 200
COST_BEND = 60
COST_LENGTH = 0.2
COST_SIDE_EXIT = 15
COST_OUTER_LANE = 30
COST_TOP_ENTRY_IN_ROW = 5
COST_BUSY_DOWN = 14
COST_BUSY_ACROSS = 6
# Nominal height that the cards of a row take; the rest of the row is lanes.
STACK_SPREAD = 80
PORT_SPREAD = 5


class Side(StrEnum):
    """Edge of a card on which a link leaves or enters."""

    TOP = "top"
    BOTTOM = "bottom"
    LEFT = "left"
    RIGHT = "right"


class Spot(NamedTuple):
    """The row and column of a card's cell, and its place in the stack from the top, all from 0; stack: its size."""

    row: int
    column: int
    place: int
    stack: int


class Lane(NamedTuple):
    """A strip without cards. across: gap above row `row`; cell: gap below place `gap`; down: gap left of `column`."""

    kind: str
    row: int
    column: int
    gap: int

    @property
    def is_down(self) -> bool:
        """Whether links run vertically in it."""
        return self.kind == "down"


class Net(NamedTuple):
    """The links that share a track: those that enter one card on one side."""

    effect: str
    enters: Side


def across(gap: int) -> Lane:
    """Lane above row `gap`; gap = number of rows is the lane below the last row."""
    return Lane("across", gap, -1, -1)


def within(row: int, column: int, gap: int) -> Lane:
    """Lane below the card at place `gap` of a cell's stack."""
    return Lane("cell", row, column, gap)


def down(gap: int) -> Lane:
    """Lane left of column `gap`; gap = number of columns is the lane right of the last column."""
    return Lane("down", -1, gap, -1)


@dataclass(frozen=True)
class Route:
    """The way of one link: out of the cause, through lanes (across/cell and down in turn), into the effect."""

    cause: str
    effect: str
    leaves: Side
    enters: Side
    lanes: tuple[Lane, ...] = ()

    @property
    def net(self) -> Net:
        return Net(self.effect, self.enters)

    @property
    def is_level(self) -> bool:
        """A straight horizontal arrow between neighbours in a row."""
        return not self.lanes and self.leaves in (Side.LEFT, Side.RIGHT)


@dataclass(frozen=True)
class RoutePlan:
    """Every link's way, and what the lanes must hold.

    tracks: the number of a net's track in a lane, counted from the left or the top. counts: the tracks of each lane in
    use (absent: none). level_gaps: the down lanes that straight horizontal arrows cross. upright_rows: the rows with a
    straight arrow between two stacked cards.
    """

    routes: tuple[Route, ...]
    tracks: Mapping[tuple[Lane, Net], int]
    counts: Mapping[Lane, int]
    level_gaps: frozenset[int]
    upright_rows: frozenset[int]


class Grid:
    """The cells, and which lanes a card's edges face."""

    def __init__(self, spots: Mapping[str, Spot], row_count: int, column_count: int):
        self.spots = spots
        self.row_count = row_count
        self.column_count = column_count
        self.stacks = {(spot.row, spot.column): spot.stack for spot in spots.values()}

    def contacts(self, code: str, side: Side) -> list[Lane]:
        """Horizontal lanes that a vertical line from this edge (TOP or BOTTOM) reaches, nearest first."""
        spot = self.spots[code]
        if side is Side.TOP:
            if spot.place > 0:
                return [within(spot.row, spot.column, spot.place - 1)]
            gaps = range(spot.row, -1, -1)
        else:
            if spot.place < spot.stack - 1:
                return [within(spot.row, spot.column, spot.place)]
            gaps = range(spot.row + 1, self.row_count + 1)
        reached: list[Lane] = []
        for gap in gaps:
            reached.append(across(gap))
            beyond = gap - 1 if side is Side.TOP else gap
            if (beyond, spot.column) in self.stacks:
                break
        return reached

    def down_lanes(self, first: Lane, second: Lane, cause: Spot, effect: Spot) -> Iterator[Lane]:
        """Vertical lanes worth trying between two horizontal ones."""
        allowed = set(range(min(cause.column, effect.column), max(cause.column, effect.column) + 2))
        for lane in (first, second):
            if lane.kind == "cell":
                allowed &= {lane.column, lane.column + 1}
        return (down(gap) for gap in sorted(allowed))

    def is_straight_up(self, lower: Spot, upper: Spot) -> bool:
        """Whether the upper card is above the lower one in its column, with nothing between."""
        if lower.column != upper.column:
            return False
        if lower.row == upper.row:
            return upper.place == lower.place - 1
        between = range(upper.row + 1, lower.row)
        free = not any((row, lower.column) in self.stacks for row in between)
        return upper.row < lower.row and lower.place == 0 and upper.place == upper.stack - 1 and free

    def is_level(self, cause: Spot, effect: Spot) -> bool:
        """Whether two cards of a row are at the same height with nothing between."""
        if cause.row != effect.row or 2 * cause.place - cause.stack != 2 * effect.place - effect.stack:
            return False
        left, right = sorted((cause.column, effect.column))
        return left < right and not any((cause.row, column) in self.stacks for column in range(left + 1, right))


def port_slot(route: Route, *, leaving: bool, heading: int) -> int:
    """The end of a link on a top or bottom edge, in steps right of the middle.

    heading is -1 for a link that turns left, 0 for one that runs straight, 1 for one that turns right. Links that go up
    use the middle, the few that go down its right: the two never run on top of each other.
    """
    side = route.leaves if leaving else route.enters
    if leaving:
        return heading if side is Side.TOP else 3 + heading
    return 0 if side is Side.BOTTOM else 3


def walk(
    start: tuple[float, float], steps: Iterable[tuple[Lane, float]], end: tuple[float, float]
) -> list[tuple[float, float]]:
    """Corner points of a way. steps: each lane with its coordinate; n lanes make n + 3 points."""
    x, y = start
    points = [(x, y)]
    for lane, value in steps:
        x, y = (value, y) if lane.is_down else (x, value)
        points.append((x, y))
    if len(points) > 1:
        points.append((end[0], y))
    points.append(end)
    return points


def heading_of(route: Route, spots: Mapping[str, Spot]) -> int:
    """-1, 0 or 1: the direction in which a link turns after it leaves by the top or bottom."""
    if not route.lanes:
        return 0
    column = spots[route.cause].column
    if len(route.lanes) > 1:
        return 1 if route.lanes[1].column > column else -1
    return 1 if spots[route.effect].column > column else -1


def nominal_points(route: Route, spots: Mapping[str, Spot]) -> list[tuple[float, float]]:
    """A route in nominal units, good enough to compare ways and to order tracks."""
    return walk(
        _nominal_port(route, spots, leaving=True),
        [(lane, _nominal_lane(lane, spots, route)) for lane in route.lanes],
        _nominal_port(route, spots, leaving=False),
    )


def _nominal_lane(lane: Lane, spots: Mapping[str, Spot], route: Route) -> float:
    if lane.is_down:
        return COLUMN_STEP * lane.column
    if lane.kind == "across":
        return ROW_STEP * lane.row
    # A cell's lane is only ever used by a link of one of its own cards.
    ends = (spots[route.cause], spots[route.effect])
    stack = next(spot.stack for spot in ends if (spot.row, spot.column) == (lane.row, lane.column))
    return ROW_STEP * (lane.row + 0.5) + STACK_SPREAD * ((lane.gap + 1) / stack - 0.5)


def _nominal_port(route: Route, spots: Mapping[str, Spot], *, leaving: bool) -> tuple[float, float]:
    spot = spots[route.cause if leaving else route.effect]
    side = route.leaves if leaving else route.enters
    x = COLUMN_STEP * (spot.column + 0.5)
    y = ROW_STEP * (spot.row + 0.5) + STACK_SPREAD * ((spot.place + 0.5) / spot.stack - 0.5)
    if side in (Side.LEFT, Side.RIGHT):
        return x + (-COLUMN_STEP / 4 if side is Side.LEFT else COLUMN_STEP / 4), y
    x += PORT_SPREAD * port_slot(route, leaving=leaving, heading=heading_of(route, spots))
    reach = 0.3 * STACK_SPREAD / spot.stack
    return x, y - reach if side is Side.TOP else y + reach


def plan_routes(
    spots: Mapping[str, Spot], links: Iterable[tuple[str, str]], *, row_count: int, column_count: int
) -> RoutePlan:
    """Choose a way for every (cause, effect) and assign tracks in every lane.

    The order of links makes no difference; a link given twice is planned once. Raises KeyError for a code without a
    spot and ValueError for a link from a card to itself.
    """
    grid = Grid(spots, row_count, column_count)
    busy: dict[Lane, set[Net]] = {}
    routes = []
    for cause, effect in sorted(set(links), key=lambda link: _priority(spots, link)):
        if cause == effect:
            raise ValueError(f"a link from {cause} to itself")
        ways = _ways(grid, cause, effect)
        best = min(ways, key=lambda way: (_cost(way, grid, busy), way.lanes, way.leaves))
        for lane in best.lanes:
            busy.setdefault(lane, set()).add(best.net)
        routes.append(best)
    tracks: dict[tuple[Lane, Net], int] = {}
    counts: dict[Lane, int] = {}
    for lane, demands in _demands(routes, spots).items():
        assigned = assign_tracks(demands)
        counts[lane] = max(assigned.values()) + 1
        tracks.update({(lane, net): track for net, track in assigned.items()})
    return RoutePlan(tuple(routes), tracks, counts, _level_gaps(routes, spots), _upright_rows(routes, spots))


def _priority(spots: Mapping[str, Spot], link: tuple[str, str]) -> tuple[int, Spot, Spot]:
    # Short links first: they have the fewest ways to choose from.
    cause, effect = spots[link[0]], spots[link[1]]
    distance = abs(cause.row - effect.row) + abs(cause.column - effect.column)
    return (distance, effect, cause)


def _ways(grid: Grid, cause: str, effect: str) -> list[Route]:
    here, there = grid.spots[cause], grid.spots[effect]
    if grid.is_straight_up(here, there):
        return [Route(cause, effect, Side.TOP, Side.BOTTOM)]
    if grid.is_straight_up(there, here):
        return [Route(cause, effect, Side.BOTTOM, Side.TOP)]
    if grid.is_level(here, there):
        rightwards = there.column > here.column
        leaves, enters = (Side.RIGHT, Side.LEFT) if rightwards else (Side.LEFT, Side.RIGHT)
        return [Route(cause, effect, leaves, enters)]
    upright = [Side.BOTTOM, Side.TOP]
    if (here.row, here.column) == (there.row, there.column):
        upright = [Side.BOTTOM if there.place < here.place else Side.TOP]
    elif here.row != there.row:
        upright = [Side.BOTTOM if there.row < here.row else Side.TOP]
    exits = [Side.TOP, Side.BOTTOM]
    if here.row != there.row:
        exits = [Side.TOP if there.row < here.row else Side.BOTTOM]
    one_lane = [
        Route(cause, effect, leaves, enters, (lane,))
        for enters in upright
        for leaves in exits
        for lane in grid.contacts(cause, leaves)
        if here.column != there.column and lane in grid.contacts(effect, enters)
    ]
    if one_lane:
        return one_lane
    ways = []
    for enters in upright:
        for last in grid.contacts(effect, enters):
            ways += [Route(cause, effect, *sides, lanes) for sides, lanes in _detours(grid, here, there, last, enters)]
            for leaves in exits:
                for first in grid.contacts(cause, leaves):
                    if first != last:
                        middles = grid.down_lanes(first, last, here, there)
                        ways += [Route(cause, effect, leaves, enters, (first, lane, last)) for lane in middles]
    return ways


def _detours(
    grid: Grid, here: Spot, there: Spot, last: Lane, enters: Side
) -> Iterator[tuple[tuple[Side, Side], tuple[Lane, ...]]]:
    """Ways that leave by a side: (sides, lanes)."""
    for leaves, gap in ((Side.LEFT, here.column), (Side.RIGHT, here.column + 1)):
        first = down(gap)
        if last.kind == "across" or gap in (last.column, last.column + 1):
            yield (leaves, enters), (first, last)
            continue
        for row in range(min(here.row, there.row), max(here.row, there.row) + 2):
            for lane in (down(last.column), down(last.column + 1)):
                yield (leaves, enters), (first, across(row), lane, last)


def _cost(route: Route, grid: Grid, busy: Mapping[Lane, set[Net]]) -> float:
    points = nominal_points(route, grid.spots)
    length = sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in zip(points, points[1:], strict=False))
    cost = COST_BEND * (len(points) - 2) + COST_LENGTH * length
    if route.leaves in (Side.LEFT, Side.RIGHT):
        cost += COST_SIDE_EXIT
    if route.enters is Side.TOP and grid.spots[route.cause].row == grid.spots[route.effect].row:
        cost += COST_TOP_ENTRY_IN_ROW
    for lane in route.lanes:
        others = len(busy.get(lane, set()) - {route.net})
        cost += others * (COST_BUSY_DOWN if lane.is_down else COST_BUSY_ACROSS)
        if lane in (across(0), across(grid.row_count), down(0), down(grid.column_count)):
            cost += COST_OUTER_LANE
    return cost


def _demands(routes: Iterable[Route], spots: Mapping[str, Spot]) -> dict[Lane, dict[Net, Demand]]:
    """Per lane and net: the stretch that the net takes up, and where links turn off it."""
    demands: dict[Lane, dict[Net, Demand]] = {}
    for route in routes:
        points = nominal_points(route, spots)
        for number, lane in enumerate(route.lanes):
            along, beside = (1, 0) if lane.is_down else (0, 1)
            before, first, last, after = points[number : number + 4]
            demand = demands.setdefault(lane, {}).setdefault(
                route.net, Demand(unit=ROW_STEP / 2 if lane.is_down else COLUMN_STEP / 2)
            )
            demand.add(first[along], before[beside] - first[beside])
            demand.add(last[along], after[beside] - last[beside])
    return demands


def _level_gaps(routes: Iterable[Route], spots: Mapping[str, Spot]) -> frozenset[int]:
    gaps: set[int] = set()
    for route in routes:
        if route.is_level:
            left, right = sorted((spots[route.cause].column, spots[route.effect].column))
            gaps.update(range(left + 1, right + 1))
    return frozenset(gaps)


def _upright_rows(routes: Iterable[Route], spots: Mapping[str, Spot]) -> frozenset[int]:
    straight = (route for route in routes if not route.lanes and not route.is_level)
    return frozenset(spots[route.cause].row for route in straight if spots[route.cause].row == spots[route.effect].row)
