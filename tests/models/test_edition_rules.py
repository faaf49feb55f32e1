"""The order in which editions live: each rule of the database kept once and broken once, with its sentence."""

import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from scorecard.domain.choices import PLAN_TRANSITIONS, PlanState
from scorecard.models import ActionBudget, Plan, YearlyReport, YearlyValue, edition_rules
from scorecard.models.triggers import sentence_of
from tests import factories
from tests.models import edition_rows
from tests.models.test_frozen_rows import allowed
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db

DRAFT, ADOPTED, OPEN, CLOSED = PlanState
BARE_YEAR = 2020


class World:
    """An adopted edition of 105 with rows, and an agency whose editions each test makes as it needs them."""

    def __init__(self):
        self.plan = factories.make_plan(kpis=5)
        self.measure = factories.kpi(self.plan, "AC1.1").measures.get()
        self.budget = ActionBudget.objects.filter(action_plan__plan=self.plan, year=2017).first()
        self.by = factories.make_user("one")
        self.agency = factories.make_agency("bare")

    def edition(self, year=BARE_YEAR, state=ADOPTED):
        """A bare one in the state, by the way that leads to it."""
        plan = edition_rows.make_edition(self.agency, year, DRAFT if state == DRAFT else ADOPTED)
        if state == OPEN:
            edition_rows.set_state(plan, OPEN)
        elif state == CLOSED:
            edition_rows.close(plan, self.by)
        return plan

    def move(self, before, after, **fields):
        edition_rows.set_state(self.edition(state=before), after, **fields)

    def value(self, year):
        return YearlyValue.objects.filter(measure=self.measure, year=year)

    def next_edition(self, state=DRAFT):
        """106 of the same agency, whose only measure is of the same lineage and has no figures."""
        plan = edition_rows.make_edition(self.plan.agency, 2017, state)
        objective = plan.objectives.create(
            code="AC1",
            name="同",
            theme=plan.themes.create(code="A", name="同"),
            perspective=plan.perspectives.create(code="C", name="同"),
        )
        kpi = plan.kpis.create(code="AC1.1", name="同", objective=objective, division=self.measure.kpi.division)
        return kpi.measures.create(unit="次", lineage=self.measure.lineage)


@layer
def world():
    """See World."""
    return World()


def opened_and_reported(world):
    edition_rows.set_state(world.plan, OPEN)
    YearlyReport.objects.create(kpi=world.measure.kpi)
    edition_rows.set_state(world.plan, ADOPTED)


def closed_over(year, state):
    """Close 2020 beside an edition of the other year in that state."""

    def close(world):
        if year < BARE_YEAR:
            world.edition(year, state)
        plan = world.edition(state=OPEN)
        edition_rows.close(plan, world.by)

    return close


def reopened_under(state):
    def reopen(world):
        plan = world.edition(state=CLOSED)
        world.edition(BARE_YEAR + 1, state)
        edition_rows.reopen(plan)

    return reopen


def adopted_before(state):
    """Adopt a draft of 2019 after 2020 came into the state."""

    def adopt(world):
        draft = world.edition(BARE_YEAR - 1, DRAFT)
        world.edition(state=state)
        edition_rows.set_state(draft, ADOPTED)

    return adopt


def made_before(state):
    def make(world):
        world.edition(state=state)
        world.edition(BARE_YEAR - 1)

    return make


def at_home(year, **figure):
    """A figure of the year in 106's row of the measure that 105 has as well."""
    return lambda w: YearlyValue.objects.create(measure=w.next_edition(), year=year, **figure)


def moved_to(year):
    """Such a figure of 2010, from before every edition's home, whose year then changes."""

    def move(world):
        measure = world.next_edition()
        measure.kpi.plan.agency.plans.filter(pk=world.plan.pk).update(state=DRAFT)
        value = YearlyValue.objects.create(measure=measure, year=2016, actual=1)
        Plan.objects.filter(pk=world.plan.pk).update(state=ADOPTED)
        YearlyValue.objects.filter(pk=value.pk).update(**year)

    return move


