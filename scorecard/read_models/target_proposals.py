"""建議目標值 of an edition: what divisions proposed, beside the targets that the edition has, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from scorecard.domain.choices import Direction, ProposalDecision
from scorecard.domain.roc_years import year_text
from scorecard.domain.scoring import grouped
from scorecard.domain.target_changes import is_raised, is_softer
from scorecard.models import Plan, TargetProposal, YearlyValue


@dataclass(frozen=True)
class ProposalLine:
    """One proposal. now: the edition's target of that year, None for none."""

    id: int
    kpi_id: int
    kpi_code: str
    kpi_name: str
    division: str
    measure_id: int
    measure_lineage: UUID
    label: str
    unit: str
    direction: Direction
    tolerance: Decimal | None
    year: int
    value: Decimal
    now: Decimal | None
    reason: str
    by_name: str
    at: datetime
    decision: ProposalDecision | None
    decision_reason: str
    decided_by_name: str
    decided_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.decision is None

    @property
    def is_taken(self) -> bool:
        return self.decision == ProposalDecision.TAKEN

    @property
    def year_text(self) -> str:
        return year_text(self.year)

    @property
    def value_text(self) -> str:
        return grouped(self.value)

    @property
    def now_text(self) -> str:
        """「—」 for none."""
        return "—" if self.now is None else grouped(self.now)

    @property
    def state_text(self) -> str:
        """待處理, 採納 or 不採納."""
        return "待處理" if self.decision is None else str(self.decision.label)

    @property
    def chip_kind(self) -> str:
        """As the comparison calls it."""
        return {"放寬": "softened", "提高": "raised"}.get(self.chip, "")

    @property
    def chip(self) -> str:
        """放寬 or 提高 against the edition's target; "" where it is neither."""
        tolerances = {"old_tolerance": self.tolerance, "new_tolerance": self.tolerance}
        if is_softer(self.direction, self.now, self.value, **tolerances):
            return "放寬"
        return "提高" if is_raised(self.direction, self.now, self.value, **tolerances) else ""


@dataclass(frozen=True)
class TargetProposals:
    """open: in the order of KPIs and years; decided: the latest decision first."""

    open: tuple[ProposalLine, ...]
    decided: tuple[ProposalLine, ...]


def open_proposals(plan: Plan) -> tuple[ProposalLine, ...]:
    """Two queries."""
    return target_proposals(plan).open


def target_proposals(plan: Plan) -> TargetProposals:
    """Two queries."""
    rows = list(TargetProposal.objects.of_plan(plan))
    values = YearlyValue.objects.filter(measure__in={row.measure_id for row in rows}, target__isnull=False)
    targets = {(measure, year): target for measure, year, target in values.values_list("measure", "year", "target")}
    lines = [_line(row, targets.get((row.measure_id, row.year))) for row in rows]
    decided = sorted((line for line in lines if not line.is_open), key=lambda line: (line.decided_at, line.id))
    return TargetProposals(tuple(line for line in lines if line.is_open), tuple(reversed(decided)))


def _line(row: TargetProposal, now: Decimal | None) -> ProposalLine:
    measure, kpi = row.measure, row.measure.kpi
    return ProposalLine(
        id=row.pk,
        kpi_id=kpi.pk,
        kpi_code=kpi.code,
        kpi_name=kpi.name,
        division=str(kpi.division),
        measure_id=measure.pk,
        measure_lineage=measure.lineage,
        label=measure.label,
        unit=row.unit,
        direction=Direction(measure.direction),
        tolerance=measure.tolerance,
        year=row.year,
        value=row.value,
        now=now,
        reason=row.reason,
        by_name=row.by_name,
        at=row.at,
        decision=ProposalDecision(row.decision) if row.decision else None,
        decision_reason=row.decision_reason,
        decided_by_name=row.decided_by_name,
        decided_at=row.decided_at,
    )
