"""From a year without an edition to an adopted one: carried forward whole, adopted, withdrawn, discarded."""

from datetime import date
from decimal import Decimal
from io import StringIO
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from scorecard.domain.choices import AuditAction, PlanState
from scorecard.domain.policies import RuleBroken
from scorecard.models import (
    KPI,
    ActionBudget,
    AuditEvent,
    Division,
    HeadApproval,
    Measure,
    Objective,
    ObjectiveLink,
    ObjectiveSupport,
    Plan,
    Theme,
    YearlyValue,
    earlier_values,
)
from scorecard.services import editions
from scorecard.services.edition_copy import FIELDS, LEFT
from tests import factories
from tests.factories import CONTACT, DUE, approval, next_edition, open_year
from tests.services.conftest import ROLES
from tests.services.rows import nothing_written, rows_of

pytestmark = pytest.mark.django_db

APP = [model for model in apps.get_app_config("scorecard").get_models()]


def carry(by, plan, year=2017, **given):
    """The draft of the year, carried forward from the plan's agency."""
    return editions.carry_forward(by=by, agency=plan.agency, year=year, **given)


def leads_to_a_plan(model, seen=()):
    """Whether a foreign key, or a chain of them, leads from the model to an edition."""
    if model is Plan:
        return True
    referred = [field.related_model for field in model._meta.concrete_fields if field.many_to_one or field.one_to_one]
    return any(other not in (model, *seen) and leads_to_a_plan(other, (model, *seen)) for other in referred)


@pytest.mark.one_database
def test_every_field_of_every_model_that_leads_to_an_edition_says_what_becomes_of_it_in_the_next():
    of_editions = {model for model in APP if leads_to_a_plan(model)}
    assert of_editions == FIELDS.keys() | LEFT
    for model, fields in FIELDS.items():
        names = [field.name for field in (*model._meta.concrete_fields, *model._meta.many_to_many)]
        assert sorted(fields.names) == sorted(names), model


@pytest.fixture
def rich(cast, open_plan):
    """The open edition with every field set away from its default, and reports."""
    Plan.objects.filter(pk=open_plan.pk).update(
        warning_threshold=Decimal("0.8"), display_cap=120, reminder_days="-1", former_slug="old-address"
    )
    for model in (Objective, KPI):
        model.objects.filter(plan=open_plan).update(weight=3)
    Measure.objects.filter(kpi__plan=open_plan).update(weight=2, factor=10)
    ActionBudget.objects.filter(action_plan__plan=open_plan, year=2016).update(executed=5, progress="辦理中")
    ObjectiveSupport.objects.update(reason="府級施政重點")
    ObjectiveLink.objects.filter(plan=open_plan).update(created_by=cast.reviewer)
    factories.approved(cast, factories.kpi(open_plan, "AC1.1"), actuals=93)
    factories.attach(cast.staff, factories.kpi(open_plan, "AC1.2"))
    open_plan.refresh_from_db()
    return open_plan


def copied_rows(plan):
    """By model and lineage, or place: the fields that an edition takes over, with codes for rows that it refers to."""
    found = {}
    for model, fields in FIELDS.items():
        if model is Plan:
            continue
        owner = {"Measure": "kpi__plan", "YearlyValue": "measure__kpi__plan", "ActionBudget": "action_plan__plan"}
        owner["ObjectiveSupport"] = "objective__plan"
        rows = model.objects.filter(**{owner.get(model.__name__, "plan"): plan})
        if model in (YearlyValue, ActionBudget):
            rows = rows.filter(year__gte=2017)
        references = {
            "YearlyValue": "measure__lineage",
            "Measure": "kpi__lineage",
            "ActionBudget": "action_plan__lineage",
            "ObjectiveSupport": "objective__lineage",
        }
        names = [*fields.copied, *fields.divisions, references.get(model.__name__, fields.copied[0])]
        found[model.__name__] = sorted(map(repr, rows.values_list(*names)))
    return found


