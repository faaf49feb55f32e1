"""A plan as data, from the same Scorecard that every page draws: no query, and no figure of its own.

Years are Gregorian integers, amounts whole dollars as integers; other figures are text, exactly as they were entered
("93.48"), because a JSON number may come back from a reader as floating point. What is missing is null. Which actuals
are left out for want of approval is the Scorecard's decision (include_provisional).
"""

import json

from scorecard.domain.scoring import plain


def plan_json(scorecard):
    """The plan as JSON text: the same Scorecard always gives the same text. Build it with_action_plans=True."""
    return json.dumps(plan_document(scorecard), ensure_ascii=False, indent=2) + "\n"


def plan_document(scorecard):
    """The plan as a dict of JSON types, all years of it, in the scorecard's order."""
    return {
        "agency": scorecard.agency,
        "first_year": scorecard.first_year,
        "last_year": scorecard.last_year,
        "mission": list(scorecard.mission),
        "vision": scorecard.vision or None,
        "core_values": list(scorecard.core_values),
        "perspectives": [{"code": line.code, "name": line.name} for line in scorecard.perspectives],
        "themes": [
            {"code": line.code, "name": line.name, "lead_division": line.lead_division or None}
            for line in scorecard.themes
        ],
        "objectives": [
            {"code": line.code, "name": line.name, "theme": line.theme_code, "perspective": line.perspective_code}
            for line in scorecard.objectives
        ],
        "kpis": [_kpi(kpi) for kpi in scorecard.kpis],
    }


def _kpi(kpi):
    return {
        "code": kpi.code,
        "name": kpi.name,
        "objective": kpi.objective_code,
        "formula": kpi.formula or None,
        "division": kpi.division,
        "measures": [_measure(measure) for measure in kpi.measures],
        "action_plans": [_action_plan(action_plan) for action_plan in kpi.action_plans],
    }


def _measure(measure):
    return {
        "label": measure.label or None,
        "unit": measure.unit,
        "direction": measure.direction.value,
        "values": [_value(cell) for cell in measure.cells.values()],
    }


def _value(cell):
    return {
        "year": cell.year,
        "target": _figure(cell.target),
        "target_note": cell.target_note or None,
        "actual": _figure(cell.actual),
        "actual_note": cell.actual_note or None,
    }


def _action_plan(action_plan):
    return {
        "code": action_plan.code,
        "description": action_plan.description,
        "owner": action_plan.owner,
        "budgets": [
            {"year": budget.year, "amount": budget.amount, "executed": budget.executed}
            for budget in action_plan.budgets.values()
        ],
    }


def _figure(number):
    return None if number is None else plain(number)
