"""The scene of tests/robust/write_actions.py: an agency's editions, its people, and how they send things."""

from dataclasses import dataclass

from django.test import Client
from django.urls import reverse

from scorecard.models import Invitation, Membership, Plan, YearlyReport
from tests import factories
from tests.page_reading import address


@dataclass(frozen=True)
class Scene:
    """2015 is closed, 2016 open, 2017 adopted.

    Of the staff's KPIs AC1.1 and AC1.2 are saved, AP1.1 and AL1.1 submitted, AF1.1 is empty; something is typed into
    their table and not saved. The other staff's BC1.1 raises a question.
    """

    plan: Plan
    cast: factories.Cast
    invited: Invitation
    member: Membership
    sessions: dict

    def client(self, role):
        """A browser in which the person of the role is logged in."""
        client = Client()
        client.cookies.load(self.sessions[role])
        return client

    def kpi(self, code):
        """The KPI with this code."""
        return factories.kpi(self.plan, code)

    def report(self, code):
        """Its report of 2016."""
        return YearlyReport.objects.get(kpi__plan=self.plan, kpi__code=code)

    def url(self, name, **where):
        """The address of a page of 2016, unless another year is given."""
        return address(self.plan, name, **where)

    def own(self, name, **where):
        """The address of a page of the staff's division."""
        return self.url(name, division_id=self.kpi("AC1.1").division_id, **where)

    def of_agency(self, name, **where):
        """The address of a page of the agency."""
        return reverse(name, kwargs={"agency": self.plan.agency.slug, **where})

    def send(self, role, url, data):
        """The act of posting the data. data: fields, or a function that makes them anew for each time."""
        return lambda: self.client(role).post(url, data() if callable(data) else data).status_code
