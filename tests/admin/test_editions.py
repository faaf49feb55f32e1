"""What the admin's pages allow in each state of an edition: nothing once it is closed, a reason once it is adopted."""

import pytest

from scorecard.domain.choices import AuditAction, PlanState
from scorecard.models import (
    KPI,
    Agency,
    AuditEvent,
    Division,
    Measure,
    Membership,
    Objective,
    ObjectiveLink,
    Plan,
    YearlyReport,
    YearlyValue,
    earlier_values,
)
from tests import factories
from tests.admin.form_data import errors, newest, page, send, told
from tests.models import edition_rows
from tests.page_reading import client_of, form_to, text
from tests.services.rows import nothing_written

pytestmark = pytest.mark.django_db
REASON = "依年度策略會議決議"
CLOSED = "這個年度已關閉，內容不能再變更"


@pytest.fixture
def kpi(plan):
    """AC1.1 with its one measure."""
    return factories.kpi(plan, "AC1.1")


def rows_of(plan):
    """A row of every page whose rows belong to an edition, and a field that may be changed there."""
    kpi = factories.kpi(plan, "AC1.1")
    objective = kpi.objective
    return {
        "plan": (plan, {"mission": "改"}),
        "perspective": (objective.perspective, {"name": "改"}),
        "theme": (objective.theme, {"name": "改"}),
        "objective": (objective, {"name": "改"}),
        "kpi": (kpi, {"name": "改"}),
        "actionplan": (kpi.action_plans.first(), {"description": "改"}),
        "yearlyvalue": (YearlyValue.objects.get(measure__kpi=kpi, year=2016), {"target": "7"}),
    }


PAGES = ("plan", "perspective", "theme", "objective", "kpi", "actionplan", "yearlyvalue")


@pytest.mark.parametrize("name", PAGES)
def test_a_draft_changes_freely_an_adopted_or_open_edition_with_a_reason_and_a_closed_one_never(
    admin, plan, cast, name
):
    row, fields = rows_of(plan)[name]
    url = page(f"{name}_change", row)
    before = type(row).objects.filter(pk=row.pk)
    old = {field: getattr(row, field) for field in fields}
    edition_rows.set_state(plan, PlanState.DRAFT)
    assert send(admin, url, **fields).status_code == 302
    for state in (PlanState.ADOPTED, PlanState.OPEN):
        before.update(**old)
        edition_rows.set_state(plan, state)
        with nothing_written():
            assert "105 年版已核定，變更內容請說明理由" in errors(send(admin, url, **fields))
        assert send(admin, url, **fields, reason=REASON).status_code == 302
        assert newest().reason == REASON
    edition_rows.close(plan, cast.admin)
    shown = admin.get(url)
    assert CLOSED in text(shown)
    with nothing_written():
        assert admin.post(url, fields | {"reason": REASON}).status_code == 403
        assert admin.post(page(f"{name}_delete", row), {"post": "yes", "reason": REASON}).status_code == 403


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("theme_add", {"code": "Z", "name": "新"}),
        ("yearlyvalue_add", {"year": 2019, "target": "1"}),
    ],
)
def test_a_new_row_asks_for_a_reason_too_and_comes_to_no_closed_edition(reviewer, plan, kpi, cast, name, fields):
    fields |= {"measure": kpi.measures.get().pk} if name == "yearlyvalue_add" else {"plan": plan.pk}
    with nothing_written():
        assert "變更內容請說明理由" in errors(send(reviewer, page(name), **fields))
    edition_rows.close(plan, cast.admin)
    with nothing_written():
        assert errors(send(reviewer, page(name), **fields, reason=REASON))


