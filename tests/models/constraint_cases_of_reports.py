"""The same pairs as in constraint_cases.py, for reports, evidence, comments and action plans."""

import uuid

from django.utils import timezone

from scorecard.domain.choices import ReportState
from scorecard.models import ActionBudget, ActionPlan, Comment, Evidence, Submission, UnsavedEntries, YearlyReport
from tests import factories
from tests.models.constraint_cases import pair
from tests.models.constraint_cases_of_values import PAIRS

__all__ = ["PAIRS"]

# Reports, evidence, comments


def a_report(world, **fields):
    return YearlyReport(**{"kpi": world.kpi, **fields})


def a_submitted_report(world, **fields):
    return a_report(world, submitted_by=world.user, submitted_at=timezone.now(), **fields)


@pair("one_report_per_kpi")
def _(world):
    a_report(world).save()
    return a_report(world, kpi=factories.kpi(world.plan, "AC1.2")), a_report(world)


@pair("one_unsaved_entries_per_person_and_division")
def _(world):
    where = {"plan": world.plan, "division": world.plan.agency.divisions.first()}
    UnsavedEntries(user=world.user, **where).save()
    return UnsavedEntries(user=world.other, **where), UnsavedEntries(user=world.user, **where)


@pair("report_state_known")
def _(world):
    return a_report(world, state=ReportState.IN_PROGRESS), a_report(world, state="lost")


@pair("submitted_report_names_its_submitter")
def _(world):
    return a_submitted_report(world, state=ReportState.SUBMITTED), a_report(world, state=ReportState.SUBMITTED)


@pair("nobody_approves_their_own_submission")
def _(world):
    review = {"state": ReportState.APPROVED, "reviewed_at": timezone.now()}
    return a_submitted_report(world, reviewed_by=world.other, **review), a_submitted_report(
        world, reviewed_by=world.user, **review
    )


@pair("evidence_removal_names_its_person")
def _(world):
    report = a_report(world)
    report.save()
    file = {"report": report, "file": "evidence/x", "name": "x.pdf", "size": 1, "content_type": "application/pdf"}
    good, bad = (
        Evidence(**file, token=uuid.uuid4(), uploaded_by=world.user, removed_at=timezone.now()) for _ in range(2)
    )
    good.removed_by = world.user
    return good, bad


def a_receipt(world, serial):
    return Submission(
        plan=world.plan,
        serial=serial,
        division=world.kpi.division,
        submitted_by=world.user,
        content={"kpis": []},
        digest="0" * 64,
    )


@pair("receipt_number_given_once")
def _(world):
    a_receipt(world, 1).save()
    return a_receipt(world, 2), a_receipt(world, 1)


@pair("comment_says_something")
def _(world):
    report = a_report(world)
    report.save()
    return Comment(report=report, author=world.user, text="好"), Comment(report=report, author=world.user, text="")


# Action plans


def an_action_plan(world, **fields):
    return ActionPlan(
        **{"plan": world.plan, "kpi": world.kpi, "code": "新", "description": "新", "position": 3, "owner_person": "王"}
        | fields
    )


@pair("action_plan_code_unique_in_plan")
def _(world):
    return an_action_plan(world), an_action_plan(world, code="AC1.1.1")


@pair("action_plan_lineage_once_in_plan")
def _(world):
    taken = world.kpi.action_plans.first().lineage
    return an_action_plan(world), an_action_plan(world, lineage=taken)


@pair("action_plan_position_unique_in_kpi")
def _(world):
    return an_action_plan(world), an_action_plan(world, position=2)


@pair("at_most_three_action_plans_per_kpi")
def _(world):
    return an_action_plan(world), an_action_plan(world, position=4)


@pair("action_plan_has_one_owner")
def _(world):
    return an_action_plan(world), an_action_plan(world, owner_division=world.kpi.division)


def a_budget(world, **fields):
    return ActionBudget(**{"action_plan": world.kpi.action_plans.first(), "year": 2019, "amount": 0, **fields})


@pair("one_budget_per_action_plan_and_year")
def _(world):
    return a_budget(world), a_budget(world, year=2016)


@pair("budget_never_negative")
def _(world):
    return a_budget(world), a_budget(world, amount=-1)


@pair("executed_never_negative")
def _(world):
    own, other = ActionBudget.objects.filter(action_plan__plan=world.plan, year=world.plan.year)[:2]
    own.executed, other.executed = 0, -1
    return own, other
