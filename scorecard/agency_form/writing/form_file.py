"""Writes the agency's form: its sheets 策略地圖 and 平衡計分卡.

Like every file it has approved actuals only. A year before the edition's own has its actuals, the others their targets
and budgets. With with_actuals the edition's own year also has its actuals, in a column beside the targets with the
heading of an earlier year, so the form's reader finds the year and kind of every figure.
"""

from dataclasses import dataclass

from scorecard.agency_form.writing.sheets import map_sheet, scorecard_sheet
from scorecard.read_models.measure_lines import YearLine
from scorecard.spreadsheets.ods_writer import sheets_ods
from scorecard.spreadsheets.origin_mark import MARK
from scorecard.spreadsheets.xlsx_writer import sheets_workbook


@dataclass(frozen=True)
class FormYears:
    """with_actuals: the form has the actuals of the edition's own year, too."""

    years: tuple[YearLine, ...]
    with_actuals: bool = False


def choose_years(scorecard, *, first=None, last=None, with_actuals=False):
    """first, last: Gregorian, None for the scorecard's first and last year. The result may be empty."""
    years = scorecard.years
    chosen = tuple(y for y in years if (first is None or y.year >= first) and (last is None or y.year <= last))
    return FormYears(chosen, with_actuals)


def form_xlsx(scorecard, chosen):
    """Bytes. scorecard: built with_action_plans=True. No query."""
    return sheets_workbook(form_sheets(scorecard, chosen), **_properties(scorecard))


def form_ods(scorecard, chosen):
    """Bytes. scorecard: built with_action_plans=True. No query."""
    return sheets_ods(form_sheets(scorecard, chosen), **_properties(scorecard))


def form_sheets(scorecard, chosen):
    """The two OutputSheets. No query."""
    return [map_sheet(scorecard), scorecard_sheet(scorecard, chosen.years, with_actuals=chosen.with_actuals)]


def _properties(scorecard):
    mark = f"{MARK} {scorecard.plan_slug}"
    return {"title": f"{scorecard.agency}平衡計分卡", "creator": scorecard.agency, "mark": mark}