@pytest.mark.one_database
def test_rows_on_a_page_ask_for_the_pages_reason_and_a_causal_link_has_its_own(reviewer, plan, kpi):
    with nothing_written():
        for url, fields in (
            (page("kpi_change", kpi), {"measures-0-weight": 2}),
            (page("actionplan_change", kpi.action_plans.first()), {"budgets-0-amount": 5}),
            (page("objective_change", kpi.objective), {"supports-0-DELETE": "on"}),
            (page("objective_change", kpi.objective), {"cause_links-0-DELETE": "on"}),
        ):
            assert "105 年版已核定，變更內容請說明理由" in text(send(reviewer, url, **fields)), fields
    link = ObjectiveLink.objects.get(effect=kpi.objective)
    assert (
        send(reviewer, page("objective_change", kpi.objective), **{"cause_links-0-reason": "新的理由"}).status_code
        == 302
    )
    assert (newest().target, newest().reason) == (str(link), "新的理由")
    assert told(newest()) == [("理由", "測試關係", "新的理由")]
    deleted = {"cause_links-0-DELETE": "on", "reason": REASON}
    assert send(reviewer, url, **deleted).status_code == 302
    assert (newest().action, newest().reason) == (AuditAction.DELETED, REASON)


@pytest.mark.one_database
def test_a_page_offers_rows_of_its_own_edition_and_a_new_one_those_of_editions_that_are_not_closed(admin, plan, cast):
    later = factories.next_edition(cast.admin, plan)
    own, other = factories.kpi(later, "AC1.1"), Objective.objects.get(plan=plan, code="AP2")
    with nothing_written():
        assert errors(send(admin, page("kpi_change", own), objective=other.pk, reason=REASON))
    edition_rows.close(plan, cast.admin)
    fields = {"code": "AC1.9", "name": "新", "division": own.division_id, "objective": other.pk, "reason": REASON}
    with nothing_written():
        assert errors(send(admin, page("kpi_add"), plan=plan.pk, **fields))
        assert errors(send(admin, page("kpi_add"), plan=later.pk, **fields))
    fields["objective"] = Objective.objects.get(plan=later, code="AP2").pk
    assert send(admin, page("kpi_add"), plan=later.pk, **fields).status_code == 302


# What a change brings with it


def shown(plan, kpi):
    """{year: actual} of earlier years of the KPI's lineage, as the edition shows them."""
    return {row.year: row.actual for row in earlier_values(plan) if row.kpi_lineage == kpi.lineage}


@pytest.mark.one_database
def test_another_unit_begins_another_series_and_loses_no_figure_of_the_former(reviewer, plan, kpi, cast):
    measure = kpi.measures.get()
    later = factories.next_edition(cast.admin, plan)
    before = shown(later, kpi)
    assert send(reviewer, page("kpi_change", kpi), reason=REASON, **{"measures-0-label": "改"}).status_code == 302
    assert kpi.measures.get().lineage == measure.lineage
    assert send(reviewer, page("kpi_change", kpi), reason=REASON, **{"measures-0-unit": "件"}).status_code == 302
    assert kpi.measures.get().lineage != measure.lineage
    assert ("單位", "次", "件") in told(newest())
    kept = {row.year: row.actual for row in earlier_values(later) if row.measure_lineage == measure.lineage}
    assert kept == {year: actual for year, actual in before.items() if year < 2016} != {}


def test_a_kpi_that_goes_leaves_its_figures_to_the_next_edition(admin, plan, cast):
    kpi = factories.kpi(plan, "BC1.1")
    later = factories.next_edition(cast.admin, plan)
    before = shown(later, kpi)
    response = admin.post(page("kpi_delete", kpi), {"post": "yes", "reason": REASON})
    assert response.status_code == 302
    assert not KPI.objects.filter(pk=kpi.pk).exists()
    assert newest().reason == REASON
    assert {year: actual for year, actual in shown(later, kpi).items() if year < 2016} == {
        year: actual for year, actual in before.items() if year < 2016
    }


def test_nothing_is_deleted_that_somebody_reported_on(admin, open_plan, cast):
    kpi = factories.kpi(open_plan, "AC1.1")
    factories.fill(cast.staff, kpi)
    with nothing_written():
        answer = admin.post(page("kpi_delete", kpi), {"post": "yes", "reason": REASON}, follow=True)
        assert "AC1.1 已有填報，不能刪除" in text(answer)
        gone = {"measures-0-DELETE": "on", "reason": REASON}
        answer = send(admin, page("kpi_change", kpi), **gone)
        assert "已有填報的實際值，不能刪除" in text(admin.get(answer["Location"]))
    bare = factories.kpi(open_plan, "AC1.2")
    YearlyReport.objects.create(kpi=bare)
    assert admin.post(page("kpi_delete", bare), {"post": "yes", "reason": REASON}).status_code == 302
    assert not Measure.objects.filter(kpi=bare.pk).exists()


