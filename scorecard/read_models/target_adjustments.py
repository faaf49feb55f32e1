"""Targets that were adopted otherwise than the edition before had planned, or changed after their adoption.

An edition is compared with the one before it alone, and nothing here depends on a later one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from scorecard.domain.choices import AuditAction, Direction, PlanState, ReportState
from scorecard.domain.explanation import unit_after
from scorecard.domain.roc_years import date_text, year_text
from scorecard.domain.scoring import BLANK, grouped
from scorecard.domain.target_changes import is_raised, is_softer
from scorecard.models import AuditEvent, HeadApproval, Plan, Revision, YearlyValue
from scorecard.read_models.head_approvals import ADOPTION, ApprovalLine, approval_line

# Changes of targets are made in these actions; those of a draft are no adjustments.
_ACTIONS = (AuditAction.CHANGED, AuditAction.CREATED)
_AFTER_ADOPTION = (PlanState.ADOPTED, PlanState.OPEN)


class TargetRow(NamedTuple):
    """A target as its edition has it."""

    plan_id: int
    measure_id: int
    lineage: UUID
    year: int
    target: Decimal | None
    target_note: str
    target_reason: str
    actual: Decimal | None
    actual_note: str
    report_state: str | None
    kpi_lineage: UUID
    kpi_code: str
    kpi_name: str
    division: str
    label: str
    unit: str
    direction: str
    tolerance: Decimal | None

    @property
    def text(self) -> str:
        """The number, with the tolerance of a band; without one the note or a dash."""
        if self.target is None:
            return self.target_note or BLANK
        return self.number_text(self.target)

    def number_text(self, target: Decimal) -> str:
        """「50 ± 5」 of a band. The unit stands elsewhere."""
        if self.direction == Direction.BAND:
            return f"{grouped(target)} ± {grouped(self.tolerance or Decimal(0))}"
        return grouped(target)


_FIELDS = (
    "measure__kpi__plan_id",
    "measure_id",
    "measure__lineage",
    "year",
    "target",
    "target_note",
    "target_reason",
    "actual",
    "actual_note",
    "measure__kpi__reports__state",
    "measure__kpi__lineage",
    "measure__kpi__code",
    "measure__kpi__name",
    "measure__kpi__division__name",
    "measure__label",
    "measure__unit",
    "measure__direction",
    "measure__tolerance",
)


@dataclass(frozen=True)
class TargetStep:
    """A change after the adoption. number_text: 文號 of the paper that it stands in; "" for none yet."""

    old: Decimal | None
    by: str
    date_text: str
    reason: str
    reason_before: str
    number_text: str = ""


@dataclass(frozen=True)
class TargetAdjustment:
    """A target of an edition. planned: what the edition before had; None: it had none, or there is no edition before.

    steps: the changes after the adoption, the oldest first. adopted: the target as the head approved it.
    """

    row: TargetRow
    edition: str
    is_draft: bool
    planned: TargetRow | None
    planned_in: str
    approval: ApprovalLine | None
    steps: tuple[TargetStep, ...]

    @property
    def adopted(self) -> Decimal | None:
        return self.steps[0].old if self.steps else self.row.target

    @property
    def is_changed(self) -> bool:
        """Whether it stands otherwise than it was adopted."""
        return self.adopted != self.row.target

    @property
    def is_softer(self) -> bool:
        """Than it was planned, or than it was adopted."""
        return self._is(is_softer)

    @property
    def is_raised(self) -> bool:
        return not self.is_softer and self._is(is_raised)

    @property
    def is_told(self) -> bool:
        """Whether it is told beside the target: softened, or changed after the adoption."""
        return self.is_softer or self.is_changed

    @property
    def kind(self) -> str:
        """「放寬」, 「提高」, 「變更」 where neither can be said."""
        if self.is_softer:
            return "放寬"
        return "提高" if self.is_raised else "變更"

    def _is(self, asks: Callable[..., bool]) -> bool:
        now, direction = self.row.target, Direction(self.row.direction)
        tolerance = self.row.tolerance
        if self.planned is not None and asks(
            direction, self.planned.target, now, old_tolerance=self.planned.tolerance, new_tolerance=tolerance
        ):
            return True
        return asks(direction, self.adopted, now, old_tolerance=tolerance, new_tolerance=tolerance)

    @property
    def planned_text(self) -> str:
        return self.planned.text if self.planned is not None else BLANK

    @property
    def adopted_text(self) -> str:
        if not self.is_changed:
            return self.row.text
        return BLANK if self.adopted is None else self.row.number_text(self.adopted)

    @property
    def adjusted_text(self) -> str:
        """ "" where it stands as it was adopted."""
        return self.row.text if self.is_changed else ""

    @property
    def has_actual(self) -> bool:
        """Whether there is an approved number."""
        return self.row.report_state == ReportState.APPROVED and self.row.actual is not None

    @property
    def actual_text(self) -> str:
        """Once it is approved."""
        if self.has_actual and self.row.actual is not None:
            return grouped(self.row.actual)
        is_approved = self.row.report_state == ReportState.APPROVED
        return (self.row.actual_note if is_approved else "") or BLANK

    @property
    def direction_text(self) -> str:
        return str(Direction(self.row.direction).label)

    @property
    def measure_text(self) -> str:
        """「影片，支，越高越好」; without a label where the KPI has one measure."""
        return "，".join(part for part in (self.row.label, self.row.unit, self.direction_text) if part)

    @property
    def year_text(self) -> str:
        return year_text(self.row.year)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The adoption's first, then those of the changes after it, each said once."""
        last = self.row.target_reason
        if not last and self.steps:
            last = self.steps[-1].reason
        said = [*(step.reason_before for step in self.steps), last]
        return tuple(dict.fromkeys(reason for reason in said if reason))

    @property
    def reason(self) -> str:
        """「；」 between several; "" where none is kept."""
        return "；".join(self.reasons)

    @property
    def papers(self) -> tuple[tuple[str, str, str], ...]:
        """(who, when, 文號) of the adoption and of each change after it."""
        found = []
        if self.approval is not None:
            found.append((f"{self.approval.title}核定", self.approval.date_text, self.approval.number_text))
        found += [(f"{step.by}調整", step.date_text, step.number_text) for step in self.steps]
        return tuple(found)

    @property
    def sentence(self) -> str:
        """「107 年目標值放寬：106 年版原訂 14 日，核定 18 日」, with what it was changed to since."""
        parts = []
        if self.planned is not None and self.planned.target is not None:
            parts.append(f"{self.planned_in}原訂 {self._with_unit(self.planned, self.planned.target)}")
        parts.append(f"{'擬訂' if self.is_draft else '核定'} {self._with_unit(self.row, self.adopted)}")
        if self.is_changed:
            parts.append(f"調整為 {self._with_unit(self.row, self.row.target)}")
        label = f"「{self.row.label}」" if self.row.label else ""
        return f"{self.year_text}{label}目標值{self.kind}：{'，'.join(parts)}"

    def _with_unit(self, row: TargetRow, target: Decimal | None) -> str:
        return "無目標值" if target is None else row.number_text(target) + unit_after(row.unit)


