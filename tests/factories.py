"""Test data as plain functions: a small complete edition, a fixed cast of people, and steps through a year.

    plan = make_plan()                      10 KPIs; make_plan(kpis=100) is the same with ten times the data
    cast = make_cast(plan)                  one person per role, a stranger from another division and another agency
    open_year(cast.admin, plan)
    report = fill(cast.staff, kpi(plan, "AC1.1"))
    submit(cast.staff, kpi(plan, "AC1.1"))
    approve(cast.reviewer, report)
    close_year(cast.admin, plan)
    later = next_edition(cast.admin, plan)  106, carried forward from 105 and adopted

Every theme is a letter with five KPIs that belong to the division of the same place: AC1.1 (higher is better), AC1.2
(lower), AP1.1 (two measures, 張 and 支), AL1.1 (within a band), AF1.1 (a ratio; no target in the last year). AP2 is an
objective without a KPI. Targets are the same in every year: the edition's own, 2016, and the two of its outlook.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile

from scorecard.domain.choices import PlanState, Question, Role
from scorecard.domain.head_approval import HeadApprovalFacts
from scorecard.domain.ratios import Parts
from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    Agency,
    AuditHead,
    Division,
    Measure,
    Membership,
    Objective,
    ObjectiveLink,
    ObjectiveSupport,
    Perspective,
    Plan,
    PlanVersion,
    Theme,
    User,
    YearlyReport,
    YearlyValue,
)
from scorecard.models.snapshots import FILES
from scorecard.services import editions, evidence, reporting, years
from tests.kpi_specs import SPECS

PASSWORD = "for the tests alone"
BASELINE_YEARS = (2013, 2014, 2015)
PLAN_YEARS = FIRST_YEAR, MIDDLE_YEAR, LAST_YEAR = (2016, 2017, 2018)
DUE = date(2017, 1, 31)
CONTACT = "王小明 分機 1234"
PERSPECTIVES = (("C", "顧客"), ("P", "內部流程"), ("L", "學習成長"), ("F", "財務"))
KPIS_PER_THEME = 5


def make_agency(slug="test-agency", parent=None):
    """An agency without anything."""
    return Agency.objects.create(name=f"測試機關 {slug}", slug=slug, parent=parent)


def make_plan(*, kpis=10, agency=None, slug="test-agency", year=FIRST_YEAR):
    """A complete edition of 105, adopted and not open, with targets to 107 and a baseline of 102–104.

    year: another one's; its baseline and outlook are as long. kpis: a multiple of five. slug: of the agency that is
    made where none is given. It has a parent whose own edition holds one objective, which AC1 supports; one division a
    theme (甲組 owns A, 乙組 owns B), and a last one, 支援組, that owns nothing.
    """
    if kpis % KPIS_PER_THEME:
        raise ValueError(f"a multiple of {KPIS_PER_THEME}, not {kpis}")
    count = kpis // KPIS_PER_THEME
    agency = agency or make_agency(slug, parent=make_agency(f"{slug}-city"))
    plan = make_bare_plan(agency, year)
    names = [*(_division_name(index) for index in range(count)), "支援組"]
    divisions = _divisions(agency, names)
    objectives = _make_map(plan, divisions[:-1])
    made = _make_kpis(plan, objectives, divisions)
    _make_figures(plan, made)
    _make_action_plans(plan, made)
    for effect, cause in zip(("AC1", "AP1", "AL1"), ("AP1", "AL1", "AF1"), strict=True):
        ObjectiveLink.objects.create(plan=plan, cause=objectives[cause], effect=objectives[effect], reason="測試關係")
    if agency.parent:
        ObjectiveSupport.objects.create(objective=objectives["AC1"], supported=_city_objective(agency.parent))
    return plan


def make_bare_plan(agency, year=FIRST_YEAR):
    """An adopted edition with its texts and nothing else, as long as make_plan()'s."""
    return Plan.objects.create(
        agency=agency,
        year=year,
        baseline_from=year - len(BASELINE_YEARS),
        last_year=year + len(PLAN_YEARS) - 1,
        state=PlanState.ADOPTED,
        mission="提高效能\n加速回應",
        vision="最優服務",
        core_values="真誠\n創新",
        instructions="編號自由。\n預算不含人事費。",
    )


