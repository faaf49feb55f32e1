"""Search over an edition: objectives, KPIs, action plans, themes and divisions of one Scorecard. No query.

Objectives and KPIs are found by what they were called in other editions, too (edition_search.py).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from scorecard.domain.choices import Status
from scorecard.domain.text_folding import has_words, words
from scorecard.read_models.edition_search import KPI_PAGE, OBJECTIVE, EditionRow, FoundRow, Lineages, matches, told
from scorecard.read_models.scorecard import KPILine, ObjectiveLine, Scorecard

MAX_QUERY_LENGTH = 100


@dataclass(frozen=True)
class Hit:
    """page and key identify its page; passage is the text in which a word was found, or "".

    year: of the edition that has it, None for the scorecard's own. editions: all that have it, the scorecard's and
    earlier ones, or later ones beside it; none where there is only one.
    """

    code: str
    name: str
    page: str
    key: str | int
    passage: str = ""
    status: Status | None = None
    year: int | None = None
    editions: tuple[FoundRow, ...] = ()


@dataclass(frozen=True)
class HitGroup:
    """The hits of one kind, in the scorecard's order."""

    title: str
    hits: tuple[Hit, ...]


def search(scorecard: Scorecard, query: str, lineages: Lineages | None = None) -> tuple[HitGroup, ...]:
    """The items that contain every word of the query, by kind. A blank query finds nothing.

    Kinds without a hit are left out. Full and half width, capitals, and 台 and 臺 are equal (text_folding.py).
    Build the scorecard with its action plans. lineages: rows_of() the scorecard's edition and those before it.
    """
    wanted = words(query[:MAX_QUERY_LENGTH])
    if not wanted:
        return ()
    over = lineages or {}
    objectives = {line.lineage: _objective_hit(line) for line in scorecard.objectives}
    kpis = {kpi.lineage: _kpi_hit(kpi) for kpi in scorecard.kpis}
    found = {line.lineage for line in scorecard.objectives if has_words((line.code, line.name), wanted)}
    found |= {kpi.lineage for kpi in scorecard.kpis if has_words(_texts(kpi), wanted)}
    groups = (
        HitGroup("策略目標", tuple(_over_editions(OBJECTIVE, objectives, found, over, wanted))),
        HitGroup("KPI", tuple(_over_editions(KPI_PAGE, kpis, found, over, wanted))),
        HitGroup("行動方案", tuple(_action_plans(scorecard, wanted))),
        HitGroup("策略主題", tuple(_themes(scorecard, wanted))),
        HitGroup("科室", tuple(_divisions(scorecard, wanted))),
    )
    return tuple(group for group in groups if group.hits)


def search_later(lineages: Lineages, query: str) -> tuple[HitGroup, ...]:
    """What editions later than the page's have. lineages: rows_of() those."""
    wanted = words(query[:MAX_QUERY_LENGTH])
    if not wanted:
        return ()
    groups = [
        HitGroup(title, tuple(_hit_elsewhere(rows) for rows in matches(lineages, page, wanted)))
        for title, page in (("策略目標", OBJECTIVE), ("KPI", KPI_PAGE))
    ]
    return tuple(group for group in groups if group.hits)


def _over_editions(
    page: str, own: Mapping[UUID, Hit], found: Collection[UUID], lineages: Lineages, wanted: tuple[str, ...]
) -> Iterator[Hit]:
    """Hits of one kind. own: those of the scorecard by lineage, in its order. found: lineages that it has the words in.

    An earlier code or name leads to what it is now, with its editions; what ended before, to the last that had it.
    """
    elsewhere = {rows[-1].lineage: rows for rows in matches(lineages, page, wanted)}
    for lineage, hit in own.items():
        if lineage in found or lineage in elsewhere:
            rows = lineages.get((page, lineage), [])
            yield replace(hit, editions=told(rows, hit.code, hit.name)) if len(rows) > 1 else hit
    for lineage, rows in elsewhere.items():
        if lineage not in own:
            yield _hit_elsewhere(rows)


def _hit_elsewhere(rows: list[EditionRow]) -> Hit:
    """rows: of one lineage, none of the scorecard's edition."""
    last = rows[-1]
    editions = told(rows, last.code, last.name)
    return Hit(last.code, last.name, last.page, last.code, year=last.year, editions=editions)


def _objective_hit(line: ObjectiveLine) -> Hit:
    return Hit(line.code, line.name, OBJECTIVE, line.code, status=line.status)


def _kpi_hit(kpi: KPILine) -> Hit:
    passage = f"{kpi.formula}（{kpi.division}）" if kpi.formula else kpi.division
    return Hit(kpi.code, kpi.name, KPI_PAGE, kpi.code, passage, kpi.status)


def _texts(kpi: KPILine) -> tuple[str, ...]:
    labels = (measure.label for measure in kpi.measures)
    return (kpi.code, kpi.name, kpi.formula, kpi.unit_text, kpi.division, *labels)


def _action_plans(scorecard: Scorecard, wanted: tuple[str, ...]) -> Iterator[Hit]:
    for kpi in scorecard.kpis:
        for action_plan in kpi.action_plans:
            if has_words((action_plan.code, action_plan.description, action_plan.owner), wanted):
                passage = f"{kpi.code} {kpi.name}（{action_plan.owner}）"
                yield Hit(action_plan.code, action_plan.description, "kpi", kpi.code, passage)


def _themes(scorecard: Scorecard, wanted: tuple[str, ...]) -> Iterator[Hit]:
    for theme in scorecard.themes:
        if has_words((theme.code, theme.name, theme.lead_division), wanted):
            yield Hit(theme.code, theme.name, "theme", theme.code, theme.lead_division, theme.status)


def _divisions(scorecard: Scorecard, wanted: tuple[str, ...]) -> Iterator[Hit]:
    for division in scorecard.divisions:
        if has_words((division.name,), wanted):
            yield Hit("", division.name, "division", division.id, f"{len(division.kpis)} 項 KPI", division.status)
