"""The same pairs as in constraint_cases.py, for years, what the head decided, and values."""

from django.utils import timezone

from scorecard.domain.choices import PlanState, Question
from scorecard.models import Correction, FigureConfirmation, HeadApproval, Revision, YearlyValue, YearSnapshot
from tests import factories
from tests.models import edition_rows
from tests.models.constraint_cases import PAIRS, a_plan, pair

__all__ = ["PAIRS"]

# Years and values


def an_approval(world, **fields):
    """Of the adoption."""
    said = {"approved_on": factories.DUE, "title": "處長", "document_number": "第 1 號"}
    return HeadApproval(**{"plan": world.plan, "recorded_by": world.user, "recorded_by_name": "王小明"} | said | fields)


@pair("head_approval_has_a_number_or_says_why_not")
def _(world):
    why = {"no_number_reason": "口頭核可"}
    return an_approval(world, document_number="", **why), an_approval(world, **why)


@pair("head_approval_names_the_title")
def _(world):
    return an_approval(world), an_approval(world, title="")


def a_snapshot(world, **fields):
    """Of an open edition's first closing."""
    edition_rows.set_state(world.plan, PlanState.OPEN)
    files = dict.fromkeys(("document", "report", "workbook"), b"x")
    versions = {"data_version": 1, "audit_number": 0, "closed_by": world.user, "closed_at": timezone.now()}
    return YearSnapshot(**{"plan": world.plan, "number": 1, **files, **versions, **fields})


@pair("one_snapshot_per_closing")
def _(world):
    other = a_plan(world)
    other.state = PlanState.ADOPTED
    other.save()
    edition_rows.set_state(other, PlanState.OPEN)
    a_snapshot(world).save()
    return a_snapshot(world, plan=other), a_snapshot(world)


@pair("correction_says_something")
def _(world):
    edition_rows.close(world.plan, world.user)
    row = {"plan": world.plan, "dated": factories.DUE, "by": world.user, "by_name": "王小明", "document_number": "1"}
    return Correction(**row, text="更正"), Correction(**row, text="")


def a_revision(world, number=1, **fields):
    """After the adoption's own, which needs no number."""
    edition_rows.record_revision(world.plan, world.user, document_number="", reason="", dated=None)
    said = {"title": "修正", "dated": factories.DUE, "document_number": "1", "reason": "文字修正", "facts": "{}"}
    return Revision(**{"plan": world.plan, "number": number, "by": world.user, "by_name": "王小明"} | said | fields)


@pair("revision_numbered_once_in_plan")
def _(world):
    first = a_revision(world)
    first.save()
    return Revision(**_again(first, number=2)), Revision(**_again(first, number=1))


def _again(row, **fields):
    names = ("plan", "title", "dated", "document_number", "reason", "facts", "by", "by_name")
    return {name: getattr(row, name) for name in names} | fields


@pair("revision_has_a_number_or_says_why_not")
def _(world):
    row = a_revision(world, document_number="", no_number_reason="會議當場核定")
    return row, Revision(**_again(row, number=1, document_number=""))


@pair("revision_says_what_when_and_why")
def _(world):
    row = a_revision(world)
    return row, Revision(**_again(row, number=1, reason=""))


def a_value(world, **fields):
    """Of the edition's own year, of a measure that has none yet."""
    measure, _ = world.kpi.measures.get_or_create(position=8, defaults={"unit": "件"})
    return YearlyValue(**{"measure": measure, "year": 2016, **fields})


@pair("one_value_per_measure_and_year")
def _(world):
    a_value(world).save()
    return a_value(world, year=2015), a_value(world)


@pair("yearly_value_year_in_range")
def _(world):
    return a_value(world, year=2200), a_value(world, year=2201)


@pair("value_or_note_where_reported")
def _(world):
    return a_value(world, unmeasured=True, actual_note="無統計"), a_value(world, unmeasured=True)


@pair("denominator_not_zero")
def _(world):
    return a_value(world, numerator=0, denominator=7, actual=0), a_value(world, numerator=1, denominator=0, actual=0)


@pair("ratio_has_both_parts_and_its_quotient")
def _(world):
    return a_value(world, numerator=1, denominator=2, actual=50), a_value(world, numerator=1, denominator=2)


def a_confirmation(world, **fields):
    value = YearlyValue.objects.get(measure__kpi=world.kpi, year=2016)
    asked = {"value": value, "question": Question.WORST, "actual": 5, "confirmed_by": world.user}
    return FigureConfirmation(**asked | fields)


@pair("question_about_a_figure_answered_once")
def _(world):
    a_confirmation(world).save()
    return a_confirmation(world, actual=6), a_confirmation(world)


@pair("question_known")
def _(world):
    return a_confirmation(world), a_confirmation(world, question="why")
