"""fixtures/taipei-secretariat-105.json holds what domain.md §2 says, and only valid rows."""

import json
from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Count, Sum

from scorecard.domain.choices import Direction, PlanState
from scorecard.domain.formulas import Ratio, read_ratio
from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    Agency,
    Division,
    Measure,
    Objective,
    Perspective,
    Theme,
    YearlyValue,
)
from tests import secretariat_facts
from tests.shared_rows import layer

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "taipei-secretariat-105.json"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan")]


@layer
def plan():
    """As loaddata brings it."""
    call_command("loaddata", secretariat_facts.SLUG, verbosity=0)
    return secretariat_facts.plan()


def counts(relation):
    """How many of something each perspective has, from the top of the map down."""
    rows = Perspective.objects.order_by("position").annotate(number=Count(relation, distinct=True))
    return [row.number for row in rows]


def test_an_empty_database_takes_it_whole_and_only_it():
    # The head of the audit chain is there from the first migrate on.
    held = {model._meta.model_name: model.objects.count() for model in apps.get_app_config("scorecard").get_models()}
    assert {name: number for name, number in held.items() if number} == {
        "agency": 2,
        "division": 8,
        "plan": 1,
        "planversion": 1,
        "perspective": 4,
        "theme": 8,
        "objective": 34,
        "kpi": 39,
        "measure": 40,
        "yearlyvalue": 240,
        "actionplan": 40,
        "actionbudget": 120,
        "audithead": 1,
    }


def test_each_perspective_has_its_objectives_kpis_and_action_plans():
    assert counts("objectives") == [8, 9, 9, 8]
    assert counts("objectives__kpis") == [10, 11, 10, 8]
    assert counts("objectives__kpis__action_plans") == [11, 11, 10, 8]


def test_budgets_add_up_to_the_amounts_as_written():
    totals = ActionBudget.objects.values_list("year").annotate(total=Sum("amount")).order_by("year")
    assert list(totals) == [(2016, 100_017_217), (2017, 11_909_542), (2018, 11_740_000)]


def test_every_row_satisfies_every_rule_of_its_model():
    for model in apps.get_app_config("scorecard").get_models():
        for row in model.objects.all():
            row.full_clean()


def test_it_is_the_edition_of_105_adopted_with_three_years_before_it_and_two_after(plan):
    assert (plan.year, plan.baseline_from, plan.last_year) == (2016, 2013, 2018)
    assert (plan.state, plan.agency_name, plan.data_version) == (PlanState.ADOPTED, "臺北市政府秘書處", 1)


def test_every_row_has_a_lineage_of_its_own_that_never_changes():
    kinds = (Perspective, Theme, Objective, KPI, Measure, ActionPlan)
    lineages = [lineage for kind in kinds for lineage in kind.objects.values_list("lineage", flat=True)]
    assert len(set(lineages)) == len(lineages) == 4 + 8 + 34 + 39 + 40 + 40
    assert str(KPI.objects.get(code="AC1.1").lineage) == "1dbf0f57-24fb-533a-b356-d4fc692e5dee"


def test_the_agency_stands_below_the_city_and_the_divisions_in_the_order_of_the_map():
    agency = Agency.objects.get(slug="taipei-secretariat")
    assert (agency.name, agency.parent.slug, agency.parent.name) == ("臺北市政府秘書處", "taipei", "臺北市政府")
    assert list(Division.objects.filter(agency=agency).values_list("name", flat=True)) == [
        "總務組",
        "國際事務組",
        "公管中心",
        "文書組",
        "機要組",
        "市民服務組",
        "媒體事務組",
        "視察及動員組",
    ]


def test_every_measure_has_a_value_in_every_year_and_actuals_only_in_the_baseline():
    years = Counter(YearlyValue.objects.values_list("year", flat=True))
    assert years == dict.fromkeys(range(2013, 2019), 40)
    for value in YearlyValue.objects.all():
        if value.year < 2016:
            assert value.is_reported
            assert (value.target, value.target_note) == (None, "")
        else:
            assert not value.is_reported
            assert value.target is not None or value.target_note == "—"


def test_four_measures_are_better_when_lower():
    lower = Measure.objects.filter(direction=Direction.LOWER).values_list("kpi__code", flat=True)
    assert sorted(lower) == ["AC1.1", "DC1.1", "FC1.1", "FF1.1"]
    assert Measure.objects.filter(direction=Direction.HIGHER).count() == 36


def test_ratio_measures_name_the_parts_that_their_formula_divides():
    for measure in Measure.objects.select_related("kpi"):
        read = read_ratio(measure.kpi.formula, unit=measure.unit)
        named = Ratio(measure.numerator_label, measure.denominator_label, measure.factor)
        assert read == (named if measure.is_ratio else None), measure.kpi.code
    assert sum(measure.is_ratio for measure in Measure.objects.all()) == 12


def test_positions_count_from_one_so_that_default_orders_are_those_of_the_form():
    expected = secretariat_facts.expected_document()
    assert [o.code for o in Objective.objects.all()] == [line["code"] for line in expected["objectives"]]
    assert [k.code for k in KPI.objects.all()] == [line["code"] for line in expected["kpis"]]
    assert [m.kpi.code for m in Measure.objects.filter(position=2)] == ["GF1.1"]
    assert KPI.objects.filter(position__lt=1).count() == 0


def test_the_instructions_are_the_forms_three_notes_without_their_numbers(plan):
    first, second, third = plan.instruction_lines
    assert first.startswith("編號請按局級需求自由編號，")
    assert second.endswith("但不含人事費(即不含預算書編列的員工薪資)。")
    assert third.startswith("1項KPI之行動方案請勿超過3項；")


def test_the_file_keeps_one_row_a_line_in_a_stable_order():
    lines = FIXTURE.read_text().splitlines()
    rows = json.loads(FIXTURE.read_text())
    assert len(lines) == len(rows) + 2
    keys = [(row["model"], row["pk"]) for row in rows]
    assert len(set(keys)) == len(keys)
    models = list(dict.fromkeys(model for model, _ in keys))
    assert keys == sorted(keys, key=lambda key: (models.index(key[0]), key[1]))
