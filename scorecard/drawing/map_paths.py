"""From planned routes to drawn lines: corner points in map units, rounded SVG paths, arrowheads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .map_routes import Lane, Route, RoutePlan, Side, Spot, heading_of, port_slot, walk

Point = tuple[float, float]

CORNER_RADIUS = 6
HEAD_LENGTH = 8
HEAD_HALF_WIDTH = 4.5
# The line ends a little inside the head: otherwise a hairline shows between the two.
HEAD_OVERLAP = 1
PORT_STEP = 12
SIDE_PORT_CLEARANCE = 5
SIDE_PORT_MARGIN = 12


class Box(NamedTuple):
    """A rectangle in map units."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class Frame:
    """The coordinates of a drawing: each card's box, each lane's first track, and the step between tracks."""

    boxes: Mapping[str, Box]
    origins: Mapping[Lane, float]
    track_step: float


def number(value: float) -> int | float:
    """Rounded to one decimal; an int where the result is whole."""
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded


def trace(plan: RoutePlan, spots: Mapping[str, Spot], frame: Frame) -> list[tuple[Route, tuple[Point, ...]]]:
    """Corner points of every route, from the cause's edge to the effect's edge, without redundant ones."""
    levels, side_ports = _side_heights(plan, spots, frame)
    traced = []
    for route in plan.routes:
        if route.is_level:
            y = levels[route.cause, route.effect]
            start = _side_point(frame, route.cause, route.leaves, y)
            end = _side_point(frame, route.effect, route.enters, y)
        else:
            start = _upright_port(route, spots, frame, leaving=True)
            end = _upright_port(route, spots, frame, leaving=False)
            if route.leaves in (Side.LEFT, Side.RIGHT):
                start = _side_point(frame, route.cause, route.leaves, side_ports[route.cause, route.leaves])
        steps = [(lane, _track(lane, route, plan, frame)) for lane in route.lanes]
        traced.append((route, tuple(_without_needless(walk(start, steps, end)))))
    return traced


def _track(lane: Lane, route: Route, plan: RoutePlan, frame: Frame) -> float:
    return frame.origins[lane] + plan.tracks[lane, route.net] * frame.track_step


def _upright_port(route: Route, spots: Mapping[str, Spot], frame: Frame, *, leaving: bool) -> Point:
    box = frame.boxes[route.cause if leaving else route.effect]
    side = route.leaves if leaving else route.enters
    x = box.x + box.w / 2 + PORT_STEP * port_slot(route, leaving=leaving, heading=heading_of(route, spots))
    return x, box.y if side is Side.TOP else box.y + box.h


def _side_point(frame: Frame, code: str, side: Side, y: float) -> Point:
    box = frame.boxes[code]
    return (box.x if side is Side.LEFT else box.x + box.w), y


def _side_heights(
    plan: RoutePlan, spots: Mapping[str, Spot], frame: Frame
) -> tuple[dict[tuple[str, str], float], dict[tuple[str, Side], float]]:
    """Heights of the lines that leave or enter cards sideways: near the middle, each clear of all others in its gap.

    Returns those of straight arrows by (cause, effect), and those of exits by (card, side).
    """
    taken: dict[tuple[int, int], list[float]] = {}
    for (lane, _net), track in sorted(plan.tracks.items()):
        if lane.kind == "cell":
            for gap in (lane.column, lane.column + 1):
                taken.setdefault((gap, lane.row), []).append(frame.origins[lane] + track * frame.track_step)
    levels: dict[tuple[str, str], float] = {}
    exits: dict[tuple[str, Side], float] = {}
    for route in plan.routes:
        if route.is_level:
            left, right = sorted((spots[route.cause].column, spots[route.effect].column))
            spans = [taken.setdefault((gap, spots[route.cause].row), []) for gap in range(left + 1, right + 1)]
            levels[route.cause, route.effect] = _free_height(frame.boxes[route.cause], spans)
    for route in plan.routes:
        key = (route.cause, route.leaves)
        if not route.is_level and route.leaves in (Side.LEFT, Side.RIGHT) and key not in exits:
            spot = spots[route.cause]
            gap = spot.column + (route.leaves is Side.RIGHT)
            exits[key] = _free_height(frame.boxes[route.cause], [taken.setdefault((gap, spot.row), [])])
    return levels, exits


def _free_height(box: Box, spans: list[list[float]]) -> float:
    """The height nearest the box's middle that is clear of all taken ones. Marks it as taken in every span."""
    middle = round(box.y + box.h / 2)
    reach = max(0, int(box.h / 2 - SIDE_PORT_MARGIN))
    offsets = sorted(range(-reach, reach + 1), key=lambda offset: (abs(offset), offset))

    def clearance(offset: int) -> float:
        return min((abs(middle + offset - y) for span in spans for y in span), default=float("inf"))

    best = next((offset for offset in offsets if clearance(offset) >= SIDE_PORT_CLEARANCE), None)
    if best is None:
        best = max(offsets, key=clearance)
    for span in spans:
        span.append(middle + best)
    return middle + best


def _without_needless(points: list[Point]) -> list[Point]:
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and (kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]):
            kept[-1] = point
        else:
            kept.append(point)
    return kept


def line_path(points: tuple[Point, ...]) -> str:
    """SVG path data of the line with rounded corners, ending at the base of its arrowhead."""
    tip, before = points[-1], points[-2]
    corners = [*points[:-1], _towards(tip, before, HEAD_LENGTH - HEAD_OVERLAP)]
    parts = [f"M{_pair(corners[0])}"]
    for previous, corner, following in zip(corners, corners[1:], corners[2:], strict=False):
        radius = min(CORNER_RADIUS, _distance(previous, corner) / 2, _distance(corner, following) / 2)
        parts.append(f"L{_pair(_towards(corner, previous, radius))}")
        parts.append(f"Q{_pair(corner)} {_pair(_towards(corner, following, radius))}")
    parts.append(f"L{_pair(corners[-1])}")
    return " ".join(parts)


def head_path(points: tuple[Point, ...]) -> str:
    """SVG path data of the arrowhead, a closed triangle whose tip is the last point."""
    tip, before = points[-1], points[-2]
    base = _towards(tip, before, HEAD_LENGTH)
    across = (0, HEAD_HALF_WIDTH) if tip[1] == before[1] else (HEAD_HALF_WIDTH, 0)
    left = (base[0] - across[0], base[1] - across[1])
    right = (base[0] + across[0], base[1] + across[1])
    return f"M{_pair(tip)} L{_pair(left)} L{_pair(right)} Z"


def _distance(a: Point, b: Point) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _towards(start: Point, target: Point, length: float) -> Point:
    """The point at a distance from start on the horizontal or vertical line to target."""
    whole = _distance(start, target) or 1
    share = length / whole
    return start[0] + (target[0] - start[0]) * share, start[1] + (target[1] - start[1]) * share


def _pair(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"
