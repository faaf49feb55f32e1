"""The strategy map as numbers: nothing overlaps, nothing is clipped, everything stays on the sheet."""

from dataclasses import asdict, replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.drawing.map_boxes import RESULT_LIGHT_RADIUS
from scorecard.drawing.map_layout import Arrow, Card, Column, Row, lay_out
from scorecard.drawing.text_wrap import text_width

from .map_plans import box_of, plans, secretariat


def disjoint(one, other) -> bool:
    return (
        one.x + one.w <= other.x or other.x + other.w <= one.x or one.y + one.h <= other.y or other.y + other.h <= one.y
    )


def inside(box, x: float, y: float, margin: float = 0) -> bool:
    return box.x + margin <= x <= box.x + box.w - margin and box.y + margin <= y <= box.y + box.h - margin


def line_fits(line, font_size: float, left: float, right: float, top: float, bottom: float, *, middle=False) -> bool:
    """Whether a line of text with its ascent and descent stays between the four edges."""
    width = text_width(line.text, font_size)
    start = line.x - width / 2 if middle else line.x
    return (
        left <= start + 0.06
        and start + width <= right + 0.06
        and top <= line.y - 0.88 * font_size
        and line.y + 0.2 * font_size <= bottom
    )


def numbers_in(value):
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return [] if value is None or isinstance(value, str) else [value]
    return [number for part in value for number in numbers_in(part)]


def check_cards(plan, layout):
    """They stand apart, each in its band and under its theme."""
    columns = {column.code: column for column in layout.columns}
    rows = {row.code: row for row in layout.rows}
    assert sorted(card.code for card in layout.cards) == sorted(card.code for card in plan["cards"])
    assert all(disjoint(one, other) for one, other in combinations(layout.cards, 2))
    for card in layout.cards:
        column, row = columns[card.column], rows[card.row]
        assert (card.x, card.w) == (column.x, column.w)
        assert row.y < card.y and card.y + card.h < row.y + row.h
        assert card.x >= row.x + row.label_width


def check_bands_and_headers(plan, layout):
    """They stand apart on the sheet in their order."""
    assert [row.code for row in layout.rows] == [row.code for row in plan["rows"]]
    assert [column.code for column in layout.columns] == [column.code for column in plan["columns"]]
    for things in (layout.columns, layout.rows):
        assert all(disjoint(one, other) for one, other in combinations(things, 2))
    assert all(disjoint(one, row) for one in (layout.corner, *layout.columns) for row in layout.rows)
    assert all(disjoint(layout.corner, column) for column in layout.columns)
    for thing in (*layout.columns, *layout.rows, *layout.cards):
        x, y, w, h = box_of(thing)
        assert x >= 0 and y >= 0 and x + w <= layout.width and y + h <= layout.height
    assert layout.view_box == f"0 0 {layout.width} {layout.height}"


def check_texts(layout):
    """Every text fits its box and meets no other."""
    fonts = layout.fonts
    for card in layout.cards:
        left, right, bottom = card.x, card.x + card.w, card.y + card.h
        beside_light = card.light.x - card.light_radius
        assert all(line_fits(line, fonts.card_code, left, beside_light, card.y, bottom) for line in card.code_lines)
        footer = card.status.y - fonts.card_small
        assert all(line_fits(line, fonts.card_name, left, right, card.y, footer) for line in card.name_lines)
        below_code = card.code_lines[-1].y
        assert all(line.y - 0.88 * fonts.card_name > below_code for line in card.name_lines)
        assert inside(card, card.light.x, card.light.y, card.light_radius)
        assert all(inside(card, place.x, place.y) for place in (card.status, card.tally, card.score))
        assert card.tally.x + text_width("12/15", fonts.card_small) < card.score.x - text_width("100 %", 11.5)
    for column in layout.columns:
        strip, result = column.strip, column.result
        assert inside(column, strip.x, strip.y) and inside(column, strip.x + strip.w, strip.y + strip.h)
        check_result(result, strip, fonts.card_small)
        assert result.tally.x >= result.status.x + text_width("無統計", fonts.card_small)
        free = result.score.x - text_width("99.9", fonts.card_small) - result.tally.x
        assert text_width("12／15", fonts.card_small) < free
        edges = (column.x, column.x + column.w, column.y, strip.y)
        assert all(line_fits(line, fonts.theme_name, *edges, middle=True) for line in column.name_lines)
        assert all(line_fits(line, fonts.theme_lead, *edges, middle=True) for line in column.lead_lines)
        ys = [line.y for line in (*column.name_lines, *column.lead_lines)]
        assert all(below - above >= fonts.theme_lead for above, below in zip(ys, ys[1:], strict=False))
    for row in layout.rows:
        edges = (row.x, row.x + row.label_width, row.y, row.y + row.h)
        assert all(line_fits(line, fonts.row_name, *edges) for line in row.name_lines)
        assert all(line_fits(line, fonts.row_note, *edges) for line in row.code_lines)
        assert inside(row, row.tally.x, row.tally.y)
        check_result(row.result, replace(row, w=row.label_width), fonts.card_small)
        assert row.tally.y + 0.2 * fonts.row_note < row.result.status.y - 0.88 * fonts.card_small
    corner = layout.corner
    check_result(corner.result, corner, fonts.card_small)
    assert corner.y < corner.title.y - 0.88 * fonts.card_small
    assert corner.title.y < corner.score.y - 0.75 * fonts.plan_score
    assert corner.score.y < corner.result.status.y - 0.88 * fonts.card_small
    assert corner.score.x + text_width("99.9", fonts.plan_score) < corner.x + corner.w


