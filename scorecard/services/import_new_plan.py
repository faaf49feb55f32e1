"""Makes a new plan from a form without errors: all or nothing, audited.

Rules give what a form does not say. The plan's first year is the first with a 目標值 column. Earlier years with an
實際值 column are baseline, closed from the start. A new agency's slug is agency- and eight digits of the SHA-256 of its
name; a new plan's slug is its agency's and the ROC year.
"""

import hashlib

from django.db import IntegrityError, transaction

from scorecard import permissions
from scorecard.agency_form.current_plan import find_agency, find_plan
from scorecard.agency_form.form_plan import FormKPI, FormPlan, ParsedForm
from scorecard.domain.choices import AuditAction
from scorecard.domain.policies import RuleBroken
from scorecard.domain.roc_years import to_roc, year_text
from scorecard.domain.scoring import plain
from scorecard.models import Agency, Plan, User
from scorecard.services import audit
from scorecard.services.import_rows import PlanWriter


def slug_for(read: FormPlan, agency: Agency | None) -> str:
    """agency: None where it is new, too."""
    base = f"{agency.slug if agency else agency_slug(read.agency)}-{to_roc(read.first_year)}"[:45]
    taken = set(Plan.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug = base
    number = 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def agency_slug(name: str) -> str:
    """Taken from the digest of the name, since a Chinese name has no single spelling in Latin letters."""
    return f"agency-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def apply_new(*, by: User | None, form: ParsedForm, agency: Agency | None = None, source: str = "") -> Plan:
    """Make the form's plan and return it.

    by: None for the command line. agency: None takes the agency that the form names; the command line makes it if
    there is none. source: the file's name. Raises RuleBroken for a form with errors or a plan that exists already,
    PermissionDenied for people who may not change the agency's strategy.
    """
    if form.has_errors or form.plan is None:
        raise RuleBroken("表單還有錯誤，沒有匯入任何內容；請先改正錯誤。")
    read = form.plan
    agency = agency or find_agency(read.agency)
    if by is not None:
        if agency is None:
            raise RuleBroken(f"沒有機關「{read.agency}」；請先由系統管理者建立機關。")
        permissions.check_can_edit_strategy(by, agency.pk)
    try:
        with transaction.atomic(), audit.held_back():
            return _create(by, read, agency, source)
    except IntegrityError as error:
        raise RuleBroken("剛才有人建立了同樣的計畫，沒有匯入任何內容；請重新預覽。") from error


def _create(by: User | None, read: FormPlan, agency: Agency | None, source: str) -> Plan:
    if agency is None:
        agency = Agency(name=read.agency, slug=agency_slug(read.agency))
        agency.full_clean()
        agency.save()
        audit.record(
            by=by, action=AuditAction.CREATED, target=agency, agency=agency, changes=[("名稱", None, agency.name)]
        )
    elif find_plan(agency, read):
        raise RuleBroken(
            f"{agency}已有{year_text(read.first_year)}起的計畫，沒有匯入任何內容；請與既有計畫比較後再匯入。"
        )
    plan = Plan(
        agency=agency,
        slug=slug_for(read, agency),
        first_year=read.first_year,
        last_year=read.last_year,
        mission=read.mission.text,
        vision=read.vision.text,
        core_values=read.core_values.text,
        instructions=read.instructions.text,
    )
    plan.full_clean()
    plan.save()
    writer = PlanWriter(plan)
    writer.add_years(read)
    writer.add_divisions(read.divisions)
    writer.add_map(read.perspectives, read.themes, read.objectives)
    writer.add_kpis(read.kpis, read.years)
    audit.record(
        by=by, action=AuditAction.CREATED, target=plan, plan=plan, changes=_changes(read), reason=imported_from(source)
    )
    return plan


def imported_from(source: str) -> str:
    """The reason in the audit trail. source: the file's name, "" for unknown."""
    return f"由表單匯入（{source}）" if source else "由表單匯入"


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
