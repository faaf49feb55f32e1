"""The same figure on page, SVG, PDF, workbook and JSON, for every KPI, objective, theme, perspective and the plan."""

import json
import re
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from scorecard.models import Membership, Plan
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.services import demo
from tests import factories
from tests.secretariat_facts import load_plan

YEAR = 2016


class Renderings:
    """The scorecard, and every rendering of it as text, numbers or data."""

    def __init__(self, plan):
        self.scorecard = build_scorecard(plan, with_action_plans=True)
        self.plan = plan
        self.client = Client()
        self.client.force_login(Membership.objects.get(user__username="demo-reviewer").user)
        self.scores = json.loads(self.get("scores_json"))
        self.svg = self.get("map_svg").decode()
        self.map_page = self.get("strategy_map").decode()
        self.table = self.get("scorecard").decode()
        book = openpyxl.load_workbook(BytesIO(self.get("scorecard_xlsx")))
        self.sheet, self.score_sheet = book.worksheets
        self.pdf = "".join(page.extract_text() for page in PdfReader(BytesIO(self.get("annual_report"))).pages)

    def get(self, name, *key):
        """The body of a page or file of the plan's year."""
        response = self.client.get(reverse(name, args=[self.plan.agency.slug, YEAR, *key]))
        assert response.status_code == 200
        return response.content

    def sheet_scores(self, level):
        """Scores on the workbook's second sheet, as (name, score, light) by the rows of a level."""
        rows = self.score_sheet.iter_rows(min_row=2, values_only=True)
        return [(row[2], row[3], row[4]) for row in rows if row[0] == level]


def close_year(*, by, plan, approval, reason):
    """With files that are made at once, in place of an annual report."""
    return factories.close_year(by, plan, reason=reason)


def as_number(text):
    """What a workbook holds for a printed score or rate."""
    return text if text == "—" else Decimal(text)


def plain_text(html):
    """The text of a page without its tags, white space folded."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def group_of(svg, class_name):
    """The drawn groups of a class, each up to the next group of the map."""
    return re.findall(rf'<g class="{class_name}".*?(?=<g class="map-|</svg>)', svg, flags=re.S)


def same(lines, sheet, scores):
    """The read model's lines say what the workbook's and the JSON's say, in the same order."""
    printed = [(line.name, line.score_text, line.status) for line in lines]
    assert [(name, as_number(str(score)), light) for name, score, light in sheet] == [
        (name, as_number(score), status.label) for name, score, status in printed
    ]
    assert [(entry["name"], entry["score"], entry["status"]) for entry in scores] == [
        (name, score, status.value) for name, score, status in printed
    ]


