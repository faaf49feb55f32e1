"""A page asks the database the same number of questions, whatever the size of the plan."""

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from scorecard.domain.choices import PlanState, ReportState, Role
from scorecard.models import Comment, Measure, Plan, YearlyReport, YearlyValue
from scorecard.services import editions
from tests import factories
from tests.factories import DUE, FIRST_YEAR
from tests.page_reading import address, client_of
from tests.shared_rows import layer

SMALL, LARGE = 10, 100
PAGES = {
    "dashboard": (Role.VIEWER, {}),
    "strategy_map": (Role.VIEWER, {}),
    "map_svg": (Role.VIEWER, {}),
    "scorecard": (Role.VIEWER, {}),
    "objective": (Role.VIEWER, {"code": "AC1"}),
    "theme": (Role.VIEWER, {"code": "A"}),
    "kpi": (Role.REVIEWER, {"code": "AC1.1"}),
    "downloads": (Role.VIEWER, {}),
    "plan_json": (Role.VIEWER, {}),
    "scorecard_xlsx": (Role.VIEWER, {}),
    "review": (Role.REVIEWER, {}),
    "plan_year": (Role.ADMIN, {}),
}
# What the issue fixes; the other pages may ask more, but never more for a larger plan.
MOST = {"strategy_map": 12, "scorecard": 12, "dashboard": 14}

pytestmark = pytest.mark.django_db


def plan_with_everything_submitted(size):
    """An open edition of so many KPIs, each submitted with its target met and a comment."""
    plan = factories.make_plan(kpis=size, slug=f"agency-{size}")
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.OPEN, due_date=DUE)
    YearlyValue.objects.filter(measure__kpi__plan=plan, year=FIRST_YEAR).update(actual=F("target"))
    staff = factories.make_member(f"staff-{size}", plan.agency, Role.STAFF, *plan.agency.divisions.all())
    now = {"changed_at": timezone.now(), "submitted_at": timezone.now()}
    reports = YearlyReport.objects.bulk_create(
        YearlyReport(kpi=kpi, state=ReportState.SUBMITTED, changed_by=staff, submitted_by=staff, **now)
        for kpi in plan.kpis.all()
    )
    Comment.objects.bulk_create(Comment(report=report, author=staff, text="請審核") for report in reports)
    return plan


@layer
def plans():
    """The same plan small and large, by its number of KPIs."""
    return {size: plan_with_everything_submitted(size) for size in (SMALL, LARGE)}


def questions(plan, name, user, **kwargs):
    """What the page asks, session and person included."""
    client, url = client_of(user), address(plan, name, **kwargs)
    # The first request reads what lasts for the whole process, such as templates.
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url, {"provisional": "1"}).status_code == 200
    return [query["sql"] for query in asked.captured_queries]


@pytest.mark.every_database
@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_the_same_number_of_questions_with_ten_times_the_data(name, plans):
    role, arguments = PAGES[name]
    asked = {}
    for size, plan in plans.items():
        asked[size] = questions(plan, name, factories.make_member(f"reader-{size}", plan.agency, role), **arguments)
    assert len(asked[SMALL]) == len(asked[LARGE]), "\n".join(asked[LARGE])
    assert len(asked[LARGE]) <= MOST.get(name, 20), "\n".join(asked[LARGE])


def next_year(admin, plan):
    """The next edition, with targets beyond those of the one before."""
    later = editions.open_without_edition(
        by=admin,
        agency=plan.agency,
        year=plan.year + 1,
        last_year=None,
        due_date=DUE,
        contact="",
        approval=factories.approval(),
        reason="依年度策略會議決議",
    )
    for measure in Measure.objects.filter(kpi__plan=later):
        YearlyValue.objects.update_or_create(measure=measure, year=later.year, defaults={"target": 1})
    return later


def test_a_page_asks_the_same_number_of_questions_with_ten_editions_behind_it(plans):
    plan = plans[SMALL]
    admin = factories.make_member("admin", plan.agency, Role.ADMIN)
    readers = {role: factories.make_member(role, plan.agency, role) for role in (Role.VIEWER, Role.REVIEWER)}
    readers[Role.ADMIN] = admin
    alone = next_year(admin, plan)
    before = {name: len(questions(alone, name, readers[role], **given)) for name, (role, given) in PAGES.items()}
    latest = alone
    for _ in range(9):
        latest = next_year(admin, latest)
    for name, (role, given) in PAGES.items():
        asked = questions(latest, name, readers[role], **given)
        assert len(asked) == before[name] <= MOST.get(name, 20), "\n".join(asked)


@pytest.mark.every_database
@pytest.mark.parametrize("name", ["reporting_table", "reporting_check"])
def test_a_reporting_table_asks_the_same_number_of_questions_with_ten_times_the_data(name, plans):
    asked = {}
    for size, plan in plans.items():
        YearlyReport.objects.filter(kpi__plan=plan).update(state=ReportState.RETURNED)
        division = plan.agency.divisions.first()
        plan.kpis.update(division=division)
        asked[size] = questions(plan, name, plan.agency.memberships.get(role=Role.STAFF).user, division_id=division.pk)
    assert len(asked[SMALL]) == len(asked[LARGE]) <= 20, "\n".join(asked[LARGE])