def adjustments_of(
    plan: Plan, before: Plan | None, *, kpi: UUID | None = None, events: Iterable[AuditEvent] | None = None
) -> tuple[TargetAdjustment, ...]:
    """Of one edition, in its own year and those after it. before: its predecessor.

    kpi: the lineage of one alone. events: of that KPI, where they are known and no 文號 is asked for: two queries, and
    four otherwise.
    """
    plans = [each for each in (before, plan) if each is not None]
    rows = _rows(plans, kpi)
    if events is None:
        steps = _steps(AuditEvent.objects.of_targets([plan], _ACTIONS), [plan], _papers([plan]))
    else:
        steps = _steps(events, [plan], {})
    return tuple(_adjustments(plan, before, rows, steps, years=None))


def adjustments_over(editions: Sequence[Plan]) -> tuple[TargetAdjustment, ...]:
    """Of every edition in its own year, the latest first. editions: of one agency, by year. Four queries."""
    rows = _rows(editions, None)
    steps = _steps(AuditEvent.objects.of_targets(editions, _ACTIONS), editions, _papers(editions))
    found: list[TargetAdjustment] = []
    for before, plan in reversed(list(zip([None, *editions], editions, strict=False))):
        found += _adjustments(plan, before, rows, steps, years=(plan.year,))
    return tuple(found)


