"""Names and ends deputies (職務代理人). The agency's row is locked first, as for its members."""

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from scorecard import permissions
from scorecard.domain.choices import AuditAction, NoticeKind, SecurityEventKind
from scorecard.domain.policies import RuleBroken
from scorecard.models import Agency, Deputyship, Membership, User
from scorecard.services import audit, notices

MAX_DAYS = 366


@transaction.atomic
@audit.held_back()
def name_deputy(*, by: User, agency: Agency, person: User, deputy: User, first_day: date, last_day: date) -> Deputyship:
    """The same deputy for the same days, named twice, is one row.

    Raises PermissionDenied for other people's deputies, RuleBroken for days that have passed or are too many, and where
    one of the two is no member of the agency.
    """
    permissions.check_can_name_deputy(by, agency.pk, person)
    Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    _check_days(first_day, last_day)
    if person.pk == deputy.pk:
        raise RuleBroken("代理人不能是本人；請選擇另一位成員。")
    for user in (person, deputy):
        if not Membership.objects.switched_on().filter(user=user, agency=agency).exists():
            raise RuleBroken(f"{user}不是這個機關的成員或已停用；請選擇目前的成員。")
    asked = {"agency": agency, "person": person, "deputy": deputy, "first_day": first_day, "last_day": last_day}
    same = Deputyship.objects.filter(**asked, ended_at=None).first()
    if same is not None:
        return same
    made = Deputyship.objects.create(named_by=by, **asked)
    changes = [("代理人", None, str(deputy)), ("起日", None, first_day), ("迄日", None, last_day)]
    audit.record(
        by=by,
        action=AuditAction.CREATED,
        target=f"職務代理 {made}",
        agency=agency,
        changes=changes,
        security=SecurityEventKind.ROLE_CHANGED,
    )
    _tell(by, made, "named", f"{by} 指定 {made}，{made.days_text}。")
    return made


def _tell(by: User, deputyship: Deputyship, what: str, text: str) -> None:
    """Tell the person and the deputy, but not of what they did themselves. what: named or ended."""
    for user in sorted((deputyship.person, deputyship.deputy), key=lambda user: user.pk):
        if user.pk != by.pk:
            notices.tell(
                recipient=user,
                kind=NoticeKind.ACCOUNT,
                key=f"deputyship:{deputyship.pk}:{what}",
                subject=f"職務代理：{deputyship}",
                text=f"{text}\n\n如有疑問，請洽機關管理者；本人隨時可以終止代理。",
                path=reverse("deputies", args=[deputyship.agency.slug]),
                agency=deputyship.agency,
            )


def _check_days(first_day: date, last_day: date) -> None:
    today = timezone.localdate()
    if first_day < today:
        raise RuleBroken("代理起日不能早於今天；已經過去的日子不能補登代理。")
    if last_day < first_day:
        raise RuleBroken("代理迄日不能早於起日；請重新選擇。")
    if (last_day - first_day).days >= MAX_DAYS:
        raise RuleBroken(f"一次最多代理 {MAX_DAYS} 天；請縮短期間，到期前再指定一次。")


@transaction.atomic
def end_deputyship(*, by: User, deputyship: Deputyship) -> None:
    """End it now; one that is over does not change. The deputy may end it, too."""
    agency = deputyship.agency
    if by.pk != deputyship.deputy_id or by.deputyship is not None:
        permissions.check_can_name_deputy(by, agency.pk, deputyship.person)
    Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    locked = Deputyship.objects.with_people().get(pk=deputyship.pk)
    if locked.is_over:
        return
    locked.ended_by = by
    locked.ended_at = timezone.now()
    locked.save(update_fields=["ended_by", "ended_at"])
    changes = [("終止時間", None, timezone.localdate())]
    audit.record(
        by=by,
        action=AuditAction.CHANGED,
        target=f"職務代理 {locked}",
        agency=agency,
        changes=changes,
        security=SecurityEventKind.ROLE_CHANGED,
    )
    _tell(by, locked, "ended", f"{by} 終止 {locked}。")
