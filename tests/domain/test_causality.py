"""Chains of cause and effect: what is found, and that a link is refused exactly when it closes a cycle."""

from hypothesis import given
from hypothesis import strategies as st

from scorecard.domain.causality import chain, cycle_made_by, cycle_text

CODES = st.sampled_from("ABCDEFG")
LINKS = st.lists(st.tuples(CODES, CODES), max_size=15)


def has_cycle(links):
    """Whether the links lead from anything back to itself: what is a cause of nothing left is taken away in turn."""
    rest = set(links)
    while True:
        causes = {cause for cause, _ in rest}
        kept = {(cause, effect) for cause, effect in rest if effect in causes}
        if kept == rest:
            return bool(rest)
        rest = kept


def test_the_shortest_chain_is_found_and_of_two_the_first_by_code():
    links = [("A", "C"), ("A", "B"), ("B", "D"), ("C", "D"), ("A", "E"), ("E", "F"), ("F", "D")]
    assert chain(links, "A", "D") == ("A", "B", "D")
    assert chain(reversed(links), "A", "D") == ("A", "B", "D")


def test_a_chain_follows_links_in_their_direction_only():
    assert chain([("A", "B")], "B", "A") is None


def test_a_chain_from_a_code_to_itself_is_the_code():
    assert chain([], "A", "A") == ("A",)


def test_a_cycle_is_told_from_its_cause_round_to_its_cause():
    links = [("AP1", "AC1"), ("AL1", "AP1")]
    assert cycle_made_by(links, "AC1", "AL1") == ("AC1", "AL1", "AP1", "AC1")
    assert cycle_text(("AC1", "AL1", "AP1", "AC1")).startswith("會形成循環：AC1 → AL1 → AP1 → AC1。")


@given(LINKS, CODES, CODES)
def test_a_link_is_refused_exactly_when_it_closes_a_cycle(links, cause, effect):
    kept = []
    for one, other in links:
        if cycle_made_by(kept, one, other) is None:
            kept.append((one, other))
    assert not has_cycle(kept)
    assert (cycle_made_by(kept, cause, effect) is not None) == has_cycle([*kept, (cause, effect)])


@given(LINKS, CODES, CODES)
def test_every_step_of_a_chain_is_a_link(links, start, goal):
    found = chain(links, start, goal)
    if found is not None:
        assert (found[0], found[-1]) == (start, goal)
        assert len(set(found)) == len(found)
        assert set(zip(found, found[1:], strict=False)) <= set(links)
