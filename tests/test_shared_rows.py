"""Tests share rows, and none of them meets what another did to them (tests/shared_rows.py)."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from scorecard.models import KPI, Agency, Plan
from tests import factories
from tests.shared_rows import layer


@layer
def attached(kpi, cast):
    """A file beside AC1.1's report."""
    factories.fill(cast.staff, kpi)
    return factories.attach(cast.staff, kpi)[0]


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_rows_files_and_objects_as_they_were_made(plan, cast, attached, turn):
    assert (plan.mission, cast.staff.name) == ("提高效能\n加速回應", "staff 君")
    assert KPI.objects.filter(plan=plan).count() == 10
    path = Path(settings.MEDIA_ROOT) / attached.file.name
    assert path.read_text() == "統計表.txt 的內容"
    path.unlink()
    plan.mission = cast.staff.name = "改過"
    plan.save()
    cast.staff.save()
    KPI.objects.filter(plan=plan).exclude(code="AC1.1").delete()


def test_what_several_fixtures_of_a_test_hold_is_one_object(plan, open_plan):
    assert open_plan is plan


def test_a_test_that_asks_for_less_finds_no_more(plan):
    assert not Plan.objects.filter(state="open").exists()


def test_a_test_that_asks_for_nothing_finds_nothing(db):
    assert not Agency.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_test_with_real_transactions_has_its_own_committed(plan, cast):
    assert not connection.in_atomic_block
    assert cast.viewer.memberships.get().agency == plan.agency
