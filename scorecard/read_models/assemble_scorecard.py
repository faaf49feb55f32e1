"""Makes a Scorecard of its parts. No other module rolls scores up, level by level (decision 0002). No query."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields
from decimal import Decimal
from typing import Any

from scorecard.domain.scoring import Score, kpi_score, roll_up
from scorecard.read_models.scorecard import (
    DivisionLine,
    KPIFacts,
    KPILine,
    ObjectiveFacts,
    ObjectiveLine,
    PerspectiveFacts,
    PerspectiveLine,
    PlanFacts,
    Scorecard,
    ThemeFacts,
    ThemeLine,
)

_KINDS = (PlanFacts, PerspectiveFacts, ThemeFacts, ObjectiveFacts, KPIFacts)
# The names of each kind's fields, read once: fields() takes longer than making a line.
_FACTS: dict[type, tuple[str, ...]] = {kind: tuple(field.name for field in fields(kind)) for kind in _KINDS}


def assemble_scorecard(
    plan: PlanFacts,
    *,
    perspectives: Iterable[PerspectiveFacts],
    themes: Iterable[ThemeFacts],
    objectives: Iterable[ObjectiveFacts],
    kpis: Iterable[KPIFacts],
    divisions: Iterable[tuple[int, str]] | None = None,
) -> Scorecard:
    """The parts are joined by their codes and keep the order in which they are given.

    A KPI without its objective and an objective without its perspective are left out. Lines are facts, too: the lines
    of one scorecard can be assembled again.

    divisions: id and name of each to list; None: those that own a KPI, in the order of the scorecard's KPIs.
    """
    threshold = plan.warning_threshold
    kpis_by_objective: dict[str, list[KPILine]] = defaultdict(list)
    for kpi in kpis:
        kpis_by_objective[kpi.objective_code].append(kpi_line(kpi, threshold))

    objectives_by_perspective: dict[str, list[ObjectiveLine]] = defaultdict(list)
    for objective in objectives:
        own_kpis = tuple(kpis_by_objective[objective.code])
        line = ObjectiveLine(_mean(own_kpis, threshold), **_facts(ObjectiveFacts, objective), kpis=own_kpis)
        objectives_by_perspective[objective.perspective_code].append(line)

    perspective_lines = []
    for perspective in perspectives:
        own = tuple(objectives_by_perspective[perspective.code])
        facts = _facts(PerspectiveFacts, perspective)
        perspective_lines.append(PerspectiveLine(_mean(own, threshold), **facts, objectives=own))

    objective_lines = tuple(objective for line in perspective_lines for objective in line.objectives)
    theme_lines = []
    for theme in themes:
        own = tuple(line for line in objective_lines if line.theme_code == theme.code)
        theme_lines.append(ThemeLine(_mean(own, threshold), **_facts(ThemeFacts, theme), objectives=own))

    kpi_lines = [kpi for objective in objective_lines for kpi in objective.kpis]
    if divisions is None:
        divisions = dict.fromkeys((kpi.division_id, kpi.division) for kpi in kpi_lines)

    return Scorecard(
        _mean(perspective_lines, threshold),
        **_facts(PlanFacts, plan),
        perspectives=tuple(perspective_lines),
        themes=tuple(theme_lines),
        objectives=objective_lines,
        divisions=tuple(_division_line(id_, name, kpi_lines, threshold) for id_, name in divisions),
    )


def kpi_line(kpi: KPIFacts, threshold: Decimal) -> KPILine:
    """The KPI judged by its measures' cells. threshold: the edition's warning threshold."""
    score = kpi_score([(measure.weight, measure.cell.outcome) for measure in kpi.measures], threshold)
    facts = _facts(KPIFacts, kpi)
    if not score.tally.due:
        facts["report_state"] = None
    return KPILine(score, **facts)


def _division_line(id_: int, name: str, kpis: Iterable[KPILine], threshold: Decimal) -> DivisionLine:
    own = tuple(kpi for kpi in kpis if kpi.division_id == id_)
    return DivisionLine(_mean(own, threshold), id_, name, own)


def _mean(lines: Iterable[KPILine | ObjectiveLine | PerspectiveLine], threshold: Decimal) -> Score:
    return roll_up([(line.weight, line.score) for line in lines], threshold)


def _facts(kind: type, given: object) -> dict[str, Any]:
    """The facts of a kind by name. given may be a line."""
    return {name: getattr(given, name) for name in _FACTS[kind]}
