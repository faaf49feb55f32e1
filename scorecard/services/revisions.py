"""第 n 次修正: keeps what an edition says at its adoption, and gathers later changes into numbered revisions.

Decision 0030. The files of a comparison take the time of a PDF, so they are made before any lock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max, Min
from django.utils import timezone

from scorecard import permissions
from scorecard.documents.comparison_files import comparison_files
from scorecard.domain import policies
from scorecard.domain.choices import AuditAction
from scorecard.domain.policies import RuleBroken
from scorecard.domain.revision import RevisionFacts, check_revision
from scorecard.domain.signatures import kept_name
from scorecard.models import AuditEvent, HeadApproval, Plan, Revision, User
from scorecard.models.revisions import BINARIES
from scorecard.read_models.edition_comparison import EditionComparison
from scorecard.read_models.edition_facts import load_edition_facts
from scorecard.read_models.revisions import compare_with_revision
from scorecard.services import audit

SYSTEM = "系統"
# Of what its adoption said, where nobody recorded it then.
BASIS_TITLE = "核定時的內容"


@dataclass(frozen=True)
class Attachment:
    """What the head signed, as the admin added it."""

    name: str
    content: bytes


class ComparisonChanged(Exception):
    """Raised where what would be recorded is not what was shown. Nothing is written; show it again."""


def make_files(comparison: EditionComparison, *, heading: str) -> Mapping[str, bytes]:
    """The comparison as PDF, Excel and ODS. Raises what drawing a PDF raises."""
    return comparison_files(comparison, made_at=timezone.localtime(), heading=heading)


def keep_adoption(
    *,
    by: User | None,
    plan: Plan,
    reason: str,
    files: Mapping[str, bytes] | None = None,
    attachment: Attachment | None = None,
) -> Revision:
    """Keep number 0 of an edition that was adopted in this transaction; its event is written before this.

    files: of the comparison with the edition before; None where there was nothing to compare, or nobody looked at it.
    """
    approval = HeadApproval.objects.of_plan(plan)[0]
    said = {"title": "核定", "dated": approval.approved_on, "reason": reason}
    numbers = {"document_number": approval.document_number, "no_number_reason": approval.no_number_reason}
    return _keep(by, plan, 0, load_edition_facts(plan).text, files=files, attachment=attachment, **said, **numbers)


@transaction.atomic
def keep_basis(plan: Plan) -> Revision | None:
    """Keep what an edition says that was adopted before revisions were kept, or came from a file: number 0, no files.

    None for a draft, and where it is kept already.
    """
    plan = Plan.objects.get_locked(plan.pk)
    if plan.is_draft or Revision.objects.filter(plan=plan).exists():
        return None
    approval = HeadApproval.objects.of_plan(plan).get(0)
    recorded = {"dated": approval.approved_on} if approval else {}
    if approval:
        recorded |= {"document_number": approval.document_number, "no_number_reason": approval.no_number_reason}
    return _keep(None, plan, 0, load_edition_facts(plan).text, title=BASIS_TITLE, **recorded)


def keep_missing_bases() -> int:
    """Of all editions that are no drafts; returns how many there were."""
    lacking = Plan.objects.not_drafts().filter(revisions=None).order_by("agency", "year")
    return sum(keep_basis(plan) is not None for plan in lacking)


def keep_bases_after_migrate(sender: object, using: str, **kwargs: object) -> None:
    """Receives post_migrate. Nothing is kept while migrations are to come: models say what the last one leaves."""
    executor = MigrationExecutor(connections[using])
    if using == DEFAULT_DB_ALIAS and not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        keep_missing_bases()


def gather(*, by: User, plan: Plan, said: RevisionFacts, seen: str) -> Revision:
    """Gather what has changed since the last revision into the next one. It takes seconds, without a lock.

    seen: digest of the comparison as shown. Raises RuleBroken in a draft, in a closed year and without changes,
    ComparisonChanged where something changed since it was shown; PermissionDenied.
    """
    permissions.check_can_manage(by, plan.agency_id)
    comparison = _comparison_to_gather(Plan.objects.select_related("agency", "version").get(pk=plan.pk), said)
    if comparison.digest != seen:
        raise ComparisonChanged
    number = _last(plan).number + 1
    files = make_files(comparison, heading=f"{plan.title}第 {number} 次修正對照表")
    return record_revision(by=by, plan=plan, said=said, seen=seen, files=files)


@transaction.atomic
def record_revision(*, by: User, plan: Plan, said: RevisionFacts, seen: str, files: Mapping[str, bytes]) -> Revision:
    """Record the next revision in one transaction, with the files that gather() made."""
    permissions.check_can_manage(by, plan.agency_id)
    plan = Plan.objects.get_locked(plan.pk)
    comparison = _comparison_to_gather(plan, said)
    if comparison.digest != seen:
        raise ComparisonChanged
    number = _last(plan).number + 1
    facts = replace(comparison.new, title=plan.title).text
    changes: list[audit.Change] = [
        ("次別", None, f"第 {number} 次修正"),
        ("名稱", None, said.title),
        ("日期", None, said.dated),
        ("文號", None, said.document_number or f"免文號（{said.no_number_reason}）"),
    ]
    changes += changes_of(comparison)
    audit.record(by=by, action=AuditAction.REVISED, target=plan, plan=plan, changes=changes, reason=said.reason)
    return _keep(
        by,
        plan,
        number,
        facts,
        files=files,
        title=said.title,
        dated=said.dated,
        reason=said.reason,
        document_number=said.document_number,
        no_number_reason=said.no_number_reason,
    )


def changes_of(comparison: EditionComparison) -> list[audit.Change]:
    """Every difference, for the audit event."""
    return [(row.what, row.old_text or None, row.new_text or None) for row in comparison.differences]


def _comparison_to_gather(plan: Plan, said: RevisionFacts) -> EditionComparison:
    policies.check_may_revise(plan)
    check_revision(said, timezone.localdate())
    last = _last(plan)
    comparison = compare_with_revision(plan, last)
    if comparison.is_same:
        raise RuleBroken(f"{plan.title}自{last.name}以來沒有變更，不需要登錄修正。")
    return comparison


def _last(plan: Plan) -> Revision:
    last = Revision.objects.filter(plan=plan).defer(*BINARIES).order_by("number").last()
    if last is None:
        raise RuleBroken(f"{plan.title}沒有保存核定時的內容，無法比對；請系統管理者執行 manage.py migrate 後再登錄。")
    return last


def _keep(
    by: User | None,
    plan: Plan,
    number: int,
    facts: str,
    *,
    files: Mapping[str, bytes] | None = None,
    attachment: Attachment | None = None,
    **said: object,
) -> Revision:
    binaries = dict(files or {})
    if attachment is not None:
        binaries["attachment"] = attachment.content
    before = Revision.objects.filter(plan=plan).aggregate(last=Max("last_event"))["last"] or 0
    events = AuditEvent.objects.filter(agency=plan.agency_id, year=plan.year, pk__gt=before).order_by()
    numbers = events.aggregate(first=Min("pk"), last=Max("pk"))
    return Revision.objects.create(
        plan=plan,
        number=number,
        facts=facts,
        first_event=numbers["first"] or before,
        last_event=numbers["last"] or before,
        by=by,
        by_name=kept_name(by) or SYSTEM,
        attachment_name=attachment.name if attachment else "",
        **said,
        **binaries,
        **{f"{name}_sha256": sha256(content).hexdigest() for name, content in binaries.items()},
    )