def reported_of(year):
    return lambda w: ActionBudget.objects.create(action_plan=w.budget.action_plan, year=year, amount=1, executed=1)


# By the rule's name: (what is allowed, what is refused).
PAIRS = {
    "plan_starts_unopened": (
        lambda w: w.edition(state=DRAFT),
        lambda w: edition_rows.make_edition(w.agency, 2020, OPEN, due_date=factories.DUE),
    ),
    "plan_moves_as_allowed": (lambda w: w.move(OPEN, ADOPTED), opened_and_reported),
    "plan_adopted_in_order_insert": (made_before(DRAFT), made_before(ADOPTED)),
    "plan_adopted_in_order_update": (adopted_before(DRAFT), adopted_before(OPEN)),
    "plan_closed_in_order": (closed_over(2019, CLOSED), closed_over(2019, ADOPTED)),
    "plan_reopened_in_order": (reopened_under(OPEN), reopened_under(CLOSED)),
    "plan_closes_with_snapshot": (lambda w: w.edition(state=CLOSED), lambda w: w.move(OPEN, CLOSED, closings=1)),
    "plan_keeps_agency_and_year": (
        lambda w: Plan.objects.filter(pk=w.plan.pk).update(last_year=2019),
        lambda w: Plan.objects.filter(pk=w.edition().pk).update(year=2021),
    ),
    "closed_plan_keeps_itself_update": (
        lambda w: edition_rows.set_state(w.edition(state=CLOSED), OPEN),
        lambda w: edition_rows.set_state(w.edition(state=CLOSED), CLOSED, mission="改"),
    ),
    "closed_plan_keeps_itself_delete": (
        lambda w: Plan.objects.filter(pk=w.edition().pk)._raw_delete("default"),
        lambda w: Plan.objects.filter(pk=w.edition(state=CLOSED).pk)._raw_delete("default"),
    ),
    "outlook_has_no_actual_insert": (
        lambda w: YearlyValue.objects.create(measure=w.measure, year=2020, target=1),
        lambda w: YearlyValue.objects.create(measure=w.measure, year=2020, actual_note="無統計"),
    ),
    "outlook_has_no_actual_update": (
        lambda w: w.value(2016).update(actual=1),
        lambda w: w.value(2017).update(actual=1),
    ),
    "outlook_has_no_execution_insert": (
        lambda w: ActionBudget.objects.create(action_plan=w.budget.action_plan, year=2020, amount=1),
        reported_of(2020),
    ),
    "outlook_has_no_execution_update": (
        lambda w: ActionBudget.objects.filter(year=2016).update(executed=1, progress="完成"),
        lambda w: ActionBudget.objects.filter(year=2017).update(progress="完成"),
    ),
    "past_has_no_target_insert": (
        lambda w: YearlyValue.objects.create(measure=w.measure, year=2012, actual=1),
        lambda w: YearlyValue.objects.create(measure=w.measure, year=2012, target_note="—"),
    ),
    "past_has_no_target_update": (
        lambda w: w.value(2015).update(actual=1),
        lambda w: w.value(2015).update(target=1),
    ),
    "past_has_no_budget_insert": (
        lambda w: ActionBudget.objects.create(action_plan=w.budget.action_plan, year=2019, amount=1),
        reported_of(2015),
    ),
    "past_has_no_budget_update": (
        lambda w: ActionBudget.objects.filter(pk=w.budget.pk).update(year=2019),
        lambda w: ActionBudget.objects.filter(pk=w.budget.pk).update(year=2015),
    ),
    "past_actual_stands_at_home_insert": (at_home(2017, actual=1), at_home(2016, actual=1)),
    "past_actual_stands_at_home_update": (moved_to({"year": 2017}), moved_to({"actual": 2})),
}


def refused(act, name, sentence=""):
    with pytest.raises(IntegrityError, match=name) as raised, transaction.atomic():
        act()
    said = sentence_of(raised.value)
    assert any("\u4e00" <= character <= "\u9fff" for character in said) and sentence in said


def test_every_rule_has_its_pair():
    assert {rule.name for rule in edition_rules.TRIGGERS} == set(PAIRS)


