"""Reminds staff of what they have not submitted, and reviewers of reports that wait for them.

Staff get reminders on the edition's days before and after the due date, reviewers on every day with waiting reports. A
person gets one mail a day at most; a constraint ensures it (models/mail.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from scorecard import permissions
from scorecard.domain import policies
from scorecard.domain.choices import AuditAction, MailKind, PlanState, ReportState, Role
from scorecard.domain.roc_years import year_text
from scorecard.models import KPI, Agency, AuditEvent, Division, Membership, OutgoingMail, Plan, User, YearlyReport
from scorecard.models.plans import parse_reminder_days
from scorecard.services import audit, mail, mail_texts
from scorecard.services.mail_texts import MissingKPI

NOT_SUBMITTED = frozenset({ReportState.PENDING, ReportState.IN_PROGRESS, ReportState.RETURNED})


@dataclass
class Notice:
    """One person's reminder of a day: sections of text, and the editions that they are about."""

    user: User
    sections: list[str] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    is_staff: bool = False
    is_reviewer: bool = False

    def add(self, section: str, plan: Plan) -> None:
        self.sections.append(section)
        if plan not in self.plans:
            self.plans.append(plan)

    @property
    def agency(self) -> Agency | None:
        """None where the notice is about several agencies."""
        agencies = {plan.agency for plan in self.plans}
        return agencies.pop() if len(agencies) == 1 else None


@dataclass(frozen=True)
class Skipped:
    """A person who gets no reminder, and why not."""

    user: User
    reason: str


@dataclass
class Reminded:
    """notices: written by this run. earlier: people who got theirs before on that day. problems: sentences."""

    notices: list[Notice] = field(default_factory=list)
    earlier: list[Notice] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def missing_kpis(plan: Plan) -> dict[int, list[MissingKPI]]:
    """{division id: KPIs with a target in the year that are not submitted}, returned ones first. Two queries."""
    due = KPI.objects.filter(plan=plan, measures__values__year=plan.year, measures__values__target__isnull=False)
    states = dict(YearlyReport.objects.of_plan(plan).values_list("kpi", "state"))
    missing: dict[int, list[MissingKPI]] = {}
    for pk, code, name, division_id in due.distinct().values_list("pk", "code", "name", "division"):
        state = ReportState(states.get(pk, ReportState.PENDING))
        if state in NOT_SUBMITTED:
            missing.setdefault(division_id, []).append(MissingKPI(code, name, division_id, state))
    for kpis in missing.values():
        kpis.sort(key=lambda kpi: kpi.state != ReportState.RETURNED)
    return missing


def is_reminder_day(plan: Plan, day: date) -> bool:
    """Whether the edition's schedule reminds staff on the day. Raises ValidationError for an unreadable schedule."""
    if plan.due_date is None:
        raise ValueError("Only an open year has a due date.")
    return (day - plan.due_date).days in parse_reminder_days(plan.reminder_days)


def _open_years() -> list[Plan]:
    """Of two of an agency the one that is due first comes first."""
    editions = Plan.objects.filter(state=PlanState.OPEN).select_related("agency")
    return list(editions.order_by("agency", "due_date", "year"))


def _staff_sections(plan: Plan, day: date, memberships: Sequence[Membership]) -> Iterator[tuple[User, str]]:
    """For each member of staff with missing KPIs, also of divisions that theirs took over from."""
    missing = missing_kpis(plan)
    divisions = list(Division.objects.filter(pk__in=missing))
    for membership in memberships:
        if membership.role == Role.STAFF:
            reporting_for = {row.pk for row in membership.divisions.all()}
            own = [(row, missing[row.pk]) for row in divisions if reporting_for & {row.pk, row.successor_id}]
            if own:
                yield membership.user, mail_texts.missing_section(plan=plan, day=day, divisions=own)


def _reviewer_sections(plan: Plan, day: date, memberships: Sequence[Membership]) -> Iterator[tuple[User, str]]:
    """For each reviewer, if reports wait; for each admin where there is no active reviewer."""
    waiting = YearlyReport.objects.of_plan(plan).awaiting_review()
    submitted = list(waiting.values_list("submitted_at", flat=True))
    if not submitted:
        return
    longest = (day - timezone.localtime(submitted[0]).date()).days
    section = mail_texts.queue_section(plan=plan, day=day, waiting=len(submitted), longest=longest)
    has_reviewer = any(row.role == Role.REVIEWER and row.user.is_active for row in memberships)
    for membership in memberships:
        if membership.role == (Role.REVIEWER if has_reviewer else Role.ADMIN):
            yield membership.user, section


