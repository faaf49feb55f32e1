"""Plans, objectives, KPIs, targets and budgets in the admin: saved with their rows, and told in the audit trail."""

import pytest
from django.urls import reverse

from scorecard.domain.choices import AuditAction, Direction
from scorecard.models import ActionPlan, AuditEvent, Objective, ObjectiveLink, Plan, YearlyValue
from tests import factories
from tests.admin.form_data import errors, newest, page, send, told
from tests.page_reading import client_of, form_to, text
from tests.services.rows import nothing_written

pytestmark = pytest.mark.django_db


@pytest.fixture
def kpi(plan):
    """AC1.1 with its one measure."""
    return factories.kpi(plan, "AC1.1")


def objective(plan, code):
    """The plan's objective with this code."""
    return Objective.objects.get(plan=plan, code=code)


# KPIs and measures


def test_a_kpi_is_made_with_its_measure(reviewer, plan, cast):
    fields = {
        "plan": plan.pk,
        "objective": objective(plan, "AP2").pk,
        "code": "AP2.1",
        "name": "新指標",
        "formula": "件數",
        "division": plan.agency.divisions.first().pk,
        "measures-TOTAL_FORMS": 1,
        "measures-0-position": 1,
        "measures-0-unit": "件",
        "measures-0-direction": Direction.LOWER,
        "measures-0-factor": 1,
        "measures-0-weight": 1,
    }
    assert send(reviewer, page("kpi_add"), **fields).status_code == 302
    made = factories.kpi(plan, "AP2.1")
    assert [(measure.unit, measure.direction) for measure in made.measures.all()] == [("件", Direction.LOWER)]
    events = AuditEvent.objects.filter(kpi=made)
    assert {(event.action, event.actor) for event in events} == {(AuditAction.CREATED, cast.reviewer)}
    assert len(events) == 2


def test_a_measure_is_changed_on_its_kpis_page_with_old_and_new_in_the_event(reviewer, kpi):
    response = send(reviewer, page("kpi_change", kpi), **{"measures-0-unit": "件", "name": "新名稱"})
    assert response.status_code == 302
    kpi.refresh_from_db()
    assert (kpi.name, kpi.measures.get().unit) == ("新名稱", "件")
    changed = [change for event in AuditEvent.objects.filter(kpi=kpi) for change in told(event)]
    assert set(changed) == {("名稱", "指標 AC1.1", "新名稱"), ("單位", "次", "件")}


def test_a_band_without_its_tolerance_is_refused_in_chinese(reviewer, kpi):
    with nothing_written():
        response = send(reviewer, page("kpi_change", kpi), **{"measures-0-direction": Direction.BAND})
    assert response.status_code == 200
    assert "方向為「落在範圍內」時須填不小於 0 的容許差" in text(response)


def test_saving_without_a_change_leaves_no_event(reviewer, kpi):
    with nothing_written():
        assert send(reviewer, page("kpi_change", kpi)).status_code == 302


def test_an_objective_or_division_of_another_agency_cannot_be_chosen(reviewer, kpi, cast):
    foreign = Objective.objects.filter(plan=cast.other_plan).first()
    division = cast.other_plan.agency.divisions.first()
    with nothing_written():
        assert errors(send(reviewer, page("kpi_change", kpi), objective=foreign.pk))
        assert errors(send(reviewer, page("kpi_change", kpi), division=division.pk))
        assert errors(send(reviewer, page("kpi_change", kpi), supporting_divisions=[division.pk]))


def test_a_kpi_never_moves_to_another_plan(reviewer, kpi, cast, plan):
    assert "plan" not in form_to(reviewer.get(page("kpi_change", kpi))).fields
    send(reviewer, page("kpi_change", kpi), plan=cast.other_plan.pk)
    kpi.refresh_from_db()
    assert kpi.plan == plan


def test_a_code_is_given_once_in_a_plan(reviewer, kpi):
    with nothing_written():
        assert "這份計畫已有相同編號的 KPI" in text(send(reviewer, page("kpi_change", kpi), code="AC1.2"))


