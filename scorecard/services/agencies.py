"""What follows from an agency's new name."""

from scorecard.domain.choices import PlanState
from scorecard.models import Agency, Plan
from scorecard.services.years import lock_editions


def follow_name(agency: Agency) -> None:
    """Give the agency's editions its present name, but for closed ones: they keep the name that they were signed with.

    The caller renames the agency in the same transaction and records it.
    """
    lock_editions(agency)
    Plan.objects.filter(agency=agency).exclude(state=PlanState.CLOSED).update(agency_name=agency.name)
