"""徵詢科室: an admin shares a draft until a day, divisions propose targets, reviewers take them over or decline them.

Every write locks the edition's row first, so nobody adopts it meanwhile, and then the proposals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from scorecard import permissions
from scorecard.domain import policies
from scorecard.domain.choices import AuditAction, ProposalDecision
from scorecard.domain.policies import RuleBroken
from scorecard.domain.roc_years import year_text
from scorecard.domain.scoring import plain
from scorecard.domain.signatures import kept_name
from scorecard.models import KPI, EditionComment, Measure, Plan, TargetProposal, User, YearlyValue
from scorecard.services import audit, edition_comments
from scorecard.services.changed_targets import is_softer_than_planned
from scorecard.services.consultation_notices import (
    tell_of_answers,
    tell_of_consultation,
    tell_of_decision,
    tell_of_end,
)
from scorecard.services.edition_comments import get_locked_edition

CHANGED_MEANWHILE = "草案剛剛有人變更，沒有儲存；請核對目前的內容後再送出。"


@dataclass(frozen=True)
class ProposedTarget:
    """What a division asks a target to be; value None takes its open proposal back.

    seen: key of the open proposal that the person saw, None for none.
    """

    measure_id: int
    year: int
    value: Decimal | None
    reason: str = ""
    seen: int | None = None


@dataclass(frozen=True)
class Opinion:
    """What a division says of a KPI of its own."""

    kpi_id: int
    text: str


class ChangedMeanwhile(RuleBroken):
    """Somebody else proposed, or decided, what the person did not see; nothing is written."""


@transaction.atomic
@audit.held_back()
def share(*, by: User, plan: Plan, until: date | None) -> Plan:
    """Let divisions see their KPIs of the draft until the day, inclusive; None ends it now.

    The staff of every division that has KPIs in it are told. Raises RuleBroken, PermissionDenied.
    """
    permissions.check_can_share_drafts(by, plan.agency_id)
    plan = get_locked_edition(plan)
    today = timezone.localdate()
    policies.check_may_share(plan, until, today)
    old = plan.consultation_until
    if old == until:
        return plan
    was_shared = plan.is_shared_on(today)
    plan.consultation_until = until
    plan.save(update_fields=["consultation_until"])
    if until is not None:
        tell_of_consultation(plan, by=by)
    elif was_shared:
        tell_of_end(plan, by=by)
    changes: list[audit.Change] = [(audit.field_label(plan, "consultation_until"), old, until)]
    audit.record(by=by, action=AuditAction.CHANGED, target=plan, plan=plan, changes=changes)
    return plan


@transaction.atomic
@audit.held_back()
def save_answers(
    *, by: User, plan: Plan, targets: Sequence[ProposedTarget] = (), opinions: Sequence[Opinion] = ()
) -> int:
    """Keep what the staff of divisions propose and say, all or nothing, and return how many things changed.

    An open proposal for the same measure and year is replaced; the audit trail keeps it. Raises RuleBroken once the
    draft is not shared any more, ChangedMeanwhile, PermissionDenied for other divisions' KPIs.
    """
    plan = get_locked_edition(plan)
    policies.check_is_shared(plan, timezone.localdate())
    kpis = _kpis_of(by, plan, targets, opinions)
    proposed, withdrawn, changes = _save_targets(by, plan, targets)
    comments = [
        comment
        for opinion in opinions
        for comment in [_say(by, plan, kpis[opinion.kpi_id], opinion.text)]
        if comment is not None
    ]
    if changes:
        audit.record(by=by, action=AuditAction.CHANGED, target=plan, plan=plan, changes=changes)
    if proposed or comments:
        tell_of_answers(by=by, plan=plan, proposals=proposed, comments=comments)
    return len(proposed) + withdrawn + len(comments)


def _say(by: User, plan: Plan, kpi: KPI, text: str) -> EditionComment | None:
    return edition_comments.write(by=by, plan=plan, kpi=kpi, text=text, division_name=str(kpi.division))


def _kpis_of(by: User, plan: Plan, targets: Sequence[ProposedTarget], opinions: Sequence[Opinion]) -> dict[int, KPI]:
    """Those that are spoken of, by key; PermissionDenied unless all are the person's."""
    measures = {target.measure_id for target in targets}
    spoken_of = {opinion.kpi_id for opinion in opinions}
    of_measures = KPI.objects.filter(plan=plan, measures__in=measures).values("pk")
    rows = KPI.objects.filter(plan=plan).select_related("plan", "division")
    found = {kpi.pk: kpi for kpi in rows.filter(pk__in=of_measures) | rows.filter(pk__in=spoken_of)}
    known = set(Measure.objects.filter(kpi__plan=plan, pk__in=measures).values_list("pk", flat=True))
    if known != measures or not spoken_of <= found.keys():
        raise ChangedMeanwhile(CHANGED_MEANWHILE)
    for kpi in found.values():
        permissions.check_can_be_consulted(by, kpi)
    return found


def _save_targets(
    by: User, plan: Plan, targets: Sequence[ProposedTarget]
) -> tuple[list[TargetProposal], int, list[audit.Change]]:
    """Those made, how many were taken back, and the changes."""
    wanted = {target.measure_id for target in targets}
    measures = {row.pk: row for row in Measure.objects.filter(pk__in=wanted).select_related("kpi")}
    rows = TargetProposal.objects.undecided().filter(measure__in=measures).order_by("pk")
    present = {(row.measure_id, row.year): row for row in rows.select_for_update(of=("self",), no_key=True)}
    planned = YearlyValue.objects.filter(measure__in=measures).values_list("measure", "year", "target")
    now = {(measure, year): target for measure, year, target in planned}
    made: list[TargetProposal] = []
    withdrawn = 0
    changes: list[audit.Change] = []
    for target in targets:
        key = (target.measure_id, target.year)
        current = present.get(key)
        if _is_the_same(current, target):
            continue
        if (current.pk if current else None) != target.seen:
            raise ChangedMeanwhile(CHANGED_MEANWHILE)
        measure = measures[target.measure_id]
        what = _name_of(measure, target.year)
        _check_target(plan, target, what, now.get(key))
        if current is not None:
            current.delete()
        changes.append((f"{what}建議目標值", current.value if current else None, target.value))
        if target.value is None:
            withdrawn += 1
        else:
            changes.append((f"{what}建議目標值的理由", current.reason if current else None, target.reason))
            made.append(_propose(by, plan, measure, target, target.value))
    return made, withdrawn, changes


