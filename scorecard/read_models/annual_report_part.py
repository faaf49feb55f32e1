"""Which part of a plan an annual report is about, and the scorecard cut down to it; no figure is judged anew."""

from dataclasses import dataclass, replace

from scorecard.read_models.scorecard import Scored

KINDS = {"perspective": "構面", "theme": "策略主題", "division": "科室"}


class NoSuchPart(LookupError):
    """The plan has no such perspective, theme or division with a KPI."""


@dataclass(frozen=True)
class Choices:
    """What a reader wants of the annual report. part: "" for the whole plan, else 「theme-A」, 「division-12」.

    with_appendix: how achievement is computed, the form's instructions, and the filled form inside the PDF.
    include_provisional: figures not approved yet are shown, counted and marked.
    """

    part: str = ""
    with_appendix: bool = True
    include_provisional: bool = False

    @property
    def query(self):
        """(name, value) pairs of its URL, without what is usual; read_choices() makes the same of them."""
        pairs = [("part", self.part)] if self.part else []
        pairs += [] if self.with_appendix else [("appendix", "0")]
        return tuple(pairs + ([("provisional", "1")] if self.include_provisional else []))


def read_choices(query):
    """The Choices of a URL's parameters, or None where they are not to be understood; a part is not looked up here."""
    part, appendix, provisional = (query.get(name, "") for name in ("part", "appendix", "provisional"))
    kind, _, key = part.partition("-")
    if (part and (kind not in KINDS or not key)) or appendix not in ("", "0", "1"):
        return None
    return Choices(part, appendix != "0", provisional == "1")


@dataclass(frozen=True)
class Part:
    """A perspective, theme or division as the subject of a report; line carries its score."""

    kind: str
    name: str
    line: Scored

    @property
    def text(self):
        """「策略主題 A 市政大樓」."""
        return f"{KINDS[self.kind]} {self.name}"


def parts_of(scorecard):
    """(kind's name, ((「theme-A」, Part), …)) of all that has a KPI, in the scorecard's order."""
    found = {
        "perspective": [(line.code, Part("perspective", line.name, line)) for line in scorecard.perspectives],
        "theme": [(line.code, Part("theme", line.full_name, line)) for line in scorecard.themes],
        "division": [(str(line.id), Part("division", line.name, line)) for line in scorecard.divisions],
    }
    return tuple(
        (KINDS[kind], tuple((f"{kind}-{key}", part) for key, part in pairs if part.line.kpis))
        for kind, pairs in found.items()
    )


def find_part(scorecard, part):
    """The Part of a code such as 「theme-A」. Raises NoSuchPart."""
    found = dict(pair for _, pairs in parts_of(scorecard) for pair in pairs)
    if part not in found:
        raise NoSuchPart(part)
    return found[part]


def cut_down(scorecard, part):
    """The scorecard with the part's KPIs alone and the part's score as its own.

    Scores of lines that lose KPIs stay those of the whole line; the report does not print them beside fewer KPIs than
    they stand for.
    """
    kept = {kpi.id for kpi in part.line.kpis}

    def cut(line):
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
    )
