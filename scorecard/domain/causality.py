"""Chains of cause and effect (domain.md §1, 因果關係) between the codes of objectives."""

from collections import deque
from collections.abc import Iterable


def chain(links: Iterable[tuple[str, str]], start: str, goal: str) -> tuple[str, ...] | None:
    """The shortest path from start to goal along (cause, effect) pairs, both ends included; None: there is no path.

    Of several shortest paths it is the first by codes, so that the same links always give the same answer.
    """
    effects: dict[str, set[str]] = {}
    for cause, effect in links:
        effects.setdefault(cause, set()).add(effect)
    found: dict[str, tuple[str, ...]] = {start: (start,)}
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
    """The cycle that one more link would close, from its cause back to its cause; None where it closes none."""
    way_back = chain(links, effect, cause)
    return None if way_back is None else (cause, *way_back)


def cycle_text(cycle: Iterable[str]) -> str:
    return f"會形成循環：{' → '.join(cycle)}。因果關係不能繞回自己；請改選目標，或先移除其中一個關係。"
