"""Texts inside the boxes of a strategy map: cards, theme headers and perspective labels, in map units.

Boxes grow with their texts: nothing is ever clipped.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .map_paths import Box, number
from .map_shapes import (
    Card,
    Column,
    FontSizes,
    LineHeights,
    Mark,
    Place,
    PlacedCard,
    PlacedColumn,
    PlacedCorner,
    PlacedResult,
    PlacedRow,
    Row,
    Strip,
    TextLine,
)
from .text_wrap import single_line, text_width, wrap

FONTS = FontSizes()
LINES = LineHeights()

LABEL_WIDTH = 104
LABEL_PADDING = 18
LABEL_GAP = 6
RESULT_GAP = 3

CARD_PADDING = 10
CARD_CODE_BASELINE = 22
CARD_FIRST_LINE = 20
CARD_FOOTER = 23
CARD_BOTTOM = 12
LIGHT_RADIUS = 6
STATUS_WIDTH = 3 * 11.5 + 6
# "▲99.9" with a little room at both ends.
MARK_WIDTH = 46
MARK_HEIGHT = 17
MARK_GAP = 5

HEADER_PADDING = 8
HEADER_FIRST_BASELINE = 24
HEADER_BOTTOM = 14
STRIP_HEIGHT = 25
STRIP_BASELINE = 17
# The light beside a word: smaller than a card's; its middle is above the baseline, level with the word.
RESULT_LIGHT_RADIUS = 5
RESULT_LIGHT_RISE = 4
RESULT_WORD_GAP = 4
RESULT_STATUS_WIDTH = 3 * 11.5 + 4

CORNER_SCORE = 27
CORNER_LIGHT = 21

# Far beyond any real name; only a guard against a page kilometres long.
MAX_LINES = 60


class CardTexts(NamedTuple):
    """The wrapped texts of a card, and the least height in map units for them and the footer."""

    code: tuple[str, ...]
    name: tuple[str, ...]
    height: float


def card_texts(card: Card, width: float, *, with_mark: bool = False) -> CardTexts:
    """Wrap code and name for a card of this width. The code shares its line with the light, and the mark if any."""
    inside = width - 2 * CARD_PADDING
    beside_code = 2 * LIGHT_RADIUS + 6 + (MARK_WIDTH + MARK_GAP if with_mark else 0)
    code = wrap(single_line(card.code), inside - beside_code, FONTS.card_code, MAX_LINES) or ("",)
    name = wrap(single_line(card.name), inside, FONTS.card_name, MAX_LINES) or ("",)
    texts = (len(code) - 1) * LINES.card_code + (len(name) - 1) * LINES.card_name
    return CardTexts(code, name, CARD_CODE_BASELINE + CARD_FIRST_LINE + texts + CARD_FOOTER + CARD_BOTTOM)


def placed_card(card: Card, box: Box, texts: CardTexts, *, with_mark: bool = False) -> PlacedCard:
    """The box is at least as high as the texts need; the footer is at the box's bottom."""
    left, right = box.x + CARD_PADDING, box.x + box.w - CARD_PADDING
    first = box.y + CARD_CODE_BASELINE
    name = first + (len(texts.code) - 1) * LINES.card_code + CARD_FIRST_LINE
    footer = box.y + box.h - CARD_BOTTOM
    return PlacedCard(
        code=card.code,
        name=card.name,
        column=card.column,
        row=card.row,
        x=number(box.x),
        y=number(box.y),
        w=number(box.w),
        h=number(box.h),
        code_lines=_lines(texts.code, left, first, LINES.card_code),
        name_lines=_lines(texts.name, left, name, LINES.card_name),
        light=_place(right - LIGHT_RADIUS, first - 4),
        light_radius=LIGHT_RADIUS,
        status=_place(left, footer),
        tally=_place(left + STATUS_WIDTH, footer),
        score=_place(right, footer),
        mark=_mark(right - 2 * LIGHT_RADIUS - MARK_GAP, first) if with_mark else None,
    )


def placed_header(
    columns: Sequence[Column], starts: Sequence[float], width: float, *, top: float
) -> tuple[PlacedColumn, ...]:
    """Header boxes of all themes, of one height. starts: their left edges."""
    inside = width - 2 * HEADER_PADDING
    # Code and name share a line only where they do so in every theme: neighbours look alike.
    together = [wrap(_code_and_name(column), inside, FONTS.theme_name) for column in columns]
    names = together
    if any(len(lines) > 1 for lines in together):
        names = [
            wrap(single_line(column.code), inside, FONTS.theme_name, MAX_LINES)
            + wrap(single_line(column.name), inside, FONTS.theme_name, MAX_LINES)
            for column in columns
        ]
    leads = [wrap(single_line(column.lead_division or ""), inside, FONTS.theme_lead, MAX_LINES) for column in columns]
    tallest = max(
        (len(name) * LINES.theme_name + len(lead) * LINES.theme_lead for name, lead in zip(names, leads, strict=True)),
        default=0,
    )
    # Room for a name and a division even where no theme has one: the plan's score is beside the headers.
    room = max(tallest, LINES.theme_name + LINES.theme_lead)
    named = HEADER_FIRST_BASELINE - LINES.theme_name + room + HEADER_BOTTOM
    foot = top + named + STRIP_BASELINE
    placed = []
    for place, column in enumerate(columns):
        middle = starts[place] + width / 2
        first = top + HEADER_FIRST_BASELINE + (room - tallest) / 2
        lead = first + (len(names[place]) - 1) * LINES.theme_name + LINES.theme_lead + 1
        placed.append(
            PlacedColumn(
                code=column.code,
                name=column.name,
                x=number(starts[place]),
                y=number(top),
                w=number(width),
                h=number(named + STRIP_HEIGHT),
                name_lines=_lines(names[place], middle, first, LINES.theme_name),
                lead_lines=_lines(leads[place], middle, lead, LINES.theme_lead),
                strip=Strip(number(starts[place] + 1), number(top + named), number(width - 2), STRIP_HEIGHT - 1),
                result=_result(
                    starts[place] + CARD_PADDING,
                    foot,
                    right=starts[place] + width - CARD_PADDING,
                    with_tally=True,
                ),
            )
        )
    return tuple(placed)


