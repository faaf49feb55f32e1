"""Editions (年版) from their beginning to their adoption: carried forward, adopted, withdrawn, discarded.

services/years.py opens and closes them. Locks as there: editions in the order of years come first.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from scorecard import permissions
from scorecard.domain import policies
from scorecard.domain.choices import AuditAction, PlanState
from scorecard.domain.head_approval import HeadApprovalFacts, check_head_approval
from scorecard.domain.policies import RuleBroken
from scorecard.domain.roc_years import year_text
from scorecard.models import (
    KPI,
    ActionPlan,
    Agency,
    Division,
    HeadApproval,
    Measure,
    Objective,
    ObjectiveLink,
    Plan,
    Revision,
    Submission,
    Theme,
    User,
    YearlyReport,
    YearlyValue,
)
from scorecard.read_models.edition_comparison import EditionComparison, compare_editions, softened_without_reason
from scorecard.services import audit, years
from scorecard.services.edition_copy import FIELDS, copy_rows
from scorecard.services.revisions import Attachment, ComparisonChanged, changes_of, keep_adoption, make_files
from scorecard.services.years import keep_approval, lock_editions

# What a baseline figure is made of.
_ACTUAL = ("actual", "actual_note", "unmeasured", "numerator", "denominator")
GONE = "這份草案已經捨棄；沒有任何變更。"
REPEATED = "剛才有人建立了同一年度的年版，沒有變更任何內容；請重新整理頁面。"


@transaction.atomic
@audit.held_back()
def carry_forward(*, by: User, agency: Agency, year: int, last_year: int | None = None) -> Plan:
    """Make the draft of the year as a copy of the agency's latest earlier edition that is no draft.

    last_year: of its outlook; None: as long as the copied one's. Raises RuleBroken where the year has an edition, a
    later one is adopted or there is nothing to copy, ValidationError for years out of order; PermissionDenied.
    """
    permissions.check_can_edit_strategy(by, agency.pk)
    return carry_forward_locked(by, agency, year, last_year)


def carry_forward_locked(by: User | None, agency: Agency, year: int, last_year: int | None) -> Plan:
    """carry_forward() as a part of another act, which asked whether the person may. by: None for a command."""
    editions = lock_editions(agency)
    source = next((row for row in reversed(editions) if row.year < year and not row.is_draft), None)
    check_year_is_free(agency, year)
    if source is None:
        raise RuleBroken(f"這個機關還沒有 {year_text(year)}之前的年版可以沿用；請匯入機關表單。")
    ahead = year - source.year
    draft = Plan(
        agency=agency,
        agency_name=agency.name,
        year=year,
        baseline_from=source.baseline_from + ahead,
        last_year=source.last_year + ahead if last_year is None else last_year,
        **{name: getattr(source, name) for name in FIELDS[Plan].copied},
    )
    save_new(draft)
    counts = copy_rows(source, draft)
    changes: list[audit.Change] = [("沿用", None, source.title), ("目標訂至", None, year_text(draft.last_year))]
    changes += [(str(model._meta.verbose_name), None, count) for model, count in counts.items() if count]
    audit.record(by=by, action=AuditAction.CARRIED, target=draft, plan=draft, changes=changes)
    return draft


def check_year_is_free(agency: Agency, year: int) -> None:
    """Raises RuleBroken where the agency has an edition of the year, or a later one that is no draft."""
    policies.check_year_is_free(
        f"{year_text(year)}版",
        has_edition=Plan.objects.filter(agency=agency, year=year).exists(),
        later=later_adopted(agency.pk, year),
    )


def later_adopted(agency_id: int, year: int) -> str:
    """Title of the agency's first later edition that is no draft; "" for none. One query."""
    first = Plan.objects.not_drafts().filter(agency=agency_id, year__gt=year).order_by("year").first()
    return first.title if first else ""


def save_new(plan: Plan) -> None:
    """Save a new edition. Raises ValidationError for its own fields, RuleBroken where another one was faster."""
    plan.full_clean(validate_unique=False, validate_constraints=True, exclude=["agency"])
    try:
        with transaction.atomic():
            plan.save()
    except IntegrityError as error:
        raise RuleBroken(REPEATED) from error


@dataclass(frozen=True)
class ShownComparison:
    """What was shown to whoever adopts: its digest, and its files as they are kept. Both empty for a first edition."""

    digest: str
    files: Mapping[str, bytes]


def adopt(
    *, by: User, plan: Plan, approval: HeadApprovalFacts, reason: str, seen: str, attachment: Attachment | None = None
) -> Plan:
    """Adopt a draft (核定年版), as the head approved it. It takes seconds, without a lock.

    seen: digest of the comparison with the edition before as it was shown, "" for a first edition. reason: what was
    decided, and why. Raises ComparisonChanged where it shows something else now, RuleBroken with everything that is
    missing, and where a later edition is adopted; PermissionDenied.
    """
    permissions.check_can_manage(by, plan.agency_id)
    shown = prepare_adoption(plan, approval, seen)
    return record_adoption(by=by, plan=plan, approval=approval, reason=reason, shown=shown, attachment=attachment)


