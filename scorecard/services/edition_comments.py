"""意見 on an edition or a KPI of it, 送請核定 and 退回修正: written once, told to the other side, without a state."""

from django.db import transaction

from scorecard import permissions
from scorecard.domain import policies
from scorecard.domain.choices import AuditAction, EditionCommentKind
from scorecard.domain.policies import RuleBroken
from scorecard.domain.signatures import kept_name
from scorecard.models import KPI, EditionComment, Plan, User
from scorecard.services import audit
from scorecard.services.consultation_notices import tell_of_comment

SENT_FOR_ADOPTION = "送請核定。"


def get_locked_edition(plan: Plan) -> Plan:
    """The edition's row, locked; RuleBroken where the draft was discarded meanwhile."""
    try:
        return Plan.objects.get_locked(plan.pk)
    except Plan.DoesNotExist as gone:
        raise RuleBroken("這份草案已經捨棄，沒有儲存。") from gone


@transaction.atomic
@audit.held_back()
def comment(
    *,
    by: User,
    plan: Plan,
    text: str,
    kpi: KPI | None = None,
    kind: EditionCommentKind = EditionCommentKind.COMMENT,
) -> EditionComment | None:
    """What a reviewer or admin says of an edition, or of a KPI of it. None where it was said just before.

    kind: 送請核定 of a reviewer tells the admins, its text may be blank; 退回修正 of an admin tells the reviewers.
    Raises RuleBroken for a blank text and in a closed year; PermissionDenied.
    """
    _check_person(by, plan, kind)
    plan = get_locked_edition(plan)
    policies.check_may_comment_on_edition(plan, kind)
    if kind == EditionCommentKind.SENT_FOR_ADOPTION:
        text = text or SENT_FOR_ADOPTION
    written = write(by=by, plan=plan, kpi=kpi, text=text, kind=kind)
    if written is not None:
        tell_of_comment(written, plan=plan)
    return written


def _check_person(by: User, plan: Plan, kind: EditionCommentKind) -> None:
    if kind == EditionCommentKind.SENT_FOR_ADOPTION:
        permissions.check_can_send_for_adoption(by, plan.agency_id)
    elif kind == EditionCommentKind.SENT_BACK:
        permissions.check_can_manage(by, plan.agency_id)
    else:
        permissions.check_can_comment_on_edition(by, plan.agency_id)


def write(
    *,
    by: User,
    plan: Plan,
    kpi: KPI | None,
    text: str,
    kind: EditionCommentKind = EditionCommentKind.COMMENT,
    division_name: str = "",
) -> EditionComment | None:
    """Write a comment and its event. The caller has locked the edition and asked whether the person may.

    division_name: of the division that says it, "" for reviewers and admins. The same by the same person, with nothing
    said since of the same thing, is one comment sent twice: None.
    """
    if not text:
        raise RuleBroken("請輸入意見內容。")
    last = EditionComment.objects.filter(plan=plan, kpi=kpi).last()
    if last and (last.by_id, last.kind, last.text) == (by.pk, kind, text):
        return None
    written = EditionComment(
        plan=plan,
        kpi=kpi,
        about=str(kpi)[:300] if kpi else "",
        kind=kind,
        text=text,
        by=by,
        by_name=kept_name(by),
        division_name=division_name[:100],
    )
    written.full_clean(exclude=["kpi"])
    written.save()
    changes: list[audit.Change] = [(kind.label, None, text)]
    # Of the edition, not of the KPI: a KPI's history is for everybody once the edition is adopted.
    audit.record(by=by, action=AuditAction.COMMENTED, target=kpi or plan, plan=plan, changes=changes)
    return written
