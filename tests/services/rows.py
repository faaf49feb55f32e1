"""Comparing the whole state of the tables before and after."""

from contextlib import contextmanager

from scorecard.models import ActionBudget, AuditEvent, Comment, ObjectiveLink, Plan, PlanYear, YearlyReport, YearlyValue

KEPT = (Plan, PlanYear, YearlyReport, YearlyValue, Comment, ActionBudget, ObjectiveLink, AuditEvent)


def all_rows():
    """Every row that a service could have written."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in KEPT}


@contextmanager
def nothing_written():
    """Fail unless every row is after the block what it was before."""
    before = all_rows()
    yield
    after = all_rows()
    for name, rows in before.items():
        assert after[name] == rows, name
