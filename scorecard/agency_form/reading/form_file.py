"""Reads an agency's filled form (domain.md §3): finds its two sheets by their content; gives a plan and messages.

    form = read_form(file)                                  an .xlsx or .ods, as a seekable binary stream
    form = read_form(file, corrections={("平衡計分卡", "B13"): "AP1.1 …"})     reads these texts instead of the cells

Nothing here uses the database. Every problem becomes a message at its cell. read_form() raises only UnreadableFile, for
a file that is no spreadsheet.
"""

from scorecard.agency_form.form_plan import FormPlan, ParsedForm, Statement
from scorecard.agency_form.reading.headings import find_heading_row
from scorecard.agency_form.reading.map_sheet import FormMap, find_theme_row, read_map
from scorecard.agency_form.reading.scorecard_sheet import read_scorecard
from scorecard.agency_form.reading.titles import split_title, title_of
from scorecard.domain.roc_years import FIRST_YEAR, year_text
from scorecard.domain.text_folding import fold_for_search
from scorecard.spreadsheets.cell_messages import Messages
from scorecard.spreadsheets.grid import WHOLE_FILE, as_shown, column_letters, with_corrections
from scorecard.spreadsheets.reader import read_sheets

MAX_AGENCY_LENGTH, MAX_LISTED = 100, 10


def read_form(file, *, agency="", corrections=None):
    """The ParsedForm of a file. agency: its name, "" to take it from the title. Raises UnreadableFile."""
    return read_form_sheets(read_sheets(file), agency=agency, corrections=corrections)


def read_form_sheets(sheets, *, agency="", corrections=None):
    """Like read_form(), for sheets that are read already."""
    sheets = with_corrections(as_shown(sheets), corrections or {})
    messages = Messages([sheet.name for sheet in sheets], is_ours=any(sheet.is_ours for sheet in sheets))
    map_sheet = _choose(sheets, find_theme_row, "策略地圖", messages)
    card_sheet = _choose(sheets, find_heading_row, "平衡計分卡", messages)
    for sheet in filter(None, (map_sheet, card_sheet)):
        _tell_what_is_beside_the_cells(sheet, messages)
    strategy_map = read_map(map_sheet, messages) if map_sheet else None
    if card_sheet is None:
        return ParsedForm(None, messages.all())
    card = read_scorecard(card_sheet, strategy_map, messages)
    name, place, title_years = _agency(map_sheet, card_sheet, agency, messages)
    plan = _plan(card_sheet, card, strategy_map, name, place)
    if title_years and not title_years & set(plan.years):
        messages.hint(place, f"標題的年度與目標值的年度（{_span(plan)}）不同，以目標值的年度為準。")
    _check_objectives(strategy_map, card, messages)
    return ParsedForm(plan, messages.all())


def _tell_what_is_beside_the_cells(sheet, messages):
    """Comments, struck out text, formats that show another number; what is hidden is read too."""
    for (row, column), remarks in sorted(sheet.remarks.items()):
        for remark in remarks:
            tell = messages.correction if remark.is_correction else messages.hint
            tell(sheet.place(row, column), remark.text, found=sheet.text(row, column))
    columns = [c for c in sorted(sheet.hidden_columns) if any(c in found for found in sheet.rows.values())]
    rows = [row for row in sorted(sheet.hidden_rows) if row in sheet.rows]
    if columns:
        found = f"{_listed(columns, column_letters)} 欄是隱藏的，共 {len(columns)} 欄"
        messages.hint(sheet.place(1, columns[0]), f"{found}，內容照樣讀入；不要的欄請在試算表中刪除。")
    if rows:
        found = f"第 {_listed(rows, str)} 列是隱藏的，共 {len(rows)} 列"
        messages.hint(sheet.place(rows[0], 1), f"{found}，內容照樣讀入；不要的列請在試算表中刪除。")


def _listed(numbers, name):
    return "、".join(name(number) for number in numbers[:MAX_LISTED]) + ("…" if len(numbers) > MAX_LISTED else "")


