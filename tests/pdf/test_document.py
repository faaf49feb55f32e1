"""The annual report as PDF: made for real, and read back with pypdf."""

import logging
import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import transaction

from scorecard.agency_form.writing.form_file import choose_years, form_xlsx
from scorecard.documents.annual_report_pdf import annual_report_document
from scorecard.domain.choices import PlanState, Status
from scorecard.models import KPI, YearlyReport, YearlyValue
from scorecard.pdf.writer import write_pdf
from scorecard.read_models.annual_report import Choices, build_annual_report
from tests import factories, secretariat_facts
from tests.pdf import pdf_reading as reading
from tests.shared_rows import LAYERS

MADE_AT = datetime(2017, 2, 6, 14, 5)
PARTS = [
    "摘要",
    "策略地圖",
    "平衡計分卡",
    "未達與接近項目",
    "行動方案與預算",
    "目標值下修（放寬）情形",
    "未評核項目",
    "達成率如何計算",
    "填表說明與簽核",
]
# Share of the target that a KPI reaches; everything else reaches its target.
REACHED = {"DL1.1": "0.5", "FL1.1": "0.8", "GF1.1": "0.7", "BF1.1": "0.95", "DF1.1": "0.95"}
UNMEASURED = {"EF1.1": "系統未提供統計"}
PENDING = {"HC1.1"}


def report_the_year(plan, year):
    """Approved figures of every KPI but the pending, some short of their targets."""
    reviewer, staff = factories.make_user("審核者"), factories.make_user("填報者")
    made = {"changed_by": staff, "submitted_by": staff, "submitted_at": MADE_AT.astimezone()}
    made |= {"reviewed_by": reviewer, "reviewed_at": MADE_AT.astimezone(), "state": "approved"}
    for kpi in KPI.objects.filter(plan=plan).exclude(code__in=PENDING):
        for value in YearlyValue.objects.filter(measure__kpi=kpi, year=year):
            if kpi.code in UNMEASURED:
                value.unmeasured, value.actual_note = True, UNMEASURED[kpi.code]
            elif value.target is not None:
                value.actual = round(value.target * Decimal(REACHED.get(kpi.code, "1")), 2)
            value.save()
        texts = {"explanation": f"{kpi.code} 的差異說明", "improvement": f"{kpi.code} 的改善措施"}
        YearlyReport.objects.create(kpi=kpi, **made, **(texts if kpi.code in REACHED else {}))


@pytest.fixture(scope="module")
def report(django_db_setup, django_db_blocker):
    """The Secretariat's report of 105, not closed; rows are rolled back once it is built."""
    LAYERS.clear()
    with django_db_blocker.unblock(), transaction.atomic():
        plan = secretariat_facts.load_plan()
        report_the_year(plan, 2016)
        built = build_annual_report(plan)
        transaction.set_rollback(True)
    return built


@pytest.fixture(scope="module")
def complaints():
    """What WeasyPrint says while the draft is made."""
    return []


@pytest.fixture(scope="module")
def made(report, complaints):
    """The draft's bytes."""
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: complaints.append(record.getMessage())
    logging.getLogger("weasyprint").addHandler(handler)
    try:
        return write_pdf(annual_report_document(report, made_at=MADE_AT))
    finally:
        logging.getLogger("weasyprint").removeHandler(handler)


@pytest.fixture(scope="module")
def document(made):
    return reading.open_pdf(made)


@pytest.fixture(scope="module")
def empty(django_db_setup, django_db_blocker):
    """The report of a small plan's closed year, without figures and appendix, said to be of sample data."""
    LAYERS.clear()
    with django_db_blocker.unblock(), transaction.atomic():
        built = build_annual_report(factories.make_plan(kpis=5), Choices(with_appendix=False))
        transaction.set_rollback(True)
    year = replace(built.scorecard.year, state=PlanState.CLOSED)
    scorecard = replace(built.scorecard, year=year, sample_years=frozenset({year.year}), is_official=True)
    return replace(built, scorecard=scorecard)


@pytest.fixture(scope="module")
def made_empty(empty):
    """Its bytes."""
    return write_pdf(annual_report_document(empty, made_at=MADE_AT))


@pytest.fixture(scope="module")
def closed(made_empty):
    return reading.open_pdf(made_empty)


