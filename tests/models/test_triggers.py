"""The rules that the database keeps by triggers: references stay within a plan, plans stay, audit events stay."""

from dataclasses import dataclass

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from scorecard.domain.choices import AuditAction, PlanState
from scorecard.models import (
    KPI,
    ActionPlan,
    AuditEvent,
    AuditHead,
    EditionComment,
    KeptName,
    Objective,
    ObjectiveLink,
    Perspective,
    Plan,
    Submission,
    TargetProposal,
    Theme,
    edition_rules,
    frozen_rows,
    triggers,
)
from scorecard.models.triggers import TRIGGERS
from tests import factories
from tests.models import edition_rows
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Side:
    """One plan's rows."""

    plan: Plan
    perspective: Perspective
    theme: Theme
    objective: Objective
    effect: Objective
    kpi: KPI
    action_plan: ActionPlan
    link: ObjectiveLink


def make_side(slug):
    plan = factories.make_plan(kpis=5, slug=slug)
    kpi = factories.kpi(plan, "AC1.1")
    return Side(
        plan,
        plan.perspectives.get(code="C"),
        plan.themes.get(code="A"),
        kpi.objective,
        plan.objectives.get(code="AP2"),
        kpi,
        kpi.action_plans.first(),
        plan.links.first(),
    )


@layer
def here():
    """The plan in which a row stands."""
    return make_side("here")


@layer
def there():
    """Another plan."""
    return make_side("there")


def _new_objective(here, **reference):
    rows = {"theme": here.theme, "perspective": here.perspective, **reference}
    Objective.objects.create(plan=here.plan, code="新", name="新", **rows)


def _new_link(here, **reference):
    ends = {"cause": here.objective, "effect": here.effect, **reference}
    ObjectiveLink.objects.create(plan=here.plan, reason="因此", **ends)


def _new_kpi(here, **reference):
    rows = {"objective": here.objective, **reference}
    KPI.objects.create(plan=here.plan, code="新", name="新", division=here.kpi.division, **rows)


def _new_action_plan(here, **reference):
    rows = {"kpi": here.kpi, **reference}
    ActionPlan.objects.create(plan=here.plan, code="新", description="新", owner_person="王", position=3, **rows)


def _new_proposal(here, side):
    by = factories.make_user("proposer")
    said = {"value": 1, "unit": "件", "reason": "因此", "by": by, "by_name": "王小明", "year": 2016}
    return TargetProposal.objects.create(plan=here.plan, measure=side.kpi.measures.get(), **said)


def _new_comment(here, side):
    by = factories.make_user("speaker")
    return EditionComment.objects.create(plan=here.plan, kpi=side.kpi, text="好", by=by, by_name="王小明")


def _move(row, **fields):
    type(row).objects.filter(pk=row.pk).update(**fields)


def _event():
    return AuditEvent.objects.create(action=AuditAction.CHANGED, target="測試")


# By trigger: an act upon the row here, whose reference points to one side or the other.
ACTS = {
    "objective_theme_id_same_plan_insert": lambda here, side: _new_objective(here, theme=side.theme),
    "objective_theme_id_same_plan_update": lambda here, side: _move(here.objective, theme=side.theme),
    "objective_perspective_id_same_plan_insert": lambda here, side: _new_objective(here, perspective=side.perspective),
    "objective_perspective_id_same_plan_update": lambda here, side: _move(here.objective, perspective=side.perspective),
    "objectivelink_cause_id_same_plan_insert": lambda here, side: _new_link(here, cause=side.objective),
    "objectivelink_cause_id_same_plan_update": lambda here, side: _move(here.link, cause=side.effect),
    "objectivelink_effect_id_same_plan_insert": lambda here, side: _new_link(here, effect=side.effect),
    "objectivelink_effect_id_same_plan_update": lambda here, side: _move(here.link, effect=side.effect),
    "kpi_objective_id_same_plan_insert": lambda here, side: _new_kpi(here, objective=side.objective),
    "kpi_objective_id_same_plan_update": lambda here, side: _move(here.kpi, objective=side.effect),
    "actionplan_kpi_id_same_plan_insert": lambda here, side: _new_action_plan(here, kpi=side.kpi),
    "actionplan_kpi_id_same_plan_update": lambda here, side: _move(here.action_plan, kpi=side.kpi),
    "targetproposal_measure_id_same_plan_insert": _new_proposal,
    "editioncomment_kpi_id_same_plan_insert": _new_comment,
    "perspective_plan_is_fixed": lambda here, side: _move(here.perspective, plan=side.plan),
    "theme_plan_is_fixed": lambda here, side: _move(here.theme, plan=side.plan),
    "objective_plan_is_fixed": lambda here, side: _move(here.objective, plan=side.plan),
    "kpi_plan_is_fixed": lambda here, side: _move(here.kpi, plan=side.plan),
    "actionplan_plan_is_fixed": lambda here, side: _move(here.action_plan, plan=side.plan),
    "objectivelink_plan_is_fixed": lambda here, side: _move(here.link, plan=side.plan),
}
AUDIT = {
    "audit_event_never_updated": lambda events: events.update(reason="anders"),
    "audit_event_never_deleted": lambda events: events.delete(),
}