def placed_corner(*, top: float, height: float, left: float) -> PlacedCorner:
    """The plan's score in the middle of a box as high as the headers and as wide as the perspectives' labels."""
    x = left + LABEL_PADDING
    title = top + (height - CORNER_SCORE - CORNER_LIGHT + FONTS.row_note) / 2
    return PlacedCorner(
        x=number(left),
        y=number(top),
        w=LABEL_WIDTH,
        h=number(height),
        title=_place(x, title),
        score=_place(x, title + CORNER_SCORE),
        result=_result(x, title + CORNER_SCORE + CORNER_LIGHT),
    )


def _code_and_name(column: Column) -> str:
    return f"{single_line(column.code)}\u3000{single_line(column.name)}"


class RowTexts(NamedTuple):
    """The wrapped label of a perspective and its height. beside: x of the tally after the code's start; 0: below it."""

    name: tuple[str, ...]
    code: tuple[str, ...]
    height: float
    beside: float


def row_texts(row: Row) -> RowTexts:
    """Wrap name and code for the label at the left of the band."""
    inside = LABEL_WIDTH - LABEL_PADDING - LABEL_GAP
    name = wrap(single_line(row.name), inside, FONTS.row_name, MAX_LINES)
    code = wrap(single_line(row.code), inside, FONTS.row_note, MAX_LINES)
    code_width = text_width(code[0], FONTS.row_note) if len(code) == 1 else 0
    # The tally follows a short code, and is below a long one.
    beside = code_width + 5 if 0 < code_width <= 2 * FONTS.row_note else 0
    notes = len(code) + (1 if beside else 2)
    return RowTexts(name, code, len(name) * LINES.row_name + notes * LINES.row_note + RESULT_GAP, beside)


def placed_row(row: Row, place: int, texts: RowTexts, band: Box, inside: tuple[float, float]) -> PlacedRow:
    """A band, with its label centred on its inside. inside: start and size of the area that holds the cards."""
    x = band.x + LABEL_PADDING
    name = inside[0] + (inside[1] - texts.height) / 2 + FONTS.row_name
    code = name + (len(texts.name) - 1) * LINES.row_name + LINES.row_note + 2
    tally_y = code + (len(texts.code) - (1 if texts.beside else 0)) * LINES.row_note
    return PlacedRow(
        code=row.code,
        name=row.name,
        number=place + 1,
        x=number(band.x),
        y=number(band.y),
        w=number(band.w),
        h=number(band.h),
        label_width=LABEL_WIDTH,
        name_lines=_lines(texts.name, x, name, LINES.row_name),
        code_lines=_lines(texts.code, x, code, LINES.row_note),
        tally=_place(x + texts.beside, tally_y),
        result=_result(x, tally_y + LINES.row_note + RESULT_GAP, right=band.x + LABEL_WIDTH - LABEL_GAP),
    )


def _lines(texts: Iterable[str], x: float, first: float, step: float) -> tuple[TextLine, ...]:
    return tuple(TextLine(text, number(x), number(first + place * step)) for place, text in enumerate(texts))


def _result(left: float, baseline: float, *, right: float | None = None, with_tally: bool = False) -> PlacedResult:
    """A light and its word from `left`, the tally after them, and the score, which ends at `right`."""
    word = left + 2 * RESULT_LIGHT_RADIUS + RESULT_WORD_GAP
    return PlacedResult(
        start=_place(left, baseline),
        light=_place(left + RESULT_LIGHT_RADIUS, baseline - RESULT_LIGHT_RISE),
        status=_place(word, baseline),
        tally=_place(word + RESULT_STATUS_WIDTH, baseline) if with_tally else None,
        score=None if right is None else _place(right, baseline),
    )


def _mark(right: float, baseline: float) -> Mark:
    """The mark that ends at `right`, its text on the baseline of the code."""
    x, y = right - MARK_WIDTH, baseline - 4 - MARK_HEIGHT / 2
    return Mark(number(x), number(y), MARK_WIDTH, MARK_HEIGHT, _place(x + MARK_WIDTH / 2, baseline))


def _place(x: float, y: float) -> Place:
    return Place(number(x), number(y))
