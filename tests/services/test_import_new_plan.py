"""A form becomes a plan: the same rows as the product's fixture, all or nothing."""

import io
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from scorecard.agency_form.ancestors import Ancestors
from scorecard.agency_form.changes import differing_records
from scorecard.agency_form.reading.form_file import read_form
from scorecard.documents.plan_json import plan_json
from scorecard.domain.policies import RuleBroken
from scorecard.models import KPI, ActionPlan, AuditEvent, Division, Measure, Objective, ObjectiveLink, Plan, YearlyValue
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.services import import_new_plan
from scorecard.spreadsheets.cell_messages import Severity
from tests import factories, secretariat_facts
from tests.agency_form.form_workbooks import CARD, original, with_cells

pytestmark = pytest.mark.django_db


def read(content=None, **options):
    return read_form(io.BytesIO(content or original()), **options)


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


def test_the_secretariats_form_gives_the_same_export_and_rows_as_the_fixture():
    with transaction.atomic():
        fixture = secretariat_facts.load_plan()
        expected = exported(fixture), rows(fixture)
        transaction.set_rollback(True)
    assert not Plan.objects.exists()
    plan = import_new_plan.apply_new(by=None, form=read())
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


def test_only_admins_import_a_new_edition_since_it_is_adopted_and_only_into_their_agency():
    plan = factories.make_plan(kpis=5)
    cast = factories.make_cast(plan)
    form = read(agency="別的機關")
    for person in (cast.staff, cast.viewer, cast.reviewer, cast.outsider):
        with pytest.raises(PermissionDenied):
            import_new_plan.apply_new(
                by=person, form=form, agency=cast.other_plan.agency if person != cast.outsider else plan.agency
            )
    with pytest.raises(RuleBroken, match="沒有機關「別的機關」"):
        import_new_plan.apply_new(by=cast.admin, form=form)
    with pytest.raises(RuleBroken, match="已有 105 年版"):
        import_new_plan.apply_new(by=cast.admin, form=form, agency=plan.agency, approval=factories.approval())
    with pytest.raises(RuleBroken, match="核定日期"):
        import_new_plan.apply_new(by=cast.admin, form=form, agency=plan.agency)


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


def test_a_form_of_a_later_year_makes_an_edition_with_the_lineages_of_the_one_before():
    """What no form says comes from there, too; actuals that an earlier edition records are not written again."""
    before = import_new_plan.apply_new(by=None, form=read())
    admin = factories.make_member("boss", before.agency, "admin")
    KPI.objects.filter(plan=before, code="AC1.1").update(weight=3)
    Measure.objects.filter(kpi__plan=before, kpi__code="AC1.1").update(weight=2)
    Plan.objects.filter(pk=before.pk).update(display_cap=120)
    old = {row.code: row for row in Objective.objects.filter(plan=before)}
    ObjectiveLink.objects.create(plan=before, cause=old["BC1"], effect=old["AC1"], reason="測試關係")
    told = differing_records(
        years_later(read(with_cells(CARD, F7=8)), 1).plan, Ancestors(Plan(agency=before.agency, year=2017))
    )
    (message,) = told
    assert (message.level, message.cell) == (Severity.HINT, "F7")
    assert "DC1.1 104 年實際值：表單「8」，系統「1.52」（105 年版）；以系統為準" in message.text
    form = years_later(read(), 1)
    assert differing_records(form.plan, Ancestors(Plan(agency=before.agency, year=2017))) == ()
    first, second, third, *others = form.plan.kpis
    kpis = (
        first,
        replace(second, name="另一個指標"),
        replace(third, measures=(replace(third.measures[0], unit="另一個單位"),)),
        *others,
    )
    form = replace(form, plan=replace(form.plan, kpis=kpis))
    given = {"by": admin, "form": form, "agency": before.agency, "source": "106.xlsx", "reason": "核定"}
    plan = import_new_plan.apply_new(**given, approval=factories.approval())
    assert (plan.year, plan.state, plan.display_cap, plan.predecessor) == (2017, "adopted", 120, before)
    own = {kpi.code: kpi for kpi in plan.kpis.prefetch_related("measures")}
    for kpi in before.kpis.prefetch_related("measures"):
        lineages = {measure.lineage for measure in kpi.measures.all()}
        now = own[kpi.code]
        assert (now.lineage == kpi.lineage) == (kpi.code != second.code), kpi
        same = {measure.lineage for measure in now.measures.all()} == lineages
        assert same == (kpi.code not in (second.code, third.code)), kpi
    assert (own["AC1.1"].weight, own["AC1.1"].measures.get().weight) == (3, 2)
    assert str(ObjectiveLink.objects.get(plan=plan)) == "BC1 → AC1"
    baseline = YearlyValue.objects.filter(measure__kpi__plan=plan, year__lt=2017).reported()
    assert {value.measure.kpi.code for value in baseline} == {second.code, third.code}
    adopted, created = AuditEvent.objects.filter(plan=plan)
    assert (adopted.action, adopted.reason, created.reason) == ("adopted", "核定", "由表單匯入（106.xlsx）")
    left = [change["new"] for change in created.changes if change["what"] == "較早年度的實際值"]
    assert left == ["38 格由較早的年版記錄，沒有匯入"]
    with pytest.raises(RuleBroken, match="105 年版已核定，不能再新增較早的 104 年版"):
        import_new_plan.apply_new(by=None, form=years_later(read(), -1), agency=before.agency)