def _rows(plans: Sequence[Plan], kpi: UUID | None) -> dict[int, dict[tuple[UUID, int], TargetRow]]:
    """{edition's id: {(measure's lineage, year): its target}}, in the order of the scorecard. One query."""
    wanted = YearlyValue.objects.filter(measure__kpi__plan__in=plans, year__gte=F("measure__kpi__plan__year"))
    if kpi is not None:
        wanted = wanted.filter(measure__kpi__lineage=kpi)
    objective = "measure__kpi__objective"
    order = (f"{objective}__perspective__position", f"{objective}__theme__position", f"{objective}__position")
    rows = wanted.order_by(*order, "measure__kpi__position", "measure__kpi_id", "measure__position", "year")
    found: dict[int, dict[tuple[UUID, int], TargetRow]] = {plan.pk: {} for plan in plans}
    for values in rows.values_list(*_FIELDS):
        row = TargetRow(*values)
        found[row.plan_id][row.lineage, row.year] = row
    return found


@dataclass(frozen=True)
class _Steps:
    """by_target: by id of the measure, and year. approvals: by edition's id."""

    by_target: Mapping[tuple[int, int], tuple[TargetStep, ...]]
    approvals: Mapping[int, HeadApproval]


# {edition's year: (first event, last event, 文號) of each 第 n 次修正}.
_Papers = dict[int, list[tuple[int, int, str]]]


def _papers(plans: Sequence[Plan]) -> _Papers:
    """One query."""
    found: _Papers = {plan.year: [] for plan in plans}
    fields = ("first_event", "last_event", "document_number", "no_number_reason")
    for row in (
        Revision.objects.filter(plan__in=plans, number__gte=1).select_related("plan").only("plan__year", *fields)
    ):
        found[row.plan.year].append((row.first_event, row.last_event, row.number_text))
    return found


def _number_of(event: AuditEvent, papers: _Papers) -> str:
    """文號 of the revision that has the event; "" while it is not gathered into one."""
    for first, last, number in papers.get(event.year or 0, ()):
        if first <= event.pk <= last:
            return number
    return ""


def _steps(events: Iterable[AuditEvent], plans: Sequence[Plan], papers: _Papers) -> _Steps:
    """What changed after the adoptions in force. One query."""
    rows = HeadApproval.objects.filter(plan__in=plans, closing=ADOPTION).order_by("pk")
    approvals = {row.plan_id: row for row in rows}
    since = {plan.year: approvals[plan.pk].recorded_at for plan in plans if plan.pk in approvals}
    years = {plan.year for plan in plans}
    found: dict[tuple[int, int], tuple[TargetStep, ...]] = {}
    for event in sorted(events, key=lambda event: event.pk):
        if event.year not in years or (event.year in since and event.at < since[event.year]):
            continue
        for change in event.changes:
            if change.get("field") == "target" and change.get("state") in _AFTER_ADOPTION:
                key = (change["measure"], change["year"])
                found[key] = (*found.get(key, ()), _step(event, change, _number_of(event, papers)))
    return _Steps(found, approvals)


def _step(event: AuditEvent, change: Mapping[str, str], number_text: str) -> TargetStep:
    old = change["old"]
    return TargetStep(
        old=None if old is None else Decimal(old),
        by=event.actor_text,
        date_text=date_text(timezone.localtime(event.at)),
        reason=event.reason,
        reason_before=change.get("reason_before", ""),
        number_text=number_text,
    )


def _adjustments(
    plan: Plan,
    before: Plan | None,
    rows: Mapping[int, Mapping[tuple[UUID, int], TargetRow]],
    steps: _Steps,
    *,
    years: Sequence[int] | None,
) -> Iterator[TargetAdjustment]:
    planned = rows[before.pk] if before is not None else {}
    for key, row in rows[plan.pk].items():
        if years is not None and row.year not in years:
            continue
        made = TargetAdjustment(
            row=row,
            edition=plan.title,
            is_draft=plan.is_draft,
            planned=planned.get(key),
            planned_in=before.title if before is not None else "",
            approval=approval_line(steps.approvals.get(plan.pk)),
            steps=() if plan.is_draft else steps.by_target.get((row.measure_id, row.year), ()),
        )
        if made.is_changed or _is_other_than_planned(made):
            yield made


def _is_other_than_planned(made: TargetAdjustment) -> bool:
    """Whether a number that the edition before had planned is another one now, or its band."""
    planned, row = made.planned, made.row
    if planned is None or planned.target is None:
        return False
    is_band = row.direction == Direction.BAND
    return planned.target != row.target or (is_band and (planned.tolerance or 0) != (row.tolerance or 0))