def target_years(plan):
    """The edition's own year and those of its outlook."""
    return range(plan.year, plan.last_year + 1)


def _create(model, rows):
    return model.objects.bulk_create([model(**row) for row in rows])


def _divisions(agency, names):
    """The agency's divisions of these names, those that another edition brought and new ones."""
    known = {division.name for division in agency.divisions.all()}
    rows = [{"agency": agency, "name": name, "position": n} for n, name in enumerate(names) if name not in known]
    _create(Division, rows)
    by_name = {division.name: division for division in agency.divisions.all()}
    return [by_name[name] for name in names]


def _division_name(index):
    return f"{'甲乙丙丁戊己庚辛壬癸'[index % 10]}組{index // 10 or ''}"


def _make_map(plan, divisions):
    """Perspectives, a theme per division, an objective per cell, and AP2; returns objectives by code."""
    rows = [{"plan": plan, "code": c, "name": f"{name}構面", "position": i} for i, (c, name) in enumerate(PERSPECTIVES)]
    perspectives = _create(Perspective, rows)
    themes = _create(
        Theme,
        [
            {"plan": plan, "code": chr(ord("A") + i), "name": f"主題{i + 1}", "lead_division": division, "position": i}
            for i, division in enumerate(divisions)
        ],
    )
    cells = [(theme, perspective, 1) for theme in themes for perspective in perspectives]
    rows = [
        {
            "plan": plan,
            "theme": theme,
            "perspective": perspective,
            "position": number,
            "code": f"{theme.code}{perspective.code}{number}",
            "name": f"目標 {theme.code}{perspective.code}{number}",
        }
        for theme, perspective, number in [*cells, (themes[0], perspectives[1], 2)]
    ]
    return {objective.code: objective for objective in _create(Objective, rows)}


def _make_kpis(plan, objectives, divisions):
    """(KPI, its spec) of every theme."""
    pairs = [
        (
            spec,
            {
                "plan": plan,
                "objective": objectives[f"{chr(ord('A') + i)}{spec.objective}"],
                "division": division,
                "code": f"{chr(ord('A') + i)}{spec.code}",
                "name": f"指標 {chr(ord('A') + i)}{spec.code}",
                "formula": "實際數 ÷ 應有數",
                "position": spec.number,
            },
        )
        for i, division in enumerate(divisions[:-1])
        for spec in SPECS
    ]
    made = _create(KPI, [row for _, row in pairs])
    made[0].supporting_divisions.add(divisions[-1])
    return list(zip(made, [spec for spec, _ in pairs], strict=True))


def _make_figures(plan, kpis):
    """Measures with baseline actuals and targets."""
    pairs = [(spec, {"kpi": kpi, **spec.fields}) for kpi, kpi_spec in kpis for spec in kpi_spec.measures]
    measures = _create(Measure, [row for _, row in pairs])
    rows = []
    for (spec, _), measure in zip(pairs, measures, strict=True):
        for year in range(plan.baseline_from, plan.year):
            has_none = spec.baseline is None
            note = {"unmeasured": True, "actual_note": "無統計"} if has_none else {"actual": spec.baseline}
            rows.append({"measure": measure, "year": year, **note})
        for year in target_years(plan):
            has_none = measure.numerator_label and year == plan.last_year
            rows.append(
                {"measure": measure, "year": year, **({"target_note": "—"} if has_none else {"target": spec.target})}
            )
    _create(YearlyValue, rows)


