"""Makes the draft of a new edition from a form without errors: all or nothing, audited.

The first year with a 目標值 column is the edition's. Where the agency has an earlier edition, the draft is that one
carried forward and the form laid over it: what no form says (weights, links, supports, thresholds) stays as it was, and
what the form lacks is dropped. An agency's first edition is what the form says, and rules give the rest; earlier years
with an 實際值 column are its baseline. A new agency's slug is agency- and eight digits of the SHA-256 of its name.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from scorecard import permissions
from scorecard.agency_form.changes import PlanChanges
from scorecard.agency_form.current_plan import find_agency
from scorecard.agency_form.form_plan import FormKPI, FormPlan, ParsedForm
from scorecard.agency_form.matching import match_form
from scorecard.agency_form.uploaded_form import compare_draft
from scorecard.domain.choices import AuditAction, PlanState
from scorecard.domain.policies import RuleBroken
from scorecard.domain.roc_years import year_text
from scorecard.domain.scoring import plain
from scorecard.models import Agency, Plan, User
from scorecard.read_models.edition_items import EditionFacts
from scorecard.services import audit
from scorecard.services.editions import carry_forward_locked, check_year_is_free
from scorecard.services.import_changes import order_as_form
from scorecard.services.import_into_plan import HAS_ERRORS, check_agreed, imported_from, write_changes
from scorecard.services.import_rows import PlanWriter
from scorecard.services.years import lock_editions


def agency_slug(name: str) -> str:
    """Taken from the digest of the name, since a Chinese name has no single spelling in Latin letters."""
    return f"agency-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def apply_new(
    *,
    by: User | None,
    form: ParsedForm,
    agency: Agency | None = None,
    expected_values: Mapping[str, Any] | None = None,
    answers: Mapping[str, str] | None = None,
    source: str = "",
    reason: str = "",
) -> Plan:
    """Make the draft of the form's edition and return it.

    by: None for the command line. agency: None takes the agency that the form names; the command line makes it if there
    is none. expected_values, answers: as for import_into_plan.apply_to(); an agency's first edition needs none. source:
    the file's name. reason: kept with softened targets. Raises RuleBroken for a form with errors, for a year that has
    an edition or lies before an adopted one, and for a match that nobody answered; ImportConflict where the edition
    before changed since the preview; PermissionDenied.
    """
    if form.has_errors or form.plan is None:
        raise RuleBroken(HAS_ERRORS)
    read = form.plan
    agency = agency or find_agency(read.agency)
    if by is not None:
        if agency is None:
            raise RuleBroken(f"沒有機關「{read.agency}」；請先由系統管理者建立機關。")
        permissions.check_can_edit_strategy(by, agency.pk)
    try:
        with transaction.atomic(), audit.held_back():
            agency = agency or _new_agency(by, read.agency)
            lock_editions(agency)
            check_year_is_free(agency, read.first_year)
            if Plan(agency=agency, year=read.first_year).predecessor is None:
                return _first_edition(by, read, agency, source)
            plan = carry_forward_locked(by, agency, read.first_year, read.last_year)
            found = compare_draft(plan, form, answers)
            check_agreed(found, found.dropped, expected_values or {})
            _lay_over(by, plan, read, found, source=source, reason=reason)
            return plan
    except IntegrityError as error:
        raise RuleBroken("剛才有人建立了同一年度的年版，沒有匯入任何內容；請重新預覽。") from error


def _new_agency(by: User | None, name: str) -> Agency:
    agency = Agency(name=name, slug=agency_slug(name))
    agency.full_clean()
    agency.save()
    audit.record(by=by, action=AuditAction.CREATED, target=agency, agency=agency, changes=[("名稱", None, agency.name)])
    return agency


def _lay_over(by: User | None, plan: Plan, read: FormPlan, found: PlanChanges, *, source: str, reason: str) -> None:
    """Change the draft that was carried forward into what the form says."""
    plan.baseline_from = min((*read.baseline_years, read.first_year))
    write_changes(by, plan, read, found, found.dropped, reason=reason, source=source)
    order_as_form(plan, read)


def _first_edition(by: User | None, read: FormPlan, agency: Agency, source: str) -> Plan:
    plan = Plan(
        agency=agency,
        year=read.first_year,
        baseline_from=min((*read.baseline_years, read.first_year)),
        last_year=read.last_year,
        state=PlanState.DRAFT,
        changed_by=by,
        mission=read.mission.text,
        vision=read.vision.text,
        core_values=read.core_values.text,
        instructions=read.instructions.text,
    )
    plan.full_clean()
    plan.save()
    nothing = EditionFacts("", read.first_year, read.last_year, {}, {})
    writer = PlanWriter(plan, match_form(read, nothing))
    writer.add_divisions(read.divisions)
    writer.add_map(read.perspectives, read.themes, read.objectives)
    writer.add_kpis(read.kpis, read.years)
    audit.record(
        by=by,
        action=AuditAction.CREATED,
        target=plan,
        plan=plan,
        changes=_changes(read),
        reason=imported_from(source),
    )
    return plan


def _changes(read: FormPlan) -> list[audit.Change]:
    """For the audit event: numbers of rows, every objective, and every KPI with its targets."""
    plans = sum(len(kpi.action_plans) for kpi in read.kpis)
    counts = (("構面", len(read.perspectives)), ("策略主題", len(read.themes)), ("行動方案", plans))
    return [
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
