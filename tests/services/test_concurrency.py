"""Several people at the same moment, each with a connection of their own: nothing is lost, nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from scorecard.choices import AuditAction, ReportState
from scorecard.models import AuditEvent, Plan, User, YearlyReport, YearlyValue
from scorecard.policies import RuleBroken
from scorecard.services.reporting import Conflict, save_reports, submit_reports
from tests import factories
from tests.factories import FIRST_YEAR, draft, fill, submit

pytestmark = pytest.mark.django_db(transaction=True)


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
    seen = [draft(kpi, actuals=figure) for figure in (11, 12, 13, 14)]
    results = at_once(
        *(
            lambda entered=entered: save_reports(
                by=person(cast.staff), plan=kpi.plan, year=FIRST_YEAR, drafts=[entered]
            )
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
    twice = [
        lambda: submit_reports(by=person(cast.staff), plan=kpi.plan, year=FIRST_YEAR, kpis=[kpi]) for _ in range(2)
    ]
    results = at_once(*twice)
    assert sorted(len(result) for result in results) == [0, 1]
    assert AuditEvent.objects.filter(action=AuditAction.SUBMITTED).count() == 1


def test_two_reviewers_at_once_approve_once(cast, kpi):
    fill(cast.staff, kpi)
    report = submit(cast.staff, kpi)
    results = at_once(*(lambda by=by: factories.approve(person(by), report) for by in (cast.reviewer, cast.admin)))
    refused = [result for result in results if isinstance(result, Conflict | RuleBroken)]
    assert len(refused) == 1, results
    assert AuditEvent.objects.filter(action=AuditAction.APPROVED).count() == 1


def test_closing_a_year_and_reporting_in_it_never_cross(cast, kpi):
    close, save = at_once(
        lambda: factories.close_year(person(cast.admin), kpi.plan, reason="提前關閉"),
        lambda: fill(person(cast.staff), kpi),
    )
    closed = AuditEvent.objects.get(action=AuditAction.CLOSED)
    saved = AuditEvent.objects.filter(action=AuditAction.SAVED).first()
    assert close.is_closed
    if isinstance(save, RuleBroken):
        assert saved is None and not YearlyReport.objects.exists()
    else:
        assert saved.pk < closed.pk and save.state == ReportState.DRAFT
