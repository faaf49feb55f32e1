"""How large a sheet may be: the largest is read, and one row, column, cell or merged cell more is refused."""

import pytest

from scorecard.spreadsheets.grid import UnreadableFile
from scorecard.spreadsheets.limits import MAX_CELLS, MAX_COLUMNS, MAX_MERGED, MAX_ROWS, check_cells, merged_areas


def test_a_cell_at_the_limit_is_read():
    check_cells(MAX_ROWS, MAX_COLUMNS, MAX_CELLS - 1)


@pytest.mark.parametrize(
    ("row", "column", "count", "said"),
    [
        (MAX_ROWS + 1, 1, 0, "表單最多 20,000 列、200 欄"),
        (1, MAX_COLUMNS + 1, 0, "表單最多 20,000 列、200 欄"),
        (1, 1, MAX_CELLS, "超過 300,000 個"),
    ],
)
def test_a_cell_beyond_a_limit_is_refused(row, column, count, said):
    with pytest.raises(UnreadableFile, match=said):
        check_cells(row, column, count)


def test_merged_cells_count_as_far_as_the_sheet_has_content_and_are_refused_beyond_the_limit():
    rows = MAX_MERGED // MAX_COLUMNS
    whole = (1, 1, rows, MAX_COLUMNS)
    assert len(merged_areas([whole], {(rows, MAX_COLUMNS): "x"})) == MAX_MERGED
    assert len(merged_areas([(1, 1, MAX_ROWS, MAX_COLUMNS)], {(3, 2): "x"})) == 6
    with pytest.raises(UnreadableFile, match="合併儲存格太多"):
        merged_areas([whole, (rows + 1, 1, rows + 1, 1)], {(rows + 1, MAX_COLUMNS): "x"})
