"""Makes a new edition from a form without errors, and adopts it: all or nothing, audited.

Rules give what a form does not say. The first year with a 目標值 column is the edition's. Earlier years with an 實際值
column are its baseline. Where the agency has an earlier edition, rows with the same code and name bear its lineages,
and what no form says (weights, links, supports, thresholds) comes from there. A new agency's slug is agency- and eight
digits of the SHA-256 of its name.
"""

import hashlib

from django.db import IntegrityError, transaction
from django.utils import timezone

from scorecard import permissions
from scorecard.agency_form.current_plan import find_agency
from scorecard.agency_form.form_plan import FormKPI, FormPlan, ParsedForm
from scorecard.domain.choices import AuditAction, PlanState
from scorecard.domain.head_approval import HeadApprovalFacts, check_head_approval
from scorecard.domain.policies import RuleBroken
from scorecard.domain.roc_years import year_text
from scorecard.domain.scoring import plain
from scorecard.models import Agency, Objective, ObjectiveLink, Plan, User
from scorecard.services import audit
from scorecard.services.edition_copy import copy_supports
from scorecard.services.editions import check_year_is_free
from scorecard.services.import_rows import PlanWriter
from scorecard.services.revisions import keep_basis
from scorecard.services.years import keep_approval, lock_editions


def agency_slug(name: str) -> str:
    """Taken from the digest of the name, since a Chinese name has no single spelling in Latin letters."""
    return f"agency-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def apply_new(
    *,
    by: User | None,
    form: ParsedForm,
    agency: Agency | None = None,
    source: str = "",
    approval: HeadApprovalFacts | None = None,
    reason: str = "",
) -> Plan:
    """Make the form's edition, adopt it and return it.

    by: None for the command line. agency: None takes the agency that the form names; the
    command line makes it if there is none. source: the file's name. approval, reason: as for editions.adopt(). Raises
    RuleBroken for a form with errors, for a year that has an edition or lies before an adopted one, and without an
    approval; PermissionDenied for people who may not adopt.
    """
    if form.has_errors or form.plan is None:
        raise RuleBroken("表單還有錯誤，沒有匯入任何內容；請先改正錯誤。")
    read = form.plan
    agency = agency or find_agency(read.agency)
    if by is not None:
        if agency is None:
            raise RuleBroken(f"沒有機關「{read.agency}」；請先由系統管理者建立機關。")
        permissions.check_can_manage(by, agency.pk)
        if approval is None:
            raise RuleBroken("匯入新的年版同時核定年版；請填核定日期、核定人職稱與文號。")
    if approval is not None:
        check_head_approval(approval, timezone.localdate())
    try:
        with transaction.atomic():
            with audit.held_back():
                plan = _create(by, read, agency, source)
                if approval is not None:
                    changes = keep_approval(by, plan, approval, closing=0)
                    audit.record(
                        by=by, action=AuditAction.ADOPTED, target=plan, plan=plan, changes=changes, reason=reason
                    )
            keep_basis(plan)
            return plan
    except IntegrityError as error:
        raise RuleBroken("剛才有人建立了同一年度的年版，沒有匯入任何內容；請重新預覽。") from error


def _create(by: User | None, read: FormPlan, agency: Agency | None, source: str) -> Plan:
    if agency is None:
        agency = Agency(name=read.agency, slug=agency_slug(read.agency))
        agency.full_clean()
        agency.save()
        audit.record(
            by=by, action=AuditAction.CREATED, target=agency, agency=agency, changes=[("名稱", None, agency.name)]
        )
    lock_editions(agency)
    check_year_is_free(agency, read.first_year)
    plan = Plan(
        agency=agency,
        year=read.first_year,
        baseline_from=min((*read.baseline_years, read.first_year)),
        last_year=read.last_year,
        state=PlanState.ADOPTED,
        changed_by=by,
        mission=read.mission.text,
        vision=read.vision.text,
        core_values=read.core_values.text,
        instructions=read.instructions.text,
    )
    before = plan.predecessor
    if before is not None:
        for name in ("warning_threshold", "display_cap", "reminder_days", "contact"):
            setattr(plan, name, getattr(before, name))
    plan.full_clean()
    plan.save()
    writer = PlanWriter(plan)
    writer.add_divisions(read.divisions)
    writer.add_map(read.perspectives, read.themes, read.objectives)
    writer.add_kpis(read.kpis, read.years)
    if before is not None:
        _inherit(before, plan)
    audit.record(
        by=by,
        action=AuditAction.CREATED,
        target=plan,
        plan=plan,
        changes=_changes(read, writer.homed),
        reason=imported_from(source),
    )
    return plan


def _inherit(before: Plan, plan: Plan) -> None:
    """Supports and links of the objectives that the edition before has, too."""
    own = {row.lineage: row for row in Objective.objects.filter(plan=plan)}
    objectives = {row.pk: own[row.lineage] for row in Objective.objects.filter(plan=before) if row.lineage in own}
    copy_supports(before, plan, objectives)
    ObjectiveLink.objects.bulk_create(
        ObjectiveLink(
            plan=plan,
            cause=objectives[link.cause_id],
            effect=objectives[link.effect_id],
            reason=link.reason,
            created_by_id=link.created_by_id,
        )
        for link in ObjectiveLink.objects.filter(plan=before, cause__in=objectives, effect__in=objectives)
    )


def imported_from(source: str) -> str:
    """The reason in the audit trail. source: the file's name, "" for unknown."""
    return f"由表單匯入（{source}）" if source else "由表單匯入"


def _changes(read: FormPlan, homed: int) -> list[audit.Change]:
    """For the audit event: numbers of rows, every objective, and every KPI with its targets.

    homed: how many actuals an earlier edition records, which were left out.
    """
    plans = sum(len(kpi.action_plans) for kpi in read.kpis)
    counts = (("構面", len(read.perspectives)), ("策略主題", len(read.themes)), ("行動方案", plans))
    left_out = [("較早年度的實際值", None, f"{homed} 格由較早的年版記錄，沒有匯入")] if homed else []
    return [
        *left_out,
        *((what, None, count) for what, count in counts),
        *((f"策略目標 {line.code}", None, line.name) for line in read.objectives),
        *((f"KPI {line.code}", None, f"{line.name}{_targets(line)}") for line in read.kpis),
    ]


def _targets(kpi: FormKPI) -> str:
    targets = [
        f"{year_text(year)} {plain(figure.value)}{measure.unit}"
        for measure in kpi.measures
        for year, figure in sorted(measure.targets.items())
        if figure.value is not None
    ]
    return f"（目標 {'、'.join(targets)}）" if targets else ""
