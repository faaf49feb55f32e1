"""Executed amounts of action plans (domain.md §1: 執行數)."""

from django.db import transaction

from scorecard import permissions, policies
from scorecard.choices import AuditAction
from scorecard.models import ActionBudget, PlanYear
from scorecard.services import audit


@transaction.atomic
def record_execution(*, by, budget, executed, progress=""):
    """Record what an action plan spent in the budget's year, and return the budget; no change leaves no trace.

    executed: NT$ whole dollars, None where it is not known (again). progress: 執行情形 in words. PermissionDenied for
    other people's KPIs, RuleBroken unless the year is open, ValidationError for a negative amount.
    """
    kpi = budget.action_plan.kpi
    policies.check_year_is_open(PlanYear.objects.select_for_update(no_key=True).get(plan=kpi.plan, year=budget.year))
    permissions.check_can_report_for(by, kpi.division)
    budgets = ActionBudget.objects.select_for_update(of=("self",), no_key=True)
    locked = budgets.select_related("action_plan").get(pk=budget.pk)
    changes = []
    for field, new in (("executed", executed), ("progress", progress)):
        old = getattr(locked, field)
        if old != new:
            changes.append((ActionBudget._meta.get_field(field).verbose_name, old, new))
            setattr(locked, field, new)
    if changes:
        locked.full_clean()
        locked.save()
        audit.record(
            by=by, action=AuditAction.CHANGED, target=locked.action_plan, plan=kpi.plan, kpi=kpi, year=locked.year,
            changes=changes,
        )  # fmt: skip
    return locked
