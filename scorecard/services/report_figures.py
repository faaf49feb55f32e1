"""Writing what a report's draft holds: figures with their parts, executed amounts, answers to questions.

Called inside the transaction of reporting.save_reports() alone, which has locked the year and the report. This is the
one place where the actual of a ratio comes from its parts, so that they never contradict each other.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError

from scorecard.domain.choices import Question
from scorecard.domain.plausibility import PlausibilityQuestion, ReportedFigure, check_plausibility, unanswered
from scorecard.domain.ratios import Parts, parts_of
from scorecard.models import ActionBudget, FigureConfirmation, YearlyValue

FIELDS = ("actual", "numerator", "denominator", "actual_note", "unmeasured")


@dataclass(frozen=True)
class Entry:
    """What was reported for one measure: a number, or unmeasured with the reason in the note, or nothing yet.

    With numerator and denominator, the actual is their quotient, whatever actual says.
    """

    measure_id: int
    actual: Decimal | None
    note: str = ""
    unmeasured: bool = False
    numerator: Decimal | None = None
    denominator: Decimal | None = None


@dataclass(frozen=True)
class Execution:
    """What an action plan spent in the report's year: NT$ whole dollars, None where it is not known (again)."""

    budget_id: int
    executed: int | None
    progress: str = ""


@dataclass(frozen=True)
class Answer:
    """「數字無誤」 to a question about a measure's figure; it counts while that figure stands and raises it."""

    measure_id: int
    question: Question
    figure: Decimal


def apply_entries(kpi, year, entries):
    """Write the entries that differ from what stands, and return the differences as audit changes."""
    changes = []
    measures = {measure.pk: measure for measure in kpi.measures.all()}
    for entry in entries:
        measure = measures[entry.measure_id]
        value = YearlyValue.objects.filter(measure=measure, year=year).first() or YearlyValue(
            measure=measure, year=year
        )
        wanted = (_actual(kpi, measure, entry), entry.numerator, entry.denominator, entry.note, entry.unmeasured)
        differing = [
            (field, getattr(value, field), new)
            for field, new in zip(FIELDS, wanted, strict=True)
            if getattr(value, field) != new
        ]
        if not differing:
            continue
        for field, old, new in differing:
            where = {"field": field, "measure": measure.pk}
            changes.append((f"{_name(measure)}{value._meta.get_field(field).verbose_name}", old, new, where))
            setattr(value, field, new)
        value.full_clean()
        value.save()
    return changes


def _actual(kpi, measure, entry):
    """The actual to store: the parts' quotient where both are there."""
    if entry.numerator is None and entry.denominator is None:
        return entry.actual
    if not measure.is_ratio:
        raise ValidationError(f"{kpi.code} {measure.label}不是比率，沒有分子與分母。")
    if entry.numerator is None or entry.denominator is None:
        raise ValidationError(f"{kpi.code} {measure.label}的分子與分母須同時填寫，或同時留白。")
    if not entry.denominator:
        raise ValidationError(f"{kpi.code} {measure.label}的分母不可為 0。")
    return Parts(entry.numerator, entry.denominator, measure.factor).stored


def apply_executions(kpi, year, executions):
    """Write the amounts that differ from what stands, and return the differences as audit changes.

    DoesNotExist for a budget of another KPI or year; ValidationError for a negative amount.
    """
    changes = []
    budgets = ActionBudget.objects.filter(action_plan__kpi=kpi, year=year).select_related("action_plan")
    for execution in executions:
        budget = budgets.get(pk=execution.budget_id)
        differing = [
            (field, getattr(budget, field), getattr(execution, field))
            for field in ("executed", "progress")
            if getattr(budget, field) != getattr(execution, field)
        ]
        for field, old, new in differing:
            where = {"field": field, "budget": budget.pk}
            changes.append((f"{budget.action_plan.code} {budget._meta.get_field(field).verbose_name}", old, new, where))
            setattr(budget, field, new)
        if differing:
            budget.full_clean()
            budget.save()
    return changes


def apply_answers(kpi, year, answers, *, by):
    """Keep the answers to questions that the figures as they stand raise, and return them as audit changes.

    An answer given for another figure, or to a question that nothing asks, is left out: it was about something else.
    """
    if not answers:
        return []
    changes = []
    wanted = {(answer.measure_id, answer.question, answer.figure) for answer in answers}
    for measure, value, asked in open_questions(kpi, year):
        for each in asked:
            if (measure.pk, each.question, each.figure) in wanted:
                FigureConfirmation.objects.create(
                    value=value, question=each.question, actual=each.figure, confirmed_by=by
                )
                changes.append((f"{_name(measure)}數字無誤", None, each.sentence, {"question": each.question.value}))
    return changes


def open_questions(kpi, year):
    """(measure, value, the questions about it that nobody answered) of each figure of the KPI's year; three queries."""
    measures = {measure.pk: measure for measure in kpi.measures.all()}
    values, earlier = {}, {pk: [] for pk in measures}
    rows = YearlyValue.objects.filter(measure__kpi=kpi, year__lte=year).order_by("year")
    for value in rows.prefetch_related("confirmations"):
        if value.year == year:
            values[value.measure_id] = value
        elif value.actual is not None:
            earlier[value.measure_id].append((value.year, value.actual))
    return [
        (measures[pk], value, _open(measures[pk], value, tuple(earlier[pk])))
        for pk, value in sorted(values.items(), key=lambda item: measures[item[0]].position)
    ]


def _open(measure, value, earlier) -> tuple[PlausibilityQuestion, ...]:
    figure = ReportedFigure(
        actual=value.actual,
        unit=measure.unit,
        direction=measure.direction,
        target=value.target,
        tolerance=measure.tolerance,
        earlier=earlier,
        parts=parts_of(value.actual, value.numerator, value.denominator, measure.factor),
        factor=measure.factor if measure.is_ratio else None,
    )
    return unanswered(check_plausibility(figure), ((Question(c.question), c.actual) for c in value.confirmations.all()))


def _name(measure):
    return f"{measure.label} " if measure.label else ""