def _is_the_same(current: TargetProposal | None, target: ProposedTarget) -> bool:
    if current is None:
        return target.value is None and target.seen is None
    return (current.value, current.reason) == (target.value, target.reason)


def _name_of(measure: Measure, year: int) -> str:
    """「AC1.1 107 年」, with the measure's label where it has one."""
    label = f"{measure.label} " if measure.label else ""
    return f"{measure.kpi.code} {label}{year_text(year)}"


def _check_target(plan: Plan, target: ProposedTarget, what: str, present: Decimal | None) -> None:
    if not plan.year <= target.year <= plan.last_year:
        raise ChangedMeanwhile(CHANGED_MEANWHILE)
    if target.value is None:
        return
    if target.value == present:
        raise RuleBroken(f"{what}的建議目標值與草案的目標值相同，不需要提出；請改填其他數字或留白。")
    if not target.reason:
        raise RuleBroken(f"請說明{what}建議目標值的理由。")


def _propose(by: User, plan: Plan, measure: Measure, target: ProposedTarget, value: Decimal) -> TargetProposal:
    proposal = TargetProposal(
        plan=plan,
        measure=measure,
        year=target.year,
        value=value,
        unit=measure.unit,
        reason=target.reason,
        by=by,
        by_name=kept_name(by),
    )
    proposal.full_clean()
    proposal.save()
    return proposal


@transaction.atomic
@audit.held_back()
def decide(*, by: User, proposal: TargetProposal, decision: ProposalDecision, reason: str = "") -> TargetProposal:
    """Take a proposal over, so that the draft's target becomes its value, or decline it with a reason.

    A target taken over that is softer than the edition before had planned gets the proposal's reason. Raises RuleBroken
    where it was decided or replaced meanwhile, or its measure counts in another unit now; PermissionDenied.
    """
    permissions.check_can_comment_on_edition(by, proposal.plan.agency_id)
    plan = get_locked_edition(proposal.plan)
    policies.check_may_decide_proposal(plan)
    rows = TargetProposal.objects.select_for_update(of=("self",), no_key=True).select_related("measure__kpi", "by")
    locked = rows.filter(pk=proposal.pk).first()
    if locked is None:
        raise RuleBroken("這項建議已由科室撤回或改提，沒有任何變更；請看目前的建議。")
    what = _name_of(locked.measure, locked.year)
    if not locked.is_open:
        raise RuleBroken(
            f"{what}的建議目標值已由 {locked.decided_by_name} 處理（{locked.get_decision_display()}），沒有再變更。"
        )
    if decision == ProposalDecision.DECLINED and not reason:
        raise RuleBroken("不採納時請說明理由。")
    changes: list[audit.Change] = [(f"{what}建議目標值 {_value_text(locked)}", None, decision.label)]
    if decision == ProposalDecision.TAKEN:
        changes_of_target = _take_over(plan, locked, what)
        kpi = locked.measure.kpi
        audit.record(
            by=by,
            action=AuditAction.CHANGED,
            target=kpi,
            plan=plan,
            kpi=kpi,
            changes=changes_of_target,
            reason=locked.reason,
        )
    locked.decision = decision
    locked.decision_reason = reason
    locked.decided_by = by
    locked.decided_by_name = kept_name(by)
    locked.decided_at = timezone.now()
    locked.save()
    tell_of_decision(locked, by=by, plan=plan)
    audit.record(by=by, action=AuditAction.CHANGED, target=plan, plan=plan, changes=changes, reason=reason)
    return locked


def _value_text(proposal: TargetProposal) -> str:
    """「18 件」."""
    return f"{plain(proposal.value)} {proposal.unit}"


def _take_over(plan: Plan, proposal: TargetProposal, what: str) -> list[audit.Change]:
    """Write the draft's target, and return the changes."""
    measure = proposal.measure
    if measure.unit != proposal.unit:
        raise RuleBroken(
            f"{what}的單位已由「{proposal.unit}」改為「{measure.unit}」，不能採納；請科室重新提出，或不採納並說明。"
        )
    if not plan.year <= proposal.year <= plan.last_year:
        raise RuleBroken(f"草案目標已改訂至 {year_text(plan.last_year)}，{what}的建議不能採納；請不採納並說明。")
    value = YearlyValue.objects.filter(measure=measure, year=proposal.year).first()
    if value is None:
        value = YearlyValue(measure=measure, year=proposal.year)
    is_softened = is_softer_than_planned(plan, measure, proposal.year, proposal.value)
    wanted = {
        "target": proposal.value,
        # A number in place of 「—」; a remark on a number stays.
        "target_note": "" if value.target is None else value.target_note,
        "target_reason": proposal.reason if is_softened else "",
    }
    changes: list[audit.Change] = []
    for field, new in wanted.items():
        old = getattr(value, field)
        if old != new:
            changes.append((f"{what}{audit.field_label(value, field)}", old, new))
            setattr(value, field, new)
    value.full_clean()
    value.save()
    return changes
