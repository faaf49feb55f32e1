"""Two editions compared as one worksheet, ready to print on A4: counts and money, then 修正後｜原列｜說明."""

from scorecard.documents.scorecard_sheet import BRAND, HEADING_FILL
from scorecard.domain.roc_years import datetime_text
from scorecard.read_models.difference_texts import NO_MONEY
from scorecard.spreadsheets.figure import whole_figure
from scorecard.spreadsheets.sheet import SIZE, CellStyle, OutputSheet, PrintedPage, RowHeights, needed_height

SHEET_NAME = "版本比較"
WIDTHS = (13, 30, 44, 44, 38)
WARN = "8A5000"
TITLE_ROW, SUBTITLE_ROW = 1, 2

HEADING = CellStyle("center", "center", bold=True, ink=BRAND, fill=HEADING_FILL)
GROUP = CellStyle("left", "center", bold=True, size=11, ink=BRAND, fill="EDF1F4")
TEXT = CellStyle()
NUMBER = CellStyle("right")
CHIP = CellStyle("center", bold=True)
CHIP_OF_SOFTENED = CellStyle("center", bold=True, ink=WARN)


def comparison_sheet(comparison, *, made_at, heading=""):
    """heading: of the sheet; "" for the comparison's own title. made_at: the local time printed on it. No query."""
    writer = _Writer(comparison)
    writer.write_heads(heading or comparison.heading, datetime_text(made_at))
    writer.write_counts()
    writer.write_differences()
    return writer.sheet


class _Writer:
    """Fills an OutputSheet from top to bottom."""

    def __init__(self, comparison):
        self.comparison = comparison
        self.sheet = OutputSheet(
            SHEET_NAME, WIDTHS, page=PrintedPage.A4_LANDSCAPE, footer=comparison.versions_text, zoom=100
        )
        self.heights = RowHeights()

    def write_heads(self, heading, made):
        comparison = self.comparison
        marks = "　".join(mark for mark in (comparison.draft_mark, f"民國 {made} 製表") if mark)
        self._across(
            f"{comparison.agency}　{heading}", CellStyle("center", "center", bold=True, size=16, is_boxed=False)
        )
        self._across(marks, CellStyle("center", "center", is_boxed=False))

    def write_counts(self):
        self._row(("", "", self.comparison.new.title, self.comparison.old.title, "增減"), [HEADING] * 5)
        for count in (*self.comparison.counts, *self.comparison.money):
            figures = [NO_MONEY if number is None else whole_figure(number) for number in (count.new, count.old)]
            self._row(("", count.label, *figures, count.change_text), [TEXT, TEXT, NUMBER, NUMBER, NUMBER])
        self._row((None,) * 5, [CellStyle(is_boxed=False)] * 5)

    def write_differences(self):
        comparison = self.comparison
        headings = ("異動", "項目", f"修正後（{comparison.new.title}）", f"原列（{comparison.old.title}）", "說明")
        row = self._row(headings, [HEADING] * 5)
        self.sheet.title_rows = (row, row)
        self.sheet.frozen = (0, row)
        if comparison.is_same:
            self._across(comparison.same_text, TEXT)
        for group in comparison.groups:
            if group.count:
                self._across(f"{group.label}　{group.count}", GROUP)
            for difference in group.differences:
                self._difference(difference)
        self.sheet.set_heights(self.heights.points())

    def _difference(self, difference):
        texts = (
            "\n".join(difference.chips),
            "\n".join(text for text in (difference.subject, difference.aspect) if text),
            difference.new_text,
            difference.old_text,
            "\n".join(difference.remarks),
        )
        chip = CHIP_OF_SOFTENED if difference.needs_reason else CHIP
        self._row(texts, [chip, TEXT, TEXT, TEXT, TEXT])

    def _across(self, text, look):
        row = self._next_row()
        self.sheet.place(row, 1, text or None, look, columns=len(WIDTHS))
        size = look.size / SIZE
        self.heights.need(row, 1, needed_height(text, sum(WIDTHS) / size) * size)

    def _row(self, texts, looks):
        row = self._next_row()
        for column, (text, look) in enumerate(zip(texts, looks, strict=True), start=1):
            self.sheet.place(row, column, text or None, look)
            self.heights.need(row, 1, needed_height(text, WIDTHS[column - 1]))
        return row

    def _next_row(self):
        self.sheet.last_row += 1
        return self.sheet.last_row