@pytest.mark.one_database
class EveryRendering(TestCase):
    """105 with the demo data, which fixture and demo data load once for all tests."""

    @classmethod
    def setUpTestData(cls):
        """Make every rendering over HTTP, as a reviewer."""
        plan = load_plan()
        demo.load(plan=plan, password=None, today=timezone.localdate(), close_year=close_year)
        cls.made = Renderings(Plan.objects.select_related("agency", "version").get(pk=plan.pk))

    def test_perspectives_themes_divisions_and_objectives_agree_in_workbook_and_json(self):
        card, scores = self.made.scorecard, self.made.scores
        same(card.perspectives, self.made.sheet_scores("構面"), scores["perspectives"])
        same(card.themes, self.made.sheet_scores("策略主題"), scores["themes"])
        same(card.divisions, self.made.sheet_scores("科室"), scores["divisions"])
        same(card.objectives, self.made.sheet_scores("策略目標"), scores["objectives"])

    def test_the_plans_score_is_the_same_everywhere(self):
        score = self.made.scorecard.score_text
        assert self.made.scores["score"] == score
        assert [str(value) for _, value, _ in self.made.sheet_scores("年版")] == [score]
        assert f"整體得分 {score} ／100" in plain_text(self.made.map_page)
        assert f"整體得分 {score} ／100" in plain_text(self.made.table)
        assert plain_text(group_of(self.made.svg, "map-plan")[0]).split() == [
            "整體得分",
            score,
            self.made.scorecard.status.label,
        ]
        assert f"整體得分 {score}" in self.made.pdf

    def test_every_objectives_score_is_on_map_svg_page_and_pdf(self):
        cards = re.findall(r'<g class="map-card".*?</g>\s*(?=<g class="map-card"|</svg>)', self.made.svg, flags=re.S)
        # After the last card the file says that it is a copy of a closed year's.
        texts = {
            re.search(r'data-code="([^"]*)"', card)[1]: plain_text(card).replace("非正式版本", "").split()
            for card in cards
        }
        pages = plain_text(self.made.map_page)
        for objective in self.made.scorecard.objectives:
            tally = objective.score.tally
            assert texts[objective.code][-1] == objective.score_text
            assert f"{tally.met}／{tally.assessed}" in texts[objective.code]
            row = f"{objective.code} {objective.name}"
            assert re.search(
                f"{re.escape(row)}.{{0,80}}{re.escape(objective.score_text)} {tally.met}／{tally.assessed}", pages
            )
            page = plain_text(self.made.get("objective", objective.code).decode())
            assert f"得分 {objective.score_text}" in page
            assert objective.code in self.made.pdf

    def test_every_theme_and_perspective_says_its_score_on_the_map_its_page_and_in_the_pdf(self):
        pages, card = plain_text(self.made.table), self.made.scorecard
        for class_name, lines in (("map-theme", card.themes), ("map-row", card.perspectives)):
            groups = [plain_text(group).split() for group in group_of(self.made.svg, class_name)]
            assert [words[-1] for words in groups] == [line.score_text for line in lines]
            for words, line in zip(groups, lines, strict=True):
                assert {line.code, line.status.label, line.met_text} <= set(words)
        for perspective in self.made.scorecard.perspectives:
            assert re.search(f"{perspective.name}構面.{{0,20}}得分 {perspective.score_text}", pages)
            assert re.search(f"{perspective.name}\\s*{re.escape(perspective.score_text)}", self.made.pdf)
        for theme in self.made.scorecard.themes:
            assert f"得分 {theme.score_text}" in plain_text(self.made.get("theme", theme.code).decode())
            assert re.search(f"{theme.name}\\s*{re.escape(theme.score_text)}", self.made.pdf)

    def test_every_kpis_rate_and_light_are_the_same_on_its_page_in_the_table_the_workbook_the_json_and_the_pdf(self):
        headings = {str(cell.value).replace("\n", ""): cell.column for cell in self.made.sheet[3]}
        rate_column = next(number for text, number in headings.items() if text.startswith("105年") and "達成率" in text)
        in_sheet = [
            cell.value for (cell,) in self.made.sheet.iter_rows(min_row=4, min_col=rate_column, max_col=rate_column)
        ]
        in_sheet = [value for value in in_sheet if value is not None]
        measures = [measure for kpi in self.made.scorecard.kpis for measure in kpi.measures]
        printed = [measure.cell.rate_text for measure in measures]
        as_shares = [text if text in ("—", ">999%") else Decimal(text.rstrip("%")) / 100 for text in printed]
        assert [value if isinstance(value, str) else Decimal(str(value)) for value in in_sheet][
            : len(as_shares)
        ] == as_shares
        for kpi, entry in zip(self.made.scorecard.kpis, self.made.scores["kpis"], strict=True):
            assert (entry["code"], entry["rate"], entry["status"]) == (kpi.code, kpi.rate_text, kpi.status.value)
            page = self.made.get("kpi", kpi.code).decode()
            assert f"105 年達成率 {kpi.rate_text} 燈號 {kpi.status.label}" in plain_text(page)
            for measure in kpi.measures:
                if measure.cell.outcome.rate is not None:
                    spoken = f"達成率 {measure.cell.rate_text}，{measure.cell.status.label}"
                    assert any(spoken in label for label in re.findall(r'<svg[^>]*aria-label="([^"]*)"', page))
            if kpi.score.value is not None:
                assert kpi.rate_text in self.made.pdf
