"""第 n 次修正: what an admin records of changes that were gathered into one."""

from dataclasses import dataclass
from datetime import date

from scorecard.domain.policies import RuleBroken


@dataclass(frozen=True)
class RevisionFacts:
    """title: 「配合組織調整修正」. document_number (文號), or no_number_reason: why there is none."""

    title: str
    dated: date
    reason: str
    document_number: str = ""
    no_number_reason: str = ""


def check_revision(said: RevisionFacts, today: date) -> None:
    """Raises RuleBroken with a sentence for each part that is missing or cannot be right."""
    wrong = []
    if not said.title:
        wrong.append("請填修正的名稱，例如「配合組織調整修正」。")
    if said.dated > today:
        wrong.append("日期不能晚於今天；請填修正實際核可的日期。")
    if bool(said.document_number) == bool(said.no_number_reason):
        wrong.append("請填文號；沒有文號時，請只填免文號的理由。")
    if not said.reason:
        wrong.append("請填修正的理由。")
    if wrong:
        raise RuleBroken(wrong)
