"""Comparing the whole state of the tables before and after."""

from contextlib import contextmanager

from scorecard.models import (
    ActionBudget,
    AuditEvent,
    Comment,
    Deputyship,
    EditionComment,
    Evidence,
    FigureConfirmation,
    HeadApproval,
    Invitation,
    Membership,
    Notice,
    ObjectiveLink,
    OutgoingMail,
    Plan,
    PlanVersion,
    Submission,
    TargetProposal,
    YearlyReport,
    YearlyValue,
)

# Every row that a service could write.
KEPT = (Plan, PlanVersion, HeadApproval, YearlyReport, YearlyValue, Comment, Evidence, ActionBudget, ObjectiveLink)
KEPT += (Deputyship, AuditEvent, OutgoingMail, Notice, Submission, FigureConfirmation, Membership, Invitation)
KEPT += (TargetProposal, EditionComment)


def rows_of(*models):
    """Every row of the models, by model name."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def rows_of_exports():
    """Every row that an export of a plan could show."""
    return rows_of(Plan, YearlyReport, YearlyValue, Comment, ActionBudget, ObjectiveLink)


@contextmanager
def nothing_written():
    """Fail unless every row is after the block what it was before."""
    before = rows_of(*KEPT)
    yield
    after = rows_of(*KEPT)
    for name, rows in before.items():
        assert after[name] == rows, name
