"""How large a sheet of a form may be, for both readers."""

from collections.abc import Iterable, Mapping

from scorecard.spreadsheets.grid import Cell, Position, UnreadableFile

MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_CELLS = 300_000
MAX_MERGED = 200_000
MAX_REMARKS = 5_000

# Top row, left column, bottom row, right column.
Area = tuple[int, int, int, int]


def check_cells(row: int, column: int, count: int) -> None:
    """Raise UnreadableFile for a cell beyond the last row or column, or for one cell too many.

    count: the cells read before this one.
    """
    if row > MAX_ROWS or column > MAX_COLUMNS:
        raise UnreadableFile(
            f"工作表在第 {row:,} 列、第 {column:,} 欄還有內容；表單最多 {MAX_ROWS:,} 列、{MAX_COLUMNS} 欄，"
            "請刪除表格以外的內容，另存新檔後再上傳。"
        )
    if count >= MAX_CELLS:
        raise UnreadableFile(f"工作表有內容的儲存格超過 {MAX_CELLS:,} 個；請刪除不需要的內容，另存新檔後再上傳。")


def check_remarks(count: int) -> None:
    """Raise UnreadableFile for one cell too many with a comment, struck out or raised text."""
    if count >= MAX_REMARKS:
        raise UnreadableFile(
            f"工作表有註解、刪除線或上標的儲存格超過 {MAX_REMARKS:,} 個；請清除不需要的，另存新檔後再上傳。"
        )


def merged_areas(areas: Iterable[Area], cells: Mapping[Position, Cell]) -> dict[Position, Position]:
    """{covered cell: top left cell} of the merged areas, up to the last row and column with content."""
    last_row = max((row for row, _ in cells), default=0)
    last_column = max((column for _, column in cells), default=0)
    merges: dict[Position, Position] = {}
    for top, left, bottom, right in areas:
        for row in range(top, min(bottom, last_row) + 1):
            for column in range(left, min(right, last_column) + 1):
                merges[row, column] = top, left
            if len(merges) > MAX_MERGED:
                raise UnreadableFile("工作表的合併儲存格太多；請刪除不需要的合併，另存新檔後再上傳。")
    return merges
