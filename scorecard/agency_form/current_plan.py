"""Loads what a form is compared with: the edition that it changes, or the one that a draft is carried forward from."""

from dataclasses import replace

from django.db.models import QuerySet

from scorecard.agency_form.changes import CurrentPlan, Record
from scorecard.agency_form.form_facts import division_names
from scorecard.agency_form.form_plan import FormPlan
from scorecard.domain.choices import PlanState, ReportState
from scorecard.domain.roc_years import year_text
from scorecard.domain.text_folding import fold_for_search
from scorecard.models import KPI, Agency, Measure, Plan, YearlyReport, YearlyValue, earlier_values
from scorecard.read_models.edition_facts import load_editions_facts
from scorecard.read_models.edition_items import EditionFacts, Lineage

# Staff cannot edit these any more.
_SETTLED = (ReportState.SUBMITTED, ReportState.APPROVED)


def find_agency(name: str) -> Agency | None:
    """None if there is no agency with this name; 臺 equals 台. One query."""
    wanted = fold_for_search(name).replace(" ", "")
    return next((row for row in Agency.objects.all() if fold_for_search(row.name).replace(" ", "") == wanted), None)


def find_plan(agency: Agency | None, read: FormPlan) -> Plan | None:
    """The agency's edition of the form's first year; None if the form is of a new one."""
    if agency is None:
        return None
    return Plan.objects.select_related("agency", "version").filter(agency=agency, year=read.first_year).first()


def load_current_plan(plan: Plan, read: FormPlan, *, is_new: bool = False) -> CurrentPlan:
    """plan: the edition with its version. is_new: just carried forward for the form. Nineteen queries at most."""
    former = None if is_new else plan.predecessor
    loaded = load_editions_facts([plan] if former is None else [plan, former])
    return _current(
        plan,
        KPI.objects.filter(plan__in=[plan] if former is None else [plan, former]),
        read,
        facts=loaded[0],
        former=loaded[1] if former is not None else None,
        is_new=is_new,
    )


def load_predecessor(agency: Agency, read: FormPlan) -> CurrentPlan | None:
    """For a form of a year without an edition; None for the agency's first. Eighteen queries at most."""
    plan = Plan(agency=agency, year=read.first_year, last_year=read.last_year)
    before = plan.predecessor
    if before is None:
        return None
    (facts,) = load_editions_facts([before])
    return _current(plan, KPI.objects.filter(plan=before), read, facts=facts, former=None, is_new=True)


def _current(
    plan: Plan, kpis: QuerySet[KPI], read: FormPlan, *, facts: EditionFacts, former: EditionFacts | None, is_new: bool
) -> CurrentPlan:
    """kpis: those that the form's may be."""
    reports = YearlyReport.objects.of_plan(plan).filter(state__in=_SETTLED) if plan.pk else YearlyReport.objects.none()
    return CurrentPlan(
        facts=facts,
        former=former,
        divisions=division_names(plan.agency_id),
        year=plan.year,
        state=PlanState(plan.state),
        is_new=is_new,
        reports={lineage: ReportState(state) for lineage, state in reports.values_list("kpi__lineage", "state")},
        own=_own_actuals(plan),
        # Without an edition before there is none that could be the home of a figure.
        records=_records(plan, kpis, read) if is_new or former is not None else {},
        data_version=plan.data_version if plan.pk else 0,
    )


def _own_actuals(plan: Plan) -> dict[tuple[Lineage, int], tuple[object, str]]:
    if plan.pk is None:
        return {}
    rows = YearlyValue.objects.filter(measure__kpi__plan=plan, year__lte=plan.year).order_by("pk")
    return {
        (lineage, year): (actual, note)
        for lineage, year, actual, note in rows.values_list("measure__lineage", "year", "actual", "actual_note")
    }


def _records(plan: Plan, kpis: QuerySet[KPI], read: FormPlan) -> dict[tuple[Lineage, int], Record]:
    """Of every year of the form before plan's in which an earlier edition is the figure's home, also without one."""
    years = [year for year in read.actual_years if year < plan.year]
    if not years:
        return {}
    found: dict[tuple[Lineage, int], Record] = {}
    holders = Measure.objects.filter(
        lineage__in=Measure.objects.filter(kpi__in=kpis).values("lineage"),
        kpi__plan__agency=plan.agency_id,
        kpi__plan__year__lt=plan.year,
    ).exclude(kpi__plan__state=PlanState.DRAFT)
    for lineage, home in holders.order_by("kpi__plan__year").values_list("lineage", "kpi__plan__year"):
        for year in years:
            if home >= year:
                found.setdefault((lineage, year), Record(None, "", f"{year_text(home)}版", ""))
    for value in earlier_values(plan, since=min(years), kpis=kpis):
        place = (value.measure_lineage, value.year)
        if place in found and (value.actual is not None or value.actual_note):
            found[place] = replace(found[place], **_figure(value))
    return found


def _figure(value):
    """A figure that is not approved is nobody's to compare with."""
    if value.is_baseline:
        state = "基準實際值"
    else:
        state = ReportState.APPROVED.label if value.counts else "尚未審核"
    return {
        "actual": value.actual if value.counts else None,
        "note": value.actual_note if value.counts else "",
        "state": state,
    }
