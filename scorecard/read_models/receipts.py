"""填報收執: a Submission's frozen content, ready to print. Page and PDF only draw it.

Nothing is judged here: lights and rates are those of the moment of submission.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.timezone import localdate

from scorecard.domain.choices import Direction, ReportState, Status
from scorecard.domain.roc_years import date_text, year_text
from scorecard.domain.scoring import BLANK, grouped
from scorecard.domain.signatures import with_mark
from scorecard.models import Submission, YearlyReport


@dataclass(frozen=True)
class ReceiptMeasure:
    """A measure as submitted. parts_text: 「64 ÷ 100」 of a ratio whose parts were entered, else ""."""

    label: str
    unit: str
    direction_text: str
    target_text: str
    actual_text: str
    remark: str
    parts_text: str
    status: Status
    rate_text: str


@dataclass(frozen=True)
class ReceiptPlan:
    """An action plan's money of the year, in whole NT$."""

    code: str
    description: str
    owner: str
    amount_text: str
    executed_text: str
    progress: str


@dataclass(frozen=True)
class ReceiptFile:
    """sha256 "": not stored."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class ReceiptKPI:
    """A KPI as submitted. entered_text: who had entered anything by then; "" on receipts of the first form."""

    code: str
    name: str
    formula: str
    status: Status
    rate_text: str
    measures: tuple[ReceiptMeasure, ...]
    explanation: str
    improvement: str
    evidence: tuple[ReceiptFile, ...]
    action_plans: tuple[ReceiptPlan, ...]
    entered_text: str


@dataclass(frozen=True)
class Receipt:
    """submitted_at has a time zone. is_intact: whether the content still has the digest printed on it."""

    number: str
    agency: str
    plan_title: str
    year: int
    division: str
    submitted_by: str
    submitted_at: datetime
    is_sample: bool
    digest: str
    is_intact: bool
    kpis: tuple[ReceiptKPI, ...]

    @property
    def title(self) -> str:
        """「填報收執 105-003」."""
        return f"填報收執 {self.number}"

    @property
    def year_text(self) -> str:
        """「105 年」."""
        return year_text(self.year)

    @property
    def kpis_text(self) -> str:
        """「2 項：AC1.1、AC1.2」."""
        count = f"{len(self.kpis)} 項"
        return f"{count}：{'、'.join(kpi.code for kpi in self.kpis)}" if self.kpis else count

    @property
    def digest_groups(self) -> tuple[str, ...]:
        """The digest in groups of eight characters, for comparing by eye."""
        return tuple(self.digest[start : start + 8] for start in range(0, len(self.digest), 8))


def build_receipt(submission: Submission) -> Receipt:
    """No query."""
    content = submission.content
    person = content["submitted_by"]
    return Receipt(
        number=submission.number,
        agency=content["agency"],
        plan_title=content["plan"],
        year=content["year"],
        division=content["division"],
        submitted_by=with_mark(person["name"], bool(person.get("acting_for"))),
        submitted_at=datetime.fromisoformat(content["submitted_at"]),
        is_sample=person["is_sample"],
        digest=submission.digest,
        is_intact=submission.is_intact,
        kpis=tuple(_kpi(kpi) for kpi in content["kpis"]),
    )


def reviews_of(submission: Submission) -> tuple[tuple[str, str], ...]:
    """(KPI's code, where its report stands now: 「審核通過　王小明　106 年 1 月 5 日」). One query.

    It is no part of the receipt, and changes with every step of the report.
    """
    rows = YearlyReport.objects.of_plan(submission.plan).filter(kpi__code__in=submission.codes)
    reports = {report.kpi.code: report for report in rows.select_related("kpi")}
    return tuple((code, _review(reports.get(code))) for code in submission.codes)


def _review(report: YearlyReport | None) -> str:
    if report is None:
        return BLANK
    state = ReportState(report.state).label
    if report.reviewed_at is None:
        return state
    return f"{state}　{report.reviewer}　{date_text(localdate(report.reviewed_at))}"


def _kpi(kpi: dict[str, Any]) -> ReceiptKPI:
    return ReceiptKPI(
        code=kpi["code"],
        name=kpi["name"],
        formula=kpi["formula"],
        status=Status(kpi["light"]),
        rate_text=kpi["rate"],
        measures=tuple(_measure(measure) for measure in kpi["measures"]),
        explanation=kpi["explanation"],
        improvement=kpi["improvement"],
        evidence=tuple(ReceiptFile(**file) for file in kpi["evidence"]),
        action_plans=tuple(_plan(plan) for plan in kpi["action_plans"]),
        entered_text="、".join(kpi.get("entered_by", ())),
    )


def _measure(measure: dict[str, Any]) -> ReceiptMeasure:
    numerator, denominator = _figure(measure["numerator"]), _figure(measure["denominator"])
    has_number = measure["actual"] is not None
    return ReceiptMeasure(
        label=measure["label"],
        unit=measure["unit"],
        direction_text=_direction(measure),
        target_text=_figure(measure["target"]) or measure["target_note"] or BLANK,
        actual_text=_figure(measure["actual"]) or measure["note"] or BLANK,
        remark=measure["note"] if has_number else "",
        parts_text=f"{numerator} ÷ {denominator}" if numerator and denominator else "",
        status=Status(measure["light"]),
        rate_text=measure["rate"],
    )


def _direction(measure: dict[str, Any]) -> str:
    direction = Direction(measure["direction"])
    if direction == Direction.BAND:
        return f"目標 ± {_figure(measure['tolerance'])}"
    return direction.label


def _figure(text: str | None) -> str:
    return "" if text is None else grouped(Decimal(text))


def _plan(plan: dict[str, Any]) -> ReceiptPlan:
    executed = plan["executed"]
    return ReceiptPlan(
        code=plan["code"],
        description=plan["description"],
        owner=plan["owner"],
        amount_text=f"{plan['amount']:,}",
        executed_text=BLANK if executed is None else f"{executed:,}",
        progress=plan["progress"],
    )
