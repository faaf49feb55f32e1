"""更正說明: what an admin says beside a closed year. Its pages, figures and frozen files stay as they are."""

from datetime import date

from django.db import transaction

from scorecard import permissions
from scorecard.domain.choices import AuditAction
from scorecard.domain.policies import check_may_add_correction
from scorecard.domain.roc_years import year_text
from scorecard.domain.signatures import kept_name
from scorecard.models import Correction, Plan, User
from scorecard.services import audit


@transaction.atomic
def add_correction(*, by: User, plan: Plan, text: str, dated: date, document_number: str) -> Correction:
    """Add a 更正說明. The same one again, sent twice, is one. Raises RuleBroken unless the year is closed."""
    permissions.check_can_manage(by, plan.agency_id)
    plan = Plan.objects.get_locked(plan.pk)
    check_may_add_correction(plan, text=text, document_number=document_number)
    last = Correction.objects.filter(plan=plan).last()
    if last and (last.text, last.dated, last.document_number) == (text, dated, document_number):
        return last
    correction = Correction(
        plan=plan, text=text, dated=dated, document_number=document_number, by=by, by_name=kept_name(by)
    )
    correction.full_clean()
    correction.save()
    audit.record(
        by=by,
        action=AuditAction.CORRECTED,
        target=f"{year_text(plan.year)}度",
        plan=plan,
        changes=[("說明", None, text), ("日期", None, dated), ("文號", None, document_number)],
    )
    return correction
