"""示範資料: demo members, and sample figures that they enter through the same services as everybody.

Sample data is whatever demo accounts entered, so nothing else marks it: it is labelled, and removed, by its author.
"""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.db import transaction

from scorecard.domain.choices import AuditAction, Question, ReportState, Role, YearState
from scorecard.domain.ratios import Parts
from scorecard.models import (
    ActionBudget,
    Division,
    Membership,
    Objective,
    ObjectiveLink,
    User,
    YearlyReport,
    YearlyValue,
)
from scorecard.services import audit, demo_data, reporting, years
from scorecard.services.demo_data import CLOSED_YEAR, MARK, OPEN_YEAR

DAYS_TO_DUE_DATE = 12
# Without letters and digits that look alike, since people type it from a screen.
PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
ROLES = ((Role.VIEWER, "示範檢視"), (Role.REVIEWER, "示範審核"), (Role.ADMIN, "示範管理"))


class NameTaken(Exception):
    """Somebody who is no demo account has the user name that a demo account would get."""


@dataclass(frozen=True)
class Account:
    """A demo account as told to whoever runs the command. has_new_password: the password of this run opens it."""

    username: str
    name: str
    role: str
    division: str
    has_new_password: bool


@dataclass(frozen=True)
class Loaded:
    """What load() did. password is None where every account kept its own. years: those filled, Gregorian."""

    accounts: tuple[Account, ...]
    password: str | None
    years: tuple[int, ...]
    links: int


@dataclass(frozen=True)
class _Cast:
    """The demo members of one plan's agency; staff by division id."""

    reviewer: User
    admin: User
    staff: dict[int, User]


def random_password():
    """Sixteen letters and digits in groups of four."""
    return "-".join("".join(secrets.choice(PASSWORD_LETTERS) for _ in range(4)) for _ in range(4))


def load(*, plan, today, close_year, password=None):
    """Make demo members of the plan's agency and, for the Secretariat's plan, enter sample figures and links.

    close_year: closes the earlier year with its snapshot once all the rest is written, called as years.close_year() is
    but without prepared. password: for all accounts; None: a random one for those that are new. Run again, it adds what
    is missing and changes nothing that is there: a year that was opened before, and links where sample links are, stay
    as they are. Raises NameTaken.
    """
    loaded, admin = _load(plan, today, password)
    if CLOSED_YEAR in loaded.years:
        is_incomplete = years.unapproved_count(plan, CLOSED_YEAR) > 0
        reason = f"{MARK}其餘 KPI 沒有示範數值" * is_incomplete
        close_year(by=admin, plan_year=plan.years.get(year=CLOSED_YEAR), reason=reason)
    return loaded


@transaction.atomic
@audit.held_back()
def _load(plan, today, password):
    """Everything but the closing, all or nothing: Loaded, and the demo admin."""
    accounts, users, used = _make_accounts(plan, password)
    cast = _Cast(users[Role.REVIEWER], users[Role.ADMIN], users[Role.STAFF])
    due_dates = {CLOSED_YEAR: date(CLOSED_YEAR + 1, 1, 31), OPEN_YEAR: today + timedelta(days=DAYS_TO_DUE_DATE)}
    reports = {
        CLOSED_YEAR: demo_data.REPORTS_OF_CLOSED_YEAR,
        OPEN_YEAR: demo_data.REPORTS_OF_OPEN_YEAR,
    }
    filled = [year for year in reports if _fill_year(plan, year, due_dates[year], reports[year], cast)]
    return Loaded(tuple(accounts), used, tuple(filled), _make_links(plan, cast)), cast.admin


# Accounts


def _make_accounts(plan, password):
    """Accounts to tell of, users by role (staff by division id), and the password that any of them got."""
    divisions = Division.objects.filter(agency=plan.agency_id).order_by("position", "id")
    wanted = [(f"demo-{role}", name, role, None) for role, name in ROLES]
    wanted += [
        (f"demo-staff-{number}", f"示範填報（{division.name}）", Role.STAFF, division)
        for number, division in enumerate(divisions, start=1)
    ]
    given = password or random_password()
    hashed = make_password(given)
    accounts, users = [], {Role.STAFF: {}}
    for username, name, role, division in wanted:
        user, is_new = _make_account(username, name, hashed, keep=password is None)
        _join(user, plan.agency, role, division)
        if division:
            users[Role.STAFF][division.pk] = user
        else:
            users[role] = user
        accounts.append(Account(username, user.name, role.label, division.name if division else "", is_new))
    return accounts, users, given if any(account.has_new_password for account in accounts) else None


def _make_account(username, name, hashed, *, keep):
    """The user, and whether it got the password; an account in use keeps its own where asked to."""
    user = User.objects.filter(username=username).first() or User(username=username, name=name, is_demo=True)
    if not user.is_demo:
        raise NameTaken(username)
    if keep and user.pk and user.is_active and user.has_usable_password():
        return user, False
    user.password, user.is_active = hashed, True
    user.save()
    return user, True


def _join(user, agency, role, division):
    membership, is_new = Membership.objects.get_or_create(user=user, agency=agency, defaults={"role": role})
    if is_new and division:
        membership.divisions.add(division)


