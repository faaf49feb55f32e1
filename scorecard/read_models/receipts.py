"""填報收執 as a reader sees it: a Submission's frozen content, ready to print. Page and PDF only draw it.

Nothing is judged here: lights and rates are those of the moment when it was sent.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from scorecard.domain.choices import Direction, Status
from scorecard.domain.roc_years import year_text
from scorecard.domain.scoring import BLANK, grouped


@dataclass(frozen=True)
class ReceiptMeasure:
    """A measure as it was sent. parts_text: 「64 ÷ 100」 of a ratio whose parts were entered, else ""."""

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
    """An action plan's money of the year, NT$ whole dollars."""

    code: str
    description: str
    owner: str
    amount_text: str
    executed_text: str
    progress: str


@dataclass(frozen=True)
class ReceiptFile:
    """A file that was attached; sha256 "" where it was not kept."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class ReceiptKPI:
    """A KPI as it was sent."""

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


@dataclass(frozen=True)
class Receipt:
    """A receipt. submitted_at is aware; is_intact: whether the content still has the digest printed on it."""

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
    def title(self):
        """「填報收執 105-003」."""
        return f"填報收執 {self.number}"

    @property
    def year_text(self):
        """「105 年」."""
        return year_text(self.year)

    @property
    def kpis_text(self):
        """How many KPIs it is about, and which: 「2 項：AC1.1、AC1.2」."""
        count = f"{len(self.kpis)} 項"
        return f"{count}：{'、'.join(kpi.code for kpi in self.kpis)}" if self.kpis else count

    @property
    def digest_groups(self):
        """The digest in groups of eight, to be read and compared."""
        return tuple(self.digest[start : start + 8] for start in range(0, len(self.digest), 8))


def build_receipt(submission):
    """The Receipt of a Submission; no query."""
    content = submission.content
    person = content["submitted_by"]
    return Receipt(
        number=submission.number,
        agency=content["agency"],
        plan_title=content["plan"],
        year=content["year"],
        division=content["division"],
        submitted_by=person["name"],
        submitted_at=datetime.fromisoformat(content["submitted_at"]),
        is_sample=person["is_sample"],
        digest=submission.digest,
        is_intact=submission.is_intact,
        kpis=tuple(_kpi(told) for told in content["kpis"]),
    )


def _kpi(told):
    return ReceiptKPI(
        code=told["code"],
        name=told["name"],
        formula=told["formula"],
        status=Status(told["light"]),
        rate_text=told["rate"],
        measures=tuple(_measure(measure) for measure in told["measures"]),
        explanation=told["explanation"],
        improvement=told["improvement"],
        evidence=tuple(ReceiptFile(**file) for file in told["evidence"]),
        action_plans=tuple(_plan(plan) for plan in told["action_plans"]),
    )


def _measure(told):
    numerator, denominator = _figure(told["numerator"]), _figure(told["denominator"])
    has_number = told["actual"] is not None
    return ReceiptMeasure(
        label=told["label"],
        unit=told["unit"],
        direction_text=_direction(told),
        target_text=_figure(told["target"]) or told["target_note"] or BLANK,
        actual_text=_figure(told["actual"]) or told["note"] or BLANK,
        remark=told["note"] if has_number else "",
        parts_text=f"{numerator} ÷ {denominator}" if numerator and denominator else "",
        status=Status(told["light"]),
        rate_text=told["rate"],
    )


def _direction(told):
    direction = Direction(told["direction"])
    return f"目標 ± {_figure(told['tolerance'])}" if direction == Direction.BAND else direction.label


def _figure(text):
    return "" if text is None else grouped(Decimal(text))


def _plan(told):
    executed = told["executed"]
    return ReceiptPlan(
        code=told["code"],
        description=told["description"],
        owner=told["owner"],
        amount_text=f"{told['amount']:,}",
        executed_text=BLANK if executed is None else f"{executed:,}",
        progress=told["progress"],
    )