def prepare_adoption(plan: Plan, approval: HeadApprovalFacts, seen: str) -> ShownComparison:
    """The comparison's files, as they are once the edition is adopted: without 草案. Raises what adopt() raises."""
    found = Plan.objects.select_related("agency", "version").filter(pk=plan.pk).first()
    if found is None:
        raise RuleBroken(GONE)
    later = later_adopted(found.agency_id, found.year)
    policies.check_may_adopt(found, later=later, problems=())
    comparison = _comparison_of(found)
    _check_is_shown(comparison, seen)
    policies.check_may_adopt(found, later=later, problems=adoption_problems(found))
    check_head_approval(approval, timezone.localdate())
    if comparison is None:
        return ShownComparison("", {})
    # In memory alone, since the marks of a draft come from its state.
    found.state = PlanState.ADOPTED
    adopted = replace(comparison, new_plan=found, new=replace(comparison.new, title=found.title))
    return ShownComparison(seen, make_files(adopted, heading=f"{found.title}核定對照表"))


def _comparison_of(plan: Plan) -> EditionComparison | None:
    predecessor = plan.predecessor
    return None if predecessor is None else compare_editions(predecessor, plan)


def _check_is_shown(comparison: EditionComparison | None, seen: str) -> None:
    if (comparison.digest if comparison else "") != seen:
        raise ComparisonChanged


@transaction.atomic
def record_adoption(
    *,
    by: User | None,
    plan: Plan,
    approval: HeadApprovalFacts,
    reason: str,
    shown: ShownComparison | None = None,
    attachment: Attachment | None = None,
) -> Plan:
    """Adopt a draft in one transaction, with the files that adopt() made. shown: None where nobody looked: no files.

    by: None for a command on the server.
    """
    if by is not None:
        permissions.check_can_manage(by, plan.agency_id)
    with audit.held_back():
        # The edition before, too: what is compared stays as it is until this one is adopted.
        editions = lock_editions(plan.agency_id, until=plan.year)
        locked = next((row for row in editions if row.pk == plan.pk), None)
        if locked is None:
            raise RuleBroken(GONE)
        # Before the comparison is looked at: what is adopted already shows another one.
        policies.check_may_adopt(locked, later=later_adopted(locked.agency_id, locked.year), problems=())
        comparison = _comparison_of(locked)
        if shown is not None:
            _check_is_shown(comparison, shown.digest)
        _adopt(by, locked, approval, reason, problems=adoption_problems(locked), comparison=comparison)
    files = shown.files if shown is not None else None
    keep_adoption(by=by, plan=locked, reason=reason, files=files, attachment=attachment)
    return locked


def _adopt(
    by: User | None,
    plan: Plan,
    approval: HeadApprovalFacts,
    reason: str,
    *,
    problems: list[str],
    comparison: EditionComparison | None,
) -> None:
    policies.check_may_adopt(plan, later=later_adopted(plan.agency_id, plan.year), problems=problems)
    check_head_approval(approval, timezone.localdate())
    plan.state = PlanState.ADOPTED
    plan.changed_by = by
    # Also where the adoption is withdrawn: who wants to consult divisions again says so again.
    plan.consultation_until = None
    plan.save(update_fields=["state", "changed_by", "consultation_until"])
    changes = keep_approval(by, plan, approval, closing=0)
    if comparison is not None:
        changes += changes_of(comparison)
    audit.record(by=by, action=AuditAction.ADOPTED, target=plan, plan=plan, changes=changes, reason=reason)


def adoption_problems(plan: Plan, *, with_targets: bool = True) -> list[str]:
    """Why the draft cannot be adopted, as sentences; at most twenty queries. with_targets: the own year's, too."""
    kpis = KPI.objects.filter(plan=plan)
    stated = YearlyValue.objects.filter(
        Q(target__isnull=False) | ~Q(target_note=""), measure__kpi__plan=plan, year=plan.year
    )
    without = kpis.filter(measures__isnull=False).exclude(pk__in=stated.values("measure__kpi"))
    return policies.adoption_problems(
        objectives=Objective.objects.filter(plan=plan).count(),
        without_measure=kpis.filter(measures__isnull=True).values_list("code", flat=True),
        without_target=without.values_list("code", flat=True).distinct() if with_targets else (),
        succeeded_divisions=_succeeded_divisions(plan),
        softened=softened_without_reason(plan),
    )


def _succeeded_divisions(plan: Plan) -> list[tuple[str, str]]:
    named = (
        Q(pk__in=Theme.objects.filter(plan=plan).values("lead_division"))
        | Q(pk__in=KPI.objects.filter(plan=plan).values("division"))
        | Q(pk__in=KPI.objects.filter(plan=plan).values("supporting_divisions"))
        | Q(pk__in=ActionPlan.objects.filter(plan=plan).values("owner_division"))
    )
    rows = Division.objects.filter(named, agency=plan.agency_id, successor__isnull=False)
    return list(rows.values_list("name", "successor__name"))


