"""What a cell of the scorecard's table holds: words, a number or a light. Notes: see scorecard_columns.py."""

from dataclasses import dataclass

from scorecard.domain.choices import Status
from scorecard.spreadsheets.figure import Figure

WITHHELD = "填報值尚未審核，未列入"

SHAPES = {
    Status.MET: "●",
    Status.NEAR: "▲",
    Status.MISSED: "■",
    Status.UNMEASURED: "◇",
    Status.PENDING: "○",
    Status.NO_TARGET: "–",
}


@dataclass(frozen=True)
class Words:
    """Text in a cell. code precedes it; below is a second line; note: see scorecard_columns.py.

    is_blank: a dash in place of a missing figure.
    """

    is_light = False
    is_percentage = False
    words: str
    code: str = ""
    below: str = ""
    note: str = ""
    is_blank: bool = False

    @property
    def text(self):
        """Without the note."""
        line = f"{self.code} {self.words}" if self.code else self.words
        return "\n".join(part for part in (line, self.below) if part)


@dataclass(frozen=True)
class TableFigure(Figure):
    """A number in its own cell, with as many decimals as it has. note: see scorecard_columns.py."""

    is_light = False
    code = ""
    below = ""
    note: str = ""


@dataclass(frozen=True)
class Light:
    """A status as shape and word; the writer adds the colour. word replaces the status' own; remark: a second line."""

    is_light = True
    is_percentage = False
    code = ""
    below = ""
    note = ""
    status: Status
    remark: str = ""
    word: str = ""

    @property
    def text(self):
        """「● 達成」."""
        mark = f"{SHAPES[self.status]} {self.word or self.status.label}"
        return f"{mark}\n{self.remark}" if self.remark else mark