@pytest.mark.parametrize("name", PAIRS)
def test_editions_live_in_order(world, name):
    do, forbidden = PAIRS[name]
    allowed(lambda: do(world))
    refused(lambda: forbidden(world), name)


def test_an_edition_moves_from_state_to_state_as_the_domain_says_and_in_no_other_way(world):
    for before in PlanState:
        for after in set(PlanState) - {before}:
            plan = world.edition(BARE_YEAR, before)
            fields = {}
            if after == CLOSED and before == OPEN:
                edition_rows.make_snapshot(plan, world.by)
                fields = {"closings": 1}
            elif after == OPEN:
                fields = {"due_date": factories.DUE}
            move = lambda: edition_rows.set_state(plan, after, **fields)  # noqa: B023, E731
            if after in PLAN_TRANSITIONS[before]:
                allowed(move)
            else:
                refused(move, "plan_moves_as_allowed|plan_closes_with_snapshot|closed_plan_keeps_itself")
            # Each pair begins in an agency without editions.
            world.agency = factories.make_agency(f"bare-{before}-{after}")


@pytest.mark.parametrize("state", [OPEN, CLOSED])
def test_no_edition_begins_open_or_closed_or_counted_as_closed(world, state):
    due = {"due_date": factories.DUE}
    refused(lambda: edition_rows.make_edition(world.agency, 2020, state, **due), "plan_starts_unopened")
    refused(lambda: edition_rows.make_edition(world.agency, 2020, DRAFT, closings=1), "plan_starts_unopened")


def test_another_agencys_editions_stand_in_nobodys_way(world):
    world.edition(BARE_YEAR, CLOSED)
    other = factories.make_agency("other")
    earlier = edition_rows.make_edition(other, BARE_YEAR - 1)
    edition_rows.close(earlier, world.by)
    edition_rows.reopen(earlier)
    assert edition_rows.make_edition(other, BARE_YEAR).pk


def test_the_sentences_name_what_to_do_first(world):
    for act, name, sentence in (
        (closed_over(2019, OPEN), "plan_closed_in_order", "請依年度順序關閉"),
        (reopened_under(CLOSED), "plan_reopened_in_order", "請先重新開放較後的年度"),
        (adopted_before(ADOPTED), "plan_adopted_in_order_update", "不能再核定較早的年版"),
    ):
        refused(lambda: act(world), name, sentence)  # noqa: B023


def test_a_baseline_figure_of_a_draft_or_of_another_line_hinders_no_other(world):
    measure = world.next_edition()
    Plan.objects.filter(pk=world.plan.pk).update(state=DRAFT)
    allowed(lambda: YearlyValue.objects.create(measure=measure, year=2016, actual=1))
    Plan.objects.filter(pk=world.plan.pk).update(state=ADOPTED)
    # A figure of a measure that begins in 106 has its home there, also for the years before.
    new = measure.kpi.measures.create(unit="件", position=2)
    assert YearlyValue.objects.create(measure=new, year=2016, actual=1).pk
    # 2015's home is 105 itself, whether it has the figure or not.
    YearlyValue.objects.filter(measure=world.measure, year=2015).delete()
    refused(lambda: YearlyValue.objects.create(measure=measure, year=2015, actual=1), "past_actual_stands_at_home")


@pytest.mark.parametrize("said", [{"target": 1}, {"target_note": "—"}, {"target_reason": "業務調整"}])
def test_a_past_year_has_nothing_of_a_target(world, said):
    refused(lambda: YearlyValue.objects.create(measure=world.measure, year=2012, **said), "past_has_no_target_insert")
    refused(lambda: world.value(2015).update(**said), "past_has_no_target_update")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_begin_a_years_edition_at_once_one_is_refused():
    agency = factories.make_agency("raced")
    told = []
    ready = threading.Barrier(2)

    def begin():
        try:
            ready.wait()
            edition_rows.make_edition(agency, 2020, DRAFT)
        except DatabaseError as error:
            told.append(str(error))
        finally:
            connection.close()

    people = [threading.Thread(target=begin) for _ in range(2)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert Plan.objects.filter(agency=agency).count() == 1
    assert len(told) == 1
