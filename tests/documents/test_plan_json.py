"""The edition as JSON, compared with the agency's own form as tests/secretariat_facts.py reads it."""

import json
import re
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest

from scorecard.documents.plan_json import plan_document, plan_json
from scorecard.models import KPI, ActionBudget, Plan, YearlyValue
from tests import factories, secretariat_facts
from tests.documents.workbook_reading import scorecard_of
from tests.shared_rows import layer
from tests.spending import spend

# Of the file as it was made from the fixture before there were editions.
BYTES_OF_105 = "8d0e352117217c0c48fafcb51096c99c39105fead574da2a252bb5e52dd2d671"
SHARED_SOURCE = Path(__file__).resolve().parents[3] / "shared" / "source"

pytestmark = [pytest.mark.django_db, pytest.mark.every_database]


def export(plan, **options):
    return json.loads(plan_json(scorecard_of(plan, **options)))


def by_code(lines):
    return {line["code"]: line for line in lines}


def squeezed(value):
    """A cell's text without white space or thousands separators, which the two sources set differently."""
    text = f"{value:.10g}" if isinstance(value, int | float) else str(value or "")
    return re.sub(r"(?<=\d),(?=\d)", "", re.sub(r"\s", "", text))


@layer
def exported():
    return export(secretariat_facts.load_plan())


class TestAgainstTheForm:
    @pytest.mark.parametrize(
        "key",
        [
            "agency",
            "first_year",
            "last_year",
            "mission",
            "vision",
            "core_values",
            "perspectives",
            "themes",
            "objectives",
        ],
    )
    def test_the_head_of_the_plan_agrees_with_the_form(self, exported, key):
        assert exported[key] == secretariat_facts.expected_document()[key]

    @pytest.mark.parametrize("key", ["code", "name", "objective", "formula", "division", "measures", "action_plans"])
    def test_every_kpi_agrees_with_the_form(self, exported, key):
        expected = secretariat_facts.expected_document()["kpis"]
        assert [kpi[key] for kpi in exported["kpis"]] == [kpi[key] for kpi in expected]

    def test_the_whole_document_agrees_with_the_form_and_its_keys_with_the_published_order(self, exported):
        expected = secretariat_facts.expected_document()
        assert exported == expected
        assert list(exported) == list(expected)
        assert [list(kpi) for kpi in exported["kpis"]] == [list(kpi) for kpi in expected["kpis"]]

    def test_the_form_as_read_has_the_counts_of_the_domain_description(self):
        kpis = secretariat_facts.expected_document()["kpis"]
        measures = [measure for kpi in kpis for measure in kpi["measures"]]
        action_plans = [action_plan for kpi in kpis for action_plan in kpi["action_plans"]]
        assert (len(kpis), len(measures), len(action_plans)) == (39, 40, 40)
        assert sum(len(measure["values"]) for measure in measures) == 240

    @pytest.mark.parametrize(
        ("code", "index", "year", "expected"),
        [
            ("AC1.1", 0, 2013, (None, None, None, "未統計")),
            ("BC1.3", 0, 2015, (None, None, "2", None)),
            ("BC1.2", 0, 2018, ("8", None, None, None)),
            ("DC1.1", 0, 2014, (None, None, "1.46", None)),
            ("EC1.1", 0, 2015, (None, None, None, "275件\n(104/8/31起計算)")),
            ("EC1.1", 0, 2016, ("100", None, None, None)),
            ("CP1.1", 0, 2016, ("100", "已完成", None, None)),
            ("CP1.1", 0, 2017, (None, "—", None, None)),
            ("BL1.2", 0, 2015, (None, None, "2", "104.10.開始")),
            ("CF1.1", 0, 2013, (None, None, None, "—")),
            ("BF1.1", 0, 2015, (None, None, "93.48", None)),
            ("GF1.1", 1, 2016, ("6", None, None, None)),
            ("HF1.1", 0, 2013, (None, None, "0", None)),
        ],
    )
    def test_irregular_cells_read_as_the_domain_description_says(self, exported, code, index, year, expected):
        values = by_code(exported["kpis"])[code]["measures"][index]["values"]
        (value,) = [value for value in values if value["year"] == year]
        assert (value["target"], value["target_note"], value["actual"], value["actual_note"]) == expected


class TestTheTwoSources:
    def test_the_published_text_agrees_with_the_workbook_cell_for_cell(self):
        sheet = openpyxl.load_workbook(secretariat_facts.WORKBOOK)["平衡計分卡"]
        lines = secretariat_facts.TEXT.read_text().splitlines()
        rows = [line.split("\t") for line in lines if line.count("\t") == 14]
        printed = [[squeezed(cell) for cell in row] for row in rows if re.match(r"[A-H][A-Z]+\d?\.\d", row[1])]
        typed = [[squeezed(cell.value) for cell in sheet[row]] for row in secretariat_facts.kpi_rows(sheet)]
        assert len(printed) == len(typed) == 36
        for row, expected in zip(printed, typed, strict=True):
            assert row == expected

    def test_the_published_text_has_the_same_map_as_the_workbook(self):
        sheet = openpyxl.load_workbook(secretariat_facts.WORKBOOK)["策略地圖"]
        printed = squeezed(secretariat_facts.TEXT.read_text().split("平衡計分卡")[0])
        cells = [squeezed(cell.value) for row in sheet for cell in row if cell.value]
        assert len(cells) == 59
        assert [cell for cell in cells if cell not in printed] == []

    def test_the_copies_used_here_are_the_agencys_own_files(self):
        if not SHARED_SOURCE.is_dir():
            return  # a clone without the design folder has the copies alone, which every other test here reads
        assert secretariat_facts.WORKBOOK.read_bytes() == (SHARED_SOURCE / "taipei-secretariat-form.xlsx").read_bytes()
        assert secretariat_facts.TEXT.read_bytes() == (SHARED_SOURCE / "000_3f86de66af70b905.txt").read_bytes()


