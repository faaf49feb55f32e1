"""Approved figures, snapshots, what the head decided, corrections and divisions named in them: each rule of the
database beside frozen rows, kept once and broken once.
"""

import uuid

import pytest
from django.db import connection, transaction
from django.utils import timezone

from scorecard.domain.choices import PlanState, ReportState
from scorecard.models import (
    ActionPlan,
    Agency,
    Correction,
    Division,
    EditionComment,
    Evidence,
    HeadApproval,
    Plan,
    Revision,
    Submission,
    TargetProposal,
    User,
    YearlyReport,
    YearlyValue,
    YearSnapshot,
    frozen_rows,
    triggers,
)
from tests import factories
from tests.models import edition_rows
from tests.models.test_frozen_rows import allowed, refused
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db


class World:
    """An open edition: AC1.1's report is approved, AC1.2's is not; each has evidence."""

    def __init__(self):
        self.plan = factories.make_plan()
        self.cast = factories.make_cast(self.plan)
        self.admin = self.cast.admin
        edition_rows.set_state(self.plan, PlanState.OPEN)
        self.done, self.begun = (factories.kpi(self.plan, code) for code in ("AC1.1", "AC1.2"))
        for kpi in (self.done, self.begun):
            YearlyReport.objects.create(kpi=kpi, state=ReportState.IN_PROGRESS)
            self.attach(kpi)
        acts = {"submitted_by": self.cast.staff, "reviewed_by": self.cast.reviewer}
        now = timezone.now()
        self.report(self.done).update(state=ReportState.APPROVED, submitted_at=now, reviewed_at=now, **acts)

    def report(self, kpi):
        return YearlyReport.objects.filter(kpi=kpi)

    def value(self, kpi):
        return YearlyValue.objects.filter(measure__kpi=kpi, year=2016)

    def new_value(self, kpi):
        measure = kpi.measures.create(unit="件", position=9)
        YearlyValue.objects.create(measure=measure, year=2016, actual=1)

    def evidence(self, kpi):
        return Evidence.objects.filter(report__kpi=kpi)

    def attach(self, kpi):
        file = {"name": "a", "size": 1, "content_type": "text/plain", "uploaded_by": self.cast.staff}
        Evidence.objects.create(report=self.report(kpi).get(), token=uuid.uuid4(), **file)

    def remove(self, kpi):
        self.evidence(kpi).update(removed_by=self.cast.staff, removed_at=timezone.now())

    def close(self):
        edition_rows.close(self.plan, self.admin)

    def by_demo(self):
        User.objects.filter(pk=self.admin.pk).update(is_demo=True)

    def propose(self, **fields):
        said = {"value": 1, "unit": "件", "reason": "因此", "by": self.cast.staff, "by_name": "王小明"}
        return TargetProposal.objects.create(
            plan=self.plan, measure=self.begun.measures.get(), year=2016, **said | fields
        )

    def decide(self, **fields):
        taken = {"decision": "taken", "decided_by": self.admin, "decided_at": timezone.now()}
        TargetProposal.objects.filter(measure__kpi=self.begun).update(**taken | fields)

    def comment(self):
        said = {"text": "維持原訂", "by": self.admin, "by_name": "王小明"}
        return EditionComment.objects.create(plan=self.plan, kpi=self.begun, **said)

    def correct(self, plan=None):
        said = {"text": "更正", "dated": factories.DUE, "document_number": "第 1 號"}
        return Correction.objects.create(plan=plan or self.plan, by=self.admin, by_name="王小明", **said)


@layer
def world():
    """See World."""
    return World()


def of_closed(act):
    def closed_first(world):
        world.close()
        act(world)

    return closed_first


def reopened(act):
    def reopened_first(world):
        world.close()
        edition_rows.reopen(world.plan)
        act(world)

    return reopened_first


def by_demo(act):
    def demo_first(world):
        world.by_demo()
        act(world)

    return demo_first


def delete_correction(world):
    world.correct()
    edition_rows.reopen(world.plan)
    Correction.objects.all().delete()


def revise(world, number=0):
    edition_rows.record_revision(world.plan, world.admin, number)


def withdraw_revised(world):
    """An adopted edition that becomes a draft again leaves its revision behind."""
    adopted = edition_rows.make_edition(factories.make_agency("new"), 2016)
    edition_rows.record_revision(adopted, world.admin)
    edition_rows.set_state(adopted, PlanState.DRAFT)
    assert Revision.objects.all().delete()[0] == 1
    refused(lambda: edition_rows.record_revision(adopted, world.admin), "revision_comes_next")


