"""Takes a form that was read without errors into the database: all or nothing, audited.

What a form cannot say is derived by rule: the plan's first year is the first with a 目標值 column; years before it
with an 實際值 column are baseline, closed from the start; a new agency's slug is agency- and eight digits of its name's
SHA-256, a new plan's slug its agency's and the ROC year.
"""

import hashlib

from django.db import IntegrityError, transaction

from scorecard import permissions
from scorecard.agency_form.current_plan import find_agency, find_plan
from scorecard.domain.choices import AuditAction
from scorecard.domain.policies import RuleBroken
from scorecard.domain.roc_years import to_roc, year_text
from scorecard.domain.scoring import plain
from scorecard.models import Agency, Plan
from scorecard.services import audit
from scorecard.services.import_rows import PlanWriter


def slug_for(read, agency):
    """The slug that a new plan gets; agency None: that of a new agency, too."""
    base = f"{agency.slug if agency else agency_slug(read.agency)}-{to_roc(read.first_year)}"[:45]
    taken = set(Plan.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)


def agency_slug(name):
    """A new agency's slug: Chinese names have no spelling of their own, so it is taken from the name's digest."""
    return f"agency-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def apply_new(*, by, form, agency=None, source=""):
    """Make the plan that a ParsedForm tells of, and return it; all or nothing.

    by: the person, None for the command line. source: the file's name, for the audit trail. agency: whose plan it
    becomes; None: the one the form names, made if need be (the command line only). Raises RuleBroken for a form with
    errors or a plan that is there already, PermissionDenied for people who may not change the agency's strategy.
    """
    if form.has_errors:
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


def _create(by, read, agency, source):
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


def imported_from(source):
    """What the audit trail gives as the reason; source is the file's name, "" where it is not told."""
    return f"由表單匯入（{source}）" if source else "由表單匯入"


def _changes(read):
    """What the audit event tells: how many of each, and every objective and KPI, this with its targets."""
    plans = sum(len(kpi.action_plans) for kpi in read.kpis)
    counts = (("構面", len(read.perspectives)), ("策略主題", len(read.themes)), ("行動方案", plans))
    return [
        *((what, None, count) for what, count in counts),
        *((f"策略目標 {line.code}", None, line.name) for line in read.objectives),
        *((f"KPI {line.code}", None, f"{line.name}{_targets(line)}") for line in read.kpis),
    ]


def _targets(kpi):
    told = [
        f"{year_text(year)} {plain(figure.value)}{measure.unit}"
        for measure in kpi.measures
        for year, figure in sorted(measure.targets.items())
        if figure.value is not None
    ]
    return f"（目標 {'、'.join(told)}）" if told else ""
