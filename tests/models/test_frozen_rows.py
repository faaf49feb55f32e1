"""Every row of a closed edition stays as it is, whichever way one comes to it; while it is not closed it may change."""

import uuid

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from scorecard.domain.choices import PlanState, Question, ReportState
from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    Comment,
    Evidence,
    FigureConfirmation,
    Measure,
    Objective,
    ObjectiveLink,
    ObjectiveSupport,
    Perspective,
    Plan,
    PlanVersion,
    TargetProposal,
    Theme,
    YearlyReport,
    YearlyValue,
    frozen_rows,
    triggers,
)
from scorecard.models.triggers import sentence_of
from tests import factories
from tests.models import edition_rows
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db


class World:
    """An adopted edition: AC1.2 has a report with evidence, a comment and an answer; AC1.1 and BC1.1 have none."""

    def __init__(self):
        self.plan = factories.make_plan()
        self.cast = factories.make_cast(self.plan)
        self.bare, self.begun, self.other = (factories.kpi(self.plan, code) for code in ("AC1.1", "AC1.2", "BC1.1"))
        self.report = YearlyReport.objects.create(kpi=self.begun, state=ReportState.IN_PROGRESS)
        self.value = YearlyValue.objects.get(measure__kpi=self.begun, year=2016)
        self.evidence()
        self.comment()
        self.answer(1)
        self.propose(2016)

    def propose(self, year):
        said = {"value": 1, "unit": "件", "reason": "因此", "by": self.cast.staff, "by_name": "王小明"}
        TargetProposal.objects.create(plan=self.plan, measure=self.value.measure, year=year, **said)

    def evidence(self):
        Evidence.objects.create(
            report=self.report,
            token=uuid.uuid4(),
            name="a",
            size=1,
            content_type="text/plain",
            uploaded_by=self.cast.staff,
            uploaded_by_name="王小明",
        )

    def comment(self):
        Comment.objects.create(report=self.report, author=self.cast.staff, author_name="王小明", text="待查")

    def answer(self, actual):
        FigureConfirmation.objects.create(
            value=self.value, question=Question.WORST, actual=actual, confirmed_by=self.cast.staff
        )

    def of(self, model):
        """The rows of the edition itself: all of a model, but what the parent agency's has."""
        if any(field.name == "plan" for field in model._meta.fields):
            return model.objects.filter(plan=self.plan)
        # The figures of the edition's own year are those that may change in every way.
        return model.objects.filter(year=self.plan.year) if model is YearlyValue else model.objects.all()


@layer
def world():
    """See World."""
    return World()


def _objective(w, **fields):
    cell = {"theme": w.bare.objective.theme, "perspective": w.bare.objective.perspective}
    return Objective.objects.create(plan=w.plan, code="新", name="新", **cell, **fields)


def _link(w):
    ends = {"cause": w.bare.objective, "effect": w.other.objective}
    ObjectiveLink.objects.create(plan=w.plan, **ends, reason="因此")


def _kpi(w):
    KPI.objects.create(plan=w.plan, code="新", name="新", objective=w.bare.objective, division=w.bare.division)


def _action_plan(w):
    ActionPlan.objects.create(plan=w.plan, kpi=w.other, code="新", description="新", owner_person="王", position=3)


def _support(w):
    supported = Objective.objects.get(plan__agency=w.plan.agency.parent)
    ObjectiveSupport.objects.create(objective=w.other.objective, supported=supported)