# Figures


def _fill_year(plan, year, due_date, samples, cast):
    """Lead a year that nobody has touched through its sample reports, up to its closing; whether it was one."""
    plan_year = plan.years.filter(year=year, state=YearState.NOT_OPEN).first()
    kpis = {
        kpi.code: kpi
        for kpi in plan.kpis.filter(code__in=samples).select_related("plan", "division").prefetch_related("measures")
    }
    reported = YearlyValue.objects.filter(measure__kpi__plan=plan, year=year).reported()
    if plan_year is None or not kpis or reported.exists():
        return False
    years.open_year(by=cast.admin, plan_year=plan_year, due_date=due_date, contact=demo_data.CONTACT)
    for division_id, staff in cast.staff.items():
        own = [kpi for kpi in kpis.values() if kpi.division_id == division_id]
        _report(plan, year, staff, own, samples)
    submitted = YearlyReport.objects.for_year(plan, year).awaiting_review()
    for report in list(submitted.select_related("kpi__plan", "kpi__division")):
        _review(report, samples[report.kpi.code], cast)
    return True


def _report(plan, year, staff, kpis, samples):
    """Enter the division's samples, and submit those that go further than a draft."""
    executions = _executions(plan, year) if year == CLOSED_YEAR else {}
    drafts = [_draft(kpi, samples[kpi.code], executions.get(kpi.pk, ())) for kpi in kpis]
    reporting.save_reports(by=staff, plan=plan, year=year, drafts=drafts)
    ready = [kpi for kpi in kpis if samples[kpi.code].state != ReportState.IN_PROGRESS]
    reporting.submit_reports(by=staff, plan=plan, year=year, kpis=ready)


def _marked(text):
    return f"{MARK}{text}" if text else ""


def _draft(kpi, sample, executions):
    """What the sample says; every question about its figures is answered, since they are invented."""
    measures = list(kpi.measures.all())
    figures = sample.figures or (None,) * len(measures)
    entries = tuple(
        _entry(measure, typed, _marked(sample.no_figure or sample.note), bool(sample.no_figure))
        for measure, typed in zip(measures, figures, strict=True)
    )
    answers = tuple(
        reporting.Answer(entry.measure_id, question, entry.actual)
        for entry in entries
        if entry.actual is not None
        for question in Question
    )
    return reporting.ReportEntry(
        kpi, 0, entries, _marked(sample.explanation), _marked(sample.improvement), tuple(executions), answers
    )


def _entry(measure, typed, note, is_unmeasured):
    """typed: a figure, or a ratio as 「28/30」."""
    numerator, _, denominator = (typed or "").partition("/")
    if denominator and measure.is_ratio:
        parts = Parts(Decimal(numerator), Decimal(denominator), measure.factor)
        return reporting.Entry(measure.pk, parts.stored, note, is_unmeasured, parts.numerator, parts.denominator)
    return reporting.Entry(measure.pk, Decimal(typed) if typed else None, note, is_unmeasured)


def _executions(plan, year):
    """The sample executions of the plan's budgets by KPI id."""
    found = {}
    for budget in ActionBudget.objects.filter(action_plan__plan=plan, year=year).select_related("action_plan"):
        executed, progress = demo_data.EXECUTED.get(budget.action_plan.code, (0 if budget.amount == 0 else None, ""))
        execution = reporting.Execution(budget.pk, executed, _marked(progress))
        found.setdefault(budget.action_plan.kpi_id, []).append(execution)
    return found


def _review(report, sample, cast):
    """Approve or return a submitted report, or leave it waiting, as its sample says."""
    by, version = cast.reviewer, report.version
    if sample.state == ReportState.APPROVED:
        chosen = [(report, version)]
        reporting.approve_reports(by=by, plan=report.kpi.plan, year=report.year, chosen=chosen)
    if sample.state == ReportState.RETURNED:
        reporting.return_report(by=by, report=report, version=version, comment=_marked(sample.comment))
    if sample.reply:
        kpi = report.kpi
        staff = cast.staff[kpi.division_id]
        reporting.comment_on_report(by=staff, kpi=kpi, year=report.year, text=_marked(sample.reply))


# Links


def _make_links(plan, cast):
    """Sample links where the plan has none yet; how many."""
    if ObjectiveLink.objects.filter(plan=plan, created_by__is_demo=True).exists():
        return 0
    objectives = {objective.code: objective for objective in Objective.objects.filter(plan=plan)}
    linked = set(ObjectiveLink.objects.filter(plan=plan).values_list("cause__code", "effect__code"))
    made = 0
    for cause, effect, why in demo_data.LINKS:
        if cause in objectives and effect in objectives and (cause, effect) not in linked:
            ends = {"cause": objectives[cause], "effect": objectives[effect]}
            link = ObjectiveLink.objects.create(plan=plan, **ends, reason=f"示範：{why}", created_by=cast.reviewer)
            changes = [("理由", None, link.reason)]
            audit.record(by=cast.reviewer, action=AuditAction.CREATED, target=link, plan=plan, changes=changes)
            made += 1
    return made
