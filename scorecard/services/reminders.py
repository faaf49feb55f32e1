"""Reminders: staff read what they have not submitted, reviewers how many reports wait for them.

Staff are reminded on the plan's days before and after the due date, reviewers on every day on which reports wait. One
mail a person and day, whatever it has to tell; the database holds to that (models/mail.py).
"""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from scorecard import permissions
from scorecard.domain import policies
from scorecard.domain.choices import AuditAction, MailKind, ReportState, Role, YearState
from scorecard.domain.roc_years import year_text
from scorecard.models import KPI, AuditEvent, Membership, OutgoingMail, PlanYear, User, YearlyReport
from scorecard.models.strategy import parse_reminder_days
from scorecard.services import audit, mail, mail_texts

NOT_SUBMITTED = frozenset({ReportState.PENDING, ReportState.IN_PROGRESS, ReportState.RETURNED})


@dataclass(frozen=True)
class MissingKPI:
    """A KPI with a target in the year whose report is not submitted."""

    code: str
    name: str
    division_id: int
    state: ReportState


@dataclass
class Notice:
    """What one person is told on a day: sections of text, and the plan years that they are about."""

    user: User
    sections: list[str] = field(default_factory=list)
    plan_years: list[PlanYear] = field(default_factory=list)
    is_staff: bool = False
    is_reviewer: bool = False

    @property
    def agency(self):
        """The agency that the whole notice is about, None where there are several."""
        agencies = {plan_year.plan.agency for plan_year in self.plan_years}
        return agencies.pop() if len(agencies) == 1 else None


@dataclass(frozen=True)
class Skipped:
    """Somebody who would have been reminded, and why not."""

    user: User
    reason: str


@dataclass
class Reminded:
    """What a run did: notices written, people reminded on that day before, and those without a way to reach them."""

    notices: list[Notice] = field(default_factory=list)
    earlier: list[Notice] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def missing_kpis(plan, year):
    """The KPIs that are due in the year and not submitted, by division id: returned ones first. Two queries."""
    due = KPI.objects.filter(plan=plan, measures__values__year=year, measures__values__target__isnull=False)
    states = dict(YearlyReport.objects.for_year(plan, year).values_list("kpi", "state"))
    missing = {}
    for pk, code, name, division_id in due.distinct().values_list("pk", "code", "name", "division"):
        state = ReportState(states.get(pk, ReportState.PENDING))
        if state in NOT_SUBMITTED:
            missing.setdefault(division_id, []).append(MissingKPI(code, name, division_id, state))
    for kpis in missing.values():
        kpis.sort(key=lambda kpi: kpi.state != ReportState.RETURNED)
    return missing


def is_reminder_day(plan_year, day):
    """Whether the plan's schedule reminds staff on the day; ValidationError where the schedule cannot be read."""
    return (day - plan_year.due_date).days in parse_reminder_days(plan_year.plan.reminder_days)


def _open_years():
    years = PlanYear.objects.filter(state=YearState.OPEN).select_related("plan__agency")
    return [row for row in years.order_by("pk") if row.year >= row.plan.first_year]


def _staff_sections(plan_year, day, memberships):
    """(user, section) for every member who reports for a division with something missing."""
    missing = missing_kpis(plan_year.plan, plan_year.year)
    for membership in memberships:
        if membership.role == Role.STAFF:
            own = [(row, missing[row.pk]) for row in membership.divisions.all() if row.pk in missing]
            if own:
                yield membership.user, mail_texts.missing_section(plan_year=plan_year, day=day, divisions=own)


def _reviewer_sections(plan_year, day, memberships):
    """(user, section) for every reviewer of a queue that is not empty; admins where there is no active reviewer."""
    waiting = YearlyReport.objects.for_year(plan_year.plan, plan_year.year).awaiting_review()
    submitted = list(waiting.values_list("submitted_at", flat=True))
    if not submitted:
        return
    longest = (day - timezone.localtime(submitted[0]).date()).days
    section = mail_texts.queue_section(plan_year=plan_year, day=day, waiting=len(submitted), longest=longest)
    has_reviewer = any(row.role == Role.REVIEWER and row.user.is_active for row in memberships)
    for membership in memberships:
        if membership.role == (Role.REVIEWER if has_reviewer else Role.ADMIN):
            yield membership.user, section


