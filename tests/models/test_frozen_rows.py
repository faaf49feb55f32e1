"""A closed year, approved figures and snapshots stay as they are, whichever way one comes to their rows."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from scorecard.domain.choices import ReportState, YearState
from scorecard.models import (
    ActionBudget,
    Comment,
    Evidence,
    PlanYear,
    YearlyReport,
    YearlyValue,
    YearSnapshot,
    frozen_rows,
    triggers,
)
from scorecard.models.triggers import sentence_of
from scorecard.services import reporting
from tests import factories
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db


class World:
    """A plan whose 2016 is open: AC1.1 approved with evidence and a comment, AC1.2 a draft with evidence, BC1.1 bare.

    In 2017, which is not open, everything may change.
    """

    def __init__(self):
        self.plan = factories.make_plan()
        self.cast = factories.make_cast(self.plan)
        factories.open_year(self.cast.admin, self.plan)
        self.done, self.begun, self.bare = (factories.kpi(self.plan, code) for code in ("AC1.1", "AC1.2", "BC1.1"))
        for kpi in (self.done, self.begun):
            factories.fill(self.cast.staff, kpi)
            factories.attach(self.cast.staff, kpi)
        reporting.comment_on_report(by=self.cast.staff, kpi=self.begun, year=2016, text="待查")
        factories.approve(self.cast.reviewer, factories.submit(self.cast.staff, self.done))

    def close(self):
        factories.close_year(self.cast.admin, self.plan, reason="期限已過")

    def value(self, kpi, year=2016):
        return YearlyValue.objects.filter(measure__kpi=kpi, year=year)

    def report(self, kpi):
        return YearlyReport.objects.filter(kpi=kpi, year=2016)

    def budget(self, year=2016):
        return ActionBudget.objects.filter(action_plan__kpi=self.begun, year=year)

    def evidence(self, kpi):
        return Evidence.objects.filter(report__kpi=kpi)

    def attach(self, kpi):
        Evidence.objects.create(
            report=self.report(kpi).get(),
            token="11111111-2222-3333-4444-555555555555",
            name="a",
            size=1,
            content_type="text/plain",
            uploaded_by=self.cast.staff,
        )

    def year(self, number=2016):
        return PlanYear.objects.filter(plan=self.plan, year=number)

    def snapshot(self, number):
        YearSnapshot.objects.create(
            plan_year=self.year().get(),
            number=number,
            closed_by=self.cast.admin,
            closed_at=timezone.now(),
            data_version=1,
            audit_number=0,
            document=b"x",
            report=b"x",
            workbook=b"x",
        )


@layer
def world():
    """See World."""
    return World()


def removed(world, kpi):
    return world.evidence(kpi).update(removed_by=world.cast.staff, removed_at=timezone.now())


def new_measure(kpi):
    return kpi.measures.create(unit="件", position=9)


# What changes no row of 2016 in an open year, and is refused in a closed one.
IN_CLOSED_YEAR = {
    "closed_year_keeps_value_insert": lambda w: YearlyValue.objects.create(measure=new_measure(w.begun), year=2016),
    "closed_year_keeps_value_update": lambda w: w.value(w.begun).update(target=1),
    "closed_year_keeps_value_delete": lambda w: w.value(w.begun).delete(),
    "closed_year_keeps_report_insert": lambda w: YearlyReport.objects.create(kpi=w.bare, year=2016),
    "closed_year_keeps_report_update": lambda w: w.report(w.begun).update(explanation="另一個說法"),
    "closed_year_keeps_report_delete": lambda w: (
        Comment.objects.all()._raw_delete("default"),
        w.evidence(w.begun)._raw_delete("default"),
        w.report(w.begun)._raw_delete("default"),
    ),
    "closed_year_keeps_budget_insert": lambda w: ActionBudget.objects.create(
        action_plan=w.begun.action_plans.create(plan=w.plan, code="新", owner_person="王", position=3),
        year=2016,
        amount=1,
    ),
    "closed_year_keeps_budget_update": lambda w: w.budget().update(executed=7, progress="完成"),
    "closed_year_keeps_budget_delete": lambda w: w.budget().delete(),
    "closed_year_keeps_evidence_insert": lambda w: w.attach(w.begun),
    "closed_year_keeps_evidence_update": lambda w: removed(w, w.begun),
    "closed_year_keeps_evidence_delete": lambda w: w.evidence(w.begun).delete(),
    "closed_year_keeps_comment_update": lambda w: Comment.objects.update(text="沒說過"),
    "closed_year_keeps_comment_delete": lambda w: Comment.objects.all().delete(),
}

# (what an open year allows of a report not approved, what is refused once it is).
OF_APPROVED = {
    "approved_value_insert": (
        lambda w: YearlyValue.objects.create(measure=new_measure(w.begun), year=2016, actual=1),
        lambda w: YearlyValue.objects.create(measure=new_measure(w.done), year=2016, actual=1),
    ),
    "approved_value_update": (
        lambda w: w.value(w.begun).update(actual=1),
        lambda w: w.value(w.done).update(actual=1),
    ),
    "approved_value_delete": (lambda w: w.value(w.begun).delete(), lambda w: w.value(w.done).delete()),
    "approved_evidence_insert": (lambda w: w.attach(w.begun), lambda w: w.attach(w.done)),
    "approved_evidence_update": (lambda w: removed(w, w.begun), lambda w: removed(w, w.done)),
    "approved_evidence_delete": (lambda w: w.evidence(w.begun).delete(), lambda w: w.evidence(w.done).delete()),
    "approved_report_is_only_returned": (
        lambda w: w.report(w.done).update(state=ReportState.RETURNED, version=9, reviewed_by=w.cast.admin),
        lambda w: w.report(w.done).update(state=ReportState.IN_PROGRESS),
    ),
    "approved_report_never_deleted": (
        lambda w: w.report(w.begun)._raw_delete("default"),
        lambda w: w.report(w.done)._raw_delete("default"),
    ),
}


def close_without_snapshot(world):
    world.year().update(state=YearState.CLOSED, closings=1)


def overwrite_snapshot(world):
    world.close()
    YearSnapshot.objects.update(reason="別的")


def delete_snapshot(world):
    world.close()
    world.year().update(state=YearState.OPEN)
    YearSnapshot.objects.all().delete()


def delete_demo_snapshot(world):
    type(world.cast.admin).objects.filter(pk=world.cast.admin.pk).update(is_demo=True)
    delete_snapshot(world)


# (what is allowed, what is refused).
OF_SNAPSHOTS = {
    "plan_year_starts_unclosed": (
        lambda w: PlanYear.objects.create(plan=w.plan, year=2012, state=YearState.CLOSED),
        lambda w: PlanYear.objects.create(plan=w.plan, year=2019, state=YearState.CLOSED),
    ),
    "plan_year_closes_with_snapshot": (World.close, close_without_snapshot),
    "snapshot_comes_with_a_closing": (lambda w: w.snapshot(1), lambda w: w.snapshot(2)),
    "snapshot_never_updated": (World.close, overwrite_snapshot),
    "snapshot_never_deleted": (delete_demo_snapshot, delete_snapshot),
}


def refused(act, world, name):
    """Fail unless the act is refused by the rule, in words."""
    with pytest.raises(IntegrityError, match=name) as raised, transaction.atomic():
        act(world)
    assert any("\u4e00" <= character <= "\u9fff" for character in sentence_of(raised.value))


def test_every_rule_has_its_pair():
    assert {rule.name for rule in frozen_rows.TRIGGERS} == {*IN_CLOSED_YEAR, *OF_APPROVED, *OF_SNAPSHOTS}


@pytest.mark.parametrize("name", IN_CLOSED_YEAR)
def test_what_an_open_year_allows_a_closed_one_refuses(world, name):
    act = IN_CLOSED_YEAR[name]
    with transaction.atomic():
        act(world)
        transaction.set_rollback(True)
    world.close()
    if name == "closed_year_keeps_report_delete":
        refused(lambda w: w.report(w.begun)._raw_delete("default"), world, name)
    else:
        refused(act, world, name)


@pytest.mark.parametrize("name", IN_CLOSED_YEAR)
def test_a_reopened_year_may_change_again(world, name):
    world.close()
    world.year().update(state=YearState.OPEN)
    IN_CLOSED_YEAR[name](world)


@pytest.mark.parametrize("name", OF_APPROVED)
def test_what_a_draft_allows_an_approved_report_refuses(world, name):
    allowed, forbidden = OF_APPROVED[name]
    if name == "approved_report_never_deleted":
        Comment.objects.all().delete()
        Evidence.objects.filter(report__kpi=world.begun).delete()
    with transaction.atomic():
        allowed(world)
        transaction.set_rollback(True)
    refused(forbidden, world, name)


@pytest.mark.parametrize("name", OF_SNAPSHOTS)
def test_years_close_with_a_snapshot_and_snapshots_stay(world, name):
    allowed, forbidden = OF_SNAPSHOTS[name]
    with transaction.atomic():
        allowed(world)
        transaction.set_rollback(True)
    refused(forbidden, world, name)


@pytest.mark.parametrize("field", ["explanation", "improvement"])
def test_returning_an_approved_report_changes_nothing_that_was_submitted(world, field):
    refused(
        lambda w: w.report(w.done).update(state=ReportState.RETURNED, **{field: "改寫"}),
        world,
        "approved_report_is_only_returned",
    )


def test_the_target_of_an_approved_kpi_may_still_change_while_the_year_is_open(world):
    assert world.value(world.done).update(target=120, target_note="議會決議") == 1


def test_figures_neither_leave_nor_enter_a_closed_year(world):
    world.close()
    refused(lambda w: w.value(w.bare).update(year=2011), world, "closed_year_keeps_value_update")
    YearlyValue.objects.filter(measure__kpi=world.bare, year=2017).update(year=2011)
    refused(lambda w: w.value(w.bare, 2011).update(year=2016), world, "closed_year_keeps_value_update")


def test_a_closed_year_does_not_become_another_year(world):
    world.close()
    refused(lambda w: w.year().update(year=2020), world, "plan_year_closes_with_snapshot")


def test_a_kpi_with_figures_in_a_closed_year_is_not_deleted(world):
    world.close()
    with pytest.raises(IntegrityError), transaction.atomic():
        world.bare.delete()


def test_other_years_and_baseline_figures_stay_as_they_were_to_change(world):
    world.close()
    assert world.value(world.done, 2017).update(target=1) == 1
    assert world.value(world.done, 2015).update(actual=1) == 1
    assert world.budget(2017).update(amount=1) == 1


def test_something_may_still_be_said_about_a_closed_year(world):
    world.close()
    assert reporting.comment_on_report(by=world.cast.reviewer, kpi=world.done, year=2016, text="明年注意").pk


def test_a_fixture_cannot_change_a_closed_year(world, tmp_path):
    path = tmp_path / "values.json"
    call_command("dumpdata", "scorecard.yearlyvalue", output=str(path), verbosity=0)
    path.write_text(path.read_text(encoding="utf-8").replace('"actual": "100', '"actual": "101'), encoding="utf-8")
    world.close()
    with pytest.raises(CommandError, match="loaddata 不覆寫既有的資料"):
        call_command("loaddata", str(path), verbosity=0)


def test_without_triggers_nothing_would_refuse(world):
    """So that the tests above test the triggers and nothing else."""
    world.close()
    triggers.remove(connection)
    assert world.value(world.done).update(actual=1) == 1
