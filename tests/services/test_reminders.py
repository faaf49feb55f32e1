"""Reminders: who is told what on which day, and never twice on one."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from scorecard.domain.choices import AuditAction, MailKind, Role
from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent, OutgoingMail, Plan, User, YearlyReport
from scorecard.models.plans import parse_reminder_days
from scorecard.services.reminders import due_reminders, last_reminded, remind_now, send_due_reminders
from tests import factories
from tests.factories import DUE, fill, send_back, submit
from tests.services.rows import nothing_written
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db


@layer
def reachable(cast):
    """Everybody has an address."""
    for user in User.objects.all():
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.gov.tw")
    return cast


def to(user):
    """The mails to a person."""
    return OutgoingMail.objects.filter(recipient=user)


def names(people):
    """User names of notices or of those skipped."""
    return sorted(row.user.username for row in people)


def test_staff_read_what_is_missing_in_their_division_returned_first_with_a_link(reachable, kpi, settings):
    late = factories.kpi(kpi.plan, "AL1.1")
    fill(reachable.staff, late)
    send_back(reachable.reviewer, submit(reachable.staff, late))
    fill(reachable.staff, kpi)
    submit(reachable.staff, kpi)
    send_due_reminders(day=DUE - timedelta(7))
    body = to(reachable.staff).get(kind=MailKind.REMINDER).body
    listed = [line.strip() for line in body.splitlines() if "・" in line]
    assert listed == [
        "・AL1.1 指標 AL1.1（退回補正）",
        "・AC1.2 指標 AC1.2",
        "・AP1.1 指標 AP1.1",
        "・AF1.1 指標 AF1.1",
    ]
    assert "甲組還有 4 項 KPI 尚未送出" in body
    assert "截止日 106 年 1 月 31 日（尚餘 7 天）" in body
    assert f"{settings.SITE_URL}/test-agency/105/reporting/{kpi.division_id}/" in body
    assert factories.CONTACT in body


def test_reviewers_read_how_many_wait_and_for_how_long_on_any_day(reachable, kpi, settings):
    fill(reachable.staff, kpi)
    submit(reachable.staff, kpi)
    waited = timezone.now() - timedelta(5)
    YearlyReport.objects.update(submitted_at=waited)
    reminded = send_due_reminders(day=timezone.localdate())
    assert names(reminded.notices) == ["reviewer"]
    body = to(reachable.reviewer).get().body
    assert "有 1 項填報等候審核，最久的一項已等候 5 天" in body
    assert f"{settings.SITE_URL}/test-agency/105/review/" in body


def test_where_there_is_no_reviewer_the_admins_are_told_of_the_queue(reachable, kpi):
    User.objects.filter(pk=reachable.reviewer.pk).update(is_active=False)
    fill(reachable.staff, kpi)
    submit(reachable.staff, kpi)
    assert names(send_due_reminders(day=timezone.localdate()).notices) == ["admin"]


@pytest.mark.parametrize(
    ("days", "is_reminded"),
    [
        (-14, True),
        (-13, False),
        (-7, True),
        (-1, True),
        (0, True),
        (1, False),
        (3, True),
        (14, True),
        (15, False),
    ],
)
def test_staff_are_reminded_on_the_days_of_the_schedule(reachable, open_plan, days, is_reminded):
    reminded = due_reminders(day=DUE + timedelta(days))
    assert names(reminded.notices) == (["other-staff", "staff"] if is_reminded else [])


def test_each_plan_has_its_own_schedule_and_an_empty_one_reminds_nobody(reachable, open_plan):
    Plan.objects.filter(pk=open_plan.pk).update(reminder_days="2")
    assert names(due_reminders(day=DUE + timedelta(2)).notices) == ["other-staff", "staff"]
    assert names(due_reminders(day=DUE).notices) == []
    Plan.objects.filter(pk=open_plan.pk).update(reminder_days="")
    assert names(due_reminders(day=DUE).notices) == []


def test_a_schedule_that_cannot_be_read_is_told_and_stops_nobody_else(reachable, open_plan):
    Plan.objects.filter(pk=open_plan.pk).update(reminder_days="每週一")
    reminded = due_reminders(day=DUE)
    assert reminded.notices == []
    assert "提醒日請填" in reminded.problems[0]


def test_the_schedule_is_read_as_people_type_it_and_checked():
    assert parse_reminder_days("7、－1，0, -14,7") == (-14, -1, 0, 7)
    assert parse_reminder_days("") == ()
    for typed in ("七", "1.5", "400", "1 2", "--1"):
        with pytest.raises(ValidationError, match="提醒日請填"):
            parse_reminder_days(typed)


def test_nobody_is_reminded_twice_on_a_day_whoever_asks(reachable, open_plan):
    first = send_due_reminders(day=DUE)
    again = send_due_reminders(day=DUE)
    clicked = remind_now(by=reachable.reviewer, plan=open_plan, day=DUE)
    assert names(first.notices) == ["other-staff", "staff"]
    assert (again.notices, clicked.notices) == ([], [])
    assert names(clicked.earlier) == ["other-staff", "staff"]
    assert OutgoingMail.objects.count() == 2
    assert names(send_due_reminders(day=DUE + timedelta(3)).notices) == ["other-staff", "staff"]


def test_a_person_in_two_agencies_gets_one_mail_about_both_that_no_agency_reads(reachable, open_plan):
    other = reachable.other_plan
    factories.open_year(reachable.outsider, other)
    membership = reachable.staff.memberships.create(agency=other.agency, role=Role.STAFF)
    membership.divisions.set(other.agency.divisions.all())
    send_due_reminders(day=DUE)
    row = to(reachable.staff).get()
    assert row.agency is None
    assert open_plan.agency.name in row.body and other.agency.name in row.body
    assert to(reachable.other_staff).get().agency == open_plan.agency


def test_people_who_are_switched_off_or_have_no_address_are_skipped_and_named(reachable, open_plan):
    User.objects.filter(pk=reachable.staff.pk).update(email="")
    User.objects.filter(pk=reachable.other_staff.pk).update(is_active=False)
    reminded = send_due_reminders(day=DUE)
    assert {(row.user.username, row.reason) for row in reminded.skipped} == {
        ("staff", "沒有電子郵件"),
        ("other-staff", "帳號已停用"),
    }
    assert not OutgoingMail.objects.exists()


def test_whoever_has_nothing_missing_and_years_that_are_not_open_are_left_alone(reachable, plan):
    assert due_reminders(day=DUE).notices == []
    factories.open_year(reachable.admin, plan)
    for code in ("AC1.1", "AC1.2", "AP1.1", "AL1.1", "AF1.1"):
        fill(reachable.staff, factories.kpi(plan, code))
        submit(reachable.staff, factories.kpi(plan, code))
    assert names(due_reminders(day=DUE).notices) == ["other-staff", "reviewer"]
    factories.close_year(reachable.admin, plan, reason="提前關閉")
    assert due_reminders(day=DUE).notices == []


def test_two_open_years_are_two_lists_the_earlier_due_date_first_each_on_its_own_days(reachable, open_plan):
    later = factories.next_edition(reachable.admin, open_plan)
    Plan.objects.filter(pk=later.pk).update(reminder_days="-3")
    factories.open_year(reachable.admin, later, due_date=DUE - timedelta(4))
    assert names(due_reminders(day=DUE - timedelta(6)).notices) == []
    first, second = due_reminders(day=DUE - timedelta(7)).notices
    assert [section.splitlines()[0].count("106 年度填報") for section in first.sections] == [1, 0]
    assert [section.splitlines()[0].count("105 年度填報") for section in second.sections] == [0, 1]
    send_due_reminders(day=DUE - timedelta(7))
    for plan in (open_plan, later):
        event = last_reminded(plan)
        assert (event.year, event.plan) == (plan.year, plan)
    assert names(due_reminders(day=DUE - timedelta(1)).notices) == ["other-staff", "staff"]
    (notice, _) = due_reminders(day=DUE - timedelta(1)).notices
    assert len(notice.sections) == 1 and "105 年度填報" in notice.sections[0]


def test_asking_who_would_be_reminded_writes_nothing(reachable, open_plan):
    with nothing_written():
        due_reminders(day=DUE)


def test_a_click_reminds_on_any_day_but_not_the_one_who_clicks_and_the_event_names_people(reachable, kpi):
    fill(reachable.staff, kpi)
    submit(reachable.staff, kpi)
    assert last_reminded(kpi.plan) is None
    reminded = remind_now(by=reachable.reviewer, plan=kpi.plan, day=DUE + timedelta(1))
    assert names(reminded.notices) == ["other-staff", "staff"]
    event = last_reminded(kpi.plan)
    assert (event.action, event.actor) == (AuditAction.REMINDED, reachable.reviewer)
    assert set(event.changes[0]["new"].split("、")) == {str(reachable.staff), str(reachable.other_staff)}


def test_a_click_that_reaches_nobody_leaves_no_event(reachable, open_plan):
    User.objects.update(email="")
    before = AuditEvent.objects.count()
    remind_now(by=reachable.reviewer, plan=open_plan, day=DUE)
    assert AuditEvent.objects.count() == before


def test_only_reviewers_remind_and_only_in_open_years(reachable, plan):
    with pytest.raises(RuleBroken):
        remind_now(by=reachable.reviewer, plan=plan, day=DUE)
    with pytest.raises(PermissionDenied):
        remind_now(by=reachable.staff, plan=plan, day=DUE)
