"""Sheets of their own: a KPI, a division and a receipt, each made once over HTTP and read back."""

from django.test import TestCase

from scorecard.models import Division, Submission
from scorecard.read_models.build_scorecard import build_scorecard
from tests import factories
from tests.deputyships import acting, stand_in
from tests.factories import approve, fill, submit
from tests.page_reading import address, client_of, words
from tests.pdf import pdf_reading as reading


class Sheets(TestCase):
    """A small plan: AC1.2 missed and approved, with deputies at every step, AC1.1 submitted."""

    @classmethod
    def setUpTestData(cls):
        """Make every sheet once."""
        plan = factories.make_plan(kpis=5)
        cast = factories.make_cast(plan)
        factories.open_year(cast.admin, plan)
        missed = factories.kpi(plan, "AC1.2")
        factories.attach(cast.staff, missed)
        fill(cast.staff, missed, actuals=91)
        deputy = acting(stand_in(cast.viewer, cast.staff, plan.agency))
        fill(deputy, missed, actuals=90, explanation="人力不足", improvement="增補人力")
        approve(acting(stand_in(cast.other_staff, cast.reviewer, plan.agency)), submit(deputy, missed))
        fill(cast.staff, factories.kpi(plan, "AC1.1"), actuals=98765)
        submit(cast.staff, factories.kpi(plan, "AC1.1"))
        cls.plan, cls.client_ = plan, client_of(cast.staff)
        cls.scorecard = build_scorecard(plan)
        division = Division.objects.get(agency=plan.agency, name="甲組")
        cls.kpi = cls.open("kpi_pdf", code="AC1.2")
        cls.division = cls.open("division_pdf", division_id=division.pk)
        cls.receipt = cls.open("reporting_receipt_pdf", serial=1)
        cls.all = (cls.kpi, cls.division, cls.receipt)

    @classmethod
    def open(cls, name, **kwargs):
        """The file at an address, as a reader of it."""
        response = cls.client_.get(address(cls.plan, name, **kwargs))
        assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
        assert response["Content-Disposition"].endswith('.pdf"')
        return reading.open_pdf(response.content)

    def test_each_is_one_tagged_page_of_embedded_fonts_in_chinese_without_a_missing_glyph(self):
        for document in self.all:
            root = document.root_object
            assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "zh-Hant-TW"
            assert len(document.pages) == 1
            assert {name.split("+")[-1] for name in reading.fonts_of(document)} == {"Noto-Sans-TC", "Noto-Sans-TC-Bold"}
            assert all(reading.fonts_of(document).values())
            assert reading.count_glyphs(document)[1] == 0

    def test_a_kpis_sheet_has_its_figures_calculation_words_and_money(self):
        text, line = reading.squeezed(self.kpi), self.scorecard.kpis_by_code["AC1.2"]
        expected = [line.name, line.formula, line.rate_text, line.measures[0].calculation, "人力不足", "增補人力"]
        expected += ["辦理AC1.2.1", "1,000", "草稿"]
        assert [part for part in expected if reading.without_space(part) not in text] == []
        assert self.kpi.metadata.title.endswith("105 年 AC1.2 指標 AC1.2")
        assert all(figure.get("/Alt") for figure in reading.structure(self.kpi, "/Figure"))

    def test_a_divisions_sheet_has_its_score_its_kpis_and_only_approved_figures(self):
        text = reading.squeezed(self.division)
        (line,) = self.scorecard.divisions
        expected = [line.name, line.score_text, *(kpi.name for kpi in line.kpis)]
        assert [part for part in expected if reading.without_space(part) not in text] == []
        assert "尚未審核" in text and "98,765" not in text

    def test_a_receipts_file_says_what_its_page_says(self):
        text, receipt = reading.squeezed(self.receipt), Submission.objects.get(serial=1)
        assert self.receipt.metadata.title == "填報收執 105-001"
        for part in ("填報收執105-001", "甲組", "人力不足", "增補人力", "統計表.txt", receipt.digest):
            assert part in text
        assert "草稿" not in text

    def test_a_receipt_names_who_entered_submitted_and_approved_on_its_page_and_in_its_file(self):
        page = self.client_.get(address(self.plan, "reporting_receipt", serial=1))
        said, printed = reading.without_space(words(page.content.decode())), reading.squeezed(self.receipt)
        for shown, submitted in ((said, "送出viewer君（代），"), (printed, "送出者viewer君（代）")):
            assert submitted in shown
            assert "填報staff君、viewer君（代）" in shown.replace("填報：", "填報")
            assert "other-staff君（代）" in shown
