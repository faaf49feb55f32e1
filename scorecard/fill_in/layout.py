"""The workbook in which a division fills in its year: where everything stands, for its writer and its reader.

Three sheets. 「填報」 has a row for each measure of the division's KPIs that are due, 「執行數」 one for each action
plan with a budget in the year, from row FIRST_ROW on; what a cell holds is told by its column (MeasureColumn,
BudgetColumn).
Explanation and improvement belong to the KPI: they stand in the first row of its measures, merged over all of them.
Column 1 is hidden and holds the row's identity:

    M<measure>-K<KPI>-V<version>-D<digest>    version is the KPI's report's when the file was made, 0 for none
    B<budget>-K<KPI>-D<digest>                a budget has no version; its digest tells what stood there

The digest is of what the row's open cells held when the file was made (in 「填報」 of all rows of the KPI and its
texts), so that a reader knows which rows a person touched: only those are saved, and only those can conflict.

「識別」 is hidden from the program's menus and holds names in column 1 and values in column 2: KEYS in their order.
SEAL is a digest of all identities with plan, year and division. It shows mistakes, as when rows of two files were
mixed; whoever wants to can make one, so nothing rests on it: who may save what is decided where it is saved.
"""

import hashlib
from enum import IntEnum

MARK, LAYOUT_VERSION = "平衡計分卡填報", "1"
MEASURES_SHEET, BUDGETS_SHEET, IDENTITY_SHEET = "填報", "執行數", "識別"
FIRST_ROW = 4
KEYS = MARK_KEY, PLAN, YEAR, DIVISION, DATA_VERSION, SEAL = ("mark", "plan", "year", "division", "data", "seal")
UNMEASURED = "無統計"
MAX_NOTE_LENGTH, MAX_TEXT_LENGTH = 500, 2000


class MeasureColumn(IntEnum):
    """Columns of 「填報」."""

    IDENTITY = 1
    KPI = 2
    FORMULA = 3
    MEASURE = 4
    UNIT = 5
    BEFORE = 6
    TARGET = 7
    PARTS = 8
    NUMERATOR = 9
    DENOMINATOR = 10
    ACTUAL = 11
    UNMEASURED = 12
    NOTE = 13
    EXPLANATION = 14
    IMPROVEMENT = 15
    STATE = 16


class BudgetColumn(IntEnum):
    """Columns of 「執行數」."""

    IDENTITY = 1
    KPI = 2
    ACTION_PLAN = 3
    OWNER = 4
    AMOUNT = 5
    EXECUTED = 6
    PROGRESS = 7


def measure_identity(measure_id, kpi_id, version, digest):
    """The hidden cell of a measure's row."""
    return f"M{measure_id}-K{kpi_id}-V{version}-D{digest}"


def budget_identity(budget_id, kpi_id, digest):
    """The hidden cell of an action plan's row."""
    return f"B{budget_id}-K{kpi_id}-D{digest}"


def digest_of(texts):
    """Short digest of texts in their order; what a spreadsheet may lose of them makes no difference.

    That is: white space at the ends of lines, kinds of line ends, and characters that nobody sees.
    """
    return hashlib.sha256("\x1f".join(map(_visible, texts)).encode(errors="replace")).hexdigest()[:12]


def _visible(text):
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = "".join(char for char in text if char == "\n" or char.isprintable())
    return "\n".join(line.strip() for line in shown.split("\n")).strip()


def seal_of(plan, year, division, identities):
    """What SEAL holds: plan is the slug, year Gregorian, division its id; the order of identities does not matter."""
    parts = (LAYOUT_VERSION, plan, str(year), str(division), *sorted(identities))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
