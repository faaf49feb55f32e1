"""Deputies for tests: named as the person names them, and standing in as a request has them."""

from datetime import timedelta

from django.utils import timezone

from scorecard.models import Deputyship, User
from scorecard.services import deputies


def stand_in(deputy, person, agency):
    """The deputy stands in for the person from today on for a week, as the person named them."""
    days = {"first_day": timezone.localdate(), "last_day": timezone.localdate() + timedelta(days=7)}
    return deputies.name_deputy(by=person, agency=agency, person=person, deputy=deputy, **days)


def acting(deputyship):
    """The deputy as a request has them once they chose to stand in."""
    user = User.objects.get(pk=deputyship.deputy_id)
    user.deputyship = Deputyship.objects.in_force().select_related("person").get(pk=deputyship.pk)
    return user
