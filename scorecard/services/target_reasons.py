"""Why a target is softer than the edition before had planned: typed beside the row of the comparison (放寬理由)."""

from uuid import UUID

from django.db import transaction

from scorecard import permissions
from scorecard.domain.choices import AuditAction
from scorecard.domain.policies import RuleBroken, check_not_closed, check_reason_given
from scorecard.domain.roc_years import year_text
from scorecard.models import Measure, Plan, User, YearlyValue
from scorecard.services import audit

GONE = "這個目標已不在這份年版，沒有變更；請重新整理頁面。"


class ReasonChanged(RuleBroken):
    """Somebody else wrote another reason meanwhile. present: theirs."""

    def __init__(self, present: str) -> None:
        said = f"其他人已把理由改為「{present}」" if present else "其他人已刪除理由"
        super().__init__(f"{said}，沒有儲存您的內容；如仍要改成您的內容，請再儲存一次。")
        self.present = present


@transaction.atomic
def set_reason(*, by: User, plan: Plan, measure: UUID, year: int, text: str, seen: str) -> None:
    """Keep why the measure's target of the year is what it is; the same text again writes no audit event.

    measure: its lineage. text: "" takes the reason of a draft back; once the edition is adopted it is itself the reason
    of the change. seen: what the person saw. Raises ReasonChanged; RuleBroken in a closed edition, and for a measure or
    a year that the edition has not; ValidationError for an overlong text; PermissionDenied.
    """
    permissions.check_can_edit_strategy(by, plan.agency_id)
    plan = Plan.objects.get_locked(plan.pk)
    check_not_closed(plan)
    row = Measure.objects.filter(kpi__plan=plan, lineage=measure).select_related("kpi").first()
    if row is None or not plan.year <= year <= plan.last_year:
        raise RuleBroken(GONE)
    value = YearlyValue.objects.filter(measure=row, year=year).first() or YearlyValue(measure=row, year=year)
    present = value.target_reason
    if present == text:
        return
    if present != seen:
        raise ReasonChanged(present)
    check_reason_given(plan, text)
    value.target_reason = text
    value.full_clean(validate_unique=False)
    value.save()
    audit.record(
        by=by,
        action=AuditAction.CHANGED,
        target=value,
        plan=plan,
        kpi=row.kpi,
        changes=[(f"{year_text(year)}{audit.field_label(value, 'target_reason')}", present, text)],
        reason="" if plan.is_draft else text,
    )
