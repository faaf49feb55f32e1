"""The agency's own form, filled: its sheets 策略地圖 and 平衡計分卡 as it hands them in.

Like every file it shows approved actuals alone. Of the plan's years it holds those that were asked for: a baseline
year with its actuals, a plan year with its targets and budgets, and with_actuals the plan years' actuals as well, each
in a column of its own beside the target's, headed as the baseline's are: so a reader of the form reads every figure
back into the year and kind it came from.
"""

from dataclasses import dataclass

from scorecard.agency_form.writing.sheets import map_sheet, scorecard_sheet
from scorecard.read_models.measure_lines import YearLine
from scorecard.spreadsheets.ods_writer import sheets_ods
from scorecard.spreadsheets.origin_mark import MARK
from scorecard.spreadsheets.xlsx_writer import sheets_workbook


@dataclass(frozen=True)
class FormYears:
    """The years of a form, and whether it tells the actuals of its plan years."""

    years: tuple[YearLine, ...]
    with_actuals: bool = False


def choose_years(scorecard, *, first=None, last=None, with_actuals=False):
    """The FormYears from one Gregorian year to another; None: from the first, to the last. May be empty."""
    years = scorecard.years
    chosen = tuple(y for y in years if (first is None or y.year >= first) and (last is None or y.year <= last))
    return FormYears(chosen, with_actuals)


def form_xlsx(scorecard, chosen):
    """The form as the bytes of an XLSX file (no query). Build the Scorecard with_action_plans=True."""
    return sheets_workbook(form_sheets(scorecard, chosen), **_properties(scorecard))


def form_ods(scorecard, chosen):
    """The form as the bytes of an ODS file (no query). Build the Scorecard with_action_plans=True."""
    return sheets_ods(form_sheets(scorecard, chosen), **_properties(scorecard))


def form_sheets(scorecard, chosen):
    """The form's two Sheets, for whichever file (no query)."""
    return [map_sheet(scorecard), scorecard_sheet(scorecard, chosen.years, with_actuals=chosen.with_actuals)]


def _properties(scorecard):
    return {"title": f"{scorecard.agency}平衡計分卡", "creator": scorecard.agency, "mark": MARK}
