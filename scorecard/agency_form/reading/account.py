"""Proves of a sheet that every cell with content was read as a value or as structure, or is told of."""

MAX_LEFT_OVER = 500


class Account:
    """The cells that a reader took. A column whose heading is told as not read is told with it."""

    def __init__(self, sheet):
        self.sheet = sheet
        self.cells = set()
        self.columns = set()

    def take(self, row, column):
        self.cells.add((row, column))

    def take_row(self, row):
        """The whole row, where one message or one meaning is for all its cells."""
        self.cells.update((row, column) for column in self.sheet.rows[row])

    def left_over(self, messages):
        """(row, column) of the cells that are neither taken nor told of."""
        told = {message.cell for message in messages.all() if message.sheet == self.sheet.name}
        for row, column in sorted(self.sheet.cells.keys() - self.cells):
            if column not in self.columns and self.sheet.place(row, column).cell not in told:
                yield row, column

    def settle(self, messages, is_inside):
        """Tell of the cells left over: an error where is_inside(row, column), where they may be a part of the plan.

        Where the form has errors already, only the others are told: an error often leaves cells unread.
        """
        had_errors = messages.has_errors
        left_over = list(self.left_over(messages))
        if len(left_over) > MAX_LEFT_OVER:
            text = f"表格以外還有 {len(left_over):,} 個儲存格有內容，從這一格開始；請刪除不屬於表單的內容，再上傳。"
            messages.error(self.sheet.place(*left_over[0]), text)
            return
        for row, column in left_over:
            place, text = self.sheet.place(row, column), self.sheet.text(row, column)
            if not is_inside(row, column):
                messages.hint(place, "不屬於表單的內容，沒有讀入。", found=text)
            elif not had_errors:
                messages.error(
                    place, "這一格的內容沒有讀入：看不出它屬於什麼；請移到所屬的欄與列，或清除。", found=text
                )
