"""A form becomes a plan: the same rows as the product's fixture, all or nothing."""

import io
from dataclasses import replace
from functools import cache

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from scorecard.agency_form.reading.form_file import read_form
from scorecard.documents.plan_json import plan_json
from scorecard.domain.choices import PlanState
from scorecard.domain.policies import RuleBroken
from scorecard.models import KPI, ActionPlan, AuditEvent, Division, Measure, Objective, Plan, YearlyValue
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.services import editions, import_new_plan
from tests import factories, secretariat_facts
from tests.agency_form.form_workbooks import CARD, original, with_cells

pytestmark = pytest.mark.django_db


@cache
def _original(**options):
    return read_form(io.BytesIO(original()), **options)


def read(content=None, **options):
    return read_form(io.BytesIO(content), **options) if content else _original(**options)


def exported(plan):
    plan = Plan.objects.select_related("agency", "version").get(pk=plan.pk)
    return plan_json(build_scorecard(plan, with_action_plans=True))


def rows(plan):
    """Everything of the plan but keys and lineages, in the database's default orders."""
    of_plan = {"kpi__plan": plan}
    return {
        "plan": Plan.objects.filter(pk=plan.pk)
        .values_list("instructions", "warning_threshold", "display_cap", "year", "baseline_from", "last_year", "state")
        .get(),
        "divisions": list(Division.objects.filter(agency=plan.agency).values_list("name", "position")),
        "perspectives": list(plan.perspectives.values_list("code", "name", "position", "weight")),
        "themes": list(plan.themes.values_list("code", "name", "position", "lead_division__name")),
        "objectives": list(Objective.objects.filter(plan=plan).values_list("code", "name", "position", "weight")),
        "kpis": list(KPI.objects.filter(plan=plan).values_list("code", "position", "weight", "supporting_divisions")),
        "measures": list(
            Measure.objects.filter(**of_plan)
            .order_by("kpi__code", "position")
            .values_list(
                "kpi__code",
                "label",
                "unit",
                "direction",
                "tolerance",
                "numerator_label",
                "denominator_label",
                "factor",
                "position",
                "weight",
            )
        ),
        "values": list(
            YearlyValue.objects.filter(measure__kpi__plan=plan)
            .order_by("measure__kpi__code", "measure__position", "year")
            .values_list(
                "measure__kpi__code",
                "year",
                "target",
                "target_note",
                "actual",
                "actual_note",
                "unmeasured",
                "numerator",
                "denominator",
            )
        ),
        "action_plans": list(
            ActionPlan.objects.filter(**of_plan)
            .order_by("code")
            .values_list("code", "kpi__code", "position", "owner_division__name", "owner_person", "description")
        ),
    }


def adopted(form=None):
    """The form taken in as its agency's first edition, or its next one, and adopted."""
    plan = import_new_plan.apply_new(by=None, form=form or read())
    return editions.record_adoption(by=None, plan=plan, approval=factories.approval(), reason="年度策略會議決議")


def test_the_secretariats_form_gives_the_same_export_and_rows_as_the_fixture():
    with transaction.atomic():
        fixture = secretariat_facts.load_plan()
        expected = exported(fixture), rows(fixture)
        transaction.set_rollback(True)
    assert not Plan.objects.exists()
    plan = import_new_plan.apply_new(by=None, form=read())
    assert plan.state == PlanState.DRAFT
    plan = editions.record_adoption(by=None, plan=plan, approval=factories.approval(), reason="年度策略會議決議")
    assert exported(plan) == expected[0]
    assert rows(plan) == expected[1]


def test_the_agency_is_found_by_its_name_however_it_is_written():
    agency = factories.make_agency("secretariat")
    agency.name = "台北市政府秘書處"
    agency.save()
    plan = import_new_plan.apply_new(by=None, form=read())
    assert (plan.agency, plan.slug) == (agency, "secretariat-105")


def test_a_form_with_errors_is_refused_and_nothing_written():
    with pytest.raises(RuleBroken, match="表單還有錯誤"):
        import_new_plan.apply_new(by=None, form=read(with_cells(CARD, G4="約二十")))
    assert not Plan.objects.exists()


def test_an_edition_that_is_there_is_not_made_again():
    import_new_plan.apply_new(by=None, form=read())
    before = AuditEvent.objects.count()
    with pytest.raises(RuleBroken, match="已有 105 年版"):
        import_new_plan.apply_new(by=None, form=read())
    assert (Plan.objects.count(), AuditEvent.objects.count()) == (1, before)


def test_reviewers_and_admins_make_a_draft_and_only_in_their_agency():
    plan = factories.make_plan(kpis=5)
    cast = factories.make_cast(plan)
    form = read(agency="別的機關")
    for person in (cast.staff, cast.viewer, cast.outsider):
        with pytest.raises(PermissionDenied):
            import_new_plan.apply_new(by=person, form=form, agency=plan.agency)
    for person in (cast.reviewer, cast.admin):
        with pytest.raises(PermissionDenied):
            import_new_plan.apply_new(by=person, form=form, agency=cast.other_plan.agency)
        with pytest.raises(RuleBroken, match="沒有機關「別的機關」"):
            import_new_plan.apply_new(by=person, form=form)
        with pytest.raises(RuleBroken, match="已有 105 年版"):
            import_new_plan.apply_new(by=person, form=form, agency=plan.agency)
    bare = factories.make_agency("bare")
    other = factories.make_member("other", bare, "reviewer")
    assert import_new_plan.apply_new(by=other, form=form, agency=bare).state == PlanState.DRAFT


def years_later(form, count):
    """The form as it would be of a later year; of its baseline years it keeps the last, 104."""
    plan = form.plan
    first = plan.first_year + count

    def moved(measure):
        last = {plan.first_year - 1: measure.actuals[plan.first_year - 1]}
        targets = {year + count: figure for year, figure in measure.targets.items()}
        return replace(measure, targets=targets, actuals=last)

    kpis = tuple(
        replace(
            kpi,
            measures=tuple(map(moved, kpi.measures)),
            action_plans=tuple(replace(row, budgets={}) for row in kpi.action_plans),
        )
        for kpi in plan.kpis
    )
    later = replace(
        plan, first_year=first, last_year=plan.last_year + count, baseline_years=(plan.first_year - 1,), kpis=kpis
    )
    return replace(form, plan=later)