# Objectives and links


def test_a_cause_is_added_on_the_objectives_page_and_remembers_who_made_it(reviewer, plan, cast):
    target, cause = objective(plan, "BC1"), objective(plan, "BP1")
    made = {"cause_links-TOTAL_FORMS": 1, "cause_links-0-cause": cause.pk, "cause_links-0-reason": "流程改善帶動滿意"}
    response = send(reviewer, page("objective_change", target), **made, **{"cause_links-0-plan": plan.pk})
    assert response.status_code == 302
    link = ObjectiveLink.objects.get(effect=target)
    assert (link.cause, link.plan, link.created_by) == (cause, plan, cast.reviewer)


def test_renaming_an_objective_keeps_the_citys_objectives_it_supports(reviewer, plan):
    own = objective(plan, "AC1")
    supported = own.supports.get()
    response = send(reviewer, page("objective_change", own), name="新名稱")
    assert response.status_code == 302, errors(response)
    own.refresh_from_db()
    assert own.name == "新名稱"
    assert own.supports.get() == supported


def test_an_objective_may_support_one_of_the_parent_agency_and_of_no_other(reviewer, plan, cast):
    city = Objective.objects.get(plan__agency=plan.agency.parent)
    own = objective(plan, "BC1")
    assert send(reviewer, page("objective_change", own), supports=[city.pk]).status_code == 302
    assert own.supports.get() == city
    foreign = Objective.objects.filter(plan=cast.other_plan).first()
    assert errors(send(reviewer, page("objective_change", own), supports=[city.pk, foreign.pk]))


# Targets


def target_of(kpi, year=2016):
    """The year's value of the KPI's one measure."""
    return YearlyValue.objects.get(measure__kpi=kpi, year=year)


def test_a_target_changes_freely_before_its_year_opens(reviewer, kpi):
    assert send(reviewer, page("yearlyvalue_change", target_of(kpi)), target="120").status_code == 302
    assert target_of(kpi).target == 120
    assert told(newest()) == [("目標值", "100", "120")]
    assert (newest().kpi, newest().year) == (kpi, 2016)


def test_a_target_of_an_open_year_changes_only_with_a_reason(reviewer, plan, kpi, cast):
    factories.open_year(cast.admin, plan)
    url = page("yearlyvalue_change", target_of(kpi))
    with nothing_written():
        response = send(reviewer, url, target="120", target_note="議會決議")
        assert "這個年度已開放或已關閉，變更時請說明理由" in errors(response)
        # Nor is a blank a reason.
        assert errors(send(reviewer, url, target="120", reason="  "))
    assert send(reviewer, url, target="120", target_note="議會決議", reason="依議會決議調整").status_code == 302
    event = newest()
    assert (event.actor, event.reason) == (cast.reviewer, "依議會決議調整")
    assert told(event) == [("目標值", "100", "120"), ("目標備註", None, "議會決議")]


def test_a_closed_years_target_is_shown_with_the_reason_and_cannot_be_sent(reviewer, plan, kpi, cast):
    factories.open_year(cast.admin, plan)
    factories.close_year(cast.admin, plan, reason="期限已過")
    url = page("yearlyvalue_change", target_of(kpi))
    shown = reviewer.get(url)
    assert shown.status_code == 200
    assert "這個年度已關閉，內容不能再變更" in text(shown)
    assert "target" not in form_to(shown).fields
    with nothing_written():
        assert reviewer.post(url, {"target": "120", "reason": "試試"}).status_code == 403


def test_no_value_is_added_to_a_closed_year(reviewer, plan, kpi, cast):
    factories.open_year(cast.admin, plan)
    factories.close_year(cast.admin, plan, reason="期限已過")
    measure = kpi.measures.create(unit="件", position=9)
    with nothing_written():
        response = send(reviewer, page("yearlyvalue_add"), measure=measure.pk, year="2016", target="1", reason="補登")
    assert "這個年度已關閉" in errors(response)