@transaction.atomic
@audit.held_back()
def withdraw(*, by: User, plan: Plan, reason: str) -> Plan:
    """Make an adopted edition a draft again (退回草案). Raises RuleBroken once it was opened, or without a reason."""
    permissions.check_can_manage(by, plan.agency_id)
    plan = Plan.objects.get_locked(plan.pk)
    was_used = (
        plan.closings > 0
        or YearlyReport.objects.of_plan(plan).exists()
        or Submission.objects.filter(plan=plan).exists()
    )
    later = later_adopted(plan.agency_id, plan.year)
    policies.check_may_withdraw(plan, was_used=was_used, later=later, reason=reason)
    changes: list[audit.Change] = [("版本狀態", plan.get_state_display(), PlanState.DRAFT.label)]
    plan.state = PlanState.DRAFT
    plan.changed_by = by
    plan.save(update_fields=["state", "changed_by"])
    # The audit trail keeps what is no longer in force.
    for approval in HeadApproval.objects.filter(plan=plan):
        changes.append(("文號", approval.number_text, None))
        approval.delete()
    Revision.objects.filter(plan=plan).delete()
    audit.record(by=by, action=AuditAction.CHANGED, target=plan, plan=plan, changes=changes, reason=reason)
    return plan


@transaction.atomic
@audit.held_back()
def discard(*, by: User, plan: Plan) -> None:
    """Delete a draft with everything in it; its events stay, and the year is free again. RuleBroken otherwise."""
    permissions.check_can_edit_strategy(by, plan.agency_id)
    locked = Plan.objects.select_for_update(of=("self",), no_key=True).filter(pk=plan.pk).first()
    if locked is None:
        raise RuleBroken(GONE)
    policies.check_may_discard(locked)
    audit.record(by=by, action=AuditAction.DELETED, target=locked, plan=locked)
    delete_edition(locked)


def delete_edition(plan: Plan) -> None:
    """Delete the rows of a draft, those first that others protect."""
    parts: tuple[QuerySet[Model], ...] = (
        KPI.objects.filter(plan=plan),
        ObjectiveLink.objects.filter(plan=plan),
        Objective.objects.filter(plan=plan),
        Theme.objects.filter(plan=plan),
    )
    for rows in parts:
        rows.delete()
    plan.delete()


@transaction.atomic
def open_without_edition(
    *,
    by: User,
    agency: Agency,
    year: int,
    last_year: int | None,
    due_date: date,
    contact: str,
    approval: HeadApprovalFacts,
    reason: str,
) -> Plan:
    """Open a year that has no edition: carry the one before forward, adopt it and open it; three events, or none.

    Targets that the edition before does not have stay blank, to be set with a reason. Raises what these three raise.
    """
    permissions.check_can_manage(by, agency.pk)
    with audit.held_back():
        draft = carry_forward_locked(by, agency, year, last_year)
        problems = adoption_problems(draft, with_targets=False)
        _adopt(by, draft, approval, reason, problems=problems, comparison=None)
        opened = years.open_year(by=by, plan=draft, due_date=due_date, contact=contact)
    keep_adoption(by=by, plan=opened, reason=reason)
    return opened


@contextmanager
def keep_baseline(measures: QuerySet[Measure]) -> Iterator[None]:
    """Keep baseline figures of measures whose rows the block deletes, or gives another lineage.

    measures: of one edition, before the block. Each figure moves to the agency's next edition that has the lineage;
    where none has it, it goes with its row. The caller has locked the editions.
    """
    kept = _baseline_of(measures)
    yield
    for (edition, lineage), figures in kept.items():
        if Measure.objects.filter(kpi__plan=edition, lineage=lineage).exists():
            continue
        holder = (
            Measure.objects.filter(
                lineage=lineage, kpi__plan__agency=edition.agency_id, kpi__plan__year__gt=edition.year
            )
            .exclude(kpi__plan__state=PlanState.DRAFT)
            .order_by("kpi__plan__year")
            .first()
        )
        if holder is not None:
            for year, actual in figures.items():
                YearlyValue.objects.update_or_create(measure=holder, year=year, defaults=actual)


def _baseline_of(measures: QuerySet[Measure]) -> dict[tuple[Plan, UUID], dict[int, dict[str, object]]]:
    """{(edition, lineage): {year: the figure's fields}} of years before the edition."""
    found: dict[tuple[Plan, UUID], dict[int, dict[str, object]]] = defaultdict(dict)
    rows = YearlyValue.objects.reported().filter(measure__in=measures).select_related("measure__kpi__plan")
    for value in rows:
        edition = value.measure.kpi.plan
        if value.year < edition.year and not edition.is_draft:
            found[edition, value.measure.lineage][value.year] = {name: getattr(value, name) for name in _ACTUAL}
    return found