def test_an_edition_is_carried_forward_whole_and_the_one_before_stays_as_it_was(cast, rich):
    before = rows_of(*FIELDS)
    draft = carry(cast.reviewer, rich)
    assert (draft.state, draft.year, draft.baseline_from, draft.last_year) == (PlanState.DRAFT, 2017, 2014, 2019)
    for name in FIELDS[Plan].copied:
        assert getattr(draft, name) == getattr(rich, name), name
    draft.refresh_from_db()
    assert (draft.contact, draft.agency_name, draft.data_version) == (CONTACT, rich.agency.name, 2)
    assert (draft.due_date, draft.closings, draft.changed_by, draft.former_slug) == (None, 0, None, "")
    assert copied_rows(draft) == copied_rows(rich)
    values = YearlyValue.objects.filter(measure__kpi__plan=draft)
    assert set(values.values_list("year", flat=True)) == {2017, 2018}
    assert not values.reported().exists()
    assert not ActionBudget.objects.filter(action_plan__plan=draft, executed__isnull=False).exists()
    after = rows_of(*FIELDS)
    for name, rows in before.items():
        assert [row for row in after[name] if row["id"] in {old["id"] for old in rows}] == rows, name
    event = AuditEvent.objects.first()
    assert (event.action, event.plan, event.year) == (AuditAction.CARRIED, draft, 2017)
    assert {"what": "KPI", "old": None, "new": "10"} in event.changes
    # What 105 reported stands in 106 without being typed.
    looked_up = {(row.kpi_lineage, row.year): row for row in earlier_values(draft)}
    kpi = factories.kpi(rich, "AC1.1")
    assert (looked_up[kpi.lineage, 2016].actual, looked_up[kpi.lineage, 2016].counts) == (93, True)
    assert (looked_up[kpi.lineage, 2015].actual, looked_up[kpi.lineage, 2015].is_baseline) == (80, True)


def test_supports_and_divisions_lead_to_what_is_there_now(cast, rich):
    """The parent has a newer edition, and 甲組 another name."""
    city = rich.agency.parent
    boss = factories.make_member("boss", city, "admin")
    newer = editions.carry_forward(by=boss, agency=city, year=2017)
    Objective.objects.filter(plan=newer).update(name="新的府級目標")
    successor = Division.objects.create(agency=rich.agency, name="新甲組")
    Division.objects.filter(name="甲組").update(successor=successor)
    support = ObjectiveSupport.objects.get(objective__plan=carry(cast.admin, rich))
    assert support.supported.plan.year == 2016
    Plan.objects.filter(pk=newer.pk).update(state=PlanState.ADOPTED)
    editions.discard(by=cast.admin, plan=Plan.objects.get(agency=rich.agency, year=2017))
    draft = carry(cast.admin, rich)
    support = ObjectiveSupport.objects.get(objective__plan=draft)
    assert (support.supported.plan, support.name, support.reason) == (newer, "新的府級目標", "府級施政重點")
    assert draft.kpis.get(code="AC1.1").division == successor
    assert Theme.objects.get(plan=draft, code="A").lead_division == successor
    assert editions.adoption_problems(draft) == []


def test_there_is_one_edition_a_year_and_none_before_an_adopted_one(cast, plan):
    with nothing_written(), pytest.raises(RuleBroken, match="已有 105 年版"):
        carry(cast.admin, plan, 2016)
    with nothing_written(), pytest.raises(RuleBroken, match="105 年版已核定，不能再新增較早的 104 年版"):
        carry(cast.admin, plan, 2015)
    with nothing_written(), pytest.raises(RuleBroken, match="請匯入機關表單"):
        editions.carry_forward(by=cast.outsider, agency=cast.other_agency, year=2017)
    with nothing_written(), pytest.raises(ValidationError, match="2200"):
        carry(cast.admin, plan, 2199, last_year=2205)
    draft = carry(cast.admin, plan, 2018, last_year=2018)
    assert (draft.years, draft.subtitle) == (range(2015, 2019), "")
    with nothing_written(), pytest.raises(RuleBroken, match="捨棄草案"):
        carry(cast.admin, plan, 2018)


def test_an_edition_is_adopted_with_the_heads_approval_once_nothing_is_missing(cast, plan):
    draft = carry(cast.admin, plan)
    empty = KPI.objects.get(plan=draft, code="AC1.1")
    empty.measures.all().delete()
    YearlyValue.objects.filter(measure__kpi__plan=draft, measure__kpi__code="AC1.2", year=2017).delete()
    old = Division.objects.get(name="乙組", agency=plan.agency)
    old.successor = Division.objects.create(agency=plan.agency, name="丙組")
    old.save()
    given = {"by": cast.admin, "plan": draft, "reason": "年度策略會議決議"}
    with nothing_written(), pytest.raises(RuleBroken) as refusal:
        editions.record_adoption(**given, approval=approval())
    assert [sentence.split("；")[0] for sentence in refusal.value.messages] == [
        "AC1.1 沒有衡量項",
        "AC1.2 沒有本年度的目標值",
        "「乙組」已由「丙組」承接",
        "AC1.2 106 年目標值較 105 年版原訂放寬（20 日→未訂），請填理由。",
    ]
    empty.delete()
    KPI.objects.filter(plan=draft, code="AC1.2").delete()
    Division.objects.filter(pk=old.pk).update(successor=None)
    with nothing_written(), pytest.raises(RuleBroken, match="請填文號"):
        editions.record_adoption(**given, approval=approval(""))
    with nothing_written(), pytest.raises(PermissionDenied):
        editions.record_adoption(**given | {"by": cast.reviewer}, approval=approval())
    adopted = editions.record_adoption(**given, approval=approval("", no_number_reason="首長會議核定"))
    assert adopted.state == PlanState.ADOPTED
    assert HeadApproval.objects.of_plan(draft)[0].number_text == "免文號（首長會議核定）"
    event = AuditEvent.objects.first()
    assert (event.action, event.reason, event.year) == (AuditAction.ADOPTED, "年度策略會議決議", 2017)
    with nothing_written(), pytest.raises(RuleBroken, match="已經核定"):
        editions.record_adoption(**given, approval=approval())


