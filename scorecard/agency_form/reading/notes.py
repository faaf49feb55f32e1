"""Reads 填表說明, which may stand at the foot of every printed page."""

import re

from scorecard.agency_form.form_plan import Statement
from scorecard.spreadsheets.grid import WHOLE_FILE

_NOTES = re.compile(
    r"[※*＊•【「(（\s]*填\s*表\s*(?:說\s*明|須\s*知|注\s*意\s*事\s*項)\s*[：:]?|(?:填寫|填報|編製|表格|備|附)?(?:說\s*明|註)\s*[】」)）]?(?:[：:]|$)"
)
_NOTE_NUMBER = re.compile(r"[(（]?[0-9０-９]{1,2}[.．、)）]\s*")


class Notes:
    """Collects each point as a line, without its number and once. rows: the rows that it took."""

    def __init__(self, sheet):
        self.sheet = sheet
        self.rows = []
        self.lines = {}

    def begin_in(self, row):
        """Whether the row begins notes."""
        return any(_NOTES.match(self.sheet.text(row, column)) for column in self.sheet.rows[row][:2])

    def take(self, row, last_column):
        """The columns whose cells it took: those of the table."""
        self.rows.append(row)
        is_first = self.begin_in(row)
        columns = [column for column in self.sheet.rows[row] if column <= last_column]
        for column in columns:
            text = self.sheet.text(row, column)
            if is_first:
                text = _NOTES.sub("", text, count=1)
            for line in text.split("\n"):
                self.lines[_NOTE_NUMBER.sub("", line, count=1).strip()] = None
        return columns

    def statement(self):
        if not self.rows:
            return Statement("", WHOLE_FILE)
        first = self.rows[0]
        return Statement("\n".join(filter(None, self.lines)), self.sheet.place(first, self.sheet.rows[first][0]))
