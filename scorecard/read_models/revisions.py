"""第 n 次修正: what was recorded of an edition, and what has changed in it since the last record (修正中)."""

from dataclasses import dataclass, replace

from scorecard.models import AuditEvent, Plan, Revision
from scorecard.read_models.edition_comparison import EditionComparison
from scorecard.read_models.edition_difference import find_differences
from scorecard.read_models.edition_facts import load_edition_facts
from scorecard.read_models.edition_items import EditionFacts


@dataclass(frozen=True)
class Revisions:
    """rows: in their order, without files and facts; they have each file's size. Empty for a draft.

    pending: what the edition says now beside what it said at the last one; None where nothing has changed.
    """

    rows: tuple[Revision, ...]
    pending: EditionComparison | None


def load_revisions(plan: Plan) -> Revisions:
    """One query for a draft; two where nothing happened since the last revision; else at most seventeen."""
    rows = tuple(Revision.objects.listed().filter(plan=plan))
    return Revisions(rows, pending_comparison(plan, rows[-1]) if rows else None)


def pending_comparison(plan: Plan, last: Revision) -> EditionComparison | None:
    """last: the edition's latest revision, maybe without its facts. None where the edition says the same."""
    if not AuditEvent.objects.filter(agency=plan.agency_id, year=plan.year, pk__gt=last.last_event).exists():
        return None
    comparison = compare_with_revision(plan, last)
    return None if comparison.is_same else comparison


def compare_with_revision(plan: Plan, last: Revision) -> EditionComparison:
    """The edition now beside what it said at its latest revision. Fourteen queries."""
    old = EditionFacts.from_json(last.facts)
    old = replace(old, title=f"{plan.title}（{last.name}）")
    new = replace(load_edition_facts(plan), title=f"{plan.title}（第 {last.number + 1} 次修正）")
    return EditionComparison(plan, plan, old, new, find_differences(old, new))
