"""The layout of a division's fill-in workbook, shared by its writer and its reader.

There are three sheets. 「填報」 has a row for each measure of the division's KPIs that are due. 「執行數」 has a
row for each action plan with a budget in the year. Rows start at FIRST_ROW; MeasureColumn and BudgetColumn name the
columns.
Explanation and improvement belong to the KPI: they are in the first row of its measures, merged over all of them.
Column 1 is hidden and has the row's identity:

    M<measure>-K<KPI>-V<version>-D<digest>    version: of the KPI's report when the file was made, 0 for none
    B<budget>-K<KPI>-D<digest>                a budget has no version

The digest is of the row's open cells when the file was made (in 「填報」: of all rows of the KPI and its texts). It
shows the reader which rows a person changed. Only those are saved, and only those can conflict.

「識別」 is hidden. It has names in column 1 and values in column 2: KEYS in their order. SEAL is a digest of all
identities with plan, year and division. It reveals mistakes, such as rows from two files. It is no protection, since
anyone can compute it: permissions are checked when the entries are saved.
"""

import hashlib
from enum import IntEnum

# 2: ids are those of the rows of one edition. Workbooks of before may name the rows of another year.
MARK, LAYOUT_VERSION = "平衡計分卡填報", "2"
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
    return f"M{measure_id}-K{kpi_id}-V{version}-D{digest}"


def budget_identity(budget_id, kpi_id, digest):
    return f"B{budget_id}-K{kpi_id}-D{digest}"


def digest_of(texts):
    """Digest of texts in their order. It ignores what a spreadsheet program may change.

    That is: white space at line starts and ends, kinds of line ends, and invisible characters.
    """
    return hashlib.sha256("\x1f".join(map(_visible, texts)).encode(errors="replace")).hexdigest()[:12]


def _visible(text):
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = "".join(char for char in text if char == "\n" or char.isprintable())
    return "\n".join(line.strip() for line in shown.split("\n")).strip()


def seal_of(plan, year, division, identities):
    """plan: the edition's slug. year: Gregorian. division: id. The order of identities does not matter."""
    parts = (LAYOUT_VERSION, plan, str(year), str(division), *sorted(identities))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
