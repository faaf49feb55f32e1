"""核定: what is recorded of the head's act, when an edition is adopted or its year closed."""

from dataclasses import dataclass
from datetime import date

from scorecard.domain.policies import RuleBroken


@dataclass(frozen=True)
class HeadApprovalFacts:
    """title: the head's, 「秘書長」. document_number (文號), or no_number_reason: why there is none."""

    approved_on: date
    title: str
    document_number: str = ""
    no_number_reason: str = ""


def check_head_approval(approval: HeadApprovalFacts, today: date) -> None:
    """Raises RuleBroken with a sentence for each part that is missing or cannot be right."""
    wrong = []
    if approval.approved_on > today:
        wrong.append("核定日期不能晚於今天；請填首長實際核定的日期。")
    if not approval.title:
        wrong.append("請填核定人職稱，例如「秘書長」。")
    if bool(approval.document_number) == bool(approval.no_number_reason):
        wrong.append("請填文號；沒有文號時，請勾選免文號並說明理由。")
    if wrong:
        raise RuleBroken(wrong)
