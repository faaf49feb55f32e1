"""An edition as data, from the same Scorecard that every page draws. No query, and no figure of its own.

Years are Gregorian integers, amounts whole NT$ as integers. Other figures are text, exactly as entered ("93.48"),
because a reader may turn a JSON number into floating point. A missing value is null. The Scorecard decides which
actuals and amounts executed are left out because they are not approved (include_provisional). Where it leaves none out,
every value and budget of the file says whether it is "provisional".
"""

import json

from scorecard.domain.scoring import plain


def plan_json(scorecard):
    """The same Scorecard always gives the same text. Build it with_action_plans=True."""
    return json.dumps(plan_document(scorecard), ensure_ascii=False, indent=2) + "\n"


def plan_document(scorecard):
    """A dict of JSON types with all years of the scorecard, in its order."""
    return {
        "agency": scorecard.agency,
        # Of others nothing is said: their documents stay as they were before there were drafts.
        **({"state": scorecard.year.state.value} if scorecard.year.is_draft else {}),
        "first_year": scorecard.year.year,
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
        "kpis": [_kpi(kpi, scorecard.include_provisional) for kpi in scorecard.kpis],
    }


def _kpi(kpi, is_marked):
    return {
        "code": kpi.code,
        "name": kpi.name,
        "objective": kpi.objective_code,
        "formula": kpi.formula or None,
        "division": kpi.division,
        "measures": [_measure(measure, is_marked) for measure in kpi.measures],
        "action_plans": [_action_plan(action_plan, is_marked) for action_plan in kpi.action_plans],
    }


def _measure(measure, is_marked):
    return {
        "label": measure.label or None,
        "unit": measure.unit,
        "direction": measure.direction.value,
        "values": [_value(cell) | _mark(cell, is_marked) for cell in measure.cells.values()],
    }


def _value(cell):
    return {
        "year": cell.year,
        "target": _figure(cell.target),
        "target_note": cell.target_note or None,
        **target_reason(cell),
        "actual": _figure(cell.actual),
        "actual_note": cell.actual_note or None,
    }


def target_reason(cell):
    """Why a target was softened or changed; left out where nothing is recorded, as in files of before it was kept."""
    return {"target_reason": cell.target_reason} if cell.target_reason else {}


def _mark(line, is_marked):
    return {"provisional": line.is_provisional} if is_marked else {}


def _action_plan(action_plan, is_marked):
    return {
        "code": action_plan.code,
        "description": action_plan.description,
        "owner": action_plan.owner,
        "budgets": [
            {"year": budget.year, "amount": budget.amount, "executed": budget.executed} | _mark(budget, is_marked)
            for budget in action_plan.budgets.values()
        ],
    }


def _figure(number):
    return None if number is None else plain(number)