def test_a_target_softer_than_planned_is_adopted_with_its_reason_alone(cast, plan):
    """Whatever the direction; raised ones need none, nor does what the edition before had not planned."""
    draft = carry(cast.admin, plan)
    values = YearlyValue.objects.filter(measure__kpi__plan=draft)
    values.filter(measure__kpi__code="AC1.1", year=2017).update(target=Decimal("99.5"))
    values.filter(measure__kpi__code="AC1.2", year=2018).update(target=22)
    Measure.objects.filter(kpi__plan=draft, kpi__code="AL1.1").update(tolerance=6)
    values.filter(measure__kpi__code="BL1.1").update(target=48)
    values.filter(measure__kpi__code="BC1.1").update(target=101)
    values.filter(measure__kpi__code="BC1.2").update(target=19)
    Measure.objects.filter(kpi__plan=draft, kpi__code="AF1.1").first().values.create(year=2019, target=1)
    softened = [
        "AC1.1 106 年目標值較 105 年版原訂放寬（100→99.5 次），請填理由。",
        "AC1.2 107 年目標值較 105 年版原訂放寬（20→22 日），請填理由。",
        "AL1.1 106 年目標值較 105 年版原訂放寬（50±5→50±6 人），請填理由。",
        "AL1.1 107 年目標值較 105 年版原訂放寬（50±5→50±6 人），請填理由。",
        "BL1.1 106 年目標值較 105 年版原訂放寬（50±5→48±5 人），請填理由。",
        "BL1.1 107 年目標值較 105 年版原訂放寬（50±5→48±5 人），請填理由。",
    ]
    assert sorted(editions.adoption_problems(draft)) == softened
    given = {"by": cast.admin, "plan": draft, "reason": "決議", "approval": approval()}
    with nothing_written(), pytest.raises(RuleBroken) as refusal:
        editions.record_adoption(**given)
    assert sorted(refusal.value.messages) == softened
    values.filter(measure__kpi__code__in=["AC1.1", "AC1.2", "AL1.1"]).update(target_reason="業務量增加")
    values.filter(measure__kpi__code="BL1.1").update(target=50)
    assert editions.record_adoption(**given).state == PlanState.ADOPTED
    # The next copy begins without reasons, and differs in nothing again.
    later = carry(cast.admin, plan, 2018)
    assert not YearlyValue.objects.filter(measure__kpi__plan=later).exclude(target_reason="").exists()
    assert editions.adoption_problems(later) == []


def test_an_earlier_draft_is_not_adopted_after_a_later_edition(cast, plan):
    draft = carry(cast.admin, plan)
    later = carry(cast.admin, plan, 2018)
    editions.record_adoption(by=cast.admin, plan=later, approval=approval(), reason="核定")
    with nothing_written(), pytest.raises(RuleBroken, match="107 年版已核定，不能再核定較早的 106 年版"):
        editions.record_adoption(by=cast.admin, plan=draft, approval=approval(), reason="核定")


def test_an_adoption_is_withdrawn_with_a_reason_until_the_year_was_opened(cast, plan):
    later = next_edition(cast.admin, plan)
    with nothing_written(), pytest.raises(RuleBroken, match="理由"):
        editions.withdraw(by=cast.admin, plan=later, reason="")
    with nothing_written(), pytest.raises(PermissionDenied):
        editions.withdraw(by=cast.reviewer, plan=later, reason="重訂")
    with nothing_written(), pytest.raises(RuleBroken, match="106 年版已核定"):
        editions.withdraw(by=cast.admin, plan=plan, reason="重訂")
    assert editions.withdraw(by=cast.admin, plan=later, reason="重訂").is_draft
    assert not HeadApproval.objects.filter(plan=later).exists()
    editions.record_adoption(by=cast.admin, plan=later, approval=approval(), reason="重新核定")
    open_year(cast.admin, later)
    with nothing_written(), pytest.raises(RuleBroken, match="曾經開放"):
        editions.withdraw(by=cast.admin, plan=later, reason="重訂")


