"""Every named constraint, once kept and once broken: as a form meets it, and as the database refuses it."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from scorecard.domain.choices import Direction, ReportState
from tests.models import constraint_cases, constraint_cases_of_reports, constraint_cases_of_values
from tests.models.constraint_cases_of_papers import PAIRS
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db

# A positive integer field brings a check of its own, which SQLite meets first.
FIELD_CHECKS = {"budget_never_negative": ["failed: amount"], "executed_never_negative": ["failed: executed"]}


@layer
def world():
    """A plan whose first KPI has no report, two objectives without a link, two people."""
    return constraint_cases.make_world()


def constraints():
    """Every constraint of the app's models by name, with its model."""
    return {
        constraint.name: (model, constraint)
        for model in apps.get_app_config("scorecard").get_models()
        for constraint in model._meta.constraints
    }


def test_every_constraint_has_its_pair_and_every_pair_its_constraint():
    assert set(PAIRS) == set(constraints())


def test_every_constraint_says_in_chinese_what_is_wrong():
    silent = [
        name
        for name, (_, constraint) in constraints().items()
        if not any("\u4e00" <= character <= "\u9fff" for character in str(constraint.violation_error_message))
    ]
    assert silent == []


@pytest.mark.parametrize("name", sorted(PAIRS))
def test_a_row_that_keeps_the_constraint_is_saved(world, name):
    good, _ = PAIRS[name](world)
    good.validate_constraints()
    good.save()
    assert type(good).objects.filter(pk=good.pk).exists()


@pytest.mark.parametrize("name", sorted(PAIRS))
def test_a_row_that_breaks_the_constraint_is_told_why_before_it_is_saved(world, name):
    _, bad = PAIRS[name](world)
    _, constraint = constraints()[name]
    with pytest.raises(ValidationError) as raised:
        bad.validate_constraints()
    assert constraint.get_violation_error_message() in raised.value.messages


@pytest.mark.parametrize("name", sorted(PAIRS))
def test_a_row_that_breaks_the_constraint_is_refused_by_the_database(world, name):
    _, bad = PAIRS[name](world)
    model, constraint = constraints()[name]
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        bad.save()
    refusal = str(raised.value)
    assert any(known in refusal for known in names_in_errors(model, constraint)), refusal


def names_in_errors(model, constraint):
    """How the databases name the constraint when they refuse a row."""
    if connection.vendor == "sqlite" and isinstance(constraint, models.UniqueConstraint):
        columns = [model._meta.get_field(field).column for field in constraint.fields]
        return [", ".join(f"{model._meta.db_table}.{column}" for column in columns)]
    return [constraint.name, *FIELD_CHECKS.get(constraint.name, ())]


@pytest.mark.parametrize("direction", [Direction.HIGHER, Direction.LOWER])
def test_a_measure_that_is_no_band_has_no_tolerance(world, direction):
    measure = constraint_cases.a_measure(world, direction=direction, tolerance=1)
    with pytest.raises(ValidationError, match="其他方向不填"):
        measure.validate_constraints()
    with pytest.raises(IntegrityError, match="measure_tolerance_exactly_for_band"), transaction.atomic():
        measure.save()


def test_a_value_reported_without_a_number_has_none(world):
    value = constraint_cases_of_values.a_value(world, unmeasured=True, actual_note="無統計", actual=0)
    with pytest.raises(IntegrityError, match="value_or_note_where_reported"), transaction.atomic():
        value.save()


def test_an_approved_report_names_its_reviewer(world):
    report = constraint_cases_of_reports.a_submitted_report(world, state=ReportState.APPROVED)
    with pytest.raises(IntegrityError, match="nobody_approves_their_own_submission"), transaction.atomic():
        report.save()


def test_an_action_plan_has_some_owner(world):
    with pytest.raises(ValidationError, match="其中之一"):
        constraint_cases_of_reports.an_action_plan(world, owner_person="").validate_constraints()
