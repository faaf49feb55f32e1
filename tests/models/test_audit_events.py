"""Which events a page shows: by agency, year and lineage, since those of former times name another edition."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from scorecard.domain.choices import AuditAction, PlanState
from scorecard.models import KPI, AuditEvent, KeptName, User, triggers
from scorecard.read_models.audit_verification import verify_chain
from scorecard.read_models.hands import events_of
from tests import factories
from tests.models import edition_rows

pytestmark = pytest.mark.django_db
KEEPING = import_module("scorecard.migrations.0018_kept_names")


def event(edition, action=AuditAction.CHANGED, **fields):
    """One of the edition; of its agency alone with year=None."""
    about = {"plan": edition, "agency": edition.agency, "year": edition.year, "target": "測試"}
    return AuditEvent.objects.create(action=action, **about | fields)


def of_the_agency(plan, **fields):
    return event(plan, plan=None, year=None, **fields)


def later_edition(plan):
    """106, whose AC1.1 is of the lineage of 105's and whose AC1.2 is another KPI."""
    later = edition_rows.make_edition(plan.agency, 2017)
    theme, perspective = (later.themes.create(code="A", name="同"), later.perspectives.create(code="C", name="同"))
    objective = later.objectives.create(code="AC1", name="同", theme=theme, perspective=perspective)
    own = factories.kpi(plan, "AC1.1")
    place = {"plan": later, "objective": objective, "division": own.division}
    same = KPI.objects.create(**place, code="AC1.1", name="同", lineage=own.lineage)
    return later, same, KPI.objects.create(**place, code="AC1.2", name="別項")


def test_the_last_event_is_of_the_editions_year_or_of_its_agency(plan):
    elsewhere = factories.make_plan(slug="elsewhere", kpis=5)
    later = edition_rows.make_edition(plan.agency, 2017)
    assert AuditEvent.objects.last_of(plan) is None
    own = event(plan, kpi=factories.kpi(plan, "AC1.1"))
    event(later)
    event(elsewhere)
    of_the_agency(elsewhere)
    assert AuditEvent.objects.last_of(plan) == own
    agencys = of_the_agency(plan)
    assert AuditEvent.objects.last_of(plan) == agencys == AuditEvent.objects.last_of(later)
    # From before there were editions: it names another plan, or none that is left.
    old = event(plan, plan=elsewhere)
    assert AuditEvent.objects.last_of(plan) == old


def test_of_a_closed_edition_nothing_counts_after_its_last_closing(plan):
    person = factories.make_user("one")
    event(plan, AuditAction.CLOSED)
    event(plan, AuditAction.REOPENED)
    closing = event(plan, AuditAction.CLOSED)
    edition_rows.close(plan, person)
    plan.refresh_from_db()
    event(plan, AuditAction.CORRECTED)
    agencys = of_the_agency(plan)
    assert AuditEvent.objects.last_of(plan) == closing
    edition_rows.reopen(plan)
    plan.refresh_from_db()
    assert AuditEvent.objects.last_of(plan) == agencys


def test_a_year_that_an_older_version_closed_without_an_event_has_its_last_one(plan):
    person = factories.make_user("one")
    own = event(plan)
    edition_rows.close(plan, person)
    plan.refresh_from_db()
    assert AuditEvent.objects.last_of(plan) == own


def test_the_events_of_a_year_are_those_of_its_edition_and_not_of_its_kpis(plan):
    first, second = event(plan), event(plan)
    event(plan, kpi=factories.kpi(plan, "AC1.1"))
    event(edition_rows.make_edition(plan.agency, 2017))
    of_the_agency(plan)
    assert list(AuditEvent.objects.of_year(plan)) == [second, first]


def test_the_history_of_a_kpi_follows_its_lineage_in_the_editions_own_year_alone(plan):
    later, same, another = later_edition(plan)
    kpi = factories.kpi(plan, "AC1.1")
    other_agency = factories.kpi(factories.make_plan(slug="elsewhere", kpis=5), "AC1.1")
    KPI.objects.filter(pk=other_agency.pk).update(lineage=kpi.lineage)
    own = event(plan, kpi=kpi)
    # From before there were editions: 106's events named 105's row.
    former = event(later, plan=plan, kpi=kpi)
    latest = event(later, kpi=same)
    event(later, kpi=another)
    event(plan, kpi=factories.kpi(plan, "AC1.2"))
    event(other_agency.plan, kpi=other_agency)
    assert list(AuditEvent.objects.of_kpi(kpi)) == [former, own]
    assert list(AuditEvent.objects.of_kpi(same)) == [latest, former]


def test_a_closed_page_gains_no_event_of_another_year(plan):
    kpi = factories.kpi(plan, "AC1.1")
    own = event(plan, kpi=kpi)
    later, same, _ = later_edition(plan)
    event(later, kpi=same)
    of_the_agency(plan)
    assert list(AuditEvent.objects.of_kpi(kpi)) == [own]
    assert list(AuditEvent.objects.of_year(plan)) == []


def test_a_name_is_kept_with_the_event_and_covered_by_the_chain(plan):
    triggers.remove(connection)
    person = factories.make_user("one", name="王小明")
    before = event(plan, actor=person)
    named = event(plan, actor=person, actor_name="王小明")
    assert verify_chain().broken is None
    AuditEvent.objects.filter(pk=named.pk).update(actor_name="李大華")
    assert verify_chain().broken.number == named.pk
    AuditEvent.objects.filter(pk=named.pk).update(actor_name="王小明")
    assert verify_chain().broken is None
    # Nor can one be written to an event of the time before.
    AuditEvent.objects.filter(pk=before.pk).update(actor_name="王小明")
    assert verify_chain().broken.number == before.pk
    assert plan.state == PlanState.ADOPTED


def test_events_from_before_names_were_kept_have_those_of_the_migration(plan, django_assert_num_queries):
    triggers.remove(connection)
    kpi = factories.kpi(plan, "AC1.1")
    one, other = factories.make_user("one", name="王小明"), factories.make_user("x" * 150, name="")
    later = factories.make_user("later")
    for fields in ({"actor": one}, {"actor": other, "acting_for": one}, {"actor": None}):
        event(plan, **fields)
        event(plan, kpi=kpi, **fields)
    event(plan, actor=later, actor_name="陳三")
    KEEPING.keep_names(apps, None)
    triggers.install(connection)
    event(plan, actor=one, actor_name="王大明")
    User.objects.update(name="改名後")
    assert set(KeptName.objects.values_list("user", flat=True)) == {one.pk, other.pk}
    before = ["系統", f"{'x' * 150}（代）", "王小明"]
    for events, texts in (
        (AuditEvent.objects.of_year(plan), ["王大明", "陳三", *before]),
        (AuditEvent.objects.of_kpi(kpi), before),
        (AuditEvent.objects.order_by("-pk").with_actors(), ["王大明", "陳三", *(t for t in before for _ in range(2))]),
    ):
        with django_assert_num_queries(1):
            assert [row.actor_text for row in events] == texts
    with django_assert_num_queries(1):
        assert [row.actor_text for _, row in events_of(plan, [kpi.pk])] == before[::-1]