def test_a_discarded_draft_leaves_its_events_alone_and_the_year_is_free_again(cast, rich):
    before = rows_of(*FIELDS)
    draft = carry(cast.admin, rich)
    for by in (cast.viewer, cast.staff, cast.outsider, cast.superuser):
        with nothing_written(), pytest.raises(PermissionDenied):
            editions.discard(by=by, plan=draft)
    with nothing_written(), pytest.raises(RuleBroken, match="不是草案"):
        editions.discard(by=cast.admin, plan=rich)
    editions.discard(by=cast.reviewer, plan=draft)
    assert rows_of(*FIELDS) == before
    events = AuditEvent.objects.filter(agency=rich.agency, year=2017)
    assert list(events.values_list("action", flat=True)) == ["deleted", "carried"]
    call_command("verify_audit", stdout=StringIO())
    with nothing_written(), pytest.raises(RuleBroken, match="已經捨棄"):
        editions.discard(by=cast.reviewer, plan=Plan(pk=draft.pk, agency=rich.agency))
    assert carry(cast.admin, rich).year == 2017


def test_a_year_without_an_edition_opens_in_one_step_of_three_events(cast, open_plan):
    YearlyValue.objects.filter(measure__kpi__plan=open_plan, year=2017).delete()
    given = {"agency": open_plan.agency, "year": 2017, "last_year": None, "due_date": DUE, "contact": CONTACT}
    given |= {"approval": approval(), "reason": "沿用"}
    with nothing_written(), pytest.raises(ValidationError, match="截止日"):
        editions.open_without_edition(by=cast.admin, **given | {"due_date": None})
    opened = editions.open_without_edition(by=cast.admin, **given)
    assert (opened.state, opened.due_date, opened.last_year) == (PlanState.OPEN, date(2017, 1, 31), 2019)
    actions = AuditEvent.objects.filter(year=2017).order_by("pk").values_list("action", flat=True)
    assert list(actions) == [AuditAction.CARRIED, AuditAction.ADOPTED, AuditAction.OPENED]


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("reviewer", "admin")])
def test_nobody_else_carries_forward(cast, plan, role):
    with nothing_written(), pytest.raises(PermissionDenied):
        carry(getattr(cast, role), plan)


class Stopped(Exception):
    """Raised in place of one statement."""


def stopping_at(number):
    """Lets statements through but the one with this number; counted from 1."""
    ran = 0

    def wrapper(execute, sql, params, many, context):
        nonlocal ran
        ran += 1
        if ran == number:
            raise Stopped
        return execute(sql, params, many, context)

    return wrapper


def test_stopped_at_any_statement_a_year_that_opens_without_an_edition_leaves_nothing(cast, plan):
    """The last statement is the end of the savepoint in which a test runs it."""
    given = {"agency": plan.agency, "year": 2017, "last_year": None, "due_date": DUE, "contact": CONTACT}
    given |= {"by": cast.admin, "approval": approval(), "reason": "沿用"}
    with transaction.atomic(), CaptureQueriesContext(connection) as whole:
        editions.open_without_edition(**given)
        transaction.set_rollback(True)
    count = len(whole) - 1
    assert count > 40
    with nothing_written():
        for number in range(1, count, 3):
            with pytest.raises(Stopped), connection.execute_wrapper(stopping_at(number)):
                editions.open_without_edition(**given)
            assert not Plan.objects.filter(agency=plan.agency, year=2017).exists()


# Baseline figures, which are told once, at their home


def baseline(plan, code="AC1.1"):
    """{year: (figure, the edition that has it)} of 102 to 104, as the edition shows them."""
    rows = earlier_values(plan, since=2013, kpis=plan.kpis.filter(code=code))
    return {row.year: (row.actual, row.home_year) for row in rows if row.year < 2016}


def test_baseline_figures_of_a_row_that_goes_stay_with_the_next_edition_that_has_it(cast, plan):
    later = next_edition(cast.admin, plan)
    figure = Decimal(80)
    assert baseline(later) == {2013: (figure, 2016), 2014: (figure, 2016), 2015: (figure, 2016)}
    kpi = factories.kpi(plan, "AC1.1")
    with editions.keep_baseline(Measure.objects.filter(kpi=kpi)):
        kpi.delete()
    assert baseline(later) == {2013: (figure, 2017), 2014: (figure, 2017), 2015: (figure, 2017)}
    # Cut instead of deleted; and where no other edition has it, figures stay with their row.
    kpi = factories.kpi(plan, "BC1.1")
    for _ in range(2):
        with editions.keep_baseline(Measure.objects.filter(kpi=kpi)):
            Measure.objects.filter(kpi=kpi).update(lineage=uuid4())
    assert baseline(later, "BC1.1") == baseline(later)
    assert YearlyValue.objects.filter(measure__kpi=kpi, year__lt=2016).reported().count() == 3