def _choose(sheets, find, title, messages):
    """The sheet for which find() is not None; None with an error if there is none."""
    fitting = [sheet for sheet in sheets if find(sheet) is not None]
    visible = [sheet for sheet in fitting if not sheet.is_hidden]
    chosen = visible or fitting
    if not chosen:
        what = {"策略地圖": "「策略主題」的列", "平衡計分卡": "「KPI」「計算公式」「目標值」的標題列"}[title]
        messages.error(WHOLE_FILE, f"檔案裡沒有「{title}」工作表：沒有任何工作表有{what}；請確認選對檔案，兩張表都在。")
        return None
    best = next((sheet for sheet in chosen if title_of(sheet, title)), chosen[0])
    if len(chosen) > 1:
        others = [sheet for sheet in chosen if sheet is not best]
        names, left = ("、".join(f"「{sheet.name}」" for sheet in each) for each in (chosen, others))
        messages.error(
            WHOLE_FILE,
            f"{names}都像是「{title}」，{left}沒有讀入；內容分在幾張工作表的，請全部貼到同一張，"
            "重複或不要的工作表請刪除，再上傳。",
            found=names,
        )
    if best.is_hidden:
        messages.assumption(
            WHOLE_FILE, f"只有隱藏的工作表「{best.name}」像「{title}」，讀取了它；請確認不是舊資料。", read=best.name
        )
    if len(fitting) > 1 and len(chosen) == 1:
        messages.assumption(WHOLE_FILE, f"有幾張工作表像「{title}」，讀取「{best.name}」。", read=best.name)
    return best


def _agency(map_sheet, card_sheet, given, messages):
    """(name, the title's place, years in the titles)."""
    found, years = [], set()
    for sheet, suffix in ((map_sheet, "策略地圖"), (card_sheet, "平衡計分卡")):
        title = title_of(sheet, suffix) if sheet else None
        if title:
            text, row, column = title
            name, stated = split_title(text.removesuffix(suffix))
            years |= stated
            if name:
                found.append((name, sheet.place(row, column)))
    if not found:
        if not given:
            messages.error(WHOLE_FILE, "工作表的標題沒有機關名稱；請在第一列寫「○○機關策略地圖」，或另外指定機關。")
        return given, WHOLE_FILE, years
    name, place = found[0]
    for other, other_place in found[1:]:
        if fold_for_search(other) != fold_for_search(name):
            messages.error(
                other_place, f"這裡的機關是「{other}」，策略地圖的機關是「{name}」；請確認是同一份表單。", found=other
            )
    if given:
        if fold_for_search(name) != fold_for_search(given):
            messages.assumption(place, f"標題的機關是「{name}」，讀為「{given}」的表單。", found=name, read=given)
        return given, place, years
    if len(name) > MAX_AGENCY_LENGTH:
        messages.error(place, f"機關名稱有 {len(name)} 個字，最多 {MAX_AGENCY_LENGTH} 個；請確認標題。", found=name)
    return name, place, years


def _plan(sheet, card, strategy_map, agency, agency_place):
    strategy_map = strategy_map or FormMap(
        dict.fromkeys(("mission", "vision", "core_values"), Statement("", WHOLE_FILE)), (), (), ()
    )
    columns = card.columns
    targets = sorted(columns.targets) or [FIRST_YEAR]
    return FormPlan(
        agency=agency,
        agency_place=agency_place,
        first_year=targets[0],
        last_year=targets[-1],
        baseline_years=tuple(sorted(year for year in columns.actuals if year < targets[0])),
        actual_years={year: sheet.place(columns.row, c) for year, c in sorted(columns.actuals.items())},
        **strategy_map.statements,
        instructions=card.instructions,
        perspectives=strategy_map.perspectives,
        themes=strategy_map.themes,
        objectives=strategy_map.objectives,
        kpis=card.kpis,
        divisions=card.divisions,
    )


def _check_objectives(strategy_map, card, messages):
    """Adds hints about objectives without a KPI."""
    measured = {kpi.objective for kpi in card.kpis}
    for objective in strategy_map.objectives if strategy_map else ():
        if objective.code not in measured:
            messages.hint(objective.place, f"策略目標 {objective.code} 在平衡計分卡沒有 KPI。", found=objective.code)


def _span(plan):
    return f"{year_text(plan.first_year)}至 {year_text(plan.last_year)}"
