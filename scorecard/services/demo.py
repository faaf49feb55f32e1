"""示範資料: demo members, and sample figures that they enter through the same services as everybody.

Whatever demo accounts enter is sample data. The author alone marks it, for its label and for its removal.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.db import transaction

from scorecard.domain.choices import AuditAction, PlanState, Question, ReportState, Role
from scorecard.domain.head_approval import HeadApprovalFacts
from scorecard.domain.ratios import Parts
from scorecard.models import (
    KPI,
    ActionBudget,
    Agency,
    Division,
    Measure,
    Membership,
    Objective,
    ObjectiveLink,
    Plan,
    User,
    YearlyReport,
    YearlyValue,
)
from scorecard.services import audit, demo_data, demo_draft, editions, reporting, years
from scorecard.services.demo_data import CLOSED_YEAR, MARK, OPEN_YEAR, Sample

DAYS_TO_DUE_DATE = 12
DAYS_OF_CONSULTATION = 20
DUE_DATE_OF_CLOSED_YEAR = date(CLOSED_YEAR + 1, 1, 31)
ADOPTION_APPROVED = date(CLOSED_YEAR, 12, 20)
CLOSING_APPROVED = date(CLOSED_YEAR + 1, 2, 20)
# Without letters and digits that look alike, since people type it from a screen.
PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
ROLES = ((Role.VIEWER, "示範檢視"), (Role.REVIEWER, "示範審核"), (Role.ADMIN, "示範管理"))


class NameTaken(Exception):
    """An account that is no demo account has the user name of one."""


@dataclass(frozen=True)
class Account:
    """has_new_password: this run set the account's password."""

    username: str
    name: str
    role: str
    division: str
    has_new_password: bool


@dataclass(frozen=True)
class Loaded:
    """What load() did. password: None where every account kept its own. years: those filled, Gregorian."""

    accounts: tuple[Account, ...]
    password: str | None
    years: tuple[int, ...]
    links: int


@dataclass(frozen=True)
class _Cast:
    """The demo members of one agency; staff by division id."""

    reviewer: User
    admin: User
    staff: dict[int, User]


def random_password() -> str:
    """16 letters and digits in groups of four."""
    return "-".join("".join(secrets.choice(PASSWORD_LETTERS) for _ in range(4)) for _ in range(4))


def load(*, plan: Plan, today: date, close_year: Callable[..., object], password: str | None = None) -> Loaded:
    """Make demo members of the plan's agency and, for the Secretariat's plan, enter sample figures and links.

    plan: the edition of the earlier year. close_year: year_closing.close_year(), called for it once it is filled; then
    the next edition is carried forward, adopted, opened and filled, and the one after it drafted. password: for all
    accounts; None: a random one for new accounts. A second run adds what is missing and changes nothing else: it fills
    no year that was opened before, adds no links where sample links exist, and drafts no year again. Raises NameTaken.
    """
    loaded, cast = _load(plan, password)
    # A run that was broken off while the files were made left the year open.
    was_left_open = Plan.objects.filter(pk=plan.pk, state=PlanState.OPEN, closings=0, changed_by=cast.admin).exists()
    if plan.year == CLOSED_YEAR and was_left_open:
        reason = f"{MARK}其餘 KPI 沒有示範數值" if years.unapproved_count(plan) else ""
        close_year(by=cast.admin, plan=plan, approval=_approval(CLOSING_APPROVED), reason=reason)
    due_date = today + timedelta(days=DAYS_TO_DUE_DATE)
    filled, links = _load_next(plan, due_date, cast)
    if plan.year == CLOSED_YEAR:
        until = today + timedelta(days=DAYS_OF_CONSULTATION)
        demo_draft.load_draft(agency=plan.agency, by=cast.reviewer, admin=cast.admin, staff=cast.staff, until=until)
    return replace(loaded, years=(*loaded.years, *filled), links=loaded.links + links)


def _approval(day: date) -> HeadApprovalFacts:
    return HeadApprovalFacts(day, f"{MARK}處長", no_number_reason="示範資料，沒有公文")


