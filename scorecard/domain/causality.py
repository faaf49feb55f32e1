"""Chains of cause and effect (domain.md §1, 因果關係): codes in, codes and sentences out; no ORM."""

from collections import deque
from collections.abc import Iterable


def chain(links: Iterable[tuple[str, str]], start: str, goal: str) -> tuple[str, ...] | None:
    """The shortest way from start to goal along (cause, effect) pairs, both ends included; None where there is none.

    Of several shortest ways the one whose codes come first, so that the same links always give the same answer.
    """
    effects: dict[str, set[str]] = {}
    for cause, effect in links:
        effects.setdefault(cause, set()).add(effect)
    found = {start: (start,)}
    waiting = deque([start])
    while waiting:
        code = waiting.popleft()
        if code == goal:
            return found[code]
        for effect in sorted(effects.get(code, set()) - found.keys()):
            found[effect] = (*found[code], effect)
            waiting.append(effect)
    return None


def cycle_made_by(links: Iterable[tuple[str, str]], cause: str, effect: str) -> tuple[str, ...] | None:
    """The cycle that one more link would close, from its cause round to its cause again; None where it closes none."""
    way_back = chain(links, effect, cause)
    return None if way_back is None else (cause, *way_back)


def cycle_text(cycle: Iterable[str]) -> str:
    """The sentence that refuses a cycle, its path named."""
    return f"會形成循環：{' → '.join(cycle)}。因果關係不能繞回自己；請改選目標，或先移除其中一個關係。"
