"""Links edited in the admin, on the objective they lead to, keep the rule that none closes a cycle.

The factories' plan has AF1 → AL1 → AP1 → AC1.
"""

import pytest

from scorecard.models import Objective, ObjectiveLink
from tests.admin.form_data import errors, page, send
from tests.services.rows import nothing_written


def objective(plan, code):
    return Objective.objects.get(plan=plan, code=code)


def told_by(response):
    """Everything that the page complains of, whether a row or the rows together are wrong."""
    formsets = [inline.formset for inline in response.context["inline_admin_formsets"]]
    return errors(response) + "".join(str(formset.non_form_errors()) for formset in formsets)


def new_row(plan, place, cause):
    """A row for one more cause, at a place after those that are there."""
    return {
        "cause_links-TOTAL_FORMS": place + 1,
        f"cause_links-{place}-plan": plan.pk,
        f"cause_links-{place}-cause": objective(plan, cause).pk,
        f"cause_links-{place}-reason": "理由",
    }


def test_a_cause_that_closes_a_cycle_is_refused_with_its_path(reviewer, plan):
    with nothing_written():
        response = send(reviewer, page("objective_change", objective(plan, "AF1")), **new_row(plan, 0, "AC1"))
    assert response.status_code == 200
    assert "會形成循環：AC1 → AF1 → AL1 → AP1 → AC1。" in errors(response)


@pytest.mark.parametrize(("cause", "sentence"), [("AL1", "自己的因或果"), ("AF1", "這兩個目標已有因果關係。")])
def test_a_new_row_is_held_to_the_rules_of_one_link(reviewer, plan, cause, sentence):
    with nothing_written():
        response = send(reviewer, page("objective_change", objective(plan, "AL1")), **new_row(plan, 1, cause))
    assert response.status_code == 200
    assert sentence in told_by(response)


@pytest.mark.parametrize(
    ("cause", "sentence"), [("AC1", "會形成循環：AC1 → AL1 → AP1 → AC1。"), ("AL1", "自己的因或果")]
)
def test_a_row_changed_to_another_cause_is_checked_like_a_new_one(reviewer, plan, cause, sentence):
    target = objective(plan, "AL1")
    with nothing_written():
        changed = {"cause_links-0-cause": objective(plan, cause).pk}
        response = send(reviewer, page("objective_change", target), **changed)
    assert sentence in errors(response)


def test_a_row_may_turn_to_a_cause_that_only_its_old_self_stood_in_the_way_of(reviewer, plan):
    # AL1 → AP1 becomes AF1 → AP1; then AP1 → AL1 closes no cycle any more.
    send(
        reviewer,
        page("objective_change", objective(plan, "AP1")),
        **{"cause_links-0-cause": objective(plan, "AF1").pk, "reason": "另有原因"},
    )
    send(reviewer, page("objective_change", objective(plan, "AL1")), **new_row(plan, 1, "AP1"))
    assert set(ObjectiveLink.objects.filter(plan=plan).values_list("cause__code", "effect__code")) == {
        ("AF1", "AL1"),
        ("AF1", "AP1"),
        ("AP1", "AL1"),
        ("AP1", "AC1"),
    }