def test_a_closed_years_budget_is_only_shown(reviewer, plan, kpi, cast):
    factories.open_year(cast.admin, plan)
    factories.close_year(cast.admin, plan, reason="期限已過")
    action_plan = kpi.action_plans.first()
    url = page("actionplan_change", action_plan)
    assert "105 年的預算不能變更" in text(reviewer.get(url))
    changed = {"budgets-0-amount": "5", "budgets-1-amount": "7"}
    assert send(reviewer, url, **changed).status_code == 302
    assert list(action_plan.budgets.values_list("amount", flat=True)) == [1000, 7, 1000]


def test_what_the_database_refuses_is_told_and_changes_nothing(admin, plan, kpi, cast):
    factories.open_year(cast.admin, plan)
    factories.close_year(cast.admin, plan, reason="期限已過")
    with nothing_written():
        url = page("actionplan_delete", kpi.action_plans.first())
        response = admin.post(url, {"post": "yes"}, follow=True)
    assert "沒有任何變更。這個年度已關閉，內容不能再變更" in text(response)


def test_a_baseline_figure_is_corrected_with_a_reason(reviewer, plan, kpi, cast):
    factories.open_year(cast.admin, plan)
    url = page("yearlyvalue_change", target_of(kpi, 2015))
    with nothing_written():
        assert "變更時請說明理由" in errors(send(reviewer, url, actual="81"))
    assert send(reviewer, url, actual="81", reason="主計處更正").status_code == 302
    assert (newest().reason, told(newest())) == ("主計處更正", [("實際值", "80", "81")])


def test_saving_a_target_unchanged_asks_for_no_reason(reviewer, plan, kpi, cast):
    factories.open_year(cast.admin, plan)
    with nothing_written():
        assert send(reviewer, page("yearlyvalue_change", target_of(kpi))).status_code == 302


def test_a_new_target_in_an_open_year_asks_for_a_reason(reviewer, plan, cast):
    factories.open_year(cast.admin, plan, factories.LAST_YEAR)
    measure = factories.kpi(plan, "AC1.1").measures.get()
    YearlyValue.objects.filter(measure=measure, year=factories.LAST_YEAR).delete()
    fields = {"measure": measure.pk, "year": factories.LAST_YEAR, "target": "1"}
    assert errors(send(reviewer, page("yearlyvalue_add"), **fields))
    assert send(reviewer, page("yearlyvalue_add"), **fields, reason="補訂目標").status_code == 302


def test_actuals_of_a_plan_year_are_read_only_here_and_those_of_the_baseline_are_not(reviewer, plan, kpi, cast):
    factories.open_year(cast.admin, plan)
    send(reviewer, page("yearlyvalue_change", target_of(kpi)), actual="999", unmeasured="on", reason="x")
    assert (target_of(kpi).actual, target_of(kpi).unmeasured) == (None, False)
    baseline = target_of(kpi, 2015)
    response = send(reviewer, page("yearlyvalue_change", baseline), actual="81", reason="更正 104 年統計")
    assert response.status_code == 302
    baseline.refresh_from_db()
    assert baseline.actual == 81


# Plans, agencies and action plans


def test_an_admin_makes_a_plan_with_its_years_which_start_unopened(admin, plan, cast):
    fields = {
        "agency": plan.agency_id,
        "slug": "next-plan",
        "first_year": 2019,
        "last_year": 2021,
        "years-TOTAL_FORMS": 2,
        "years-0-year": 2019,
        "years-1-year": 2020,
    }
    assert send(admin, page("plan_add"), **fields).status_code == 302
    made = Plan.objects.get(slug="next-plan")
    assert [(year.year, year.state) for year in made.years.all()] == [(2019, "not_open"), (2020, "not_open")]
    assert client_of(cast.viewer).get("/test-plan-agency/108/map/").status_code == 200


