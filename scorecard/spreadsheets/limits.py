"""How large a sheet of a form may be; both readers hold to it."""

from scorecard.spreadsheets.grid import UnreadableFile

MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_CELLS = 300_000
MAX_MERGED = 200_000


def check_cells(row, column, count):
    """Raise UnreadableFile for a cell with content too far out, or one too many."""
    if row > MAX_ROWS or column > MAX_COLUMNS:
        raise UnreadableFile(
            f"工作表在第 {row:,} 列、第 {column:,} 欄還有內容；表單最多 {MAX_ROWS:,} 列、{MAX_COLUMNS} 欄，"
            "請刪除表格以外的內容，另存新檔後再上傳。"
        )
    if count >= MAX_CELLS:
        raise UnreadableFile(f"工作表有內容的儲存格超過 {MAX_CELLS:,} 個；請刪除不需要的內容，另存新檔後再上傳。")


def merged_areas(areas, cells):
    """{covered cell: corner} of merged areas (top, left, bottom, right), as far as the sheet has content."""
    last_row = max((row for row, _ in cells), default=0)
    last_column = max((column for _, column in cells), default=0)
    merges = {}
    for top, left, bottom, right in areas:
        for row in range(top, min(bottom, last_row) + 1):
            for column in range(left, min(right, last_column) + 1):
                merges[row, column] = top, left
            if len(merges) > MAX_MERGED:
                raise UnreadableFile("工作表的合併儲存格太多；請刪除不需要的合併，另存新檔後再上傳。")
    return merges
