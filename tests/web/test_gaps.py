"""Rows that are not there break no page and no file: plans with gaps of every kind, rendered whole."""

from contextlib import contextmanager
from decimal import Decimal
from itertools import count

import pytest
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scorecard.documents import annual_report_pdf, frozen_files
from scorecard.domain.choices import ReportState, Status
from scorecard.domain.policies import RuleBroken
from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    Measure,
    Objective,
    ObjectiveLink,
    Perspective,
    Plan,
    PlanVersion,
    Submission,
    Theme,
    YearlyReport,
    YearlyValue,
)
from scorecard.pdf import jobs
from scorecard.read_models.annual_report_part import parts_of
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.services.year_closing import close_year
from tests import factories
from tests.factories import BASELINE_YEARS, fill, submit
from tests.page_reading import address, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

# Many under --hypothesis-profile=thorough, a few otherwise: an example renders the whole product.
EXAMPLES = max(1, settings.default.max_examples // 100)
IS_THOROUGH = EXAMPLES > 10

# What may be missing, in the order of deletion: first what depends on nothing else.
REMOVED = (
    (ObjectiveLink, "plan"),
    (ActionBudget, "action_plan__plan"),
    (ActionPlan, "plan"),
    (YearlyValue, "measure__kpi__plan"),
    (Measure, "kpi__plan"),
    (KPI, "plan"),
    (Objective, "plan"),
    (Theme, "plan"),
    (Perspective, "plan"),
)
# Fields that may be empty, as one update of the whole plan each.
EMPTIED = {
    "targets": (YearlyValue, "measure__kpi__plan", {"target": None}),
    "formulas": (KPI, "plan", {"formula": ""}),
    "labels": (Measure, "kpi__plan", {"label": ""}),
    "leads": (Theme, "plan", {"lead_division": None}),
    "beliefs": (Plan, "pk", {"mission": "", "vision": "", "core_values": "", "instructions": ""}),
    "budgets": (ActionBudget, "action_plan__plan", {"amount": 0}),
}
WHICH = st.one_of(st.just("none"), st.just("all"), st.frozensets(st.integers(0, 60), max_size=30))
GAPS = st.fixed_dictionaries(
    {
        "removed": st.tuples(*(WHICH for _ in REMOVED)),
        "emptied": st.frozensets(st.sampled_from(sorted(EMPTIED))),
        # Figures of its own year: the place of a value, and its actual, None for a reason instead.
        "actuals": st.dictionaries(
            st.integers(0, 60), st.sampled_from(["0", "-1", "7", "123456.5", None]), max_size=12
        ),
        "executed": st.dictionaries(st.integers(0, 60), st.integers(0, 10**10), max_size=5),
        # The state of the first reports.
        "states": st.lists(st.sampled_from(ReportState.values), max_size=10),
    }
)
NOTHING_GONE = {
    "removed": ("none",) * len(REMOVED),
    "emptied": frozenset(),
    "actuals": {},
    "executed": {},
    "states": [],
}
NOTHING_LEFT = NOTHING_GONE | {"removed": ("all",) * len(REMOVED)}
# A budget in one year alone, and a measure with a value in one year alone: the first of the plan, so that its KPI is
# reported, and others are not.
FIRST_VALUE = len(BASELINE_YEARS)
ONE_YEAR_EACH = NOTHING_GONE | {
    "removed": ("none", frozenset(range(1, 33)), "none", frozenset(range(60)) - {FIRST_VALUE}, *("none",) * 5),
    "states": [ReportState.IN_PROGRESS] + [ReportState.APPROVED] * 9,
    "executed": {0: 5},
}
versions = count(1000)


@contextmanager
def gaps(plan, cast, asked):
    """The edition with these rows missing, until the block ends."""
    with transaction.atomic():
        PlanVersion.objects.filter(plan=plan).update(data_version=next(versions))
        _enter(plan, asked)
        for (model, path), which in zip(REMOVED, asked["removed"], strict=True):
            _remove(model.objects.filter(**{path: plan.pk}).order_by("pk"), which)
        for name in asked["emptied"]:
            model, path, fields = EMPTIED[name]
            model.objects.filter(**{path: plan.pk}).update(**fields)
        # The last, since approved figures can be neither changed nor deleted.
        _report(plan, cast, asked["states"])
        yield
        transaction.set_rollback(True)


def _enter(plan, asked):
    values = list(YearlyValue.objects.filter(measure__kpi__plan=plan, year=plan.year).order_by("pk"))
    for place, actual in asked["actuals"].items():
        value = values[place % len(values)]
        value.actual = None if actual is None else Decimal(actual)
        value.unmeasured, value.actual_note = actual is None, "系統停用" if actual is None else ""
        value.save()
    budgets = list(ActionBudget.objects.filter(action_plan__plan=plan, year=plan.year).order_by("pk"))
    for place, executed in asked["executed"].items():
        ActionBudget.objects.filter(pk=budgets[place % len(budgets)].pk).update(executed=executed, progress="辦理中")


def _report(plan, cast, states):
    """The state of each report, as far as there are both KPIs and states."""
    for kpi, state in zip(KPI.objects.filter(plan=plan).order_by("pk"), states, strict=False):
        report = YearlyReport(kpi=kpi, state=state, version=1, changed_by=cast.staff)
        report.explanation = "說明"
        if state not in (ReportState.PENDING, ReportState.IN_PROGRESS):
            report.submitted_by, report.submitted_at = cast.staff, timezone.now()
        if state in (ReportState.APPROVED, ReportState.RETURNED):
            report.reviewed_by, report.reviewed_at = cast.reviewer, timezone.now()
        report.save()


def _remove(rows, which):
    """Without those that others need."""
    if which == "none":
        return
    for place, row in enumerate(list(rows)):
        if which == "all" or place in which:
            try:
                with transaction.atomic():
                    row.delete()
            except ProtectedError:
                continue


def addresses(plan):
    """Of every page and file for readers, of what the plan has left."""
    division = plan.agency.divisions.first()
    for name in (
        "dashboard",
        "strategy_map",
        "map_svg",
        "map_pdf",
        "scorecard",
        "scorecard_xlsx",
        "scorecard_ods",
        "scorecard_csv",
        "scorecard_pdf",
        "downloads",
        "agency_form_xlsx",
        "agency_form_ods",
        "plan_json",
        "scores_json",
        "annual_report",
        "annual_report_page",
        "strategy_map_links",
        "review",
        "plan_year",
    ):
        yield address(plan, name)
    yield address(plan, "scorecard") + "?columns=executed,state,results,budgets"
    yield address(plan, "strategy_map") + f"?compare={factories.FIRST_YEAR - 1911}"
    yield address(plan, "search") + "?q=A"
    yield address(plan, "review") + "?state="
    for number, division in enumerate(plan.agency.divisions.all()):
        yield address(plan, "division", division_id=division.pk)
        yield address(plan, "division_fill_in", division_id=division.pk)
        if number == 0 and KPI.objects.filter(plan=plan, division=division).exists():
            yield address(plan, "division_pdf", division_id=division.pk)
    for name, model in (("objective", Objective), ("theme", Theme), ("kpi", KPI)):
        for code in model.objects.filter(plan=plan).order_by("pk").values_list("code", flat=True)[:3]:
            yield address(plan, name, code=code)
    for code in KPI.objects.filter(plan=plan).order_by("pk").values_list("code", flat=True)[:1]:
        yield address(plan, "kpi_pdf", code=code)
    yield from parts(plan)
    yield from filtered(plan)


def parts(plan):
    """The annual report, as page and as PDF, of the last perspective, theme and division that have a KPI."""
    for _, found in parts_of(build_scorecard(plan)):
        for part, _ in found[-1:]:
            yield address(plan, "annual_report_page") + f"?part={part}"
            yield address(plan, "annual_report") + f"?part={part}&appendix=0"


def filtered(plan):
    """The scorecard with every filter, one of them in a file."""
    url = address(plan, "scorecard")
    division = plan.agency.divisions.first()
    yield f"{url}?division={division.pk}&state={ReportState.PENDING}&q=A"
    yield f"{url}?light={Status.MISSED}"
    for theme in Theme.objects.filter(plan=plan)[:1]:
        yield f"{url}?theme={theme.code}"
    for perspective in Perspective.objects.filter(plan=plan)[:1]:
        yield address(plan, "scorecard_csv") + f"?perspective={perspective.code}"


def of_staff(plan):
    """The pages of the cast's staff, who report for the first division."""
    yield address(plan, "reporting")
    yield address(plan, "reporting_receipts")
    division_id = plan.agency.divisions.first().pk
    for name in ("reporting_table", "reporting_check", "reporting_paste", "reporting_fill_in"):
        yield address(plan, name, division_id=division_id)
    for kpi in [line for line in build_scorecard(plan).due_kpis if line.division_id == division_id][:2]:
        yield address(plan, "reporting_evidence", division_id=division_id, code=kpi.code)
        for measure in kpi.measures[:1]:
            light = address(plan, "reporting_light", division_id=division_id, code=kpi.code)
            yield f"{light}?measure={measure.id}&actual_{measure.id}=5"


def of_receipts(plan):
    for submission in Submission.objects.filter(plan=plan):
        for name in ("reporting_receipt", "reporting_receipt_pdf"):
            yield address(plan, name, serial=submission.serial)


def of_closed_year(plan):
    """The pages and files that read what was frozen, or say so."""
    for name in ("dashboard", "plan_year", "downloads", "annual_report_page", "annual_report"):
        yield address(plan, name)
    for file in (*frozen_files.BY_FILE, "all.zip"):
        yield address(plan, "year_snapshot", number=1, file=file)


def submit_what_is_left(plan, staff):
    """Every report of the staff's that may be submitted, one after the other."""
    for kpi in KPI.objects.filter(plan=plan, division=plan.agency.divisions.first()).order_by("pk"):
        try:
            with transaction.atomic():
                fill(staff, kpi, unmeasured="系統停用", explanation="說明", improvement="改善")
                submit(staff, kpi)
        except RuleBroken:
            continue


@pytest.fixture
def drawn(monkeypatch):
    """Every PDF is drawn in each example, where rows are asked for; to write the files takes a long look."""
    if not IS_THOROUGH:

        def draw(key, build, *, wait_seconds=0):
            return build().html.encode()

        for module in (jobs, annual_report_pdf):
            monkeypatch.setattr(module, "get_or_make", draw)


def expect_all(client, urls, query=""):
    for url in urls:
        mark = "&" if "?" in url else "?"
        response = client.get(f"{url}{mark}{query}" if query else url)
        assert response.status_code == 200, url


@pytest.fixture
def later(open_plan, cast):
    """The next edition, carried forward and open."""
    return factories.open_year(cast.admin, factories.next_edition(cast.admin, open_plan))


@pytest.mark.usefixtures("drawn")
@settings(max_examples=EXAMPLES)
@given(GAPS, st.one_of(st.none(), GAPS), st.booleans())
@example(NOTHING_LEFT, None, False)
@example(ONE_YEAR_EACH, None, True)
@example(NOTHING_GONE, NOTHING_LEFT, True)
def test_an_edition_with_gaps_has_every_page_and_file(open_plan, later, cast, asked, asked_of_next, provisional):
    """asked_of_next: the pages are those of the next edition, which has gaps of its own."""
    admin, staff = client_of(cast.admin), client_of(cast.staff)
    query = "provisional=1" if provisional else ""
    plan = open_plan if asked_of_next is None else later
    with gaps(open_plan, cast, asked), gaps(later, cast, asked_of_next or NOTHING_GONE):
        expect_all(admin, addresses(plan), query)
        expect_all(staff, of_staff(plan), query)
        submit_what_is_left(plan, cast.staff)
        assert asked is not ONE_YEAR_EACH or Submission.objects.exists()
        expect_all(staff, of_receipts(plan))
        for each in sorted({open_plan, plan}, key=lambda edition: edition.year):
            close_year(by=cast.admin, plan=each, approval=factories.approval(), reason="資料不全")
        expect_all(admin, of_closed_year(Plan.objects.select_related("agency").get(pk=plan.pk)))


def test_the_annual_report_of_an_edition_with_gaps_is_written(open_plan, cast):
    with gaps(open_plan, cast, ONE_YEAR_EACH):
        response = client_of(cast.admin).get(address(open_plan, "annual_report"))
        assert response.content.startswith(b"%PDF")
