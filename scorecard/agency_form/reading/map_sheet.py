"""Reads the sheet 策略地圖: mission, vision, values, themes, perspectives, and the objectives in their cells."""

import re
from dataclasses import dataclass

from scorecard.agency_form.form_plan import FormObjective, FormPerspective, FormTheme, Statement
from scorecard.agency_form.reading.account import Account
from scorecard.agency_form.reading.code_checks import check_codes
from scorecard.agency_form.reading.codes import closed, code_and_name, is_usual, joined, name_and_code, split_coded
from scorecard.agency_form.reading.texts import validated_name, without_spaces
from scorecard.agency_form.reading.titles import Title
from scorecard.spreadsheets.grid import UNREADABLE, WHOLE_FILE

USUAL_PERSPECTIVES = {"顧客": "C", "內部流程": "P", "流程": "P", "學習成長": "L", "學習與成長": "L", "財務": "F"}
_STATEMENTS = {"使命": "mission", "願景": "vision", "核心價值": "core_values"}
_LEAD = re.compile("主辦(單位|科室|機關)?|主責(單位|科室)")
_LABELS = frozenset({"策略目標", "策略主題", "構面"})
_ROMAN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class FormMap:
    statements: dict
    perspectives: tuple[FormPerspective, ...]
    themes: tuple[FormTheme, ...]
    objectives: tuple[FormObjective, ...]


def find_theme_row(sheet):
    """(row, column) of the heading 策略主題; None if the sheet is no strategy map."""
    for row, columns in sheet.rows.items():
        for column in columns[:3]:
            if without_spaces(sheet.text(row, column)).endswith("策略主題"):
                return row, column
    return None


def read_map(sheet, messages):
    """sheet: one with a row of themes (find_theme_row)."""
    return _MapReader(sheet, messages).read()