class TestFigures:
    def test_decimals_are_text_without_trailing_zeros_or_exponent_and_amounts_are_integers(self):
        plan = factories.make_plan()
        kpi = factories.kpi(plan, "AC1.1")
        for year, figure in ((2013, "0.0001"), (2014, "10000000000"), (2015, "-2.5000")):
            YearlyValue.objects.filter(measure__kpi=kpi, year=year).update(actual=Decimal(figure))
        spend(factories.make_cast(plan), "AC1.1.1", 0)
        ActionBudget.objects.filter(action_plan__code="AC1.1.1", year=2016).update(amount=10**15)
        found = by_code(export(plan)["kpis"])["AC1.1"]
        assert [v["actual"] for v in found["measures"][0]["values"]][:3] == ["0.0001", "10000000000", "-2.5"]
        assert found["action_plans"][0]["budgets"][0] == {"year": 2016, "amount": 10**15, "executed": 0}

    def test_an_actual_is_left_out_until_it_is_approved_unless_asked_for(self):
        plan = factories.make_plan()
        cast = factories.make_cast(plan)
        factories.open_year(cast.admin, plan)
        kpi = factories.kpi(plan, "AC1.1")
        factories.fill(cast.staff, kpi, actuals="98.50")

        def actual(**options):
            values = by_code(export(plan, **options)["kpis"])["AC1.1"]["measures"][0]["values"]
            return values[3]["actual"]

        assert actual() is None
        assert actual(include_provisional=True) == "98.5"
        factories.approve(cast.reviewer, factories.submit(cast.staff, kpi))
        assert actual() == "98.5"

    def test_an_edition_has_the_actuals_of_years_before_it_and_no_later_one(self):
        plan = factories.make_plan()
        cast = factories.make_cast(plan)
        factories.open_year(cast.admin, plan)
        before = plan_json(scorecard_of(plan))
        later = factories.next_edition(cast.admin, plan)
        factories.open_year(cast.admin, later)
        factories.approved(cast, factories.kpi(later, "AC1.1"), actuals="93")
        assert plan_json(scorecard_of(plan)) == before
        factories.approved(cast, factories.kpi(plan, "AC1.1"), actuals="98")
        values = by_code(export(later)["kpis"])["AC1.1"]["measures"][0]["values"]
        assert [(value["year"], value["actual"]) for value in values] == [
            (2014, "80"),
            (2015, "80"),
            (2016, "98"),
            (2017, "93"),
            (2018, None),
            (2019, None),
        ]
        assert (export(later)["first_year"], export(later)["last_year"]) == (2017, 2019)

    def test_every_direction_and_every_owner_has_its_own_word(self):
        found = by_code(export(factories.make_plan())["kpis"])
        directions = {code: kpi["measures"][0]["direction"] for code, kpi in found.items()}
        assert (directions["AC1.1"], directions["AC1.2"], directions["AL1.1"]) == ("higher", "lower", "band")
        assert [plan["owner"] for plan in found["AC1.1"]["action_plans"]] == ["甲組", "李大華"]

    def test_what_is_missing_is_null(self):
        plan = factories.make_plan()
        Plan.objects.filter(pk=plan.pk).update(vision="", mission="")
        plan.themes.update(lead_division=None)
        KPI.objects.filter(plan=plan).update(formula="")
        document = export(plan)
        assert document["vision"] is None
        assert document["mission"] == []
        assert document["themes"][0]["lead_division"] is None
        assert document["kpis"][0]["formula"] is None
        assert document["kpis"][0]["measures"][0]["label"] is None


class TestText:
    def test_the_text_is_readable_and_the_same_every_time(self):
        plan = secretariat_facts.load_plan()
        text = plan_json(scorecard_of(plan))
        assert text == plan_json(scorecard_of(plan))
        assert sha256(text.encode()).hexdigest() == BYTES_OF_105
        assert text.startswith('{\n  "agency": "臺北市政府秘書處",\n')
        assert text.endswith("}\n")

    @pytest.mark.parametrize("kpis", [5, 50])
    def test_drawing_the_scorecard_costs_no_query_at_any_size(self, kpis, django_assert_num_queries):
        scorecard = scorecard_of(factories.make_plan(kpis=kpis))
        with django_assert_num_queries(0):
            assert len(plan_document(scorecard)["kpis"]) == kpis