def _make_action_plans(plan, kpis):
    """One action plan a KPI, two for the first, with a budget each year with targets."""
    made = [(kpi, n) for i, (kpi, _) in enumerate(kpis) for n in ((1, 2) if i == 0 else (1,))]
    rows = [
        {"plan": plan, "kpi": kpi, "code": f"{kpi.code}.{n}", "description": f"辦理 {kpi.code}.{n}", "position": n}
        | ({"owner_division": kpi.division} if n == 1 else {"owner_person": "李大華"})
        for kpi, n in made
    ]
    _create(
        ActionBudget,
        [{"action_plan": a, "year": y, "amount": 1000} for a in _create(ActionPlan, rows) for y in target_years(plan)],
    )


def _city_objective(agency):
    known = Objective.objects.filter(plan__agency=agency).first()
    if known is not None:
        return known
    plan = make_bare_plan(agency)
    theme = Theme.objects.create(plan=plan, code="甲", name="府級主題")
    perspective = Perspective.objects.create(plan=plan, code="C", name="顧客構面")
    return Objective.objects.create(plan=plan, theme=theme, perspective=perspective, code="甲C1", name="府級目標")


def kpi(plan, code):
    """The plan's KPI with this code."""
    return KPI.objects.select_related("plan", "division").get(plan=plan, code=code)


@dataclass(frozen=True)
class Cast:
    """One person per role in a plan's agency, and strangers. outsider is admin of other_agency alone.

    staff reports for the first division (the KPIs of theme A), other_staff for the second (theme B).
    """

    viewer: User
    staff: User
    other_staff: User
    reviewer: User
    admin: User
    outsider: User
    superuser: User
    other_agency: Agency

    @cached_property
    def other_plan(self):
        """The outsider's plan, made when it is first asked for: few tests do."""
        return make_plan(kpis=KPIS_PER_THEME, agency=self.other_agency)


def make_user(username, **fields):
    """A person without any membership, whose password is PASSWORD."""
    hashed = make_password(PASSWORD)
    return User.objects.create(**{"username": username, "name": f"{username} 君", "password": hashed, **fields})


def make_member(username, agency, role, *divisions, **fields):
    """A person with a role in an agency, staff with their divisions."""
    user = make_user(username, **fields)
    Membership.objects.create(user=user, agency=agency, role=role).divisions.set(divisions)
    return user


def make_cast(plan):
    """The fixed cast of a plan made by make_plan."""
    first, second = plan.agency.divisions.all()[:2]
    own, other = plan.agency, make_agency(f"{plan.agency.slug}-other")
    roles = {
        "viewer": (own, Role.VIEWER),
        "staff": (own, Role.STAFF),
        "other-staff": (own, Role.STAFF),
        "reviewer": (own, Role.REVIEWER),
        "admin": (own, Role.ADMIN),
        "outsider": (other, Role.ADMIN),
    }
    password = make_password(PASSWORD)
    people = [{"username": name, "name": f"{name} 君", "password": password} for name in roles]
    superuser = {"username": "superuser", "name": "superuser 君", "password": password}
    *members, superuser = _create(User, [*people, superuser | {"is_staff": True, "is_superuser": True}])
    rows = [{"user": user, "agency": a, "role": r} for user, (a, r) in zip(members, roles.values(), strict=True)]
    for membership, division in zip(_create(Membership, rows)[1:3], (first, second), strict=True):
        membership.divisions.add(division)
    return Cast(*members, superuser, other)


def approval(number="北市秘文字第 1050000001 號", **facts):
    """What an admin records of the head's act."""
    return HeadApprovalFacts(**{"approved_on": DUE, "title": "處長", "document_number": number} | facts)


def open_year(by, plan, *, due_date=DUE):
    """Open an adopted edition's year as its admin."""
    return years.open_year(by=by, plan=plan, due_date=due_date, contact=CONTACT)


def next_edition(by, plan):
    """The edition of the next year, carried forward and adopted as the agency's admin; it is not open."""
    draft = editions.carry_forward(by=by, agency=plan.agency, year=plan.year + 1)
    return editions.record_adoption(by=by, plan=draft, approval=approval(), reason="年度策略會議決議")


