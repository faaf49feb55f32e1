"""Editions put into a state row by row, without services: what the database allows and refuses is asked directly."""

from django.utils import timezone

from scorecard.domain.choices import PlanState
from scorecard.models import HeadApproval, Plan, Revision, YearSnapshot
from scorecard.read_models.edition_facts import load_edition_facts
from tests import factories

FILES = dict.fromkeys(("document", "report", "workbook"), b"x")


def set_state(plan, state, **fields):
    """The edition's row alone, in one statement."""
    if state == PlanState.OPEN:
        fields = {"due_date": factories.DUE} | fields
    Plan.objects.filter(pk=plan.pk).update(state=state, **fields)


def make_snapshot(plan, by, number=1):
    """Of small files."""
    versions = {"data_version": 1, "audit_number": 0, "closed_by": by, "closed_at": timezone.now()}
    return YearSnapshot.objects.create(plan=plan, number=number, closed_by_name=str(by), **FILES, **versions)


def close(plan, by, number=1):
    """Open the adopted edition if need be, and close it with a snapshot."""
    if Plan.objects.get(pk=plan.pk).state == PlanState.ADOPTED:
        set_state(plan, PlanState.OPEN)
    make_snapshot(plan, by, number)
    set_state(plan, PlanState.CLOSED, closings=number)


def reopen(plan):
    set_state(plan, PlanState.OPEN)


def make_edition(agency, year, state=PlanState.ADOPTED, **fields):
    """A bare one of the year, with an outlook of two years and a baseline of three."""
    years = {"year": year, "baseline_from": year - 3, "last_year": year + 2}
    return Plan.objects.create(**{"agency": agency, "state": state} | years | fields)


def record_approval(plan, by, closing=0):
    return HeadApproval.objects.create(
        plan=plan,
        closing=closing,
        approved_on=factories.DUE,
        title="處長",
        document_number="北市秘文字第 1 號",
        recorded_by=by,
        recorded_by_name=str(by),
    )


def record_revision(plan, by, number=0, **fields):
    said = {"title": "修正", "dated": factories.DUE, "document_number": "北市秘文字第 1 號", "reason": "文字修正"}
    row = {"plan": plan, "number": number, "facts": load_edition_facts(plan).text, "by": by, "by_name": "王小明"}
    return Revision.objects.create(**row | said | fields)
