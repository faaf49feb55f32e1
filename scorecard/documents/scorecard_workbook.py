"""The scorecard as a spreadsheet, .xlsx or .ods: a sheet in the form's columns and a sheet of scores."""

from scorecard.documents.scorecard_sheet import lay_out
from scorecard.documents.scorecard_table import whole_table
from scorecard.documents.scores_sheet import scores_sheet
from scorecard.spreadsheets.ods_writer import sheets_ods
from scorecard.spreadsheets.xlsx_writer import sheets_workbook


def scorecard_workbook(scorecard):
    """XLSX of the whole scorecard. No query. Build it with_action_plans=True."""
    return table_workbook(whole_table(scorecard))


def table_workbook(table):
    """XLSX. No query."""
    return sheets_workbook(_sheets(table), **_properties(table))


def table_ods(table):
    """ODS. No query."""
    return sheets_ods(_sheets(table), **_properties(table))


def _sheets(table):
    sheets = [lay_out(table)]
    # A filtered file has exactly what is shown, but scores are always those of the whole plan.
    if not table.selection.filter.is_active:
        sheets.append(scores_sheet(table.scorecard))
    return sheets


def _properties(table):
    return {"title": f"{table.title} {table.scorecard.year.text}", "creator": table.scorecard.agency}