HEAD = {
    "audit_head_never_deleted": lambda heads: heads.delete(),
    "audit_head_only_advances": lambda heads: heads.update(number=0, events=0, digest=""),
}


KEPT_NAMES = {
    "kept_name_never_added": lambda kept, other: kept.create(user=other, name="林四"),
    "kept_name_never_updated": lambda kept, other: kept.update(name="林四"),
    "kept_name_never_deleted": lambda kept, other: kept.all().delete(),
}


RECEIPTS = {
    "receipt_never_updated": lambda receipts: receipts.update(content={}),
    "receipt_never_deleted": lambda receipts: receipts.delete(),
}


def test_every_trigger_is_tested():
    # test_frozen_rows.py, test_settled_rows.py and test_edition_rules.py have the others.
    own = {trigger.name for trigger in TRIGGERS if trigger not in (*frozen_rows.TRIGGERS, *edition_rules.TRIGGERS)}
    alone = {"audit_event_only_appended", "audit_event_names_its_actor", "receipt_numbers_have_no_gap"}
    assert own == {*ACTS, *AUDIT, *HEAD, *KEPT_NAMES, *RECEIPTS, *alone}


def _receipt(here, serial):
    person, division = factories.make_user(f"{here.plan.slug}-{serial}"), here.kpi.division
    return Submission.objects.create(
        plan=here.plan,
        serial=serial,
        division=division,
        submitted_by=person,
        content={"kpis": []},
        digest="0" * 64,
    )


@pytest.mark.parametrize("name", sorted(RECEIPTS))
def test_a_receipt_is_written_once_and_stays(here, name):
    receipt = _receipt(here, 1)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        RECEIPTS[name](Submission.objects.all())
    receipt.refresh_from_db()
    assert receipt.content == {"kpis": []}


def test_receipt_numbers_begin_with_one_and_leave_no_gap(here, there):
    for wrong in (0, 2):
        with pytest.raises(IntegrityError, match="receipt_numbers_have_no_gap"), transaction.atomic():
            _receipt(here, wrong)
    assert [_receipt(side, serial).serial for side, serial in ((here, 1), (here, 2), (there, 1))] == [1, 2, 1]


@pytest.mark.parametrize("name", sorted(ACTS))
def test_a_reference_within_the_plan_is_accepted(here, name):
    ACTS[name](here, here)


@pytest.mark.parametrize("name", sorted(ACTS))
def test_a_reference_to_another_plan_is_refused(here, there, name):
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        ACTS[name](here, there)
    refused_by = str(raised.value)
    # Moving a row to another plan breaks its references too, and databases differ in what they look at first.
    allowed = [name] if name.endswith("insert") or name.endswith("update") else [name, "_same_plan_update"]
    assert any(known in refused_by for known in allowed), refused_by


@pytest.mark.parametrize("name", sorted(AUDIT))
def test_an_audit_event_is_written_once_and_stays(name):
    event = _event()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        AUDIT[name](AuditEvent.objects.all())
    event.refresh_from_db()
    assert event.reason == ""


@pytest.mark.parametrize("name", sorted(HEAD))
def test_the_head_of_the_audit_chain_stays_and_never_goes_back(name):
    _event()
    before = AuditHead.objects.get()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        HEAD[name](AuditHead.objects.all())
    after = AuditHead.objects.get()
    assert (after.number, after.events, after.digest) == (before.number, before.events, before.digest)


def test_an_audit_event_that_is_not_put_at_the_end_of_the_chain_is_refused():
    number = _event().pk
    fields = {"action": AuditAction.CHANGED, "target": "測試"}
    for wrong in ({"pk": number - 1, "digest": "0" * 64}, {"pk": number + 1, "digest": ""}):
        with pytest.raises(IntegrityError, match="audit_event_only_appended"), transaction.atomic():
            AuditEvent.objects.bulk_create([AuditEvent(**wrong, **fields)])
    assert AuditEvent.objects.count() == 1


def test_an_audit_event_of_a_person_without_their_name_is_refused():
    person = factories.make_user("one")
    with pytest.raises(IntegrityError, match="audit_event_names_its_actor"), transaction.atomic():
        AuditEvent.objects.create(action=AuditAction.CHANGED, target="測試", actor=person)
    AuditEvent.objects.create(action=AuditAction.CHANGED, target="測試", actor=person, actor_name="王小明")