@transaction.atomic
@audit.held_back()
def _load(plan: Plan, password: str | None) -> tuple[Loaded, _Cast]:
    """Accounts, links and the earlier year's reports, all or nothing."""
    accounts, users, staff, used = _make_accounts(plan, password)
    cast = _Cast(users[Role.REVIEWER], users[Role.ADMIN], staff)
    is_filled = plan.year == CLOSED_YEAR and _fill_year(
        plan, DUE_DATE_OF_CLOSED_YEAR, demo_data.REPORTS_OF_CLOSED_YEAR, cast
    )
    years_filled = (plan.year,) if is_filled else ()
    return Loaded(tuple(accounts), used, years_filled, _make_links(plan, cast)), cast


@transaction.atomic
def _load_next(plan: Plan, due_date: date, cast: _Cast) -> tuple[tuple[int, ...], int]:
    """The later year's edition with its reports, all or nothing: the years filled, and how many links were added."""
    samples = demo_data.REPORTS_OF_OPEN_YEAR
    if plan.year != CLOSED_YEAR or not plan.kpis.filter(code__in=samples).exists():
        return (), 0
    edition = Plan.objects.filter(agency=plan.agency_id, year=OPEN_YEAR).first()
    if edition is None:
        edition = editions.carry_forward(by=cast.admin, agency=plan.agency, year=OPEN_YEAR, last_year=plan.last_year)
        edition = editions.record_adoption(
            by=cast.admin, plan=edition, approval=_approval(ADOPTION_APPROVED), reason=f"{MARK}沿用前一年版"
        )
    with audit.held_back():
        is_filled = _fill_year(edition, due_date, samples, cast)
        return (OPEN_YEAR,) if is_filled else (), _make_links(edition, cast)


# Accounts


def _make_accounts(
    plan: Plan, password: str | None
) -> tuple[list[Account], dict[str, User], dict[int, User], str | None]:
    """Accounts to report, users by role, staff by division id, and the password if an account got it."""
    divisions = Division.objects.present().filter(agency=plan.agency_id).order_by("position", "id")
    wanted: list[tuple[str, str, Role, Division | None]] = [(f"demo-{role}", name, role, None) for role, name in ROLES]
    wanted += [
        (f"demo-staff-{number}", f"示範填報（{division.name}）", Role.STAFF, division)
        for number, division in enumerate(divisions, start=1)
    ]
    given = password or random_password()
    hashed = make_password(given)
    accounts: list[Account] = []
    users: dict[str, User] = {}
    staff: dict[int, User] = {}
    for username, name, role, division in wanted:
        user, is_new = _make_account(username, name, hashed, keep=password is None)
        _join(user, plan.agency, role, division)
        if division:
            staff[division.pk] = user
        else:
            users[role] = user
        accounts.append(Account(username, user.name, role.label, division.name if division else "", is_new))
    is_used = any(account.has_new_password for account in accounts)
    return accounts, users, staff, given if is_used else None


def _make_account(username: str, name: str, hashed: str, *, keep: bool) -> tuple[User, bool]:
    """The user, and whether it got the password. keep: an active account keeps its own. Raises NameTaken."""
    user = User.objects.filter(username=username).first() or User(username=username, name=name, is_demo=True)
    if not user.is_demo:
        raise NameTaken(username)
    if keep and user.pk and user.is_active and user.has_usable_password():
        return user, False
    user.password = hashed
    user.is_active = True
    user.save()
    return user, True


def _join(user: User, agency: Agency, role: str, division: Division | None) -> None:
    membership, is_new = Membership.objects.get_or_create(user=user, agency=agency, defaults={"role": role})
    if is_new and division:
        membership.divisions.add(division)


# Figures