def check_result(result, box, font_size):
    """Light, word and score stand in the box and beside each other."""
    assert inside(box, result.light.x, result.light.y, RESULT_LIGHT_RADIUS)
    assert result.light.x + RESULT_LIGHT_RADIUS < result.status.x
    assert inside(box, result.status.x, result.status.y - 0.88 * font_size)
    assert inside(box, result.status.x + text_width("無統計", font_size), result.status.y + 0.2 * font_size)
    if result.score:
        assert inside(box, result.score.x, result.score.y)
        # A word of three characters means that there is no score.
        assert result.score.x - text_width("—", font_size) > result.status.x + text_width("無統計", font_size)
        assert result.score.x - text_width("99.9", font_size) > result.status.x + text_width("接近", font_size)


# Drawing a plan takes longest, so that all that is true of every one is asked of the same.
@settings(max_examples=settings().max_examples // 2)
@given(plans(max_links=20))
def test_cards_bands_and_headers_stand_apart_in_their_order_and_every_text_fits_its_box(plan):
    layout = lay_out(**plan)
    check_cards(plan, layout)
    check_bands_and_headers(plan, layout)
    check_texts(layout)


@given(plans())
def test_names_are_shown_whole_and_the_same_plan_gives_the_same_numbers_with_one_decimal_at_most(plan):
    def without_space(texts) -> str:
        return "".join("".join(texts).split())

    layout = lay_out(**plan)
    assert lay_out(**plan) == layout
    assert all(number == round(number, 1) for number in numbers_in(asdict(layout)))
    for card in layout.cards:
        if card.name.isprintable():
            assert without_space(line.text for line in card.name_lines) == without_space(card.name)


@given(plans(names=st.just("提升公文處理效率")))
def test_cards_of_a_row_are_of_one_height_and_come_in_reading_order(plan):
    layout = lay_out(**plan)
    for row in layout.rows:
        assert len({card.h for card in layout.cards if card.row == row.code}) <= 1
    rows = [row.code for row in plan["rows"]]
    columns = [column.code for column in plan["columns"]]
    keys = [(rows.index(card.row), columns.index(card.column), card.y) for card in layout.cards]
    assert keys == sorted(keys)


@pytest.mark.parametrize("links", ["", None])
def test_the_secretariats_map_fills_a_landscape_page(links):
    layout = lay_out(**(secretariat() if links is None else secretariat(links)))
    assert len(layout.cards) == 34
    assert len(layout.arrows) == (31 if links is None else 0)
    assert layout.width == 1376
    assert 1.41 <= layout.width / layout.height <= 1.7
    assert {len(card.name_lines) for card in layout.cards} == {1, 2}
    assert all(len(column.name_lines) == len(column.lead_lines) == 1 for column in layout.columns)
    assert layout.columns[0].name_lines[0].text == "A　優化職舍環境"
    assert [line.text for line in layout.rows[1].name_lines] == ["內部流程"]


def test_few_links_move_no_column():
    bare, linked = lay_out(**secretariat("")), lay_out(**secretariat())
    assert [column.x for column in bare.columns] == [column.x for column in linked.columns]


def test_cards_of_one_cell_stand_in_the_order_given_and_around_the_rows_middle():
    layout = lay_out(**secretariat(""))
    cards = {card.code: card for card in layout.cards}
    upper, lower, neighbour = cards["DP1"], cards["DP2"], cards["CP1"]
    assert upper.y + upper.h < lower.y
    assert neighbour.y + neighbour.h / 2 == (upper.y + lower.y + lower.h) / 2


def test_few_themes_make_a_narrow_sheet_and_many_a_wide_one_with_readable_cards():
    def sheet(themes: int):
        columns = [Column(str(place), "優化職舍環境", "總務組") for place in range(themes)]
        cards = [Card(column.code, "提高員工職舍配住率", column.code, "C") for column in columns]
        return lay_out(columns=columns, rows=[Row("C", "顧客"), Row("P", "內部流程")], cards=cards)

    one, eight, twelve = sheet(1), sheet(8), sheet(12)
    assert one.width < 400 and one.cards[0].w == 220
    assert eight.width == 1376
    assert twelve.width > 1376 and twelve.cards[0].w == eight.cards[0].w


def test_a_long_theme_name_puts_the_code_of_every_theme_on_its_own_line():
    plan = secretariat("")
    plan["columns"][2] = replace(plan["columns"][2], name="活化辦公場域並提升空間使用效益")
    layout = lay_out(**plan)
    assert [column.name_lines[0].text for column in layout.columns] == list("ABCDEFGH")
    assert len({column.h for column in layout.columns}) == 1


def test_a_long_code_keeps_clear_of_the_light():
    card = Card("秘書處-顧客構面-策略目標-001", "名稱", "A", "C")
    layout = lay_out(columns=[Column("A", "主題")] * 1, rows=[Row("C", "顧客")], cards=[card])
    placed = layout.cards[0]
    assert len(placed.code_lines) > 1 or placed.w > 200
    assert placed.name_lines[0].y > placed.code_lines[-1].y


def test_a_plan_without_anything_is_an_empty_sheet():
    layout = lay_out(columns=[], rows=[], cards=[])
    assert layout.width > 0 and layout.height > 0
    assert layout.cards == layout.rows == layout.columns == layout.arrows == ()
    assert layout.corner is None


def test_a_card_of_ten_thousand_characters_ends_in_an_ellipsis():
    card = Card("A1", "文" * 10_000, "A", "C")
    placed = lay_out(columns=[Column("A", "主題")], rows=[Row("C", "顧客")], cards=[card]).cards[0]
    assert len(placed.name_lines) == 60
    assert placed.name_lines[-1].text.endswith("…")


ONE_CARD = {"columns": [Column("A", "主題")], "rows": [Row("C", "顧客")], "cards": [Card("AC1", "目標", "A", "C")]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"cards": [Card("AC1", "目標", "B", "C")]},
        {"cards": [Card("AC1", "目標", "A", "P")]},
        {"cards": [Card("AC1", "目標", "A", "C")] * 2},
        {"columns": [Column("A", "主題"), Column("A", "主題")]},
        {"rows": [Row("C", "顧客"), Row("C", "顧客")]},
        {"arrows": [Arrow("AC1", "AC1")]},
        {"arrows": [Arrow("AC1", "XX1")]},
    ],
)
def test_contradictory_input_is_refused(wrong):
    with pytest.raises(ValueError):
        lay_out(**{**ONE_CARD, **wrong})


@given(plans(max_links=5))
def test_a_mark_stands_between_code_and_light_and_meets_neither(plan):
    layout = lay_out(**plan, with_marks=True)
    fonts = layout.fonts
    for card in layout.cards:
        mark = card.mark
        assert mark.x + mark.w < card.light.x - card.light_radius
        assert card.y < mark.y and all(mark.y + mark.h < line.y - 0.7 * fonts.card_name for line in card.name_lines)
        assert all(
            line_fits(line, fonts.card_code, card.x, mark.x, card.y, card.y + card.h) for line in card.code_lines
        )
        assert text_width("▲99.9", fonts.card_mark) < mark.w
        assert inside(mark, mark.text.x, mark.text.y)
