"""Links of the strategy map run in the lanes: never across a card, never on top of an unrelated link."""

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.drawing.map_layout import Arrow, Card, Column, Row, lay_out
from scorecard.drawing.map_routes import Side, Spot, across, down, plan_routes, within
from scorecard.drawing.map_tracks import Demand, assign_tracks

from .map_plans import box_of, enters_box, plans, runs, secretariat, shared_length

FEW_NAMES = st.text(alphabet="提升公文處理效率", min_size=2, max_size=30)


def crossings(layout) -> list[str]:
    """Every place where a link touches the inside of a card, a header or a label."""
    boxes = [(card.code, box_of(card)) for card in layout.cards]
    boxes += [(column.code, box_of(column)) for column in layout.columns]
    boxes += [(row.code, (row.x, row.y, row.label_width, row.h)) for row in layout.rows]
    return [
        f"{arrow.cause}→{arrow.effect} crosses {code}"
        for arrow in layout.arrows
        for run in runs(arrow.points)
        for code, box in boxes
        if enters_box(run, box)
    ]


def overlaps(layout) -> list[str]:
    """Stretches shared by links that have neither cause nor effect in common."""
    found = []
    for one, other in combinations(layout.arrows, 2):
        if one.cause == other.cause or one.effect == other.effect:
            continue
        for mine in runs(one.points):
            for theirs in runs(other.points):
                if shared_length(mine, theirs) > 0.5:
                    found.append(f"{one.cause}→{one.effect} on {other.cause}→{other.effect}: {mine} {theirs}")
    return found


def is_on_edge(point, card) -> bool:
    x, y = point
    on_upright = x in (card.x, card.x + card.w) and card.y < y < card.y + card.h
    on_level = abs(y - card.y) < 0.06 or abs(y - card.y - card.h) < 0.06
    return on_upright or (on_level and card.x < x < card.x + card.w)


def head_box(before, tip):
    """The arrowhead's rectangle: 8 units long, 9 across."""
    (x1, y1), (x2, y2) = before, tip
    if x1 == x2:
        return x2 - 4.5, y2 if y1 > y2 else y2 - 8, 9, 8
    return x2 if x1 > x2 else x2 - 8, y2 - 4.5, 8, 9


def check_ends_and_corners(plan, layout):
    """Every link runs from edge to edge at right angles inside the sheet."""
    cards = {card.code: card for card in layout.cards}
    assert {(arrow.cause, arrow.effect) for arrow in layout.arrows} == {
        (arrow.cause, arrow.effect) for arrow in plan["arrows"]
    }
    for arrow in layout.arrows:
        assert is_on_edge(arrow.points[0], cards[arrow.cause])
        assert is_on_edge(arrow.points[-1], cards[arrow.effect])
        assert all(0 <= x <= layout.width and 0 <= y <= layout.height for x, y in arrow.points)
        for (x1, y1), (x2, y2) in runs(arrow.points):
            assert (x1 == x2) != (y1 == y2)
        (x1, y1), (x2, y2) = runs(arrow.points)[-1]
        assert abs(x1 - x2) + abs(y1 - y2) >= 8, "no room for the arrowhead"


def check_arrowheads(layout):
    """No link runs across the arrowhead of another effect."""
    for arrow in layout.arrows:
        head = head_box(*arrow.points[-2:])
        others = (other for other in layout.arrows if other.effect != arrow.effect)
        assert not any(enters_box(run, head) for other in others for run in runs(other.points))


