"""Targets of adopted and open editions that change: who must say why, and what the audit trail keeps for programs."""

from decimal import Decimal
from typing import Any

from scorecard.domain.choices import Direction
from scorecard.domain.policies import RuleBroken
from scorecard.domain.roc_years import year_text
from scorecard.domain.target_changes import is_softer
from scorecard.models import Measure, Plan, YearlyValue

# The kind of an audit event's change that names a target: value_restore.py restores what is reported alone.
TARGET = "target"


def must_say_why(value: YearlyValue, old: Decimal | None) -> bool:
    """Whether its target, changed from old, needs a reason of its own. value: with measure, KPI and plan, not saved.

    Of an open edition any change, of an adopted one what is softer than the edition before had planned; a draft is
    asked when it is adopted. One query more for an adopted edition.
    """
    plan = value.measure.kpi.plan
    if plan.is_draft or value.target == old:
        return False
    return plan.is_open or is_softer_than_planned(plan, value.measure, value.year, value.target)


def is_softer_than_planned(plan: Plan, measure: Measure, year: int, target: Decimal | None) -> bool:
    """Whether such a target would be softer than what the edition before plan's had planned for the year.

    Judged by the direction that the measure has now. Two queries.
    """
    rows = YearlyValue.objects.filter(measure__kpi__plan=plan.predecessor, measure__lineage=measure.lineage)
    planned = rows.filter(year=year).values_list("target", "measure__tolerance").first()
    if planned is None:
        return False
    before, tolerance = planned
    return is_softer(
        Direction(measure.direction), before, target, old_tolerance=tolerance, new_tolerance=measure.tolerance
    )


def keep_reason(value: YearlyValue, old: Decimal | None, reason: str) -> None:
    """Keep the reason of the change with the target, where it must say why; the caller saves the row.

    Raises RuleBroken where there is none.
    """
    if not must_say_why(value, old):
        return
    if not reason.strip():
        kpi = value.measure.kpi
        raise RuleBroken(
            f"{kpi.code} {year_text(value.year)}的目標值放寬或在開放填報後變更，請填「放寬理由」說明為什麼。"
        )
    longest = YearlyValue._meta.get_field("target_reason").max_length
    value.target_reason = reason.strip()[:longest]


def for_programs(value: YearlyValue, reason_before: str) -> dict[str, Any]:
    """The fourth part of a target's change (services/audit.py).

    The measure and year, the edition's state at that time, and the reason that the new one replaced.
    """
    return {
        "field": TARGET,
        "measure": value.measure_id,
        "year": value.year,
        "state": str(value.measure.kpi.plan.state),
        "reason_before": reason_before,
    }
