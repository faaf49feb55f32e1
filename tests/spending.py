"""What action plans spent, in reports that are approved."""

from django.utils import timezone

from scorecard.domain.choices import ReportState
from scorecard.models import ActionBudget, YearlyReport
from tests.factories import FIRST_YEAR


def spend(cast, action_plan, executed, year=FIRST_YEAR, *, progress=""):
    """An action plan's execution, by its code, in an approved report without figures."""
    budget = ActionBudget.objects.select_related("action_plan__kpi").get(action_plan__code=action_plan, year=year)
    ActionBudget.objects.filter(pk=budget.pk).update(executed=executed, progress=progress)
    return YearlyReport.objects.create(
        kpi=budget.action_plan.kpi,
        year=year,
        state=ReportState.APPROVED,
        changed_by=cast.reviewer,
        submitted_by=cast.staff,
        submitted_at=timezone.now(),
        reviewed_by=cast.reviewer,
        reviewed_at=timezone.now(),
    )
