"""A scorecard, its figures made up, and its workbook opened again."""

from decimal import Decimal
from io import BytesIO

import openpyxl
from django.utils import timezone

from scorecard.documents.scorecard_workbook import scorecard_workbook
from scorecard.domain.choices import ReportState
from scorecard.models import Plan, YearlyReport, YearlyValue
from scorecard.read_models.build_scorecard import build_scorecard
from tests import factories

HEADING_ROW = 3
ACTUALS, TARGETS = (102, 103, 104, 105), (105, 106, 107)


def scorecard_of(plan, **options):
    plan = Plan.objects.select_related("agency", "version").get(pk=plan.pk)
    return build_scorecard(plan, with_action_plans=True, **options)


def approve_all(plan, shares=("1", "0.95", "0.5", None), state_of=lambda code: ReportState.APPROVED, **person):
    """Actuals of the year: shares of the targets in turn, None for 無統計; approved unless state_of a code says else.

    person: fields of who did it.
    """
    year = plan.year
    submitter = factories.make_user(f"submitter-{year}", **person)
    people = {
        "submitted_by": submitter,
        "changed_by": submitter,
        "reviewed_by": factories.make_user(f"reviewer-{year}"),
        "submitted_at": timezone.now(),
        "reviewed_at": timezone.now(),
    }
    for i, kpi in enumerate(plan.kpis.all()):
        share = shares[i % len(shares)]
        for value in YearlyValue.objects.filter(measure__kpi=kpi, year=year, target__isnull=False):
            value.actual = None if share is None else value.target * Decimal(share)
            value.unmeasured, value.actual_note = share is None, "系統改版" if share is None else ""
            value.save()
        YearlyReport.objects.create(kpi=kpi, state=state_of(kpi.code), **people)


class Sheet:
    """The sheet in the form's columns, opened again: cells by heading, merged cells giving their value in every row."""

    def __init__(self, content):
        book = openpyxl.load_workbook(BytesIO(content))
        self.worksheet = book.worksheets[0]
        self.book = book
        self.columns = {}
        for cell in self.worksheet[HEADING_ROW]:
            self.columns.setdefault(cell.value.replace("\n", ""), cell.column)
        self.homes = {
            at: area.start_cell.coordinate
            for area in self.worksheet.merged_cells.ranges
            for row in self.worksheet[area.coord]
            for at in [cell.coordinate for cell in row]
        }

    def cell(self, row, heading):
        (column,) = [number for text, number in self.columns.items() if text.startswith(heading)]
        cell = self.worksheet.cell(row, column)
        return self.worksheet[self.homes.get(cell.coordinate, cell.coordinate)]

    def value(self, row, heading):
        return self.cell(row, heading).value

    def rows_of(self, kpi):
        """The rows of a KPI, from its merged cell or its single one."""
        name = f"{kpi.code} {kpi.name}"
        return [row for row in range(HEADING_ROW + 1, self.worksheet.max_row + 1) if self.value(row, "KPI（") == name]

    def texts(self):
        return [str(cell.value) for row in self.worksheet for cell in row if cell.value is not None]


def sheet_of(plan, **options):
    return Sheet(scorecard_workbook(scorecard_of(plan, **options)))


def holds(cell, figure, text):
    """Assert that the cell is this number, or this text where there is none; whether it is a number."""
    expected = ("s", text) if figure is None else ("n", figure)
    assert (cell.data_type, cell.value if figure is None else Decimal(str(cell.value))) == expected
    return figure is not None
