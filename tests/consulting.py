"""A draft that is shared with divisions, and what they say of it, as services write it."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from scorecard.domain.choices import ProposalDecision
from scorecard.models import Measure, Plan, TargetProposal, User
from scorecard.services import consultation, editions
from scorecard.services.consultation import Opinion, ProposedTarget

YEAR = 2017


def make_draft(by, plan):
    """The draft of the year after the plan's, carried forward; it is not shared."""
    return editions.carry_forward(by=by, agency=plan.agency, year=plan.year + 1)


def share(by, draft, days=7):
    """Shared until so many days from today."""
    return consultation.share(by=by, plan=draft, until=timezone.localdate() + timedelta(days=days))


def expire(draft):
    """As if the last day had been yesterday."""
    yesterday = timezone.localdate() - timedelta(days=1)
    Plan.objects.filter(pk=draft.pk).update(consultation_until=yesterday)


def measure(draft, code="AC1.1"):
    """The first measure of the KPI."""
    return Measure.objects.filter(kpi__plan=draft, kpi__code=code).order_by("position").first()


def target(draft, value, *, code="AC1.1", year=YEAR, reason="現行流程無法達成", seen=None):
    """What a division asks; value None takes it back."""
    return ProposedTarget(measure(draft, code).pk, year, None if value is None else Decimal(value), reason, seen)


def propose(by, draft, value=95, **given):
    """An open proposal of the staff; by: read anew, as a new request would."""
    of = measure(draft, given.get("code", "AC1.1"))
    year = given.get("year", YEAR)
    consultation.save_answers(by=anew(by), plan=draft, targets=[target(draft, value, **given)])
    return TargetProposal.objects.undecided().filter(measure=of, year=year).first()


def say(by, draft, text="無意見", code="AC1.1"):
    return consultation.save_answers(by=anew(by), plan=draft, opinions=[Opinion(draft.kpis.get(code=code).pk, text)])


def decide(by, proposal, decision=ProposalDecision.TAKEN, reason=""):
    return consultation.decide(by=anew(by), proposal=proposal, decision=decision, reason=reason)


def anew(user):
    """The person without what was remembered of them; a deputy as they stand in."""
    return user if user.deputyship is not None else User.objects.get(pk=user.pk)


def written_proposal(by, kpi, **fields):
    """The row alone, for an edition in any state that takes one."""
    said = {"value": 1, "unit": "件", "reason": "因此", "by_name": str(by), "year": kpi.plan.year}
    return TargetProposal.objects.create(plan=kpi.plan, measure=kpi.measures.first(), by=by, **said | fields)