class _MapReader:
    def __init__(self, sheet, messages):
        self.sheet, self.messages = sheet, messages
        self.theme_row, self.label_column = find_theme_row(sheet)
        self.codes = {}
        self.account = Account(sheet)

    def read(self):
        heading_end = self._end_of(self.theme_row, self.label_column)
        self.columns = [c for c in self.sheet.rows[self.theme_row] if c > heading_end]
        lead_row = self._lead_row()
        themes = self._themes(lead_row)
        perspectives, rows = self._perspectives(lead_row)
        objectives = [
            objective
            for row, code in rows
            for column, theme in zip(self.columns, themes, strict=True)
            for objective in self._objectives(row, column, theme.code, code)
        ]
        if not themes:
            self.messages.error(self.sheet.place(self.theme_row, self.label_column), "策略主題的列裡沒有任何主題。")
        elif not objectives:
            self.messages.error(self.sheet.place(self.theme_row, self.label_column), "策略地圖裡沒有任何策略目標。")
        statements = self._statements()
        self._take_structure()
        self.account.settle(self.messages, self._is_inside)
        return FormMap(statements, tuple(perspectives), tuple(themes), tuple(objectives))

    def _take_structure(self):
        title = Title(self.sheet, "策略地圖")
        for row, columns in self.sheet.rows.items():
            for column in columns:
                flat = without_spaces(self.sheet.text(row, column))
                is_label = row >= self.theme_row and column < min(self.columns, default=column + 1)
                if title.is_at(row, column) or is_label and (flat in _LABELS or flat.endswith("策略主題")):
                    self.account.take(row, column)

    def _is_inside(self, row, column):
        """Whether a cell may be an objective: a code that stands under no theme."""
        return row > self.theme_row and code_and_name(self.sheet.text(row, column)) is not None

    def _end_of(self, row, column):
        """Last column of the merged area that starts at the cell."""
        end = column
        while self.sheet.merges.get((row, end + 1)) == (row, column):
            end += 1
        return end

    def _lead_row(self):
        for row, columns in self.sheet.rows.items():
            if row > self.theme_row and _LEAD.fullmatch(without_spaces(self.sheet.text(row, columns[0]))):
                self.account.take(row, columns[0])
                return row
        self.messages.hint(
            self.sheet.place(self.theme_row, self.label_column), "策略地圖沒有「主辦單位」列，各主題沒有主辦單位。"
        )
        return None

    def _text(self, row, column):
        """The cell's text; "" with an error if the cell is unreadable."""
        self.account.take(row, column)
        cell = self.sheet.cell(row, column)
        if cell is None:
            return ""
        if cell.kind in UNREADABLE:
            self.messages.error(
                self.sheet.place(row, column), f"「{cell.text}」{UNREADABLE[cell.kind]}", found=cell.text
            )
            return ""
        return cell.text

    def _themes(self, lead_row):
        themes = []
        for position, column in enumerate(self.columns):
            place = self.sheet.place(self.theme_row, column)
            text = self._text(self.theme_row, column)
            name, code = name_and_code(text)
            if not code:
                code = _ROMAN[position] if position < len(_ROMAN) else f"T{position + 1}"
                self.messages.assumption(
                    place, f"主題「{name}」沒有編號，依順序編為 {code}。", found=text, read=f"{name} {code}"
                )
            self._check_once("主題", code, place)
            lead, lead_place = self._lead(lead_row, column)
            name = validated_name(self.messages, place, "主題名稱", name, 100)
            themes.append(FormTheme(code, name, lead, place, lead_place))
        return themes

    def _lead(self, lead_row, column):
        if lead_row is None:
            return "", self.sheet.place(self.theme_row, column)
        home = self.sheet.home(lead_row, column)
        place = self.sheet.place(lead_row, column)
        lead = closed(self._text(*home))
        if lead and home != (lead_row, column):
            self.messages.assumption(place, f"主辦單位取自合併的儲存格：{lead}。", read=lead)
        if not lead:
            self.messages.hint(place, "這個主題沒有主辦單位。")
        return validated_name(self.messages, place, "主辦單位", lead, 60), place

    def _perspectives(self, lead_row):
        """(perspectives, (row, perspective code) of each row of the map)."""
        perspectives, rows = [], []
        last = lead_row or max(self.sheet.rows, default=0) + 1
        first_theme = min(self.columns, default=self.label_column + 1)
        for row in range(self.theme_row + 1, last):
            home = self._label_home(row, first_theme)
            if home is None:
                if any(self.sheet.cell(row, column) for column in self.columns):
                    self.messages.error(
                        self.sheet.place(row, first_theme), "這一列的左邊沒有構面；請填構面名稱與編號，例如「顧客 C」。"
                    )
                continue
            place = self.sheet.place(*home)
            known = next((each for each in perspectives if each.place == place), None)
            if known is None:
                known = self._perspective(self._text(*home), place)
                perspectives.append(known)
            rows.append((row, known.code))
        return perspectives, rows

    def _label_home(self, row, first_theme):
        for column in range(first_theme - 1, 0, -1):
            home = self.sheet.home(row, column)
            if (
                self.sheet.text(*home)
                and without_spaces(self.sheet.text(*home)) != "策略目標"
                and home[0] > self.theme_row
            ):
                return home
        return None

    def _perspective(self, text, place):
        name, code = name_and_code(text)
        name = joined(name)
        short = without_spaces(name).removesuffix("構面")
        if not code:
            code = USUAL_PERSPECTIVES.get(short, short[:1] or "?")
            self.messages.assumption(place, f"構面「{name}」沒有編號，讀為 {code}。", found=text, read=f"{name} {code}")
        self._check_once("構面", code, place)
        return FormPerspective(code, validated_name(self.messages, place, "構面名稱", short, 100), place)

    def _check_once(self, what, code, place):
        first = self.codes.setdefault((what, code), place)
        if first != place:
            self.messages.error(
                place, f"{what}編號 {code} 重複，第一次出現在 {first.cell}；請改成不同的編號。", found=code
            )

    def _objectives(self, row, column, theme, perspective):
        place = self.sheet.place(row, column)
        check_codes(self.messages, place, self._text(row, column))
        found = []
        for code, name in split_coded(self._text(row, column)):
            if not code:
                self.messages.error(
                    place,
                    f"策略目標「{name}」沒有編號；請在前面加上編號與空格，例如「{theme}{perspective}1」。",
                    found=name,
                )
                continue
            first = self.codes.setdefault(("策略目標", code), place)
            if first != place or any(each.code == code for each in found):
                self.messages.error(
                    place, f"策略目標編號 {code} 重複，第一次出現在 {first.cell}；請改成不同的編號。", found=code
                )
                continue
            if not is_usual(code) or not code.startswith(f"{theme}{perspective}"):
                usual = f"{theme}{perspective}1"
                self.messages.hint(
                    place,
                    f"編號 {code} 不是「主題＋構面＋序號」（例如 {usual}）；編號可自訂，請確認沒有打錯。",
                    found=code,
                )
            if not name:
                self.messages.error(place, f"策略目標 {code} 沒有名稱；請在編號之後填名稱。", found=code)
            name = validated_name(self.messages, place, "策略目標名稱", name, 200)
            found.append(FormObjective(code, name, theme, perspective, place))
        return found

    def _statements(self):
        """使命, 願景 and 核心價值 above the themes; their lines follow in the same cell or the next."""
        found = {key: Statement("", WHOLE_FILE) for key in _STATEMENTS.values()}
        for row, columns in self.sheet.rows.items():
            if row >= self.theme_row:
                break
            for column in columns:
                text = self.sheet.text(row, column)
                word = next((word for word in _STATEMENTS if text.startswith(word)), None)
                if word is None or found[_STATEMENTS[word]].text:
                    continue
                rest = self._text(row, column).removeprefix(word).lstrip("：: 　\n")
                place = self.sheet.place(row, column)
                if not rest:
                    rest, place = self._beside(row, column, place)
                found[_STATEMENTS[word]] = Statement(rest, place)
        for word, key in _STATEMENTS.items():
            if not found[key].text:
                self.messages.hint(WHOLE_FILE, f"策略地圖沒有填「{word}」。")
        return found

    def _beside(self, row, column, place):
        """(text right of a label or below it, its place)."""
        for where in ((row, self._end_of(row, column) + 1), (row + 1, column)):
            text = self.sheet.text(*where)
            if text and not text.startswith(tuple(_STATEMENTS)) and where[0] < self.theme_row:
                self.account.take(*where)
                return text, self.sheet.place(*where)
        return "", place