def html_of(report):
    """What would be set as pages, for what need not be set to be seen."""
    return annual_report_document(report, made_at=MADE_AT).html


def test_every_name_and_text_of_the_plan_can_be_extracted(report, document):
    text = reading.squeezed(document)
    scorecard = report.scorecard
    expected = [kpi.name for kpi in scorecard.kpis] + [objective.name for objective in scorecard.objectives]
    expected += [kpi.formula for kpi in scorecard.kpis] + list(scorecard.instructions) + list(scorecard.mission)
    expected += [plan.description for kpi in scorecard.kpis for plan in kpi.action_plans]
    expected += [review.explanation for review in report.reviews] + [scorecard.vision, *scorecard.core_values]
    expected += [measure.calculation for review in report.reviews for measure in review.kpi.measures]
    assert len(scorecard.kpis) == 39
    assert [name for name in expected if reading.without_space(name) not in text] == []


def test_every_figure_of_the_scorecard_can_be_extracted(report, document):
    words = set(reading.text_of(document).split())
    cells = [cell for kpi in report.scorecard.kpis for measure in kpi.measures for cell in measure.cells.values()]
    figures = [text for cell in cells for text in (cell.target_text, cell.actual_text) if text[0].isdigit()]
    rates = {kpi.rate_text for kpi in report.scorecard.kpis}
    single = [text for text in {*figures, *rates} if len(text.split()) == 1 and "\n" not in text]
    assert [text for text in single if text not in words] == []


def test_only_the_vendored_family_is_embedded(document):
    fonts = reading.fonts_of(document)
    assert {name.split("+")[-1] for name in fonts} == {"Noto-Sans-TC", "Noto-Sans-TC-Bold"}
    assert all(fonts.values())


def test_no_glyph_is_missing(document):
    shown, missing = reading.count_glyphs(document)
    assert shown > 10_000
    assert missing == 0


def test_the_file_is_tagged_titled_and_in_chinese(report, document):
    root = document.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "zh-Hant-TW"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b'pdfaid:part="3" pdfaid:conformance="A"' in root["/Metadata"].get_object().get_data()
    assert document.metadata.title == f"{report.scorecard.agency} 105 年度績效報告"
    assert document.metadata.creation_date.date() == MADE_AT.date()


def test_the_filled_form_is_inside(report, document):
    ((name, (content,)),) = document.attachments.items()
    assert name == "form-105.xlsx"
    assert content == form_xlsx(report.scorecard, choose_years(report.scorecard, with_actuals=True))
    assert "form-105.xlsx" in reading.text_of(document)


def test_without_appendix_the_file_is_pdf_ua_with_nothing_inside(closed):
    root = closed.root_object
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_object().get_data()
    assert root["/MarkInfo"]["/Marked"] and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert not closed.attachments
    assert "達成率如何計算" not in reading.text_of(closed) and "八、簽核" in reading.outline(closed)


def test_contents_and_map_lead_to_the_parts_of_kpis(report, document):
    names = document.named_destinations
    targets = [reading.link_targets(page) for page in document.pages]
    parts = {f"kpi-{review.kpi.id}" for review in report.reviews}
    assert parts <= set(targets[1]) <= set(names)
    ((page, _),) = reading.pages_headed(document, "二、策略地圖")
    on_map = reading.link_targets(page)
    assert len(on_map) == len(report.scorecard.objectives) and set(on_map) <= set(names)
    first = {review.objective.code: f"kpi-{review.kpi.id}" for review in reversed(report.reviews)}
    assert set(first.values()) <= set(on_map)


def test_every_figure_has_an_alternative_text(document):
    figures = reading.structure(document, "/Figure")
    assert len(figures) > 100
    assert all(figure.get("/Alt") for figure in figures)


def test_who_reported_and_approved_begins_below_its_heading_and_leaves_no_row_alone_on_a_page(report, document):
    pages = reading.texts(document)
    begin = next(number for number, shown in enumerate(pages) if "填報與審核" in shown)
    codes = [each.kpi.code for each in report.people]
    assert len(codes) > 30 and codes[0] in pages[begin]
    (last,) = (shown for shown in pages[begin:] if codes[-1] in shown)
    assert codes[-2] in last


def test_tables_have_headings_and_the_structure_names_them(document):
    assert len(reading.structure(document, "/Table")) >= 10
    assert len(reading.structure(document, "/TH")) > 200


