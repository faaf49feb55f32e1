"""Several people at the same moment, each with a connection of their own: nothing is lost, nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core import mail as django_mail
from django.db import connection

from scorecard.domain.choices import AuditAction, MailKind, ProposalDecision, ReportState, Role
from scorecard.domain.policies import RuleBroken
from scorecard.models import (
    AuditEvent,
    Invitation,
    OutgoingMail,
    Plan,
    Submission,
    TargetProposal,
    User,
    YearlyReport,
    YearlyValue,
)
from scorecard.services import editions, invitations, mail, members, year_closing, years
from scorecard.services.consultation import ChangedMeanwhile
from scorecard.services.reminders import remind_now, send_due_reminders
from scorecard.services.reporting import Conflict, approve_reports, return_report, save_reports, submit_reports
from tests import factories
from tests.consulting import decide, make_draft, propose, share
from tests.factories import DUE, FIRST_YEAR, fill, report_entry, submit

pytestmark = pytest.mark.django_db(transaction=True)

CHANGED = years.PlanChangedMeanwhile


def at_once(*acts):
    """Run the acts in threads that start together; return what each returned or raised."""
    start = Barrier(len(acts))

    def run(act):
        try:
            start.wait(timeout=30)
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def person(user):
    """The user as a request of its own would meet them."""
    return User.objects.get(pk=user.pk)


def test_of_several_who_saw_the_same_version_one_saves_and_the_others_are_told(cast, kpi):
    fill(cast.staff, kpi, actuals=1)
    seen = [report_entry(kpi, actuals=figure) for figure in (11, 12, 13, 14)]
    results = at_once(
        *(
            lambda entered=entered: save_reports(by=person(cast.staff), plan=kpi.plan, report_entries=[entered])
            for entered in seen
        )
    )
    saved = [result for result in results if isinstance(result, list)]
    assert (len(saved), sum(isinstance(result, Conflict) for result in results)) == (1, 3), results
    winner = seen[results.index(saved[0])]
    assert YearlyValue.objects.get(measure__kpi=kpi, year=FIRST_YEAR).actual == winner.entries[0].actual
    assert YearlyReport.objects.get(kpi=kpi).version == 2
    assert AuditEvent.objects.filter(action=AuditAction.SAVED).count() == 2


def test_everyone_who_saves_another_kpi_is_served_and_every_change_is_counted(cast, open_plan):
    kpis = list(open_plan.kpis.filter(division=factories.kpi(open_plan, "AC1.1").division).select_related("plan"))
    results = at_once(*(lambda kpi=kpi: fill(person(cast.staff), kpi).version for kpi in kpis))
    assert results == [1] * 5
    events = AuditEvent.objects.filter(plan=open_plan).count()
    assert Plan.objects.get(pk=open_plan.pk).data_version == 1 + events == 7


def test_a_report_submitted_twice_at_the_same_moment_is_submitted_once(cast, kpi):
    fill(cast.staff, kpi)
    twice = [lambda: submit_reports(by=person(cast.staff), plan=kpi.plan, kpis=[kpi]) for _ in range(2)]
    results = at_once(*twice)
    assert sorted(len(result) for result in results) == [0, 1]
    assert AuditEvent.objects.filter(action=AuditAction.SUBMITTED).count() == 1
    assert Submission.objects.get().number == "105-001"


def test_divisions_that_submit_at_once_get_numbers_without_gap(cast, open_plan):
    pairs = [(cast.staff, "AC1.1"), (cast.staff, "AC1.2"), (cast.other_staff, "BC1.1"), (cast.other_staff, "BC1.2")]
    kpis = [(by, factories.kpi(open_plan, code)) for by, code in pairs]
    for by, kpi in kpis:
        fill(by, kpi)
    at_once(*(lambda by=by, kpi=kpi: submit(person(by), kpi) for by, kpi in kpis))
    assert sorted(Submission.objects.values_list("serial", flat=True)) == [1, 2, 3, 4]


def test_two_reviewers_who_approve_the_same_reports_at_once_approve_each_once(cast, open_plan):
    kpis = [factories.kpi(open_plan, code) for code in ("AC1.1", "AC1.2", "AP1.1")]
    for kpi in kpis:
        fill(cast.staff, kpi)
    seen = [(submit(cast.staff, kpi), 2) for kpi in kpis]
    results = at_once(
        *(
            lambda by=by, chosen=chosen: approve_reports(by=person(by), plan=open_plan, chosen=chosen)
            for by, chosen in ((cast.reviewer, seen), (cast.admin, seen[::-1]))
        )
    )
    assert sorted(len(result) for result in results) == [0, 3]
    assert AuditEvent.objects.filter(action=AuditAction.APPROVED).count() == 3


def test_approving_several_and_returning_one_of_them_never_cross(cast, open_plan):
    kpis = [factories.kpi(open_plan, code) for code in ("AC1.1", "AC1.2")]
    for kpi in kpis:
        fill(cast.staff, kpi)
    seen = [(submit(cast.staff, kpi), 2) for kpi in kpis]
    many, one = at_once(
        lambda: approve_reports(by=person(cast.reviewer), plan=open_plan, chosen=seen),
        lambda: return_report(by=person(cast.admin), report=seen[1][0], version=2, comment="請補正"),
    )
    # Whoever comes second saw a version that is gone.
    assert [isinstance(result, Conflict) for result in (many, one)].count(True) == 1, (many, one)
    states = list(YearlyReport.objects.order_by("kpi__code").values_list("state", flat=True))
    assert states == (["approved"] * 2 if isinstance(one, Conflict) else ["submitted", "returned"])


def test_closing_a_year_and_reporting_in_it_never_cross(cast, kpi, monkeypatch):
    # Cheap files, but the product's own closing: a report saved meanwhile has them made again.
    monkeypatch.setattr(year_closing, "prepare_year", lambda plan, approval: factories.prepared_year(plan))
    close, save = at_once(
        lambda: year_closing.close_year(
            by=person(cast.admin), plan=kpi.plan, approval=factories.approval(), reason="提前關閉"
        ),
        lambda: fill(person(cast.staff), kpi),
    )
    closed = AuditEvent.objects.get(action=AuditAction.CLOSED)
    saved = AuditEvent.objects.filter(action=AuditAction.SAVED).first()
    assert close.is_closed
    if isinstance(save, RuleBroken):
        assert saved is None and not YearlyReport.objects.exists()
    else:
        assert saved.pk < closed.pk and save.state == ReportState.IN_PROGRESS


def test_of_two_who_carry_a_year_forward_at_once_one_makes_the_draft(cast, plan):
    results = at_once(
        *(
            lambda by=by: editions.carry_forward(by=person(by), agency=plan.agency, year=2017)
            for by in (cast.reviewer, cast.admin)
        )
    )
    refused = [result for result in results if isinstance(result, Exception)]
    assert [type(error) for error in refused] == [RuleBroken], results
    assert Plan.objects.filter(agency=plan.agency, year=2017).count() == 1
    assert AuditEvent.objects.filter(action=AuditAction.CARRIED).count() == 1


def test_of_a_later_year_that_closes_and_an_earlier_one_that_reopens_at_once_one_does(cast, open_plan):
    later = factories.open_year(cast.admin, factories.next_edition(cast.admin, open_plan))
    factories.close_year(cast.admin, open_plan, reason="提前關閉")
    prepared = factories.prepared_year(later)
    given = {"plan": later, "prepared": prepared, "approval": factories.approval(), "reason": "提前關閉"}
    close, reopen = at_once(
        lambda: years.close_year(by=person(cast.admin), **given),
        lambda: years.reopen_year(by=person(cast.admin), plan=open_plan, due_date=DUE, reason="更正"),
    )
    # The reopening raises the later version, too: the files are of older data then.
    told = [result for result in (close, reopen) if isinstance(result, RuleBroken | years.PlanChangedMeanwhile)]
    assert len(told) == 1, (close, reopen)
    states = dict(Plan.objects.filter(agency=open_plan.agency_id).values_list("year", "state"))
    assert states in ({2016: "closed", 2017: "closed"}, {2016: "open", 2017: "open"})


def test_members_change_while_a_year_closes(cast, open_plan):
    """An event of the agency raises the version of what is not closed by then."""
    prepared = factories.prepared_year(open_plan)
    given = {"plan": open_plan, "prepared": prepared, "approval": factories.approval(), "reason": "提前關閉"}
    membership = cast.viewer.memberships.get()
    results = at_once(
        lambda: years.close_year(by=person(cast.admin), **given),
        lambda: members.change(by=person(cast.admin), membership=membership, role=Role.REVIEWER),
    )
    assert not [result for result in results if isinstance(result, Exception) and type(result) is not CHANGED], results
    assert cast.viewer.memberships.get().role == Role.REVIEWER


def test_a_click_and_the_timer_at_once_remind_everybody_once(cast, open_plan):
    people = [cast.staff, cast.other_staff]
    for user in people:
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.gov.tw")
    results = at_once(
        lambda: send_due_reminders(day=DUE),
        lambda: remind_now(by=person(cast.reviewer), plan=open_plan, day=DUE),
        lambda: send_due_reminders(day=DUE),
        lambda: remind_now(by=person(cast.admin), plan=open_plan, day=DUE),
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    assert sum(len(result.notices) for result in results) == OutgoingMail.objects.count() == len(people)
    assert AuditEvent.objects.filter(action=AuditAction.REMINDED).count() == 1


def test_of_several_senders_at_once_one_sends_each_mail(cast):
    for number in range(6):
        OutgoingMail.objects.create(
            key=number, kind=MailKind.RETURNED, recipient=cast.staff, address="a@example.gov.tw", subject="主", body=""
        )
    results = at_once(*[mail.deliver] * 4)
    assert sum(result.sent for result in results) == len(django_mail.outbox) == 6


def test_of_two_admins_who_invite_one_address_one_does_and_two_invitations_of_one_person_make_one_account():
    plan = factories.make_plan(kpis=5)
    cast = factories.make_cast(plan)
    second = factories.make_member("second", plan.agency, Role.ADMIN)
    fields = {"email": "new@example.gov.tw", "name": "新同仁", "role": Role.VIEWER}
    results = at_once(
        *(lambda by=by: invitations.invite(by=person(by), agency=plan.agency, **fields) for by in (cast.admin, second))
    )
    assert sorted(type(result) for result in results if isinstance(result, Exception)) == [RuleBroken]
    invitations.invite(by=cast.outsider, agency=cast.other_plan.agency, **fields)
    made = {"name": "王新", "password": "公文處理 nine words"}
    results = at_once(
        *(
            lambda row=row: invitations.accept_with_new_account(invitation=row, **made)
            for row in Invitation.objects.with_divisions()
        )
    )
    assert [type(result) for result in results if isinstance(result, Exception)] == [RuleBroken]
    assert User.objects.filter(email="new@example.gov.tw").count() == 1
    assert Invitation.objects.count() == 1


def test_of_two_who_decide_one_proposal_one_does_and_the_other_is_told(cast, open_plan):
    draft = share(cast.admin, make_draft(cast.reviewer, open_plan))
    proposal = propose(cast.staff, draft, 95)
    value = YearlyValue.objects.get(measure=proposal.measure, year=proposal.year)
    events = AuditEvent.objects.count()
    results = at_once(
        lambda: decide(cast.reviewer, proposal),
        lambda: decide(cast.admin, proposal, ProposalDecision.DECLINED, "維持原訂"),
    )
    (refused,) = [result for result in results if isinstance(result, Exception)]
    assert isinstance(refused, RuleBroken) and "處理" in str(refused)
    proposal.refresh_from_db()
    value.refresh_from_db()
    is_taken = proposal.decision == ProposalDecision.TAKEN
    assert value.target == (95 if is_taken else 100)
    assert AuditEvent.objects.count() == events + (2 if is_taken else 1)


def test_of_two_colleagues_who_answer_at_once_one_proposes_and_the_other_is_shown_it(cast, open_plan):
    draft = share(cast.admin, make_draft(cast.reviewer, open_plan))
    colleague = factories.make_member("colleague", draft.agency, Role.STAFF, draft.agency.divisions.first())
    results = at_once(lambda: propose(cast.staff, draft, 95), lambda: propose(colleague, draft, 96))
    assert [type(result) for result in results if isinstance(result, Exception)] == [ChangedMeanwhile]
    assert TargetProposal.objects.count() == 1