def _collect(plan_years, day, *, on_schedule):
    """(notices in the order of people's numbers, problems). on_schedule: staff only on the plan's reminder days."""
    notices, problems = {}, []
    for plan_year in plan_years:
        memberships = list(Membership.objects.filter(agency=plan_year.plan.agency_id).with_people())
        try:
            to_staff = not on_schedule or is_reminder_day(plan_year, day)
        except ValidationError as error:
            to_staff = False
            problems.append(f"{plan_year}：{' '.join(error.messages)}")
        told = [("is_reviewer", *pair) for pair in _reviewer_sections(plan_year, day, memberships)]
        if to_staff:
            told += [("is_staff", *pair) for pair in _staff_sections(plan_year, day, memberships)]
        for role, user, section in told:
            notice = notices.setdefault(user.pk, Notice(user))
            notice.sections.append(section)
            setattr(notice, role, True)
            if plan_year not in notice.plan_years:
                notice.plan_years.append(plan_year)
    # Everybody writes in the same order, so that two runs at the same moment never wait for each other.
    return [notices[pk] for pk in sorted(notices)], problems


def _sift(notices, day):
    """Reminded with the notices that may be written, and whom they leave out."""
    had = set(OutgoingMail.objects.filter(day=day).values_list("recipient", flat=True))
    sifted = Reminded()
    for notice in notices:
        if not notice.user.is_active:
            sifted.skipped.append(Skipped(notice.user, "帳號已停用"))
        elif not mail.address_of(notice.user):
            sifted.skipped.append(Skipped(notice.user, "沒有電子郵件"))
        else:
            (sifted.earlier if notice.user.pk in had else sifted.notices).append(notice)
    return sifted


def due_reminders(*, day):
    """What send_due_reminders() would do on the day; writes nothing."""
    notices, problems = _collect(_open_years(), day, on_schedule=True)
    sifted = _sift(notices, day)
    sifted.problems = problems
    return sifted


@transaction.atomic
@audit.held_back()
def send_due_reminders(*, day):
    """Write the reminders of the day, in every open year of every plan; returns Reminded. mail.deliver() sends them."""
    sifted = due_reminders(day=day)
    _write(sifted, day, by=None)
    return sifted


@transaction.atomic
@audit.held_back()
def remind_now(*, by, plan_year, day):
    """Remind the staff and the other reviewers of one open year, whatever the schedule says; returns Reminded.

    RuleBroken where the year is not open, PermissionDenied for those who do not review.
    """
    permissions.check_can_review(by, plan_year.plan.agency_id)
    policies.check_year_is_open(plan_year)
    notices, problems = _collect([plan_year], day, on_schedule=False)
    sifted = _sift([notice for notice in notices if notice.user.pk != by.pk], day)
    sifted.problems = problems
    mail.send_after_commit(*_write(sifted, day, by=by))
    return sifted


def _write(sifted, day, *, by):
    written, mails = [], []
    for notice in sifted.notices:
        subject, body = mail_texts.reminder(
            user=notice.user, sections=notice.sections, is_staff=notice.is_staff, is_reviewer=notice.is_reviewer
        )
        row, is_new = mail.write(
            kind=MailKind.REMINDER,
            key=f"reminder:{day}:{notice.user.pk}",
            recipient=notice.user,
            day=day,
            subject=subject,
            body=body,
            agency=notice.agency,
        )
        (written if is_new else sifted.earlier).append(notice)
        mails += [row] * is_new
    sifted.notices = written
    _record(written, by)
    return mails


def _record(notices, by):
    """An event for every plan year of which somebody was reminded."""
    names = {}
    for notice in notices:
        for plan_year in notice.plan_years:
            names.setdefault(plan_year, []).append(str(notice.user))
    for plan_year, people in sorted(names.items(), key=lambda pair: pair[0].pk):
        audit.record(
            by=by,
            action=AuditAction.REMINDED,
            target=f"{year_text(plan_year.year)}度",
            plan=plan_year.plan,
            year=plan_year.year,
            changes=[("提醒", None, "、".join(people))],
        )


def last_reminded(plan_year):
    """The latest event that tells of a reminder of the year; None before the first. One query."""
    events = AuditEvent.objects.of_year(plan_year.plan, plan_year.year)
    return events.filter(action=AuditAction.REMINDED).first()