@pytest.mark.parametrize("name", sorted(KEPT_NAMES))
def test_the_names_of_events_from_before_are_never_added_to_changed_or_deleted(name):
    one, other = factories.make_user("one"), factories.make_user("other")
    triggers.remove(connection)
    KeptName.objects.create(user=one, name="王小明")
    triggers.install(connection)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        KEPT_NAMES[name](KeptName.objects, other)
    assert list(KeptName.objects.values_list("user", "name")) == [(one.pk, "王小明")]


def test_neither_saving_again_nor_deleting_reaches_an_audit_event():
    event = _event()
    with pytest.raises(IntegrityError, match="audit_event_never_updated"), transaction.atomic():
        event.save()
    with pytest.raises(IntegrityError, match="audit_event_never_deleted"), transaction.atomic():
        event.delete()
    with pytest.raises(IntegrityError, match="audit_event_never_deleted"), transaction.atomic():
        AuditEvent.objects.all()._raw_delete("default")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize(
    "table", [f"scorecard_{name}" for name in ("auditevent", "keptname", "submission", "yearlyvalue")]
)
def test_a_table_whose_rows_stay_is_not_emptied_at_once(table):
    _event()
    with pytest.raises(DatabaseError, match="_never_truncated"), transaction.atomic(), connection.cursor() as cursor:
        # Otherwise it is refused for what waits for the end of the transaction.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {table} CASCADE")
    assert AuditEvent.objects.count() == 1


def test_an_audit_event_outlives_the_kpi_it_tells_of(here):
    event = AuditEvent.objects.create(action=AuditAction.DELETED, target="AC1.1", plan=here.plan, kpi=here.kpi)
    number = here.kpi.pk
    here.kpi.delete()
    event.refresh_from_db()
    assert event.kpi_id == number


def test_an_audit_event_outlives_the_draft_it_tells_of(there):
    draft = edition_rows.make_edition(there.plan.agency, 2017, PlanState.DRAFT)
    event = AuditEvent.objects.create(action=AuditAction.CREATED, target="草案", plan=draft, agency=draft.agency)
    number = draft.pk
    draft.delete()
    event.refresh_from_db()
    assert event.plan_id == number


def test_installing_again_leaves_one_trigger_of_each_name(here, there):
    triggers.install(connection)
    triggers.install(connection)
    with pytest.raises(IntegrityError, match="kpi_objective_id_same_plan_update"), transaction.atomic():
        _move(here.kpi, objective=there.objective)


OLD_TRIGGER = {
    "sqlite": (
        "CREATE TRIGGER {name} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, '{name}'); END",
        "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    ),
    "postgresql": (
        "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;"
        "CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    ),
}


def test_triggers_of_former_versions_go_and_those_of_other_tables_stay():
    make, names = OLD_TRIGGER[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE scorecardless (id integer)")
        for table, name in (("scorecard_plan", "plan_year_once_again"), ("scorecardless", "of_another_table")):
            cursor.execute(make.format(table=table, name=name))
        triggers.install(connection)
        cursor.execute(names)
        left = {name for (name,) in cursor.fetchall()}
        if connection.vendor == "postgresql":
            cursor.execute("SELECT proname FROM pg_proc WHERE proname IN ('plan_year_once_again', 'of_another_table')")
            assert cursor.fetchall() == [("of_another_table",)]
    assert left == {"of_another_table", *(trigger.name for trigger in triggers.rules(connection.vendor))}


def test_without_triggers_nothing_would_refuse(here, there):
    """So that the tests above test the triggers and nothing else."""
    triggers.remove(connection)
    _move(here.kpi, objective=there.objective)
    assert AuditEvent.objects.filter(pk=_event().pk).delete()[0] == 1


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda here, there: Objective(plan=here.plan, theme=there.theme, perspective=here.perspective), "theme"),
        (lambda here, there: Objective(plan=here.plan, theme=here.theme, perspective=there.perspective), "perspective"),
        (lambda here, there: ObjectiveLink(plan=here.plan, cause=there.objective, effect=here.effect), "cause"),
        (lambda here, there: ObjectiveLink(plan=here.plan, cause=here.objective, effect=there.effect), "effect"),
        (lambda here, there: KPI(plan=here.plan, objective=there.objective), "objective"),
        (lambda here, there: ActionPlan(plan=here.plan, kpi=there.kpi), "kpi"),
    ],
)
def test_a_form_tells_at_the_field_that_a_reference_lies_in_another_plan(here, there, make, field):
    with pytest.raises(ValidationError) as raised:
        make(here, there).clean()
    assert list(raised.value.message_dict) == [field]
    assert "屬於另一份年版" in raised.value.messages[0]
