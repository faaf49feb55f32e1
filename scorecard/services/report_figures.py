"""Writes what was entered for a report: figures with their parts, executed amounts, answers to questions.

Only reporting.save_reports() calls this, in its transaction, with the edition and the report locked. Only here does the
actual of a ratio come from its parts, so they never contradict each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError

from scorecard.domain.choices import Direction, Question
from scorecard.domain.plausibility import PlausibilityQuestion, ReportedFigure, check_plausibility, unanswered
from scorecard.domain.ratios import Parts, parts_of
from scorecard.models import KPI, ActionBudget, FigureConfirmation, Measure, User, YearlyValue, earlier_values
from scorecard.services import audit

FIELDS = ("actual", "numerator", "denominator", "actual_note", "unmeasured")


@dataclass(frozen=True)
class Entry:
    """What was entered for one measure: a number, or unmeasured with the reason in the note, or nothing yet.

    With numerator and denominator the actual is their quotient, whatever the field actual says.
    """

    measure_id: int
    actual: Decimal | None
    note: str = ""
    unmeasured: bool = False
    numerator: Decimal | None = None
    denominator: Decimal | None = None


@dataclass(frozen=True)
class Execution:
    """executed: NT$ whole dollars in the edition's year, None for unknown."""

    budget_id: int
    executed: int | None
    progress: str = ""


@dataclass(frozen=True)
class Answer:
    """「數字無誤」 to a question about a figure. Void once the figure changes or no longer raises the question."""

    measure_id: int
    question: Question
    figure: Decimal


def apply_entries(kpi: KPI, entries: Iterable[Entry]) -> list[audit.Change]:
    """Write what differs from the database, and return the differences."""
    changes: list[audit.Change] = []
    measures = {measure.pk: measure for measure in kpi.measures.all()}
    for entry in entries:
        measure = measures[entry.measure_id]
        value = YearlyValue.objects.filter(measure=measure, year=kpi.plan.year).first()
        if value is None:
            value = YearlyValue(measure=measure, year=kpi.plan.year)
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
            changes.append((f"{_name(measure)}{audit.field_label(value, field)}", old, new, where))
            setattr(value, field, new)
        value.full_clean()
        value.save()
    return changes


def _actual(kpi: KPI, measure: Measure, entry: Entry) -> Decimal | None:
    """The actual to store: the quotient of the parts if there are both."""
    if entry.numerator is None and entry.denominator is None:
        return entry.actual
    if not measure.is_ratio:
        raise ValidationError(f"{kpi.code} {measure.label}不是比率，沒有分子與分母。")
    if entry.numerator is None or entry.denominator is None:
        raise ValidationError(f"{kpi.code} {measure.label}的分子與分母須同時填寫，或同時留白。")
    if not entry.denominator:
        raise ValidationError(f"{kpi.code} {measure.label}的分母不可為 0。")
    return Parts(entry.numerator, entry.denominator, measure.factor).stored


def apply_executions(kpi: KPI, executions: Iterable[Execution]) -> list[audit.Change]:
    """Write what differs from the database, and return the differences.

    Raises DoesNotExist for a budget of another KPI or year, ValidationError for a negative amount.
    """
    changes: list[audit.Change] = []
    budgets = ActionBudget.objects.filter(action_plan__kpi=kpi, year=kpi.plan.year).select_related("action_plan")
    for execution in executions:
        budget = budgets.get(pk=execution.budget_id)
        differing = [
            (field, getattr(budget, field), getattr(execution, field))
            for field in ("executed", "progress")
            if getattr(budget, field) != getattr(execution, field)
        ]
        for field, old, new in differing:
            where = {"field": field, "budget": budget.pk}
            changes.append((f"{budget.action_plan.code} {audit.field_label(budget, field)}", old, new, where))
            setattr(budget, field, new)
        if differing:
            budget.full_clean()
            budget.save()
    return changes


def apply_answers(kpi: KPI, answers: Sequence[Answer], *, by: User) -> list[audit.Change]:
    """Keep the answers to questions that the present figures raise, and return the changes.

    Ignores an answer about another figure, or to a question that no figure raises.
    """
    if not answers:
        return []
    changes: list[audit.Change] = []
    wanted = {(answer.measure_id, answer.question, answer.figure) for answer in answers}
    for measure, value, asked in open_questions(kpi):
        for each in asked:
            if (measure.pk, each.question, each.figure) in wanted:
                FigureConfirmation.objects.create(
                    value=value, question=each.question, actual=each.figure, confirmed_by=by
                )
                changes.append((f"{_name(measure)}數字無誤", None, each.sentence, {"question": each.question.value}))
    return changes


def open_questions(kpi: KPI) -> list[tuple[Measure, YearlyValue, tuple[PlausibilityQuestion, ...]]]:
    """Each measure with its own year's value and the questions about it that nobody answered; four queries.

    Earlier figures are those of the same measure by lineage: one whose unit changed has none.
    """
    measures = {measure.pk: measure for measure in kpi.measures.all()}
    rows = YearlyValue.objects.filter(measure__kpi=kpi, year=kpi.plan.year).prefetch_related("confirmations")
    values = {value.measure_id: value for value in rows}
    earlier = _earlier(kpi)
    return [
        (measures[pk], value, _open(measures[pk], value, tuple(sorted(earlier.get(measures[pk].lineage, ())))))
        for pk, value in sorted(values.items(), key=lambda item: measures[item[0]].position)
    ]


def _earlier(kpi: KPI) -> dict[UUID, list[tuple[int, Decimal]]]:
    """(year, actual) of the years before, by lineage of the measure, also of reports that are not approved."""
    found: dict[UUID, list[tuple[int, Decimal]]] = {}
    for value in earlier_values(kpi.plan, kpis=KPI.objects.filter(pk=kpi.pk)):
        if value.actual is not None:
            found.setdefault(value.measure_lineage, []).append((value.year, value.actual))
    return found


def _open(
    measure: Measure, value: YearlyValue, earlier: tuple[tuple[int, Decimal], ...]
) -> tuple[PlausibilityQuestion, ...]:
    figure = ReportedFigure(
        actual=value.actual,
        unit=measure.unit,
        direction=Direction(measure.direction),
        target=value.target,
        tolerance=measure.tolerance,
        earlier=earlier,
        parts=parts_of(value.actual, value.numerator, value.denominator, measure.factor),
        factor=measure.factor if measure.is_ratio else None,
    )
    return unanswered(check_plausibility(figure), ((Question(c.question), c.actual) for c in value.confirmations.all()))


def _name(measure: Measure) -> str:
    return f"{measure.label} " if measure.label else ""
