"""核定: what is recorded of the head's approvals of an edition and of its closing, ready to print."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from scorecard.domain.roc_years import date_text
from scorecard.models import HeadApproval, Plan

ADOPTION = 0


class Recorded(Protocol):
    """A HeadApproval, or the facts of one that is about to be recorded."""

    approved_on: date
    title: str
    document_number: str
    no_number_reason: str


@dataclass(frozen=True)
class ApprovalLine:
    """document_number "": there is none, and no_number_reason says why."""

    approved_on: date
    title: str
    document_number: str
    no_number_reason: str

    @property
    def date_text(self) -> str:
        """「106 年 1 月 31 日」."""
        return date_text(self.approved_on)

    @property
    def number_text(self) -> str:
        """「北市秘文字第 1053000000 號」, or 「免文號（理由）」."""
        return self.document_number or f"免文號（{self.no_number_reason}）"

    @property
    def text(self) -> str:
        """「106 年 1 月 31 日 處長核定，北市秘文字第 1053000000 號」."""
        return f"{self.date_text} {self.title}核定，{self.number_text}"


@dataclass(frozen=True)
class HeadApprovals:
    """Of the edition (adopted), and of its closing where it is closed; None: not recorded."""

    adopted: ApprovalLine | None = None
    closed: ApprovalLine | None = None

    @property
    def named(self) -> tuple[tuple[str, ApprovalLine], ...]:
        """(what was approved, how) of those that are recorded."""
        pairs = (("年版核定", self.adopted), ("年度成果核定", self.closed))
        return tuple((what, line) for what, line in pairs if line is not None)


NONE_RECORDED = HeadApprovals()


def head_approvals(plan: Plan) -> HeadApprovals:
    """Those in force. One query."""
    rows = HeadApproval.objects.of_plan(plan)
    return HeadApprovals(
        adopted=approval_line(rows.get(ADOPTION)),
        closed=approval_line(rows.get(plan.closings)) if plan.is_closed and plan.closings else None,
    )


def approval_line(recorded: Recorded | None) -> ApprovalLine | None:
    if recorded is None:
        return None
    return ApprovalLine(recorded.approved_on, recorded.title, recorded.document_number, recorded.no_number_reason)