# By the rule's name: how a row is added, which field of those that are there changes, and their model. Every row of the
# model is then deleted alone, which the database allows until the end of the transaction.
ACTS = {
    "perspective": (lambda w: Perspective.objects.create(plan=w.plan, code="新", name="新"), {"name": "改"}),
    "theme": (lambda w: Theme.objects.create(plan=w.plan, code="新", name="新"), {"name": "改"}),
    "objective": (_objective, {"weight": 7}),
    "objective_support": (_support, {"reason": "改"}),
    "link": (_link, {"reason": "改"}),
    "kpi": (_kpi, {"name": "改"}),
    "kpi_supporting": (lambda w: w.other.supporting_divisions.add(w.bare.division), {"division_id": 0}),
    "measure": (lambda w: w.bare.measures.create(unit="件", position=9), {"factor": 9}),
    "value": (lambda w: YearlyValue.objects.create(measure=w.value.measure, year=2020), {"target": 7}),
    "confirmation": (lambda w: w.answer(2), {"actual": 3}),
    "report": (lambda w: YearlyReport.objects.create(kpi=w.bare), {"explanation": "改"}),
    "evidence": (World.evidence, {"name": "改"}),
    "comment": (World.comment, {"text": "改"}),
    "action_plan": (_action_plan, {"description": "改"}),
    "budget": (
        lambda w: ActionBudget.objects.create(action_plan=w.bare.action_plans.first(), year=2020, amount=1),
        {"amount": 7},
    ),
    "target_proposal": (
        lambda w: w.propose(2017),
        {"decision": "taken", "decided_by": models.F("by"), "decided_at": timezone.now()},
    ),
    "version": (None, {"data_version": 99}),
}
TABLES = {name: f"scorecard_{table}" for table, name, _ in frozen_rows.ROWS_OF_AN_EDITION}
TABLES["version"] = "scorecard_planversion"
MODELS = {
    model._meta.db_table: model for model in apps.get_app_config("scorecard").get_models(include_auto_created=True)
}
# What leads to an edition and is not frozen with it, and why.
NOT_FROZEN = {
    "scorecard_submission": "a receipt never changes, whatever the state",
    "scorecard_yearsnapshot": "a snapshot never changes, and comes with the closing",
    "scorecard_headapproval": "never changes; the closing brings its own",
    "scorecard_revision": "never changes; closed editions get none but the first",
    "scorecard_correction": "never changes, and comes to closed editions alone",
    "scorecard_editioncomment": "never changes; a closed edition takes none",
    "scorecard_auditevent": "never changes; says what was done, also to a closed edition",
    "scorecard_unsavedentries": "what a person typed and nobody else sees",
    "scorecard_formupload": "a form as it was uploaded; taking it in changes the rows",
}


def _leads_to_a_plan(model):
    """By a foreign key of its own, or of what it refers to; a form's upload and a support's target count as well."""
    related = {field.related_model for field in model._meta.fields if field.many_to_one or field.one_to_one}
    return Plan in related or any(_leads_to_a_plan(other) for other in related - {model} if _is_ours(other))


def _is_ours(model):
    return model._meta.db_table in MODELS


def test_every_table_that_leads_to_an_edition_is_frozen_with_it_or_listed_with_its_reason():
    leading = {table for table, model in MODELS.items() if _leads_to_a_plan(model)}
    assert leading == {*TABLES.values(), *NOT_FROZEN}
    assert set(ACTS) == set(TABLES)
    guarded = {(rule.table, rule.event) for rule in triggers.TRIGGERS if rule.name.startswith("closed_plan_keeps_")}
    assert {table for table, _ in guarded} == {*TABLES.values(), "scorecard_plan"}


def refused(act, name):
    """Fail unless the act is refused by the rule, in words."""
    with pytest.raises(IntegrityError, match=name) as raised, transaction.atomic():
        act()
    assert any("\u4e00" <= character <= "\u9fff" for character in sentence_of(raised.value))


def allowed(act):
    """Do it, and undo it."""
    with transaction.atomic():
        act()
        transaction.set_rollback(True)


def acts_on(world, name):
    """{event: the act}."""
    insert, change = ACTS[name]
    rows = world.of(MODELS[TABLES[name]])
    assert rows.exists(), "nothing would be refused"
    return {
        "insert": (lambda: insert(world)) if insert else lambda: PlanVersion.objects.create(plan=world.plan),
        "update": lambda: rows.update(**change),
        "delete": lambda: rows._raw_delete("default"),
    }