def prepared_year(plan):
    """What close_year() freezes here: files that name the year, since an annual report takes seconds to draw."""
    head = AuditHead.objects.get()
    data_version = PlanVersion.objects.values_list("data_version", flat=True).get(plan=plan)
    files = {name: f"{name} {plan.year}".encode() for name in FILES}
    return years.PreparedYear(plan.pk, data_version, head.number, head.digest, **files)


def close_year(by, plan, *, reason=""):
    """Close the edition's year as its admin, with a snapshot as from prepared_year()."""
    return years.close_year(by=by, plan=plan, prepared=prepared_year(plan), approval=approval(), reason=reason)


def report_entry(kpi, *, actuals=None, unmeasured="", explanation="", improvement="", version=None, confirmed=True):
    """What a person would enter for a KPI now: one actual a measure, or unmeasured with its reason.

    actuals None: the targets, so that the KPI is met. A tuple is the numerator and denominator of one measure.
    version None: the report's as it stands. confirmed: whether every question is answered with 「數字無誤」.
    """
    measures = list(kpi.measures.all())
    if actuals is None:
        own = YearlyValue.objects.filter(measure__kpi=kpi, year=kpi.plan.year)
        targets = dict(own.values_list("measure", "target"))
        actuals = [targets.get(measure.pk) for measure in measures]
    elif not isinstance(actuals, list):
        actuals = [actuals]
    if unmeasured:
        actuals = [None] * len(measures)
    entries = tuple(_entry(measure, actual, unmeasured) for measure, actual in zip(measures, actuals, strict=True))
    answers = [
        reporting.Answer(entry.measure_id, question, entry.actual)
        for entry in entries
        for question in Question
        if confirmed and entry.actual is not None
    ]
    if version is None:
        version = YearlyReport.objects.filter(kpi=kpi).values_list("version", flat=True).first() or 0
    return reporting.ReportEntry(kpi, version, entries, explanation, improvement, answers=tuple(answers))


def _entry(measure, actual, unmeasured):
    if isinstance(actual, tuple):
        parts = Parts(*map(Decimal, actual), measure.factor)
        return reporting.Entry(measure.pk, parts.stored, "", False, parts.numerator, parts.denominator)
    return reporting.Entry(measure.pk, None if actual is None else Decimal(actual), unmeasured, bool(unmeasured))


def fill(by, kpi, **entered):
    """Save one KPI's report as staff of its division, and return it; entered as for report_entry()."""
    reporting.save_reports(by=by, plan=kpi.plan, report_entries=[report_entry(kpi, **entered)])
    return YearlyReport.objects.get(kpi=kpi)


def attach(by, kpi, *, names=("統計表.txt",)):
    """Attach a small text file of each name to one KPI's report, and return the evidence."""
    files = [SimpleUploadedFile(name, f"{name} 的內容".encode()) for name in names]
    return evidence.add_evidence(by=by, kpi=kpi, files=files)


def submit(by, kpi):
    """Submit one KPI's saved report, and return it."""
    reporting.submit_reports(by=by, plan=kpi.plan, kpis=[kpi])
    return YearlyReport.objects.get(kpi=kpi)


def approve(by, report):
    """Approve a report as it stands now, and return it."""
    report = YearlyReport.objects.select_related("kpi__plan").get(pk=report.pk)
    reporting.approve_reports(by=by, plan=report.kpi.plan, chosen=[(report, report.version)])
    return YearlyReport.objects.get(pk=report.pk)


def send_back(by, report, comment="請補充佐證。"):
    """Return a report for correction as it stands now, and return it."""
    report = YearlyReport.objects.get(pk=report.pk)
    return reporting.return_report(by=by, report=report, version=report.version, comment=comment)


def approved(cast, kpi, **entered):
    """A report filled in and submitted by the staff of theme A's division and approved by the reviewer."""
    fill(cast.staff, kpi, **entered)
    return approve(cast.reviewer, submit(cast.staff, kpi))
