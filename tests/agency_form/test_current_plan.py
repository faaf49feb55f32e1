"""A form of an edition that exists: what it would change there, and what it says of figures that stand elsewhere."""

from io import BytesIO

import openpyxl
import pytest

from scorecard.agency_form.changes import compare_with_form
from scorecard.agency_form.current_plan import find_plan, load_current_plan
from scorecard.agency_form.reading.form_file import read_form_sheets
from scorecard.agency_form.writing.form_file import choose_years, form_xlsx
from scorecard.spreadsheets.cell_messages import Severity
from scorecard.spreadsheets.reader import read_sheets
from tests import factories
from tests.documents.workbook_reading import scorecard_of

pytestmark = pytest.mark.django_db


def compared(plan, **cells):
    """The edition's own form with other contents of some cells, read and compared with it."""
    scorecard = scorecard_of(plan)
    book = openpyxl.load_workbook(BytesIO(form_xlsx(scorecard, choose_years(scorecard))))
    for cell, content in cells.items():
        book["平衡計分卡"][cell].value = content
    changed = BytesIO()
    book.save(changed)
    read = read_form_sheets(read_sheets(changed)).plan
    current = find_plan(plan.agency, read)
    assert current == plan
    return compare_with_form(read, load_current_plan(current, read))


def changed(found):
    """What a form would change. The factory's perspectives have names that the form's map shortens."""
    return [change.what for change in found.changes if change.key.kind != "perspective"]


def told(found):
    return [(message.level, message.cell, message.text) for message in found.messages]


def test_an_actual_of_another_edition_is_told_and_not_taken_and_one_of_its_own_baseline_is_taken(plan, cast):
    factories.open_year(cast.admin, plan)
    factories.approved(cast, factories.kpi(plan, "AC1.1"), actuals=98, explanation="說明")
    later = factories.next_edition(cast.admin, plan)
    assert (changed(compared(later)), compared(later).messages) == ([], ())
    found = compared(later, F4=28, G4="101")
    assert told(found) == [
        (
            Severity.HINT,
            "F4",
            "AC1.1 105 年實際值：表單「28」，系統「98」（105 年版，審核通過）；以系統為準，沒有匯入。",
        )
    ]
    assert changed(found) == ["AC1.1 106 年目標值"]
    assert changed(compared(plan, D4=81)) == ["AC1.1 102 年實際值"]


def test_targets_of_an_open_edition_need_a_reason_and_nothing_of_a_closed_one_changes(plan, cast):
    assert compared(plan, G4=90).to_explain == ()
    factories.open_year(cast.admin, plan)
    found = compared(plan, G4=90, H4=91)
    assert [change.what for change in found.to_explain] == ["AC1.1 105 年目標值", "AC1.1 106 年目標值"]
    factories.close_year(cast.admin, plan, reason="提前關閉")
    found = compared(plan, G4=90, B4="AC1.7 新的指標")
    assert found.changes == () and found.has_errors
    texts = [text for level, _, text in told(found) if level is Severity.ERROR]
    assert "105 年已關閉，不能新增 KPI AC1.7 新的指標；請刪除，或請管理者重新開放這個年度。" in texts