@pytest.mark.parametrize("name", ACTS)
def test_a_closed_edition_refuses_what_a_draft_an_adopted_and_an_open_one_allow(world, name):
    acts = acts_on(world, name)
    if name == "version":
        del acts["insert"]
    for state in (PlanState.DRAFT, PlanState.ADOPTED, PlanState.OPEN):
        edition_rows.set_state(world.plan, state)
        for act in acts.values():
            allowed(act)
    edition_rows.close(world.plan, world.cast.admin)
    for event, act in acts_on(world, name).items():
        refused(act, f"closed_plan_keeps_{name}_{event}")
    edition_rows.reopen(world.plan)
    for act in acts.values():
        allowed(act)


# Rows that refer to one of a closed edition neither leave it nor come to it.


def test_rows_neither_leave_nor_enter_a_closed_edition(world):
    other = factories.make_plan(kpis=5, slug="elsewhere")
    there = factories.kpi(other, "AC1.1")
    measure, plan = there.measures.get(), there.action_plans.first()
    edition_rows.close(world.plan, world.cast.admin)
    for rows, away, back in (
        (YearlyValue.objects, {"measure": measure}, {"measure": world.value.measure}),
        (ActionBudget.objects, {"action_plan": plan}, {"action_plan": world.bare.action_plans.first()}),
        (Measure.objects, {"kpi": there}, {"kpi": world.bare}),
    ):
        refused(lambda: rows.filter(pk=_first(rows, world.plan).pk).update(**away), "closed_plan_keeps")  # noqa: B023
        refused(lambda: rows.filter(pk=_first(rows, other).pk).update(**back), "closed_plan_keeps")  # noqa: B023


def _first(rows, plan):
    path = {YearlyValue: "measure__kpi__plan", ActionBudget: "action_plan__plan", Measure: "kpi__plan"}[rows.model]
    return rows.filter(**{path: plan}).order_by("pk").last()


def test_neither_the_edition_nor_what_it_supports_is_deleted_once_it_is_closed(world):
    edition_rows.close(world.plan, world.cast.admin)
    refused(lambda: Plan.objects.filter(pk=world.plan.pk)._raw_delete("default"), "closed_plan_keeps_itself_delete")
    supported = Objective.objects.get(plan__agency=world.plan.agency.parent)
    refused(supported.delete, "closed_plan_keeps_objective_support_update")


def _kept_fields():
    left_out = {"id", "agency", "year", "state", "due_date", "changed_by"}
    return [field for field in Plan._meta.concrete_fields if field.name not in left_out]


def test_of_a_closed_edition_nothing_changes_but_what_reopening_changes(world):
    edition_rows.close(world.plan, world.cast.admin)
    row = Plan.objects.filter(pk=world.plan.pk)
    for field in _kept_fields():
        new = "改" if isinstance(field, models.CharField | models.TextField) else models.F(field.name) - 1
        if field.name in ("warning_threshold", "consultation_until"):
            new = {"warning_threshold": "0.5", "consultation_until": "2017-01-01"}[field.name]
        refused(lambda: row.update(**{field.name: new}), "closed_plan_keeps_itself_update|plan_closes")  # noqa: B023
    refused(lambda: row.update(due_date="2020-01-01"), "closed_plan_keeps_itself_update")
    refused(lambda: row.update(changed_by=world.cast.staff), "closed_plan_keeps_itself_update")
    # Nor do they change with the reopening.
    refused(lambda: row.update(state=PlanState.OPEN, mission="改"), "closed_plan_keeps_itself_update")
    row.update(state=PlanState.OPEN, due_date="2020-01-01", changed_by=world.cast.admin)


def test_a_fixture_cannot_change_a_closed_edition(world, tmp_path):
    path = tmp_path / "values.json"
    call_command("dumpdata", "scorecard.yearlyvalue", output=str(path), verbosity=0)
    same = path.read_text(encoding="utf-8")
    edition_rows.close(world.plan, world.cast.admin)
    path.write_text(same.replace('"target": "20', '"target": "21'), encoding="utf-8")
    with pytest.raises(IntegrityError, match="closed_plan_keeps_value_update"), transaction.atomic():
        call_command("loaddata", str(path), verbosity=0)


def test_without_triggers_nothing_would_refuse(world):
    """So that the tests above test the triggers and nothing else."""
    edition_rows.close(world.plan, world.cast.admin)
    triggers.remove(connection)
    assert world.of(KPI).update(name="改") == 10
