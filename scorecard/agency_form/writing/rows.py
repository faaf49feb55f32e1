"""Decides which KPIs and action plans share a row of the agency's form.

The form puts the KPIs of an objective into one row if possible, and separate rows if one has a budget:
「若有多個行動方案，請自行增加一列」. KPIs share a row only if a reader can separate them again: each has one measure
and one line, all have the same division and owner, and every budget is zero (domain.md §3).
"""

import re
from dataclasses import dataclass

from scorecard.agency_form.writing.cells import described, formula_cell, named
from scorecard.read_models.scorecard import ActionPlanLine, KPILine, ObjectiveLine
from scorecard.spreadsheets.safe_text import MAX_TEXT_LENGTH

_STARTS_LIKE_A_FIGURE = re.compile(r"\s|[0-9０-９.．,+(（−-]")
_STARTS_LIKE_A_NUMBER = re.compile(r"\s*[0-9０-９]+\s*[.．、]")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")


@dataclass(frozen=True)
class FormLine:
    """One row of the form. objective, kpis: None if a merged cell of an earlier row covers this row.

    objective_rows, kpi_rows: heights of the merged cells. action_plans: () for empty cells.
    """

    objective: ObjectiveLine | None
    objective_rows: int
    kpis: tuple[KPILine, ...] | None
    kpi_rows: int
    action_plans: tuple[ActionPlanLine, ...]


def form_lines(objective, years):
    """FormLines of an objective. years: Gregorian years with a budget column.

    [] for an objective without KPIs: it is only on the map.
    """
    groups = [objective.kpis] if _may_share(objective.kpis, years) else [(kpi,) for kpi in objective.kpis]
    spread = [(kpis, _action_plan_rows(kpis, years)) for kpis in groups]
    total = sum(len(rows) for _, rows in spread)
    lines = []
    for kpis, rows in spread:
        for number, plans in enumerate(rows):
            lines.append(
                FormLine(
                    objective=None if lines else objective,
                    objective_rows=total,
                    kpis=None if number else kpis,
                    kpi_rows=len(rows),
                    action_plans=plans,
                )
            )
    return lines


def _action_plan_rows(kpis, years):
    plans = tuple(plan for kpi in kpis for plan in kpi.action_plans)
    if len(kpis) > 1 or len(plans) < 2:
        return [plans]
    return [plans] if _plans_may_share(plans, years) and _are_their_own(kpis[0]) else [(plan,) for plan in plans]


def _may_share(kpis, years):
    if len(kpis) < 2 or len({kpi.division_id for kpi in kpis}) > 1:
        return False
    plans = [plan for kpi in kpis for plan in kpi.action_plans]
    return (
        all(len(kpi.measures) == 1 and kpi.action_plans and _is_one_line(kpi) for kpi in kpis)
        and all(_are_their_own(kpi) for kpi in kpis)
        and _plans_may_share(plans, years)
        and all(_may_be_a_line(cell) for kpi in kpis for cell in kpi.measures[0].cells.values())
        and max(len(text) for text in (named(*kpis), formula_cell(kpis), described(*plans))) <= MAX_TEXT_LENGTH
    )


def _plans_may_share(plans, years):
    """Only zero budgets may share a cell: another amount could not be assigned to one of the action plans."""
    if len({plan.owner for plan in plans}) > 1 or not all(_is_line(plan.description) for plan in plans):
        return False
    if not all(_CODE.fullmatch(plan.code) for plan in plans):
        return False
    for year in years:
        amounts = {plan.budgets[year].amount if year in plan.budgets else None for plan in plans}
        if len(amounts) > 1 or amounts.pop():
            return False
    return True


def _are_their_own(kpi):
    """Whether the codes alone say to which KPI the action plans belong."""
    return all(plan.code.startswith(f"{kpi.code}.") for plan in kpi.action_plans)


def _is_one_line(kpi):
    texts = (kpi.name, kpi.formula)
    unit = kpi.measures[0].unit
    return (
        all(_is_line(text) for text in texts)
        and not _STARTS_LIKE_A_NUMBER.match(kpi.formula)
        and _CODE.fullmatch(kpi.code) is not None
        and _is_line(unit)
        and "、" not in unit
    )


def _is_line(text):
    return bool(text.strip()) and len(text.splitlines()) == 1


def _may_be_a_line(cell):
    return all(
        _note_may_be_in_a_line(value, note)
        for value, note in ((cell.target, cell.target_note), (cell.actual, cell.actual_note))
    )


def _note_may_be_in_a_line(value, note):
    if not note:
        return True
    return _is_line(note) and (value is not None or not _STARTS_LIKE_A_FIGURE.match(note))