def _fill_year(plan: Plan, due_date: date, samples: Mapping[str, Sample], cast: _Cast) -> bool:
    """Open a year, enter its sample reports and review them. False: the year was opened or reported in before."""
    kpis = {
        kpi.code: kpi
        for kpi in plan.kpis.filter(code__in=samples).select_related("plan", "division").prefetch_related("measures")
    }
    reported = YearlyValue.objects.filter(measure__kpi__plan=plan, year=plan.year).reported()
    if plan.state != PlanState.ADOPTED or not kpis or reported.exists():
        return False
    years.open_year(by=cast.admin, plan=plan, due_date=due_date, contact=demo_data.CONTACT)
    for division_id, staff in cast.staff.items():
        own = [kpi for kpi in kpis.values() if kpi.division_id == division_id]
        _report(plan, staff, own, samples)
    submitted = YearlyReport.objects.of_plan(plan).awaiting_review()
    for report in list(submitted.select_related("kpi__plan", "kpi__division")):
        _review(report, samples[report.kpi.code], cast)
    return True


def _report(plan: Plan, staff: User, kpis: Sequence[KPI], samples: Mapping[str, Sample]) -> None:
    """Enter the division's samples, and submit those that do not stay in progress."""
    executions = _executions(plan) if plan.year == CLOSED_YEAR else {}
    report_entries = [_report_entry(kpi, samples[kpi.code], executions.get(kpi.pk, ())) for kpi in kpis]
    reporting.save_reports(by=staff, plan=plan, report_entries=report_entries)
    ready = [kpi for kpi in kpis if samples[kpi.code].state != ReportState.IN_PROGRESS]
    reporting.submit_reports(by=staff, plan=plan, kpis=ready)


def _marked(text: str) -> str:
    return f"{MARK}{text}" if text else ""


def _report_entry(kpi: KPI, sample: Sample, executions: Iterable[reporting.Execution]) -> reporting.ReportEntry:
    """The sample as an entry. It answers every question about its figures, since they are invented."""
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


def _entry(measure: Measure, typed: str | None, note: str, is_unmeasured: bool) -> reporting.Entry:
    """typed: a figure, or a ratio such as 「28/30」."""
    numerator, _, denominator = (typed or "").partition("/")
    if denominator and measure.is_ratio:
        parts = Parts(Decimal(numerator), Decimal(denominator), measure.factor)
        return reporting.Entry(measure.pk, parts.stored, note, is_unmeasured, parts.numerator, parts.denominator)
    return reporting.Entry(measure.pk, Decimal(typed) if typed else None, note, is_unmeasured)


def _executions(plan: Plan) -> dict[int, list[reporting.Execution]]:
    """{KPI id: its sample executions}."""
    found: dict[int, list[reporting.Execution]] = {}
    for budget in ActionBudget.objects.filter(action_plan__plan=plan, year=plan.year).select_related("action_plan"):
        unknown = (0 if budget.amount == 0 else None, "")
        executed, progress = demo_data.EXECUTED.get(budget.action_plan.code, unknown)
        execution = reporting.Execution(budget.pk, executed, _marked(progress))
        found.setdefault(budget.action_plan.kpi_id, []).append(execution)
    return found


def _review(report: YearlyReport, sample: Sample, cast: _Cast) -> None:
    """Approve, return or leave a submitted report, as its sample says."""
    by = cast.reviewer
    version = report.version
    if sample.state == ReportState.APPROVED:
        reporting.approve_reports(by=by, plan=report.kpi.plan, chosen=[(report, version)])
    if sample.state == ReportState.RETURNED:
        reporting.return_report(by=by, report=report, version=version, comment=_marked(sample.comment))
    if sample.reply:
        kpi = report.kpi
        staff = cast.staff[kpi.division_id]
        reporting.comment_on_report(by=staff, kpi=kpi, text=_marked(sample.reply))


# Links


def _make_links(plan: Plan, cast: _Cast) -> int:
    """Add sample links if the edition has none yet and is not closed, and return how many."""
    if Plan.objects.get(pk=plan.pk).is_closed:
        return 0
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
            audit.record(
                by=cast.reviewer,
                action=AuditAction.CREATED,
                target=link,
                plan=plan,
                changes=changes,
                reason=link.reason,
            )
            made += 1
    return made