# Drawing and laying out a plan takes longest, so that all that is true of every one is asked of the same.
@settings(max_examples=settings().max_examples // 2)
@given(plans(names=FEW_NAMES))
def test_links_cross_nothing_share_no_stretch_run_from_edge_to_edge_and_keep_off_other_arrowheads(plan):
    layout = lay_out(**plan)
    assert crossings(layout) == []
    assert overlaps(layout) == []
    check_ends_and_corners(plan, layout)
    check_arrowheads(layout)


@given(plans(names=FEW_NAMES), st.randoms(use_true_random=False))
def test_the_order_of_links_makes_no_difference(plan, shuffler: random.Random):
    layout = lay_out(**plan)
    shuffled = list(plan["arrows"])
    shuffler.shuffle(shuffled)
    assert lay_out(**{**plan, "arrows": shuffled}) == layout


def test_the_secretariats_map_with_links_is_untangled():
    layout = lay_out(**secretariat())
    assert crossings(layout) == []
    assert overlaps(layout) == []
    bends = {(arrow.cause, arrow.effect): len(arrow.points) - 2 for arrow in layout.arrows}
    assert bends["AP1", "AC1"] == bends["DP2", "DP1"] == bends["DL1", "DP2"] == 0
    assert bends["HP1", "DC1"] == 2
    assert bends["BF1", "BP1"] == bends["DP2", "HC1"] == 3
    assert max(bends.values()) <= 4


def grid(*codes: str, columns: int = 3, rows: int = 3, links: str = ""):
    """A layout of cards named column, row, place ("A00"), and its links by (cause, effect)."""
    layout = lay_out(
        columns=[Column(chr(65 + place), f"主題{place}") for place in range(columns)],
        rows=[Row(str(place), f"構面{place}") for place in range(rows)],
        cards=[Card(code, "目標", code[0], code[1]) for code in codes],
        arrows=[Arrow(*link.split(">")) for link in links.split()],
    )
    assert crossings(layout) == overlaps(layout) == []
    return {(arrow.cause, arrow.effect): arrow for arrow in layout.arrows}, {card.code: card for card in layout.cards}


def test_a_cause_right_below_its_effect_is_joined_by_a_straight_line_between_the_middles():
    arrows, cards = grid("A00", "A10", links="A10>A00")
    above, below = cards["A00"], cards["A10"]
    middle = above.x + above.w / 2
    assert arrows["A10", "A00"].points == ((middle, below.y), (middle, above.y + above.h))


def test_an_empty_cell_between_cause_and_effect_is_run_straight_through():
    arrows, _cards = grid("A00", "A20", "B20", links="A20>A00 B20>A00")
    assert len(arrows["A20", "A00"].points) == 2
    assert len(arrows["B20", "A00"].points) == 4


def test_a_card_between_cause_and_effect_is_passed_in_the_lane_beside_it():
    arrows, cards = grid("A00", "A10", "A20", links="A20>A00")
    xs = {x for x, _y in arrows["A20", "A00"].points}
    assert min(xs) < cards["A10"].x or max(xs) > cards["A10"].x + cards["A10"].w


def test_links_downwards_and_upwards_between_two_cards_run_side_by_side():
    arrows, _cards = grid("A00", "A10", links="A00>A10 A10>A00")
    up, down_ = arrows["A10", "A00"], arrows["A00", "A10"]
    assert abs(up.points[0][0] - down_.points[0][0]) >= 12


def test_neighbours_in_a_row_are_joined_by_straight_lines_both_ways():
    arrows, _cards = grid("A00", "B00", links="A00>B00 B00>A00")
    assert all(len(arrow.points) == 2 for arrow in arrows.values())
    assert len({arrow.points[0][1] for arrow in arrows.values()}) == 2


def test_links_to_one_effect_arrive_at_one_arrowhead():
    arrows, _cards = grid("B00", "A10", "B10", "C10", "A20", links="A10>B00 B10>B00 C10>B00 A20>B00")
    assert len({arrow.head for arrow in arrows.values()}) == 1


def test_an_arrowhead_is_a_triangle_whose_tip_touches_the_effects_edge():
    arrows, cards = grid("A00", "A10", links="A10>A00")
    effect = cards["A00"]
    x, y = effect.x + effect.w / 2, effect.y + effect.h
    assert arrows["A10", "A00"].head == f"M{x:g} {y:g} L{x - 4.5:g} {y + 8:g} L{x + 4.5:g} {y + 8:g} Z"
    assert arrows["A10", "A00"].path == f"M{x:g} {cards['A10'].y:g} L{x:g} {y + 7:g}"


def test_corners_are_rounded():
    arrows, _cards = grid("A00", "B10", links="B10>A00")
    assert arrows["B10", "A00"].path.count("Q") == 2


def test_stacked_cards_are_reached_through_the_gap_between_them():
    spots = {"top": Spot(0, 0, 0, 2), "bottom": Spot(0, 0, 1, 2), "far": Spot(1, 1, 0, 1)}
    (route,) = plan_routes(spots, [("far", "top")], row_count=2, column_count=2).routes
    assert route.enters is Side.BOTTOM
    assert route.lanes[-1] == within(0, 0, 0)
    assert route.lanes[-2] in (down(0), down(1))


def test_a_link_given_twice_is_planned_once():
    spots = {"a": Spot(0, 0, 0, 1), "b": Spot(1, 1, 0, 1)}
    plan = plan_routes(spots, [("b", "a"), ("b", "a")], row_count=2, column_count=2)
    assert [route.lanes for route in plan.routes] == [(across(1),)]


def test_a_link_from_a_card_to_itself_is_refused():
    with pytest.raises(ValueError):
        plan_routes({"a": Spot(0, 0, 0, 1)}, [("a", "a")], row_count=1, column_count=1)


def demand(*turns: tuple[float, int]) -> Demand:
    made = Demand(unit=1)
    for position, towards in turns:
        made.add(position, towards)
    return made


def test_tracks_are_ordered_so_that_nested_links_do_not_cross():
    nested = {"outer": demand((0, 1), (9, -1)), "inner": demand((3, 1), (6, -1)), "later": demand((20, 1), (22, 1))}
    tracks = assign_tracks(nested)
    assert tracks["outer"] != tracks["inner"]
    assert tracks["later"] == 0
    same_side = {"outer": demand((0, 1), (9, 1)), "inner": demand((3, 1), (6, 1))}
    assert assign_tracks(same_side) == {"outer": 0, "inner": 1}
