"""Objectives, KPIs, targets and budgets in the admin: saved with their rows, and told in the audit trail.

tests/admin/test_editions.py has what depends on the edition's state.
"""

import pytest
from django.urls import reverse

from scorecard.domain.choices import AuditAction, Direction
from scorecard.models import ActionPlan, AuditEvent, Objective, ObjectiveLink, YearlyValue
from tests import factories
from tests.admin.form_data import errors, newest, page, send, told
from tests.page_reading import client_of, form_to, text
from tests.services.rows import nothing_written

REASON = "依年度策略會議決議"

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
        "reason": REASON,
    }
    assert send(reviewer, page("kpi_add"), **fields).status_code == 302
    made = factories.kpi(plan, "AP2.1")
    assert [(measure.unit, measure.direction) for measure in made.measures.all()] == [("件", Direction.LOWER)]
    events = AuditEvent.objects.filter(kpi=made)
    told_of = {(event.action, event.actor, event.reason) for event in events}
    assert told_of == {(AuditAction.CREATED, cast.reviewer, REASON)}
    assert len(events) == 2


def test_a_measure_is_changed_on_its_kpis_page_with_old_and_new_in_the_event(reviewer, kpi):
    response = send(reviewer, page("kpi_change", kpi), reason=REASON, **{"measures-0-label": "件數", "name": "新名稱"})
    assert response.status_code == 302
    kpi.refresh_from_db()
    assert (kpi.name, kpi.measures.get().label) == ("新名稱", "件數")
    changed = [change for event in AuditEvent.objects.filter(kpi=kpi) for change in told(event)]
    assert set(changed) == {("名稱", "指標 AC1.1", "新名稱"), ("名稱", None, "件數")}


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
        assert "這份年版已有相同編號的 KPI" in text(
            send(reviewer, page("kpi_change", kpi), code="AC1.2", reason=REASON)
        )


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
    response = send(reviewer, page("objective_change", own), name="新名稱", reason=REASON)
    assert response.status_code == 302, errors(response)
    own.refresh_from_db()
    assert own.name == "新名稱"
    assert own.supports.get() == supported


def test_an_objective_may_support_one_of_the_parent_agency_and_of_no_other(reviewer, plan, cast):
    city = Objective.objects.get(plan__agency=plan.agency.parent)
    own = objective(plan, "BC1")
    chosen = {"supports-TOTAL_FORMS": 1, "supports-0-supported": city.pk, "reason": REASON}
    assert send(reviewer, page("objective_change", own), **chosen).status_code == 302
    support = own.supports.get()
    assert (support.supported, support.code, support.name) == (city, city.code, city.name)
    assert (newest().action, newest().reason) == (AuditAction.CREATED, REASON)
    foreign = Objective.objects.filter(plan=cast.other_plan).first()
    with nothing_written():
        assert errors(send(reviewer, page("objective_change", own), **chosen | {"supports-0-supported": foreign.pk}))
        twice = {"supports-TOTAL_FORMS": 2, "supports-1-supported": city.pk, "reason": REASON}
        assert "已支持這個上級目標" in text(send(reviewer, page("objective_change", own), **twice))
    # The name that is kept is of the time of the choice, also where the parent renames its objective.
    Objective.objects.filter(pk=city.pk).update(name="改名後")
    assert own.supports.get().name == "府級目標"


# Targets


def target_of(kpi, year=2016):
    """The year's value of the KPI's one measure."""
    return YearlyValue.objects.get(measure__kpi=kpi, year=year)


def test_a_target_is_changed_with_its_reason(reviewer, kpi, cast):
    url = page("yearlyvalue_change", target_of(kpi))
    fields = {"target": "120", "target_note": "議會決議"}
    with nothing_written():
        assert "105 年版已核定，變更內容請說明理由" in errors(send(reviewer, url, **fields))
        # Nor is a blank a reason.
        assert errors(send(reviewer, url, **fields, reason="  "))
    assert send(reviewer, url, **fields, reason=REASON).status_code == 302
    event = newest()
    assert (event.actor, event.reason, event.kpi, event.year) == (cast.reviewer, REASON, kpi, 2016)
    assert told(event) == [("目標值", "100", "120"), ("目標備註", None, "議會決議")]


def test_saving_a_target_unchanged_asks_for_no_reason(reviewer, kpi):
    with nothing_written():
        assert send(reviewer, page("yearlyvalue_change", target_of(kpi))).status_code == 302


def test_a_year_before_the_editions_own_has_an_actual_and_no_target(reviewer, kpi):
    baseline = page("yearlyvalue_change", target_of(kpi, 2015))
    assert "target" not in form_to(reviewer.get(baseline)).fields
    with nothing_written():
        assert "變更內容請說明理由" in errors(send(reviewer, baseline, actual="81"))
    assert send(reviewer, baseline, actual="81", reason="主計處更正").status_code == 302
    assert (newest().reason, told(newest())) == ("主計處更正", [("實際值", "80", "81")])
    new = {"measure": kpi.measures.get().pk, "year": 2010, "target": "1", "reason": REASON}
    with nothing_written():
        assert "年版年度之前只有實際值" in errors(send(reviewer, page("yearlyvalue_add"), **new))


