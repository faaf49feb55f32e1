"""Where the numbers beside a line's points go: clear of each other and of the points, and of the lines if possible."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scorecard.drawing.text_wrap import text_width

FONT_SIZE = 13.0
# How far a line of digits reaches above and below its baseline.
ASCENT, DESCENT = 10.5, 3.0
MARK_RADIUS = 6.0
_BESIDE = 9.0

# (anchor, x, baseline) relative to the point, in the order in which they are tried.
_ABOVE = ("middle", 0.0, -MARK_RADIUS - DESCENT)
_BELOW = ("middle", 0.0, MARK_RADIUS + ASCENT + 1)
_ELSEWHERE = (
    ("start", _BESIDE - 2, -MARK_RADIUS),
    ("end", 2 - _BESIDE, -MARK_RADIUS),
    ("start", _BESIDE - 2, MARK_RADIUS + ASCENT - 2),
    ("end", 2 - _BESIDE, MARK_RADIUS + ASCENT - 2),
    ("start", _BESIDE, 4.0),
    ("end", -_BESIDE, 4.0),
    ("middle", 0.0, _ABOVE[2] - 14),
    ("middle", 0.0, _BELOW[2] + 14),
)


@dataclass(frozen=True)
class Box:
    """A rectangle by its edges; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: "Box") -> bool:
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def meets(self, other: "Box") -> bool:
        """Touching edges do not count."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True)
class Segment:
    """A straight piece of a line."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Wanted:
    """A text wanted at a point. is_above: try above the point first, else below first.

    text "" places nothing; the point itself only has to stay free.
    """

    text: str
    x: float
    y: float
    is_above: bool = True


@dataclass(frozen=True)
class Label:
    """A text with the x of its anchor (start, middle or end) and the y of its baseline."""

    text: str
    x: float
    y: float
    anchor: str

    @property
    def box(self) -> Box:
        """The largest area that the text can take."""
        width = text_width(self.text, FONT_SIZE)
        left = {"start": self.x, "middle": self.x - width / 2, "end": self.x - width}[self.anchor]
        return Box(left, self.y - ASCENT, left + width, self.y + DESCENT)


def place_labels(
    wanted: Iterable[Wanted], box: Box, segments: Sequence[Segment], faint: Sequence[Segment] = ()
) -> tuple[Label | None, ...]:
    """A label for each text, the most important first: all inside the box, clear of each other and of all points.

    A label crosses a line only where every other place is worse, and a faint line rather than another. None where there
    is no place: a number that cannot be read is better left to the table.
    """
    wanted = tuple(wanted)
    marks = [_around(each.x, each.y) for each in wanted]
    taken: list[Box] = []
    placed: list[Label | None] = []
    for each in wanted:
        label = _best(each, box, (segments, faint), marks + taken) if each.text else None
        placed.append(label)
        if label is not None:
            taken.append(label.box)
    return tuple(placed)


def candidates(wanted: Wanted, box: Box) -> tuple[Label, ...]:
    """The places to try, the best first; centred ones move sideways to stay in the box."""
    first = (_ABOVE, _BELOW) if wanted.is_above else (_BELOW, _ABOVE)
    half = text_width(wanted.text, FONT_SIZE) / 2
    made = []
    for anchor, dx, dy in (*first, *_ELSEWHERE):
        x = wanted.x + dx
        if anchor == "middle":
            x = max(box.left + half, min(x, box.right - half))
        made.append(Label(wanted.text, round(x, 1), round(wanted.y + dy, 1), anchor))
    return tuple(made)


def crossings(label: Label, segments: Iterable[Segment]) -> int:
    return sum(_runs_through(segment, label.box) for segment in segments)


def _best(wanted: Wanted, box: Box, lines: Sequence[Sequence[Segment]], obstacles: Sequence[Box]) -> Label | None:
    free = [
        label
        for label in candidates(wanted, box)
        if box.holds(label.box) and not any(label.box.meets(obstacle) for obstacle in obstacles)
    ]
    return min(free, key=lambda label: [crossings(label, segments) for segments in lines], default=None)


def _around(x: float, y: float) -> Box:
    return Box(x - MARK_RADIUS, y - MARK_RADIUS, x + MARK_RADIUS, y + MARK_RADIUS)


def _runs_through(segment: Segment, box: Box) -> bool:
    """Liang–Barsky: clip the segment to each edge of the box and see whether anything remains."""
    dx, dy = segment.x2 - segment.x1, segment.y2 - segment.y1
    start, end = 0.0, 1.0
    for step, room in (
        (-dx, segment.x1 - box.left),
        (dx, box.right - segment.x1),
        (-dy, segment.y1 - box.top),
        (dy, box.bottom - segment.y1),
    ):
        if step == 0:
            if room <= 0:
                return False
        elif step < 0:
            start = max(start, room / step)
        else:
            end = min(end, room / step)
    return start < end
