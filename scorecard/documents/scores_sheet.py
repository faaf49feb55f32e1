"""The scores of every level as a sheet of their own, after the scorecard's table."""

from decimal import Decimal

from scorecard.documents.scorecard_sheet import HEADING_FILL
from scorecard.domain.scoring import BLANK
from scorecard.spreadsheets.figure import Figure
from scorecard.spreadsheets.sheet import CellStyle, OutputSheet, PrintedPage

SHEET_NAME = "得分"
HEADINGS = ("層級", "編號", "名稱", "得分", "燈號", "達成", "已評", "應評")
WIDTHS = (10, 10, 48, 9, 10, 8, 8, 8)

HEADING = CellStyle(bold=True, fill=HEADING_FILL)
TEXT = CellStyle()
NUMBER = CellStyle("right")


def scores_sheet(scorecard):
    """A row for each line: the plan, then perspectives, themes, divisions and objectives. No query.

    A score is the number that pages print, with the same rounding; a dash where nothing below has a rate.
    """
    sheet = OutputSheet(
        SHEET_NAME,
        WIDTHS,
        title_rows=(1, 1),
        frozen=(0, 1),
        page=PrintedPage.A4_PORTRAIT,
        footer=None,
        zoom=100,
        has_grid_lines=True,
        last_row=1,
    )
    for column, heading in enumerate(HEADINGS, start=1):
        sheet.place(1, column, heading, HEADING)
    for row in _rows(scorecard):
        sheet.last_row += 1
        for column, value in enumerate(row, start=1):
            look = NUMBER if isinstance(value, Figure) else TEXT
            sheet.place(sheet.last_row, column, value or None, look)
    return sheet


def _rows(scorecard):
    levels = (
        ("年版", ((scorecard.plan_slug, scorecard.plan_title, scorecard),)),
        ("構面", ((line.code, line.name, line) for line in scorecard.perspectives)),
        ("策略主題", ((line.code, line.name, line) for line in scorecard.themes)),
        ("科室", (("", line.name, line) for line in scorecard.divisions)),
        ("策略目標", ((line.code, line.name, line) for line in scorecard.objectives)),
    )
    for level, lines in levels:
        for code, name, line in lines:
            tally = line.score.tally
            counts = (_number(count, str(count)) for count in (tally.met, tally.assessed, tally.due))
            yield level, code, name, _score(line), line.status.label, *counts


def _score(line):
    if line.score.value is None:
        return BLANK
    return _number(Decimal(line.score_text), line.score_text)


def _number(value, text):
    return Figure(value, text, decimals=None)