def _collect(plans: Iterable[Plan], day: date, *, on_schedule: bool) -> tuple[list[Notice], list[str]]:
    """Notices in the order of user ids, and problems. on_schedule: staff only on the edition's reminder days."""
    notices: dict[int, Notice] = {}
    problems = []
    for plan in plans:
        memberships = list(Membership.objects.filter(agency=plan.agency_id, is_active=True).with_people())
        try:
            to_staff = not on_schedule or is_reminder_day(plan, day)
        except ValidationError as error:
            to_staff = False
            problems.append(f"{plan}：{' '.join(error.messages)}")
        for user, section in _reviewer_sections(plan, day, memberships):
            notice = notices.setdefault(user.pk, Notice(user))
            notice.is_reviewer = True
            notice.add(section, plan)
        if to_staff:
            for user, section in _staff_sections(plan, day, memberships):
                notice = notices.setdefault(user.pk, Notice(user))
                notice.is_staff = True
                notice.add(section, plan)
    # Every run writes in this order, so two runs at the same time cannot block each other.
    return [notices[pk] for pk in sorted(notices)], problems


def _sift(notices: Iterable[Notice], day: date) -> Reminded:
    """Divide notices into those to write, those that people got before, and people who cannot get one."""
    had = set(OutgoingMail.objects.filter(kind=MailKind.REMINDER, day=day).values_list("recipient", flat=True))
    sifted = Reminded()
    for notice in notices:
        if not notice.user.is_active:
            sifted.skipped.append(Skipped(notice.user, "帳號已停用"))
        elif not mail.address_of(notice.user):
            sifted.skipped.append(Skipped(notice.user, "沒有電子郵件"))
        elif notice.user.pk in had:
            sifted.earlier.append(notice)
        else:
            sifted.notices.append(notice)
    return sifted


def due_reminders(*, day: date) -> Reminded:
    """What send_due_reminders() would write."""
    notices, problems = _collect(_open_years(), day, on_schedule=True)
    sifted = _sift(notices, day)
    sifted.problems = problems
    return sifted


@transaction.atomic
@audit.held_back()
def send_due_reminders(*, day: date) -> Reminded:
    """Write the day's reminders for all open years of all agencies; mail.deliver() sends them."""
    sifted = due_reminders(day=day)
    _write(sifted, day, by=None)
    return sifted


@transaction.atomic
@audit.held_back()
def remind_now(*, by: User, plan: Plan, day: date) -> Reminded:
    """Remind the staff and the other reviewers of one year, whatever the schedule says.

    Raises RuleBroken where the year is not open, PermissionDenied for people who do not review.
    """
    permissions.check_can_review(by, plan.agency_id)
    policies.check_year_is_open(plan)
    notices, problems = _collect([plan], day, on_schedule=False)
    sifted = _sift([notice for notice in notices if notice.user.pk != by.pk], day)
    sifted.problems = problems
    mail.send_after_commit(*_write(sifted, day, by=by))
    return sifted


def _write(sifted: Reminded, day: date, *, by: User | None) -> list[OutgoingMail]:
    written: list[Notice] = []
    mails: list[OutgoingMail] = []
    for notice in sifted.notices:
        contacts = mail.addresses_in(*(plan.contact for plan in notice.plans))
        subject, body = mail_texts.reminder(
            user=notice.user,
            sections=notice.sections,
            is_staff=notice.is_staff,
            is_reviewer=notice.is_reviewer,
            is_answered=bool(contacts),
        )
        row, is_new = mail.write(
            kind=MailKind.REMINDER,
            key=f"reminder:{day}:{notice.user.pk}",
            recipient=notice.user,
            day=day,
            subject=subject,
            body=body,
            agency=notice.agency,
            reply_to=contacts,
        )
        if is_new:
            written.append(notice)
            mails.append(row)
        else:
            sifted.earlier.append(notice)
    sifted.notices = written
    _record(written, by)
    return mails


def _record(notices: Iterable[Notice], by: User | None) -> None:
    """Write one audit event for each edition."""
    names: dict[Plan, list[str]] = {}
    for notice in notices:
        for plan in notice.plans:
            names.setdefault(plan, []).append(str(notice.user))
    for plan, people in sorted(names.items(), key=lambda pair: (pair[0].agency_id, pair[0].year)):
        audit.record(
            by=by,
            action=AuditAction.REMINDED,
            target=f"{year_text(plan.year)}度",
            plan=plan,
            changes=[("提醒", None, "、".join(people))],
        )


def last_reminded(plan: Plan) -> AuditEvent | None:
    """The audit event of the year's latest reminder; None before the first. One query."""
    events = AuditEvent.objects.of_year(plan)
    return events.filter(action=AuditAction.REMINDED).first()
