"""Objectives and KPIs of other editions, by lineage: what is found is found once, whatever its code and name in each.

A page finds its own edition's rows and those of the editions before it. What later editions hold stands beside it:
what a closed year shows never depends on them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from scorecard.domain.text_folding import has_words
from scorecard.models import KPI, Objective, Plan

OBJECTIVE, KPI_PAGE = "objective", "kpi"


@dataclass(frozen=True)
class EditionRow:
    """An objective or a KPI in one edition. page: the name of its address. texts: where words are looked for."""

    page: str
    lineage: UUID
    year: int
    title: str
    code: str
    name: str
    texts: tuple[str, ...]

    def has(self, wanted: tuple[str, ...]) -> bool:
        return has_words(self.texts, wanted)


@dataclass(frozen=True)
class FoundRow:
    """An edition that has what was found. former: 「AC1.2 舊名」 where code or name are not those shown."""

    row: EditionRow
    former: str


# {(page, lineage): the rows of the editions, in the order of years}.
Lineages = dict[tuple[str, UUID], list[EditionRow]]


def rows_of(editions: Iterable[Plan]) -> Lineages:
    """Of all the editions. Two queries."""
    plans = {plan.pk: plan for plan in editions}
    found: Lineages = defaultdict(list)
    rows = [*_objectives(plans), *_kpis(plans)]
    for row in sorted(rows, key=lambda row: row.year):
        found[row.page, row.lineage].append(row)
    return found


def _objectives(plans: dict[int, Plan]) -> Iterator[EditionRow]:
    rows = Objective.objects.filter(plan__in=plans).order_by("position", "id")
    for plan, lineage, code, name in rows.values_list("plan", "lineage", "code", "name"):
        yield EditionRow(OBJECTIVE, lineage, plans[plan].year, plans[plan].title, code, name, (code, name))


def _kpis(plans: dict[int, Plan]) -> Iterator[EditionRow]:
    rows = KPI.objects.filter(plan__in=plans).order_by("position", "id")
    for plan, lineage, *texts in rows.values_list("plan", "lineage", "code", "name", "formula", "division__name"):
        code, name, *_ = texts
        yield EditionRow(KPI_PAGE, lineage, plans[plan].year, plans[plan].title, code, name, tuple(texts))


def matches(lineages: Lineages, page: str, wanted: tuple[str, ...]) -> Iterator[list[EditionRow]]:
    """The rows of each lineage of which some edition has every word, in the order of codes."""
    found = [rows for (kind, _), rows in lineages.items() if kind == page and any(row.has(wanted) for row in rows)]
    yield from sorted(found, key=lambda rows: (rows[-1].code, rows[-1].year))


def told(rows: Iterable[EditionRow], code: str, name: str) -> tuple[FoundRow, ...]:
    """code, name: as they are shown."""
    shown = (code, name)
    return tuple(FoundRow(row, "" if (row.code, row.name) == shown else f"{row.code} {row.name}") for row in rows)


def without(lineages: Lineages, years: Collection[int]) -> Lineages:
    """The rows of the other years."""
    left = {key: [row for row in rows if row.year not in years] for key, rows in lineages.items()}
    return {key: rows for key, rows in left.items() if rows}