def test_lists_hold_items_alone_and_no_level_of_headings_is_skipped(document):
    for found in reading.structure(document, "/L"):
        assert set(reading.kinds_within(found)) <= {"/LI", "/L"}
    levels = [int(kind[2:]) for kind in reading.kinds(document) if kind[:2] == "/H"]
    assert levels[0] == 1 and set(levels) == {1, 2, 3}
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_the_outline_leads_to_every_part_and_kpi(report, document):
    titles = reading.outline(document)
    assert [title.split("、", 1)[1] for title in titles if title[1:2] == "、"] == PARTS
    assert [kpi.code for kpi in report.scorecard.kpis if f"{kpi.code} {kpi.name}" not in titles] == []


def test_contents_give_the_page_of_each_part(document):
    contents = reading.texts(document)[1].splitlines()
    pages = {line.split("、")[1].split(" ")[0]: int(line.split()[-1]) for line in contents if line[1:2] == "、"}
    for part in PARTS:
        assert part in reading.texts(document)[pages[part] - 1]


def test_no_template_of_the_report_asks_for_what_is_not_there(report, settings):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "OPTIONS": {"string_if_invalid": "〔%s〕"}}]
    # A light's word may be given and has a default, which only an empty string_if_invalid brings to bear.
    assert set(re.findall("〔[^〕]*〕", html_of(report))) <= {"〔word〕"}


def test_the_summary_takes_one_page(document):
    assert len(reading.pages_headed(document, "一、摘要")) == 1


def test_the_map_takes_one_landscape_page_with_every_objective(report, document):
    ((page, shown),) = reading.pages_headed(document, "二、策略地圖")
    assert page.mediabox.width > page.mediabox.height
    text = reading.without_space(shown)
    assert [line.name for line in report.scorecard.objectives if reading.without_space(line.name) not in text] == []


def test_missed_and_near_kpis_have_their_part(report, document):
    text = reading.text_of(document)
    assert {review.kpi.code for review in report.reviews} == set(REACHED)
    assert all(f"{code} 的差異說明" in text and f"{code} 的改善措施" in text for code in REACHED)


def test_a_kpi_without_statistics_is_listed_with_its_reason(document):
    ((_, text),) = reading.pages_headed(document, "七、未評核項目")
    assert "系統未提供統計" in text


def test_budget_totals_are_printed(document):
    text = reading.text_of(document)
    assert all(total in text for total in ("100,017,217", "11,909,542", "11,740,000"))


def test_pages_say_their_number_when_made_and_the_data_version(report, document):
    count = len(document.pages)
    for number, text in enumerate(reading.texts(document)[1:], start=2):
        assert f"第 {number} 頁，共 {count} 頁" in text
        assert f"資料截至民國 106 年 2 月 6 日 14:05 資料版本 {report.scorecard.data_version}" in " ".join(text.split())


def test_every_page_says_draft_until_the_year_is_closed(document, closed):
    assert all("草稿" in text for text in reading.texts(document))
    assert "草稿" not in reading.text_of(closed)


def test_every_page_says_so_where_figures_are_samples(document, closed):
    assert all("示範資料" in text for text in reading.texts(closed))
    assert "示範資料" not in reading.text_of(document)


def test_figures_not_approved_are_marked(db):
    plan = factories.make_plan(kpis=5)
    cast = factories.make_cast(plan)
    factories.open_year(cast.admin, plan)
    factories.fill(cast.staff, factories.kpi(plan, "AC1.1"), actuals="95")
    shown, withheld = (
        html_of(build_annual_report(plan, Choices(include_provisional=choice))) for choice in (True, False)
    )
    assert "尚未審核</span>" in shown and "95%" in shown
    assert "尚未審核</span>" in withheld and "95%" not in withheld


def test_the_same_data_gives_the_same_bytes(empty, made_empty):
    assert write_pdf(annual_report_document(empty, made_at=MADE_AT)) == made_empty


def test_weasyprint_finds_nothing_to_complain_of(made, complaints):
    assert complaints == []


def test_a_year_without_any_figure_is_reported(empty, closed):
    assert {kpi.status for kpi in empty.scorecard.kpis} == {Status.PENDING}
    assert "本年度沒有未達或接近目標的 KPI" in reading.text_of(closed)