# Names of agencies and divisions


def test_an_agencys_new_name_reaches_the_editions_that_are_not_closed(admin, plan, cast):
    later = factories.next_edition(cast.admin, plan)
    edition_rows.close(plan, cast.admin)
    old = plan.agency.name
    fields = {"name": "新機關名", "slug": "elsewhere", "parent": "", "divisions-0-name": "新科名"}
    assert send(admin, page("agency_change", plan.agency), **fields).status_code == 302
    agency = Agency.objects.get(pk=plan.agency_id)
    assert (agency.name, agency.slug, agency.parent) == ("新機關名", "test-agency", plan.agency.parent)
    assert list(agency.plans.order_by("year").values_list("agency_name", flat=True)) == [old, "新機關名"]
    assert later.agency_name == old
    # Divisions are renamed on their own page.
    assert agency.divisions.first().name == "甲組"


def test_not_even_the_operator_changes_the_address_of_a_closed_year(plan, cast):
    operator = client_of(cast.superuser)
    assert "slug" in form_to(operator.get(page("agency_change", plan.agency))).fields
    edition_rows.close(plan, cast.admin)
    url = page("agency_change", plan.agency)
    assert "slug" not in form_to(operator.get(url)).fields
    assert send(operator, url, slug="elsewhere").status_code == 302
    assert Agency.objects.get(pk=plan.agency_id).slug == "test-agency"


@pytest.mark.parametrize("who", ["admin", "superuser"])
def test_a_division_that_a_closed_year_names_is_succeeded_and_any_other_renamed(plan, cast, who):
    client = client_of(getattr(cast, who))
    first, second = plan.agency.divisions.all()[:2]
    assert send(client, page("division_change", second), name="乙科").status_code == 302
    second.refresh_from_db()
    assert second.name == "乙科"
    assert told(newest()) == [("名稱", "乙組", "乙科")]
    edition_rows.close(plan, cast.admin)
    answer = send(client, page("division_change", first), name="甲科")
    assert "已新增「甲科」承接" in text(client.get(answer["Location"]))
    first.refresh_from_db()
    assert (first.name, first.successor.name) == ("甲組", "甲科")
    assert Membership.objects.get(user=cast.staff).divisions.get() == first.successor
    assert Division.objects.filter(name="甲科").count() == 1
    assert Plan.objects.get(pk=plan.pk).kpis.filter(division=first).count() == 5


def test_a_row_of_a_reopened_year_keeps_a_division_that_has_a_successor(admin, plan, cast, kpi):
    edition_rows.close(plan, cast.admin)
    send(admin, page("division_change", kpi.division), name="甲科")
    edition_rows.reopen(plan)
    assert send(admin, page("kpi_change", kpi), name="改", reason=REASON).status_code == 302
    kpi.refresh_from_db()
    assert (kpi.name, kpi.division.name) == ("改", "甲組")


@pytest.mark.one_database
def test_what_the_head_decided_and_corrections_are_only_shown(admin, plan, cast, reviewer):
    approval = edition_rows.record_approval(plan, cast.admin)
    for name in ("headapproval", "correction"):
        assert reviewer.get(page(f"{name}_changelist")).status_code == 403
        assert admin.get(page(f"{name}_add")).status_code == 403
    assert "北市秘文字第 1 號" in text(admin.get(page("headapproval_changelist")))
    url = page("headapproval_change", approval)
    assert "處長" in text(admin.get(url))
    with nothing_written():
        assert admin.post(url, {"title": "秘書"}).status_code == 403
        assert admin.post(page("headapproval_delete", approval), {"post": "yes"}).status_code == 403
    assert AuditEvent.objects.count() == 0
