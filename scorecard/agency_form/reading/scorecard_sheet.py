"""Reads the sheet 平衡計分卡 row by row: perspective bands, repeated headings, notes and KPIs."""

import re
from dataclasses import dataclass, field

from scorecard.agency_form.form_plan import FormKPI, Statement
from scorecard.agency_form.reading import headings
from scorecard.agency_form.reading.account import Account
from scorecard.agency_form.reading.code_checks import check_codes
from scorecard.agency_form.reading.codes import code_and_name, corrected, is_usual, joined, split_coded
from scorecard.agency_form.reading.kpi_row import KPIRowReader
from scorecard.agency_form.reading.map_sheet import USUAL_PERSPECTIVES
from scorecard.agency_form.reading.money_unit import check_money_units
from scorecard.agency_form.reading.notes import Notes
from scorecard.agency_form.reading.texts import validated_name, without_spaces
from scorecard.agency_form.reading.titles import Title
from scorecard.spreadsheets.grid import UNREADABLE, CellKind, Place

_IN_DOLLARS = re.compile(r"[(（]?(?:貨幣|金額|預算)?單位[：:]?(?:新[臺台]幣)?[元圓][)）]?")
_TOTALS = frozenset({"合計", "總計", "小計"})


@dataclass(frozen=True)
class FormScorecard:
    columns: headings.Columns
    kpis: tuple[FormKPI, ...]
    instructions: Statement
    divisions: tuple[str, ...]


@dataclass
class _Started:
    """A KPI; further action plans may follow in the rows below."""

    fields: dict
    action_plans: list = field(default_factory=list)

    @property
    def code(self):
        return self.fields["code"]


def read_scorecard(sheet, strategy_map, messages):
    """sheet: one with a heading row (headings.find_heading_row). strategy_map: FormMap, None if the file has no map."""
    return _ScorecardReader(sheet, strategy_map, messages).read()


