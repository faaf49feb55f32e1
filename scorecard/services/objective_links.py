"""Adds, rewords and removes cause–effect links between an edition's objectives (domain.md §1: 因果關係).

Every write locks the edition's row first. Whether a link closes a cycle depends on all others, so two links must not be
checked at the same moment. Once the edition is adopted every change has a reason: the link's own, or the removal's.
"""

from django.db import transaction

from scorecard import permissions
from scorecard.domain.choices import AuditAction
from scorecard.domain.policies import RuleBroken, check_not_closed, check_reason_given
from scorecard.models import Objective, ObjectiveLink, Plan, User
from scorecard.services import audit

GONE = "這個因果關係已被其他人移除，沒有變更。"


@transaction.atomic
def add_link(*, by: User, plan: Plan, cause: Objective, effect: Objective, reason: str) -> ObjectiveLink:
    """Raises ValidationError for a link to itself, a pair linked already, a cycle (the sentence names its path), a
    missing reason or an objective of another edition; RuleBroken in a closed year; PermissionDenied.
    """
    _lock(by, plan)
    link = ObjectiveLink(plan=plan, cause=cause, effect=effect, reason=reason, created_by=by)
    link.full_clean()
    link.save()
    changes = [("因", None, cause), ("果", None, effect), ("理由", None, reason)]
    audit.record(by=by, action=AuditAction.CREATED, target=link, plan=plan, changes=changes, reason=reason)
    return link


@transaction.atomic
def change_reason(*, by: User, link: ObjectiveLink, reason: str, seen: str) -> ObjectiveLink:
    """The same reason again writes no audit event.

    seen: the reason that the person saw. Raises RuleBroken where somebody else changed it or removed the link,
    ValidationError for an empty or overlong reason.
    """
    locked = _lock_link(by, link)
    if locked.reason == reason:
        return locked
    if locked.reason != seen:
        raise RuleBroken(f"其他人已把理由改為「{locked.reason}」；如仍要改成您的內容，請再儲存一次。")
    changes = [("理由", locked.reason, reason)]
    locked.reason = reason
    locked.full_clean()
    locked.save()
    audit.record(by=by, action=AuditAction.CHANGED, target=locked, plan=locked.plan, changes=changes, reason=reason)
    return locked


@transaction.atomic
def remove_link(*, by: User, link: ObjectiveLink, reason: str = "") -> None:
    """reason: of the removal; only a draft needs none. Raises RuleBroken where the link is gone already."""
    locked = _lock_link(by, link)
    check_reason_given(locked.plan, reason)
    changes = [("因", locked.cause, None), ("果", locked.effect, None), ("理由", locked.reason, None)]
    audit.record(by=by, action=AuditAction.DELETED, target=locked, plan=locked.plan, changes=changes, reason=reason)
    locked.delete()


def _lock(by: User, plan: Plan) -> None:
    permissions.check_can_edit_strategy(by, plan.agency_id)
    check_not_closed(Plan.objects.get_locked(plan.pk))


def _lock_link(by: User, link: ObjectiveLink) -> ObjectiveLink:
    _lock(by, link.plan)
    locked = ObjectiveLink.objects.select_related("plan", "cause", "effect").filter(pk=link.pk).first()
    if locked is None:
        raise RuleBroken(GONE)
    return locked
