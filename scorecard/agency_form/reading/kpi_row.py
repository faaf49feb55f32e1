"""Reads the other cells of a KPI row: formula and units, figures, divisions, action plans and budgets."""

from scorecard.agency_form.form_plan import FormActionPlan, FormAmount, FormFigure, FormMeasure
from scorecard.agency_form.reading.direction import contradiction, direction_of, measure_label
from scorecard.agency_form.reading.formula_cell import NO_UNIT, is_share_of_another_unit, read_formula_cell
from scorecard.agency_form.reading.notations import enumerated, read_amounts, read_figure, read_figures
from scorecard.agency_form.reading.owners import (
    MAX_DIVISION_LENGTH,
    MAX_PERSON_LENGTH,
    division_names,
    looks_like_division,
    parse_owner,
)
from scorecard.agency_form.reading.texts import validated_name, without_spaces
from scorecard.domain.formulas import read_ratio
from scorecard.domain.roc_years import year_text
from scorecard.domain.written_words import is_percentage
from scorecard.spreadsheets.grid import UNREADABLE

MAX_UNIT_LENGTH, MAX_LABEL_LENGTH = 30, 200


class KPIRowReader:
    """Reads rows of one sheet. divisions: {name: None} in order; new names are added."""

    def __init__(self, sheet, columns, messages, divisions, account):
        self.sheet, self.columns, self.messages, self.divisions = sheet, columns, messages, divisions
        self.account = account

    def read_kpis(self, row, heads):
        """Fields of FormKPI, without code, objective, place and action_plans. heads: (code, name) of the row's KPIs."""
        column = self.columns.one.get("formula")
        text, place = self._merged(row, column, "計算公式")
        cell = read_formula_cell(text, len(heads), is_numbered=len(heads) > 1 or not self.messages.is_ours)
        self._add_formula_message(cell, text, heads, place)
        units = self._units(row, cell, heads, place)
        shares = self._shares(units, len(heads))
        figures = self._figures(row, [unit for share in shares for unit in share])
        division, supporting, division_place = self._division(row)
        fields = []
        start = 0
        for k, ((code, name), share) in enumerate(zip(heads, shares, strict=True)):
            formula = cell.formulas[k if cell.is_split else 0]
            own = figures[start : start + len(share)]
            start += len(share)
            fields.append(
                {
                    "name": name,
                    "formula": formula,
                    "division": division,
                    "supporting_divisions": supporting,
                    "measures": self._measures(code, formula, share, own, place),
                    "formula_place": place,
                    "division_place": division_place,
                }
            )
        return fields

    def _add_formula_message(self, cell, text, heads, place):
        if not text and place is not None:
            return
        if len(heads) > 1 and cell.is_split:
            read = "；".join(f"{code}：{formula}" for (code, _), formula in zip(heads, cell.formulas, strict=True))
            self.messages.notation(place, f"計算公式依序分給 {len(heads)} 項 KPI：{read}。", found=text, read=read)
        elif len(heads) > 1:
            self.messages.notation(
                place, f"計算公式的行數與 {len(heads)} 項 KPI 不同，各項都讀為整段公式。", found=text
            )
        elif cell.was_numbered:
            self.messages.correction(
                place, f"計算公式前的序號略去，讀為「{cell.formulas[0]}」。", found=text, read=cell.formulas[0]
            )
        if cell.remark:
            self.messages.notation(place, f"單位後面的「{cell.remark}」讀為計算公式的一部分。", found=text)
        if cell.percent:
            self.messages.notation(place, f"單位「{cell.percent}」讀為 %。", found=cell.percent, read="%")

    def _units(self, row, cell, heads, place):
        """Never empty: a placeholder with an error if the cell has no unit."""
        units = list(cell.units)
        if not units:
            is_percentage = "%" in cell.formulas[0] or "％" in cell.formulas[0]
            if is_percentage and len(heads) == 1:
                self.messages.notation(place, "沒有寫單位；計算公式是百分比，單位讀為 %。", read="%")
            else:
                self.messages.error(place, "沒有寫計量單位；請在公式之後換行寫「單位：次數」。")
            units = ["%" if is_percentage else "？"]
        for unit in () if self.messages.is_ours else units:
            if NO_UNIT.search(unit) and len(unit) > 1:
                self.messages.error(
                    place, f"看不懂計量單位「{unit}」；單位之後請換行，或把其他說明寫在單位之前。", found=unit
                )
        if not self.messages.is_ours and any(is_share_of_another_unit(each, units) for each in cell.formulas):
            self.messages.error(
                place,
                f"計算公式乘以 100%，單位卻是「{'、'.join(units)}」；請把單位改為 %，或改公式。",
                found="、".join(units),
            )
        for unit in units:
            validated_name(self.messages, place, "單位", unit, MAX_UNIT_LENGTH)
        lines = cell.formulas[0].split("\n")
        if len(heads) == len(units) == 1 and cell.was_numbered and len(lines) > 1 and self._has_enumeration(row, lines):
            units *= len(lines)
        if len(heads) > 1 and len(units) not in (1, len(heads)):
            self.messages.error(
                place,
                f"有 {len(heads)} 項 KPI，卻有 {len(units)} 個單位；請寫一個共用的單位，或每項各一個。",
                found="、".join(units),
            )
            units = units[:1]
        return units

    def _has_enumeration(self, row, lines):
        """Whether a figure cell of the row enumerates as many values as the formula has lines."""
        for column in (*self.columns.actuals.values(), *self.columns.targets.values()):
            found = enumerated([line.strip() for line in self.sheet.text(row, column).split("\n") if line.strip()])
            if found and len(found) == len(lines):
                return True
        return False

    @staticmethod
    def _shares(units, kpi_count):
        """[units of the measures] of each KPI."""
        if kpi_count == 1:
            return [units]
        if len(units) == 1:
            return [units[:1] for _ in range(kpi_count)]
        return [[unit] for unit in units]

    def _figures(self, row, units):
        """[(targets, actuals)] by year of each measure of the row."""
        found = [({}, {}) for _ in units]
        self.others = {}
        for kind, columns in enumerate((self.columns.targets, self.columns.actuals)):
            for year, column in columns.items():
                for measure, figure in zip(found, self._figures_of(row, column, units), strict=True):
                    measure[kind][year] = figure
        self._check_other_units(row, units)
        return found

    def _check_other_units(self, row, units):
        """A percentage of what is counted is wrong, and so are targets that all have another unit than the measure."""
        if self.messages.is_ours:
            return
        for column, unit in self.others.items():
            if is_percentage(unit):
                self.messages.error(
                    self.sheet.place(row, column),
                    f"數值是百分比，這一項的單位卻是「{'、'.join(units)}」；請改單位，或換算後填數字。",
                    found=self.sheet.merged_text(row, column),
                )
        written = [c for c in self.columns.targets.values() if self.sheet.merged_text(row, c)]
        if written and all(column in self.others for column in written):
            self.messages.error(
                self.sheet.place(row, self.columns.one.get("formula", written[0])),
                f"目標值的單位都不是這一項的單位「{'、'.join(units)}」，沒有任何目標值；請改單位，或換算後填數字。",
            )

    def _figures_of(self, row, column, units):
        home = self.sheet.home(row, column)
        self.account.take(*home)
        cell, place = self.sheet.cell(*home), self.sheet.place(row, column)
        if cell is None:
            self.messages.hint(place, "空白讀為沒有數值，不是 0；無統計請寫「無統計」，沒有目標請寫「—」。")
        elif home != (row, column):
            self.messages.notation(place, f"取自合併的儲存格：{without_spaces(cell.text)}。", read=cell.text)
        if len(units) == 1:
            readings = [read_figure(cell, units[0])]
            notices = readings[0].notices
        else:
            readings, notices = read_figures(cell, units)
        for notice in notices:
            self.messages.add(notice, place)
        for reading in readings:
            if reading.other_unit:
                self.others[column] = reading.other_unit
        return [FormFigure(reading.value, reading.note, place) for reading in readings]

    def _measures(self, code, formula, units, figures, place):
        lines = formula.split("\n")
        own_lines = lines if len(units) > 1 and len(lines) == len(units) else [formula] * len(units)
        measures = []
        for unit, line, (targets, actuals) in zip(units, own_lines, figures, strict=True):
            label = (measure_label(line) if len(lines) == len(units) else unit) if len(units) > 1 else ""
            aims = [targets[year].value for year in sorted(targets)]
            direction, why = direction_of(line, aims)
            of = f"「{label}」" if label else ""
            if against := contradiction(line, aims):
                self.messages.notation(
                    place, f"{code}{of} 的方向讀為{direction.label}：{against}", found=line, read=direction.label
                )
            if why:
                self.messages.notation(
                    place, f"{code}{of} 的方向讀為{direction.label}：{why}。", found=line, read=direction.label
                )
            ratio = read_ratio(line, unit=unit)
            measures.append(
                FormMeasure(
                    validated_name(self.messages, place, "衡量項名稱", label, MAX_LABEL_LENGTH),
                    unit,
                    direction,
                    bool(why),
                    ratio.numerator_label if ratio else "",
                    ratio.denominator_label if ratio else "",
                    ratio.factor if ratio else 1,
                    targets,
                    actuals,
                    place,
                )
            )
        if len(measures) > 1:
            read = "、".join(f"{measure.label}（{measure.unit}）" for measure in measures)
            self.messages.notation(place, f"{code} 讀為 {len(measures)} 個衡量項：{read}。", found=formula, read=read)
        return tuple(measures)

    def _division(self, row):
        """(division, supporting divisions, place)."""
        text, place = self._merged(row, self.columns.one.get("division"), "主責科室")
        names = division_names(text, self.divisions)
        if not names and place is not None and "division" in self.columns.one:
            self.messages.error(place, "這一列的 KPI 沒有主責科室；請填科室名稱。")
        if len(names) > 1:
            self.messages.notation(
                place,
                f"有 {len(names)} 個科室：主責讀為{names[0]}，協辦讀為{'、'.join(names[1:])}。",
                found=text,
                read=names[0],
            )
        supporting = self._merged(row, self.columns.one.get("supporting"), "協辦科室")[0]
        others = [*names[1:], *division_names(supporting, self.divisions)]
        for name in (*names, *others):
            self._meet(name, place)
        own = names[0] if names else ""
        return own, tuple(name for name in dict.fromkeys(others) if name != own), place

    def _meet(self, name, place):
        if name and name not in self.divisions:
            validated_name(self.messages, place, "科室名稱", name, MAX_DIVISION_LENGTH)
            self.divisions[name] = None
            self.messages.hint(
                place, f"「{name}」不是策略地圖上的主辦單位，將新增為科室；請確認名稱沒有打錯。", found=name
            )

    def _merged(self, row, column, what):
        """(text, place) of a cell or of the merged area that covers it; ("", None) if column is None."""
        if column is None:
            return "", None
        home = self.sheet.home(row, column)
        self.account.take(*home)
        cell, place = self.sheet.cell(*home), self.sheet.place(row, column)
        if cell is None:
            return "", place
        if cell.kind in UNREADABLE:
            self.messages.error(place, f"「{cell.text}」{UNREADABLE[cell.kind]}", found=cell.text)
            return "", place
        if home != (row, column):
            self.messages.notation(place, f"{what}取自合併的儲存格：{without_spaces(cell.text)}。", read=cell.text)
        return cell.text, place

    def read_action_plans(self, row, coded, division):
        """coded: (code, description) of each action plan in the row. division: the KPI's, the default owner."""
        if not coded:
            self._check_budgets_alone(row)
            return []
        owners, owner_place = self._owners(row, coded, division)
        budgets = {
            year: self._budget(row, column, len(coded), year) for year, column in sorted(self.columns.budgets.items())
        }
        place = self.sheet.place(row, self.columns.one["plans"])
        plans = []
        for (code, description), (unit, person) in zip(coded, owners, strict=True):
            if not description:
                self.messages.error(place, f"行動方案 {code} 沒有內容；請在編號之後填內容。", found=code)
            plans.append(FormActionPlan(code, description, unit, person, budgets, place, owner_place))
        return plans

    def _owners(self, row, coded, division):
        column = self.columns.one.get("owner")
        text, place = self._merged(row, column, "主責科室（或同仁）")
        place = place or self.sheet.place(row, self.columns.one["plans"])
        lines = [line for line in text.split("\n") if line.strip()]
        if len(coded) == len(lines) > 1 and all(line in self.divisions or looks_like_division(line) for line in lines):
            self.messages.notation(place, f"主責科室依序分給 {len(coded)} 個行動方案。", found=text)
            return [self._owner(line, place) for line in lines], place
        if not text:
            if division:
                self.messages.notation(
                    place, f"行動方案沒有填主責科室，讀為 KPI 的主責科室：{division}。", read=division
                )
            return [(division, "")] * len(coded), place
        return [self._owner(text, place)] * len(coded), place

    def _owner(self, text, place):
        division, person = parse_owner(text, self.divisions)
        if division:
            self._meet(division, place)
        else:
            validated_name(self.messages, place, "主責同仁", person, MAX_PERSON_LENGTH)
            self.messages.notation(place, f"「{person}」不是單一科室，讀為主責同仁。", found=text, read=person)
        return division, person

    def _budget(self, row, column, count, year):
        home = self.sheet.home(row, column)
        self.account.take(*home)
        place = self.sheet.place(row, column)
        cell = self.sheet.cell(*home)
        amount, notices = read_amounts(cell, count)
        for notice in notices:
            self.messages.add(notice, place)
        if cell is None:
            self.messages.hint(place, f"{year_text(year)}預算是空白，讀為沒有預算數，不是 0。")
        if amount and self._is_shared(row, column, home):
            self.messages.error(
                place,
                f"預算 {amount:,} 元的儲存格合併了幾列，無法分配；請取消合併，每個行動方案各填預算。",
                found=cell.text,
            )
        return FormAmount(amount, place)

    def _is_shared(self, row, column, home):
        """Whether the amount's merged area covers rows with other action plans."""
        others = [r for r in (row - 1, row + 1) if self.sheet.home(r, column) == home]
        return any(self.sheet.cell(r, self.columns.one["plans"]) is not None for r in others)

    def _check_budgets_alone(self, row):
        for column in self.columns.budgets.values():
            self.account.take(row, column)
            cell = self.sheet.cell(row, column)
            if cell is not None and cell.text not in ("0", "—"):
                self.messages.error(
                    self.sheet.place(row, column), "這一列有預算，卻沒有行動方案；請填行動方案。", found=cell.text
                )