class _ScorecardReader:
    def __init__(self, sheet, strategy_map, messages):
        self.sheet, self.messages = sheet, messages
        self.columns = headings.read_columns(sheet, headings.find_heading_row(sheet), messages)
        headings.check_columns(sheet, self.columns, messages)
        self.objectives = {line.code: line for line in strategy_map.objectives} if strategy_map else None
        self.perspectives = {line.code: line.name for line in strategy_map.perspectives} if strategy_map else {}
        self.divisions = (
            dict.fromkeys(t.lead_division for t in strategy_map.themes if t.lead_division) if strategy_map else {}
        )
        self.last_column = self.columns.last()
        self.started, self.places, self.objective_cells = [], {}, {}
        self.band = None
        self.above = None
        self.title = Title(sheet, "平衡計分卡")
        self.notes = Notes(sheet)
        self.table_rows = set()
        self.account = Account(sheet)
        self.account.columns.update(headings.told_columns(sheet, self.columns))
        self.rows = KPIRowReader(sheet, self.columns, messages, self.divisions, self.account)

    def read(self):
        is_notes = False
        for row in self.sheet.rows:
            if row < self.columns.row:
                self._take_above(row)
            elif row == self.columns.row or self.title.is_in(row):
                self.account.take_row(row)
            else:
                is_notes = self.notes.begin_in(row) or is_notes and not self._is_table(row)
                if is_notes:
                    for column in self.notes.take(row, self.last_column):
                        self.account.take(row, column)
                else:
                    self._read_row(row)
        check_money_units(self.sheet, self.columns, self.table_rows, self.notes.rows, self.messages)
        if not self.started:
            self.messages.error(self.sheet.place(self.columns.row, 1), "平衡計分卡裡沒有任何 KPI。")
        self.account.settle(self.messages, self._is_inside)
        kpis = tuple(FormKPI(**each.fields, action_plans=tuple(each.action_plans)) for each in self.started)
        return FormScorecard(self.columns, kpis, self.notes.statement(), tuple(self.divisions))

    def _take_above(self, row):
        """What stands above the table: its title and the unit of money."""
        for column in self.sheet.rows[row]:
            text = without_spaces(self.sheet.text(row, column))
            if self.title.is_at(row, column) or _IN_DOLLARS.fullmatch(text):
                self.account.take(row, column)

    def _is_inside(self, row, column):
        """Whether a cell stands in the table, where it may be a part of the plan."""
        return row > self.columns.row and column in self.columns.all().values()

    def _is_table(self, row):
        """Whether the table goes on below notes, as on the next printed page."""
        texts = [column for column in self.sheet.rows[row] if column <= self.last_column]
        if texts and self._is_band(row, texts):
            name = without_spaces(self.sheet.text(row, texts[0])).removesuffix("構面")
            return name in {*map(without_spaces, self.perspectives.values()), *USUAL_PERSPECTIVES}
        kpi, plan = (self._text_alone(row, self.columns.one.get(name)) for name in ("kpi", "plans"))
        has_plan = len(texts) >= 2 and not kpi and code_and_name(plan)
        # No point of notes fills so many cells; where no code tells what they are, each is an error.
        return len(texts) >= 4 or bool(has_plan) or self._heads_again(row)

    def _text_alone(self, row, column):
        return self.sheet.text(row, column) if column else ""

    def _read_row(self, row):
        one = self.columns.one
        texts = [column for column in self.sheet.rows[row] if column <= self.last_column]
        if not texts:
            return
        if self._heads_again(row):
            self.account.take_row(row)
            headings.check_repeated(self.sheet, row, self.columns, self.messages)
        elif self._is_band(row, texts):
            self._start_band(row, texts[0])
        elif without_spaces(self.sheet.text(row, texts[0])) in _TOTALS:
            self.messages.hint(
                self.sheet.place(row, texts[0]),
                "合計列由系統自行計算，沒有讀入。",
                found=self.sheet.text(row, texts[0]),
            )
            self.account.take_row(row)
        elif self._own(row, one.get("kpi")):
            self._start_kpis(row)
        elif self._own(row, one.get("plans")):
            self._more_action_plans(row)
        else:
            self._leftover(row, texts)

    def _start_band(self, row, column):
        self.account.take(row, column)
        self.band, self.above = without_spaces(self.sheet.text(row, column)).removesuffix("構面"), None
        known = {without_spaces(name).removesuffix("構面") for name in self.perspectives.values()}
        if known and self.band not in known:
            self.messages.hint(self.sheet.place(row, column), f"策略地圖沒有「{self.band}」構面；請確認名稱。")

    def _heads_again(self, row):
        kpi = self.sheet.text(row, self.columns.one.get("kpi", 0))
        return headings.heading_of(kpi) == "kpi" and headings.is_heading_row(self.sheet, row)

    def _own(self, row, column):
        return bool(column) and self.sheet.cell(row, column) is not None

    def _is_band(self, row, texts):
        return len(texts) == 1 and without_spaces(self.sheet.text(row, texts[0])).endswith("構面")

    def _add_hint_about_unread(self, row, column):
        self.messages.hint(
            self.sheet.place(row, column), "不屬於表單的內容，沒有讀入。", found=self.sheet.text(row, column)
        )

    def _leftover(self, row, texts):
        """A row without KPI and action plan: figures are an error, a remark is not read."""
        one = self.columns.one
        figures = {*self.columns.actuals.values(), *self.columns.targets.values(), *self.columns.budgets.values()}
        stray = next((c for c in texts if c in figures or c in (one.get("formula"), one.get("division"))), None)
        if stray is not None:
            place = self.sheet.place(row, one.get("kpi", stray))
            self.messages.error(place, "這一列有內容，KPI 卻是空白；請填 KPI 編號與名稱，或刪除這一列。")
        elif one.get("objective") in texts and code_and_name(self.sheet.text(row, one["objective"])):
            place = self.sheet.place(row, one.get("kpi", texts[0]))
            self.messages.error(place, "這個策略目標沒有 KPI；請填 KPI，或刪除這一列。")
        else:
            for column in self.sheet.rows[row]:
                self._add_hint_about_unread(row, column)

    def _start_kpis(self, row):
        self.table_rows.add(row)
        column = self.columns.one["kpi"]
        place, text = self.sheet.place(row, column), self._text(row, column)
        check_codes(self.messages, place, text)
        heads = []
        for code, name in split_coded(text):
            if not code:
                self.messages.error(
                    place, f"KPI「{name}」沒有編號；請在前面加上編號與空格，例如「AC1.1 {name}」。", found=name
                )
            else:
                heads.append((self._corrected("KPI ", code, place), name))
        if not heads:
            return
        objective = self._objective(row)
        for code, name in heads:
            self._check_kpi(code, name, objective, place)
        made = self.rows.read_kpis(row, heads)
        new = [
            _Started({"code": code, "objective": objective or "", "place": place, **fields})
            for (code, _), fields in zip(heads, made, strict=True)
        ]
        self.started += new
        self.above = new
        self._action_plans(row, new)

    def _check_kpi(self, code, name, objective, place):
        self._check_once("KPI ", code, place)
        if not name:
            self.messages.error(place, f"KPI {code} 沒有名稱；請在編號之後填名稱。", found=code)
        validated_name(self.messages, place, "KPI 名稱", name, 200)
        if objective and is_usual(objective) and code.split(".")[0] != objective or code.count(".") == 2:
            self.messages.hint(
                place, f"KPI 編號 {code} 不是「策略目標編號＋序號」（例如 {objective}.1）；請確認沒有打錯。", found=code
            )

    def _check_once(self, what, code, place):
        first = self.places.setdefault((what, code), place)
        if first is not place:
            self.messages.error(
                place, f"{what}編號 {code} 重複，第一次出現在 {first.cell}；請改成不同的編號。", found=code
            )

    def _corrected(self, what, code, place):
        right = corrected(code, self.objectives or {})
        if right != code:
            self.messages.correction(place, f"{what}編號 {code} 的字母 I 讀為數字 1：{right}。", found=code, read=right)
        return right

    def _text(self, row, column):
        self.account.take(row, column)
        cell = self.sheet.cell(row, column)
        if cell and cell.kind in UNREADABLE:
            self.messages.error(
                self.sheet.place(row, column), f"「{cell.text}」{UNREADABLE[cell.kind]}", found=cell.text
            )
            return ""
        return cell.text if cell and cell.kind is not CellKind.NO_VALUE else ""

    def _objective(self, row):
        """Code of the row's objective, also from a merged area; None if there is none."""
        column = self.columns.one.get("objective")
        if column is None:
            return None
        home = self.sheet.home(row, column)
        if home not in self.objective_cells:
            self.objective_cells[home] = self._read_objective(*home, self.sheet.place(row, column))
        return self.objective_cells[home]

    def _read_objective(self, row, column, place):
        text = self._text(row, column)
        if not text:
            self.messages.error(place, "這一列的 KPI 沒有策略目標；請填策略目標，或與上一列的策略目標合併儲存格。")
            return None
        check_codes(self.messages, place, joined(text))
        pair = code_and_name(text)
        if pair is None:
            self.messages.error(place, f"策略目標「{joined(text)}」沒有編號；請在前面加上編號與空格。", found=text)
            return None
        code = self._corrected("策略目標", pair[0], place)
        if self.objectives is None:
            return code
        on_map = self.objectives.get(code)
        if on_map is None:
            self.messages.error(place, f"策略地圖上沒有策略目標 {code}；請確認編號，或在策略地圖補上。", found=text)
            return None
        if without_spaces(on_map.name) != without_spaces(pair[1]):
            self.messages.hint(
                place,
                f"{code} 的名稱與策略地圖（{on_map.place.cell}）不同，以策略地圖為準：{on_map.name}。",
                found=pair[1],
                read=on_map.name,
            )
        self._check_band(on_map, place)
        return code

    def _check_band(self, objective, place):
        name = self.perspectives.get(objective.perspective, "")
        if self.band and without_spaces(name).removesuffix("構面") != self.band:
            self.messages.hint(
                place,
                f"{objective.code} 在策略地圖屬於「{name}」構面，這裡卻列在「{self.band}」構面之下；以策略地圖為準。",
            )

    def _more_action_plans(self, row):
        """A row of its own for a further action plan of the KPI above (the form's own request)."""
        self.table_rows.add(row)
        place = self.sheet.place(row, self.columns.one["plans"])
        if not self.above:
            self.messages.error(
                place,
                "這個行動方案的上方沒有 KPI；請填這一列的 KPI。",
                found=self._text(row, self.columns.one["plans"]),
            )
            return
        home = self.sheet.home(row, self.columns.one["kpi"])
        if home[0] == row:
            codes = "、".join(each.code for each in self.above)
            self.messages.assumption(place, f"這一列的 KPI 是空白，行動方案讀為上一列 {codes} 的。", read=codes)
        stray = [c for c in (*self.columns.actuals.values(), *self.columns.targets.values()) if self._own(row, c)]
        for column in stray:
            self.messages.error(
                self.sheet.place(row, column),
                "這一列沒有 KPI，不能有實際值或目標值；請清除，或填這一列的 KPI。",
                found=self.sheet.text(row, column),
            )
        self._check_second_row(row)
        self._action_plans(row, self.above)

    def _check_second_row(self, row):
        """What the row of a further action plan repeats of its KPI must be the same; nothing else can stand there."""
        one = self.columns.one
        names = {"formula": "計算公式", "division": "主責科室", "supporting": "協辦科室", "objective": "策略目標"}
        for name, what in names.items():
            if not self._own(row, one.get(name)):
                continue
            self.account.take(row, one[name])
            text = self.sheet.text(row, one[name])
            above = self.above[0]
            pair = code_and_name(text)
            is_same = {
                "formula": False,
                "division": without_spaces(text) == without_spaces(above.fields["division"]),
                "supporting": False,
                "objective": bool(pair) and pair[0] == above.fields["objective"],
            }[name]
            if not is_same:
                place = above.fields["place"]
                said = (
                    f"這一列沒有 KPI，是 {above.code} 的行動方案，不能另有{what}；請移到 {place.cell} 那一列，或刪除。"
                )
                self.messages.error(self.sheet.place(row, one[name]), said, found=text)

    def _action_plans(self, row, kpis):
        column = self.columns.one.get("plans")
        if column is None:
            return
        place: Place = self.sheet.place(row, column)
        check_codes(self.messages, place, self._text(row, column))
        lines = split_coded(self._text(row, column))
        if not lines and self.sheet.home(row, column)[0] == row:
            self.messages.hint(place, f"{'、'.join(each.code for each in kpis)} 沒有行動方案。")
        coded = []
        for code, description in lines:
            if not code:
                self.messages.error(
                    place,
                    f"行動方案「{description}」沒有編號；請在前面加上編號與空格，例如「{kpis[0].code}.1」。",
                    found=description,
                )
            else:
                coded.append((self._corrected("行動方案", code, place), description))
        for plan in self.rows.read_action_plans(row, coded, kpis[0].fields["division"]):
            self._check_once("行動方案", plan.code, place)
            owner = self._kpi_of(plan.code, kpis, place)
            if owner is not None:
                owner.action_plans.append(plan)
                if len(owner.action_plans) == 4:
                    self.messages.error(
                        place,
                        f"{owner.code} 的行動方案超過 3 項；1 項 KPI 之行動方案請勿超過 3 項（填表說明 3）。",
                        found=plan.code,
                    )

    def _kpi_of(self, code, kpis, place):
        """The KPI that an action plan serves: the only one of the row, or the one whose code begins its own."""
        fitting = [each for each in kpis if code.startswith(f"{each.code}.")]
        if fitting:
            return max(fitting, key=lambda each: len(each.code))
        if len(kpis) > 1:
            codes = "、".join(each.code for each in kpis)
            self.messages.error(
                place, f"看不出行動方案 {code} 屬於哪一項 KPI（{codes}）；請讓編號以 KPI 編號開頭。", found=code
            )
            return None
        if kpis[0].code.startswith(f"{code}."):
            self.messages.error(
                place, f"行動方案 {code} 的編號比 KPI {kpis[0].code} 短；兩欄的內容是否填反了？", found=code
            )
        else:
            self.messages.hint(
                place, f"行動方案編號 {code} 不是以 KPI 編號 {kpis[0].code} 開頭；請確認沒有打錯。", found=code
            )
        return kpis[0]
