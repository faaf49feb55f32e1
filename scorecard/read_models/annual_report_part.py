"""The part of a plan that an annual report is about, and the scorecard cut down to it. No figure is judged again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from scorecard.read_models.scorecard import DivisionLine, PerspectiveLine, Scorecard, ThemeLine

_Group = TypeVar("_Group", PerspectiveLine, ThemeLine)

KINDS = {"perspective": "構面", "theme": "策略主題", "division": "科室"}


class NoSuchPart(LookupError):
    """The plan has no such perspective, theme or division with a KPI."""


@dataclass(frozen=True)
class Choices:
    """The options of an annual report. part: "" for the whole plan, else 「theme-A」, 「division-12」.

    with_appendix: add how achievement is computed, the form's instructions, and the filled form inside the PDF.
    include_provisional: show and count figures that are not approved yet, and mark them.
    """

    part: str = ""
    with_appendix: bool = True
    include_provisional: bool = False

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """(name, value) pairs of its URL, without defaults; read_choices() is the inverse."""
        pairs = []
        if self.part:
            pairs.append(("part", self.part))
        if not self.with_appendix:
            pairs.append(("appendix", "0"))
        if self.include_provisional:
            pairs.append(("provisional", "1"))
        return tuple(pairs)


def read_choices(query: Mapping[str, str]) -> Choices | None:
    """None where a parameter has an invalid value. Whether the plan has the part is not checked here."""
    part = query.get("part", "")
    appendix = query.get("appendix", "")
    kind, _, key = part.partition("-")
    if part and (kind not in KINDS or not key):
        return None
    if appendix not in ("", "0", "1"):
        return None
    return Choices(part, appendix != "0", query.get("provisional", "") == "1")


@dataclass(frozen=True)
class Part:
    """A perspective, theme or division as the subject of a report; line carries its score."""

    kind: str
    name: str
    line: PerspectiveLine | ThemeLine | DivisionLine

    @property
    def text(self) -> str:
        """「策略主題 A 市政大樓」."""
        return f"{KINDS[self.kind]} {self.name}"


def parts_of(scorecard: Scorecard) -> tuple[tuple[str, tuple[tuple[str, Part], ...]], ...]:
    """(kind's name, ((「theme-A」, Part), …)) of every part that has a KPI, in the scorecard's order."""
    found: dict[str, list[tuple[str, Part]]] = {
        "perspective": [(line.code, Part("perspective", line.name, line)) for line in scorecard.perspectives],
        "theme": [(line.code, Part("theme", line.full_name, line)) for line in scorecard.themes],
        "division": [(str(line.id), Part("division", line.name, line)) for line in scorecard.divisions],
    }
    return tuple(
        (KINDS[kind], tuple((f"{kind}-{key}", part) for key, part in pairs if part.line.kpis))
        for kind, pairs in found.items()
    )


def find_part(scorecard: Scorecard, part: str) -> Part:
    """part: a code such as 「theme-A」. Raises NoSuchPart."""
    found = dict(pair for _, pairs in parts_of(scorecard) for pair in pairs)
    if part not in found:
        raise NoSuchPart(part)
    return found[part]


def cut_down(scorecard: Scorecard, part: Part) -> Scorecard:
    """The scorecard with the part's KPIs alone and the part's score as its own.

    Lines that lose KPIs keep the score of the whole line; the report does not print such a score.
    """
    kept = {kpi.id for kpi in part.line.kpis}

    def cut(line: _Group) -> _Group:
        objectives = tuple(
            replace(objective, kpis=tuple(kpi for kpi in objective.kpis if kpi.id in kept))
            for objective in line.objectives
            if any(kpi.id in kept for kpi in objective.kpis)
        )
        return replace(line, objectives=objectives)

    perspectives = tuple(line for line in map(cut, scorecard.perspectives) if line.objectives)
    objectives = tuple(objective for line in perspectives for objective in line.objectives)
    codes = {objective.code for objective in objectives}
    divisions = (replace(line, kpis=tuple(kpi for kpi in line.kpis if kpi.id in kept)) for line in scorecard.divisions)
    return replace(
        scorecard,
        score=part.line.score,
        perspectives=perspectives,
        themes=tuple(line for line in map(cut, scorecard.themes) if line.objectives),
        objectives=objectives,
        divisions=tuple(line for line in divisions if line.kpis),
        links=tuple(link for link in scorecard.links if {link.cause, link.effect} <= codes),
        earlier_budgets=scorecard.earlier_budgets.of_kpis({kpi.lineage for kpi in part.line.kpis}),
    )
