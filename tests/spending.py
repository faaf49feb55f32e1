"""What action plans spent, in reports that are approved."""

from django.utils import timezone

from scorecard.domain.choices import ReportState
from scorecard.models import ActionBudget, YearlyReport
from tests.factories import FIRST_YEAR


def spend(cast, action_plan, executed, *, progress=""):
    """An action plan's execution, by its code in the edition of 105, in an approved report without figures."""
    plans = ActionBudget.objects.filter(action_plan__plan__year=FIRST_YEAR, action_plan__code=action_plan)
    budget = plans.select_related("action_plan__kpi").get(year=FIRST_YEAR)
    ActionBudget.objects.filter(pk=budget.pk).update(executed=executed, progress=progress)
    return YearlyReport.objects.create(
        kpi=budget.action_plan.kpi,
        state=ReportState.APPROVED,
        changed_by=cast.reviewer,
        submitted_by=cast.staff,
        submitted_at=timezone.now(),
        reviewed_by=cast.reviewer,
        reviewed_at=timezone.now(),
    )