def test_actuals_of_the_editions_own_year_come_from_reporting(reviewer, kpi):
    with nothing_written():
        send(reviewer, page("yearlyvalue_change", target_of(kpi)), actual="999", unmeasured="on", reason="x")


def test_a_figure_that_an_earlier_edition_has_is_not_entered_again(reviewer, plan, cast):
    later = factories.next_edition(cast.admin, plan)
    measure = factories.kpi(later, "AC1.1").measures.get()
    value = YearlyValue.objects.create(measure=measure, year=2015)
    assert "actual" not in form_to(reviewer.get(page("yearlyvalue_change", value))).fields
    new = YearlyValue.objects.create(measure=measure.kpi.measures.create(unit="件", position=2), year=2015)
    assert send(reviewer, page("yearlyvalue_change", new), actual="3", reason=REASON).status_code == 302
    new.refresh_from_db()
    assert new.actual == 3


# Editions, agencies and action plans


def test_an_editions_state_years_and_due_date_are_changed_elsewhere(admin, plan):
    url = page("plan_change", plan)
    fields = form_to(admin.get(url)).fields
    fixed = {"agency", "agency_name", "year", "state", "due_date", "contact", "baseline_from", "last_year", "closings"}
    assert not fixed & set(fields)
    before = factories.Plan.objects.values().get(pk=plan.pk)
    sent = dict.fromkeys(fixed, "2020") | {"mission": "新的使命", "reason": REASON}
    assert send(admin, url, **sent).status_code == 302
    after = factories.Plan.objects.values().get(pk=plan.pk)
    assert {name for name in after if after[name] != before[name]} == {"mission"}
    assert (newest().reason, told(newest())) == (REASON, [("使命", "提高效能\n加速回應", "新的使命")])
    assert admin.get(page("plan_add")).status_code == 403
    assert admin.post(page("plan_delete", plan), {"post": "yes", "reason": REASON}).status_code == 403


def test_a_budget_is_changed_on_its_action_plans_page(reviewer, plan):
    action_plan = ActionPlan.objects.get(plan=plan, code="AC1.1.1")
    assert (
        send(reviewer, page("actionplan_change", action_plan), reason=REASON, **{"budgets-0-amount": 2500}).status_code
        == 302
    )
    assert action_plan.budgets.get(year=2016).amount == 2500
    assert ("預算（元）", "1000", "2500") in told(newest())
    with nothing_written():
        earlier = {"budgets-0-year": 2015, "reason": REASON}
        assert "預算從 105 年起填列" in errors(send(reviewer, page("actionplan_change", action_plan), **earlier))


def test_a_fourth_action_plan_of_a_kpi_is_refused(reviewer, plan, kpi):
    fields = {"plan": plan.pk, "kpi": kpi.pk, "code": "AC1.1.4", "description": "辦理", "owner_person": "李大華"}
    response = send(reviewer, page("actionplan_add"), **fields, position=4)
    assert "行動方案請勿超過 3 項" in text(response)


# Deleting, and the audit trail


def test_deleting_a_row_asks_why_and_leaves_its_event_and_what_is_in_use_stays(reviewer, plan):
    empty = page("objective_delete", objective(plan, "AP2"))
    assert form_to(reviewer.get(empty)).fields["reason"] == [""]
    with nothing_written():
        response = reviewer.post(empty, {"post": "yes", "reason": " "}, follow=True)
        assert "沒有任何變更。105 年版已核定，變更內容請說明理由" in text(response)
    assert reviewer.post(empty, {"post": "yes", "reason": REASON}).status_code == 302
    assert (newest().action, newest().target, newest().reason) == (AuditAction.DELETED, "AP2 目標 AP2", REASON)
    used = objective(plan, "AC1")
    with nothing_written():
        response = reviewer.post(page("objective_delete", used), {"post": "yes", "reason": REASON})
        assert response.status_code in {200, 403}
    assert Objective.objects.filter(pk=used.pk).exists()


def test_deleting_several_rows_asks_why_and_leaves_an_event_each(reviewer, plan):
    made = factories.Objective.objects.create(
        plan=plan, theme=plan.themes.first(), perspective=plan.perspectives.first(), code="AP4", name="x"
    )
    chosen = [made.pk, objective(plan, "AP2").pk]
    fields = {"action": "delete_selected", "_selected_action": chosen}
    asked = reviewer.post(page("objective_changelist"), fields)
    assert "確認刪除" in asked.content.decode() and "刪除理由" in text(asked)
    with nothing_written():
        refused = reviewer.post(page("objective_changelist"), fields | {"post": "yes"}, follow=True)
        assert "變更內容請說明理由" in text(refused)
    response = reviewer.post(page("objective_changelist"), fields | {"post": "yes", "reason": REASON})
    assert response.status_code == 302
    deleted = AuditEvent.objects.filter(action=AuditAction.DELETED)
    assert list(deleted.values_list("reason", flat=True)) == [REASON, REASON]


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