def delete_comment_of_a_draft(world):
    draft = edition_rows.make_edition(factories.make_agency("new"), 2016, PlanState.DRAFT)
    EditionComment.objects.create(plan=draft, text="好", by=world.admin, by_name="王小明").delete()


def rename(division="甲組"):
    return lambda w: Division.objects.filter(agency=w.plan.agency, name=division).update(name="新組")


def move_agency(world):
    Agency.objects.filter(pk=world.plan.agency_id).update(slug="elsewhere")


# By the rule's name: (what is allowed, what is refused).
PAIRS = {
    "approved_value_insert": (lambda w: w.new_value(w.begun), lambda w: w.new_value(w.done)),
    "approved_value_update": (
        lambda w: (w.value(w.begun).update(actual=1), w.value(w.done).update(target=120, target_note="議會決議")),
        lambda w: w.value(w.done).update(actual=1),
    ),
    "approved_value_delete": (lambda w: w.value(w.begun).delete(), lambda w: w.value(w.done).delete()),
    "approved_evidence_insert": (lambda w: w.attach(w.begun), lambda w: w.attach(w.done)),
    "approved_evidence_update": (lambda w: w.remove(w.begun), lambda w: w.remove(w.done)),
    "approved_evidence_delete": (lambda w: w.evidence(w.begun).delete(), lambda w: w.evidence(w.done).delete()),
    "approved_report_is_only_returned": (
        lambda w: w.report(w.done).update(state=ReportState.RETURNED, version=9, reviewed_by=w.admin),
        lambda w: w.report(w.done).update(state=ReportState.IN_PROGRESS),
    ),
    "approved_report_never_deleted": (
        lambda w: w.report(w.begun)._raw_delete("default"),
        lambda w: w.report(w.done)._raw_delete("default"),
    ),
    "snapshot_comes_with_a_closing": (
        lambda w: edition_rows.make_snapshot(w.plan, w.admin),
        lambda w: edition_rows.make_snapshot(w.plan, w.admin, number=2),
    ),
    "snapshot_never_updated": (World.close, of_closed(lambda w: YearSnapshot.objects.update(reason="別的"))),
    "snapshot_never_deleted": (
        by_demo(reopened(lambda w: YearSnapshot.objects.all().delete())),
        reopened(lambda w: YearSnapshot.objects.all().delete()),
    ),
    "head_approval_comes_with_its_act": (
        lambda w: (edition_rows.record_approval(w.plan, w.admin, closing=1), w.close()),
        of_closed(lambda w: edition_rows.record_approval(w.plan, w.admin, closing=1)),
    ),
    "head_approval_never_updated": (
        lambda w: edition_rows.record_approval(w.plan, w.admin, closing=1),
        lambda w: (edition_rows.record_approval(w.plan, w.admin, closing=1), HeadApproval.objects.update(title="秘書")),
    ),
    "head_approval_never_deleted": (
        by_demo(lambda w: edition_rows.record_approval(w.plan, w.admin, closing=1).delete()),
        lambda w: edition_rows.record_approval(w.plan, w.admin, closing=1).delete(),
    ),
    "correction_stands_beside_a_closed_plan": (of_closed(World.correct), World.correct),
    "correction_never_updated": (
        of_closed(World.correct),
        of_closed(lambda w: (w.correct(), Correction.objects.update(text="別的"))),
    ),
    "correction_never_deleted": (by_demo(of_closed(delete_correction)), of_closed(delete_correction)),
    "revision_comes_next": (
        lambda w: (of_closed(revise)(w), edition_rows.reopen(w.plan), revise(w, 1), revise(w, 2)),
        lambda w: (revise(w), of_closed(lambda w: revise(w, 1))(w)),
    ),
    "revision_never_updated": (revise, lambda w: (revise(w), Revision.objects.update(title="別的"))),
    "revision_never_deleted": (
        withdraw_revised,
        lambda w: (revise(w), Revision.objects.all().delete()),
    ),
    "target_proposal_decided_once": (
        lambda w: (w.propose(), w.decide()),
        lambda w: (w.propose(), w.decide(), w.decide(decision="declined", decision_reason="改變主意")),
    ),
    "edition_comment_closed_insert": (World.comment, of_closed(World.comment)),
    "edition_comment_never_updated": (
        World.comment,
        lambda w: (w.comment(), EditionComment.objects.update(text="別的")),
    ),
    "edition_comment_never_deleted": (delete_comment_of_a_draft, lambda w: w.comment().delete()),
    "agency_slug_named_in_closed_plan": (move_agency, of_closed(move_agency)),
    "division_named_in_closed_plan": (rename(), of_closed(rename())),
}