def test_a_years_state_is_not_changed_here(admin, plan):
    year = plan.years.get(year=2016)
    send(admin, page("plan_change", plan), **{"years-3-state": "closed", "years-3-year": 2020})
    year.refresh_from_db()
    assert (year.year, year.state) == (2016, "not_open")


def test_a_budget_is_changed_on_its_action_plans_page(reviewer, plan):
    action_plan = ActionPlan.objects.get(plan=plan, code="AC1.1.1")
    assert send(reviewer, page("actionplan_change", action_plan), **{"budgets-0-amount": 2500}).status_code == 302
    assert action_plan.budgets.get(year=2016).amount == 2500
    assert ("預算（元）", "1000", "2500") in told(newest())


def test_a_fourth_action_plan_of_a_kpi_is_refused(reviewer, plan, kpi):
    fields = {"plan": plan.pk, "kpi": kpi.pk, "code": "AC1.1.4", "description": "辦理", "owner_person": "李大華"}
    response = send(reviewer, page("actionplan_add"), **fields, position=4)
    assert "行動方案請勿超過 3 項" in text(response)


def test_an_agencys_admin_renames_it_and_its_divisions_but_not_its_address_or_parent(admin, plan):
    fields = {"name": "新機關名", "slug": "elsewhere", "parent": "", "divisions-0-name": "新科名"}
    assert send(admin, page("agency_change", plan.agency), **fields).status_code == 302
    agency = type(plan.agency).objects.get(pk=plan.agency_id)
    assert (agency.name, agency.slug, agency.parent) == ("新機關名", "test-plan-agency", plan.agency.parent)
    assert agency.divisions.first().name == "新科名"


# Deleting, and the audit trail


def test_deleting_a_link_or_row_leaves_its_event_and_what_is_in_use_stays(reviewer, plan):
    empty = objective(plan, "AP2")
    assert reviewer.post(page("objective_delete", empty), {"post": "yes"}).status_code == 302
    assert (newest().action, newest().target) == (AuditAction.DELETED, "AP2 目標 AP2")
    used = objective(plan, "AC1")
    with nothing_written():
        response = reviewer.post(page("objective_delete", used), {"post": "yes"})
        assert response.status_code in {200, 403}
    assert Objective.objects.filter(pk=used.pk).exists()


def test_deleting_several_rows_leaves_an_event_each(reviewer, plan):
    Objective.objects.filter(plan=plan, code="AP2").update(code="AP3")
    made = factories.Objective.objects.create(
        plan=plan, theme=plan.themes.first(), perspective=plan.perspectives.first(), code="AP4", name="x"
    )
    chosen = [made.pk, objective(plan, "AP3").pk]
    fields = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    assert reviewer.post(page("objective_changelist"), fields).status_code == 302
    assert AuditEvent.objects.filter(action=AuditAction.DELETED).count() == 2


def test_the_audit_trail_is_shown_but_changed_by_nobody(plan, cast, kpi):
    factories.open_year(cast.admin, plan)
    report = factories.fill(cast.staff, kpi, actuals=5)
    assert report.version == 1
    event = newest()
    for user in (cast.admin, cast.superuser):
        client = client_of(user)
        said = text(client.get(page("auditevent_change", event)))
        assert "實際值：（空白） → 5" in said
        with nothing_written():
            assert client.post(page("auditevent_change", event), {"reason": "x"}).status_code == 403
            assert client.post(page("auditevent_delete", event), {"post": "yes"}).status_code == 403
            fields = {"action": "delete_selected", "_selected_action": [event.pk], "post": "yes"}
            client.post(page("auditevent_changelist"), fields)


def test_hostile_names_stay_text_in_the_admin(reviewer, kpi, plan):
    type(kpi).objects.filter(pk=kpi.pk).update(name="\"'><x-kpi onx=1>")
    for url in (page("kpi_changelist"), page("kpi_change", kpi), reverse("admin:index")):
        assert "<x-kpi" not in reviewer.get(url).content.decode()
