"""Input and output of the layout of a strategy map. For units and order see map_layout."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FontSizes:
    """The font sizes of the measured texts; a template must not exceed them."""

    theme_name: float = 14
    theme_lead: float = 12
    row_name: float = 15
    row_note: float = 11.5
    card_code: float = 12
    card_name: float = 13
    card_small: float = 11.5
    card_mark: float = 11
    plan_score: float = 24


@dataclass(frozen=True)
class LineHeights:
    """Distance of baselines, per kind of text."""

    theme_name: float = 19
    theme_lead: float = 17
    row_name: float = 21
    row_note: float = 17
    card_code: float = 16
    card_name: float = 18


@dataclass(frozen=True)
class Column:
    """A theme. lead_division is empty or None where no division leads it."""

    code: str
    name: str
    lead_division: str | None = None


@dataclass(frozen=True)
class Row:
    """A perspective."""

    code: str
    name: str


@dataclass(frozen=True)
class Card:
    """An objective in the cell of a column's and a row's code."""

    code: str
    name: str
    column: str
    row: str


@dataclass(frozen=True)
class Arrow:
    """A link between the codes of two cards. reason "": none given."""

    cause: str
    effect: str
    reason: str = ""


@dataclass(frozen=True)
class Place:
    """A point: of a text its baseline, of a light its middle."""

    x: float
    y: float


@dataclass(frozen=True)
class Mark:
    """A box for a few characters, with the middle and the baseline of its text."""

    x: float
    y: float
    w: float
    h: float
    text: Place


@dataclass(frozen=True)
class Strip:
    """Part of a box."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class TextLine:
    """One line of text with the x of its anchor and the y of its baseline."""

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class PlacedResult:
    """A light and its word, a tally and a score on one line, as at the foot of a card. start: where the line begins.

    light is the middle of the light; status and tally are anchored at their start, score at its end. A tally or score
    is None where it is not on this line.
    """

    start: Place
    light: Place
    status: Place
    tally: Place | None
    score: Place | None


@dataclass(frozen=True)
class PlacedColumn:
    """Header box of a theme. Lines are anchored in the middle; name_lines contain the code.

    strip is the lowest part of the box, and result is inside it.
    """

    code: str
    name: str
    x: float
    y: float
    w: float
    h: float
    name_lines: tuple[TextLine, ...]
    lead_lines: tuple[TextLine, ...]
    strip: Strip
    result: PlacedResult


@dataclass(frozen=True)
class PlacedRow:
    """Band of a perspective. number counts from 1, for the tint. Texts are anchored at their start.

    The label takes the first label_width units of the band, where no link runs. code_lines is one line for any usual
    code. tally is the place of "達成 6／8" after or below it; result is that of light and score at the foot.
    """

    code: str
    name: str
    number: int
    x: float
    y: float
    w: float
    h: float
    label_width: float
    name_lines: tuple[TextLine, ...]
    code_lines: tuple[TextLine, ...]
    tally: Place
    result: PlacedResult


@dataclass(frozen=True)
class PlacedCorner:
    """The plan's own score, large, beside the themes and above the perspectives, between its title and its result."""

    x: float
    y: float
    w: float
    h: float
    title: Place
    score: Place
    result: PlacedResult


@dataclass(frozen=True)
class PlacedCard:
    """code_lines, name_lines, status and tally are anchored at their start, score at its end.

    light is the middle of the status light, light_radius its radius. The footer holds a status word of three
    ideographs, a tally of five digits and a score of five ("100 %"). mark is the place between code and light for what
    changed ("▲99.9"); None on a map without marks.
    """

    code: str
    name: str
    column: str
    row: str
    x: float
    y: float
    w: float
    h: float
    code_lines: tuple[TextLine, ...]
    name_lines: tuple[TextLine, ...]
    light: Place
    light_radius: float
    status: Place
    tally: Place
    score: Place
    mark: Mark | None = None


@dataclass(frozen=True)
class PlacedArrow:
    """points are the corners from the cause's edge to the effect's edge; all runs are horizontal or vertical.

    path is the line (stroke only, it ends inside the head), head the closed arrowhead (fill). Arrows to one effect may
    share their last stretch and their head.
    """

    cause: str
    effect: str
    reason: str
    points: tuple[tuple[float, float], ...]
    path: str
    head: str

    @property
    def title(self) -> str:
        """「AL1 → AP1：理由」."""
        return f"{self.cause} → {self.effect}：{self.reason}"


@dataclass(frozen=True)
class MapLayout:
    """A whole map. A page shows it at most `width` CSS pixels wide; few themes make a narrow map.

    corner is None on a map without themes.
    """

    width: float
    height: float
    view_box: str
    columns: tuple[PlacedColumn, ...]
    rows: tuple[PlacedRow, ...]
    cards: tuple[PlacedCard, ...]
    arrows: tuple[PlacedArrow, ...]
    corner: PlacedCorner | None = None
    fonts: FontSizes = FontSizes()