def test_every_rule_has_its_pair():
    others = {rule.name for rule in frozen_rows.TRIGGERS if not rule.name.startswith("closed_plan_keeps_")}
    assert others == set(PAIRS)


@pytest.mark.parametrize("name", PAIRS)
def test_what_is_settled_stays(world, name):
    do, forbidden = PAIRS[name]
    allowed(lambda: do(world))
    refused(lambda: forbidden(world), name)


@pytest.mark.parametrize("field", frozen_rows.PROPOSED[1:])
def test_deciding_a_proposal_changes_nothing_that_was_proposed(world, field):
    world.propose()
    other = {"measure_id": world.done.measures.get().pk, "year": 2017, "value": 2, "by_id": world.admin.pk}
    other |= {"at": timezone.now()}
    refused(lambda: world.decide(**{field: other.get(field, "改寫")}), "target_proposal_decided_once")


@pytest.mark.parametrize("field", ["explanation", "improvement", "submitted_by_name"])
def test_returning_an_approved_report_changes_nothing_that_was_submitted(world, field):
    back = {"state": ReportState.RETURNED, field: "改寫"}
    refused(lambda: world.report(world.done).update(**back), "approved_report_is_only_returned")


def test_an_approval_is_recorded_at_the_adoption_or_at_the_next_closing_and_never_between(world):
    draft = edition_rows.make_edition(factories.make_agency("new"), 2016, PlanState.DRAFT)
    for closing in (1, 2):
        refused(
            lambda: edition_rows.record_approval(draft, world.admin, closing),  # noqa: B023
            "head_approval_comes_with_its_act",
        )
    approval = HeadApproval.objects.filter(pk=edition_rows.record_approval(draft, world.admin).pk)
    # A draft is discarded with everything.
    allowed(approval.delete)
    edition_rows.set_state(draft, PlanState.ADOPTED)
    refused(approval.delete, "head_approval_never_deleted")
    for closing in (0, 2):
        refused(
            lambda: edition_rows.record_approval(world.plan, world.admin, closing),  # noqa: B023
            "head_approval_comes_with_its_act",
        )


@pytest.mark.parametrize("where", ["theme", "kpi", "supporting", "action plan", "receipt"])
def test_a_division_is_not_renamed_wherever_a_closed_edition_or_a_receipt_names_it(world, where):
    own = Division.objects.create(agency=world.plan.agency, name="他組")
    refer = {
        "theme": lambda: world.plan.themes.filter(code="A").update(lead_division=own),
        "kpi": lambda: world.plan.kpis.filter(code="BC1.1").update(division=own),
        "supporting": lambda: world.begun.supporting_divisions.add(own),
        "action plan": lambda: ActionPlan.objects.filter(kpi=world.begun).update(owner_division=own, owner_person=""),
        "receipt": lambda: Submission.objects.create(
            plan=world.plan, serial=1, division=own, submitted_by=world.admin, content={"kpis": []}, digest="0" * 64
        ),
    }
    refer[where]()
    allowed(lambda: rename("支援組")(world))
    if where == "receipt":
        refused(lambda: rename("他組")(world), "division_named_in_closed_plan")
        return
    allowed(lambda: rename("他組")(world))
    world.close()
    refused(lambda: rename("他組")(world), "division_named_in_closed_plan")
    elsewhere = world.plan.agency.parent
    moved = Division.objects.filter(name="他組")
    refused(lambda: moved.update(agency=elsewhere), "division_named_in_closed_plan")
    # Its place in lists, and who took over, may change.
    with transaction.atomic():
        assert moved.update(position=9, successor=Division.objects.get(agency=world.plan.agency, name="乙組")) == 1


def test_a_year_closed_before_there_were_snapshots_gets_its_first_one_later_and_no_second(world):
    plan = Plan.objects.get(pk=world.plan.pk)
    _close_as_an_older_version_did(plan)
    edition_rows.make_snapshot(plan, world.admin)
    refused(lambda: Plan.objects.filter(pk=plan.pk).update(closings=2), "closed_plan_keeps_itself_update|plan_closes")
    assert Plan.objects.filter(pk=plan.pk).update(closings=1) == 1
    refused(lambda: edition_rows.make_snapshot(plan, world.admin, number=2), "snapshot_comes_with_a_closing")


def _close_as_an_older_version_did(plan):
    triggers.remove(connection)
    edition_rows.set_state(plan, PlanState.CLOSED)
    triggers.install(connection)
