"""Template contexts for the preview of an uploaded form and for its sheet around a cell."""

import json
from collections import Counter
from dataclasses import dataclass, field

from django.http import Http404
from django.urls import reverse

from scorecard.agency_form.changes import Drops, field_name, key_text
from scorecard.agency_form.matching import KINDS, rows_of
from scorecard.agency_form.preview_matches import matches_shown
from scorecard.agency_form.preview_scorecard import scorecard_of
from scorecard.domain.roc_years import year_text
from scorecard.domain.scoring import grouped
from scorecard.read_models.edition_difference import DifferenceKind
from scorecard.read_models.strategy_map import build_strategy_map
from scorecard.spreadsheets.cell_messages import Message, Severity
from scorecard.spreadsheets.grid import coordinate, row_and_column

# The rest is shown on request. A form of a thousand KPIs can have thousands of hints, and rendering all took longer
# than reading the form.
SHOWN_AT_ONCE, CARDS_AT_ONCE, CHANGES_AT_ONCE = 100, 200, 300
MAP, TABLE, CHANGES = "map", "table", "changes"
ROWS_ABOVE, ROWS_BELOW, COLUMNS_SHOWN = 5, 15, 30


@dataclass(frozen=True)
class MessageLine:
    """link: "" for a message about the whole file. name: of the field that corrects the cell, "" for none.

    shown: the cell's current text. is_corrected: a person typed that text.
    """

    message: Message
    link: str = ""
    name: str = ""
    shown: str = ""
    is_corrected: bool = False


@dataclass(frozen=True)
class MessageGroup:
    """Messages of one severity. hidden: number of messages left out."""

    level: Severity
    count: int
    lines: list
    hidden: int


@dataclass(frozen=True)
class RejectedCorrection:
    """A typed correction that was not stored. name: of its field. now: the cell's current text."""

    place: str
    link: str
    name: str
    now: str
    typed: str


@dataclass(frozen=True)
class GridCell:
    """A cell on the page of a sheet. is_picked: the page is about this cell."""

    cell: str
    text: str
    link: str
    is_picked: bool
    is_merged: bool
    is_corrected: bool
    levels: tuple[Severity, ...]

    @property
    def marks(self):
        """The classes by which the style sheet marks it, "" for a cell of no note."""
        marks = [name for name, is_so in (("is-picked", self.is_picked), ("is-merged", self.is_merged)) if is_so]
        return " ".join(marks + [f"has-{level.value}" for level in self.levels])


@dataclass(frozen=True)
class GridRow:
    number: int
    cells: list = field(default_factory=list)


@dataclass(frozen=True)
class MeasureRow:
    """direction: in words. figures: (figure as text, note) of each year shown."""

    label: str
    unit: str
    direction: str
    figures: list


@dataclass(frozen=True)
class KPIRow:
    """link: address of the KPI's cell. action_plans: (FormActionPlan, budgets in words)."""

    code: str
    name: str
    objective: str
    formula: str
    division: str
    link: str
    measures: list
    action_plans: list


def preview_context(preview, *, agency, form, addresses, wanted="", chosen=None, ticked=()):
    """form: the ApplyForm. addresses: MapAddresses of the map. chosen: answers about rows that were sent and not kept.

    wanted: what to show whole: a Severity, MAP, TABLE or CHANGES. ticked: names of rows of a draft to be dropped.
    """
    upload, difference = preview.upload, preview.difference
    read, groups = preview.form.plan, _groups(preview, wanted)
    context = {
        "agency": agency,
        "upload": upload,
        "preview": preview,
        "groups": groups,
        "read": read,
        "counts": _counts(read) if read else (),
        "form": form,
        "sheet_link": cell_link(upload, 0, "A1"),
        "told": [(group.level.label, group.count) for group in groups],
    }
    if difference:
        context |= _difference(preview, difference, frozenset(ticked), all_changes=wanted == CHANGES)
        context["matches"] = matches_shown(difference.matches, _links_of_rows(preview), chosen or {})
    if read:
        context["title"] = f"{year_text(read.first_year)}版"
        context["other_agency"] = _other_agency(preview, read)
        if len(read.objectives) <= CARDS_AT_ONCE or wanted == MAP:
            context["map"] = build_strategy_map(scorecard_of(read, preview.plan))
            context["addresses"] = addresses
        context |= _table(preview, read, read.kpis if wanted == TABLE else read.kpis[:SHOWN_AT_ONCE])
        names = (("使命", read.mission), ("願景", read.vision), ("核心價值", read.core_values))
        context["statements"] = [(label, statement.text) for label, statement in names]
    return context


def _difference(preview, difference, ticked, *, all_changes):
    """Context of what would change and what would be dropped."""
    numbers = _numbers(preview)
    shown = difference.changes if all_changes else difference.changes[:CHANGES_AT_ONCE]
    explained = difference.to_explain
    return {
        "changes": [(change, _link_of(preview, numbers, change.place)) for change in shown],
        "changes_count": len(difference.changes),
        "changes_left_out": len(difference.changes) - len(shown),
        "dropped": [(change, change.name in ticked) for change in difference.dropped],
        "drops_all": difference.drops is Drops.ALL,
        "drops_ticked": difference.drops is Drops.TICKED,
        "kinds": _kinds(difference),
        "base": difference.matches.old.title,
        "seen": json.dumps(difference.expected_values(), ensure_ascii=False),
        "to_explain": explained,
        "to_explain_text": "、".join(change.what for change in explained),
        "lowered": [change for change in explained if change.kind is DifferenceKind.SOFTENED],
    }


def _numbers(preview):
    """{name of a sheet: its number in the file}."""
    return {sheet.name: number for number, sheet in enumerate(preview.sheets)}


def _link_of(preview, numbers, place):
    """The address of a cell; "" for the whole file."""
    number = numbers.get(place.sheet)
    return "" if number is None or not place.cell else cell_link(preview.upload, number, place.cell)


def _links_of_rows(preview):
    numbers = _numbers(preview)
    rows = [row for kind in KINDS for row in rows_of(preview.form.plan, kind)]
    return {row: _link_of(preview, numbers, row.place) for row in rows}


def _other_agency(preview, read):
    """The agency in the form's title if it is not the upload's agency, else None."""
    place = read.agency_place
    said = (m for m in preview.form.messages if (m.sheet, m.cell, m.read) == (place.sheet, place.cell, read.agency))
    return next((message.found for message in said), None)


def _table(preview, read, kpis):
    """Context of the table: years, rows, number of KPIs left out."""
    numbers = {sheet.name: number for number, sheet in enumerate(preview.sheets)}
    years = [(year, False) for year in read.baseline_years]
    years += [(year, True) for year in sorted({year for kpi in read.kpis for m in kpi.measures for year in m.targets})]
    rows = [
        KPIRow(
            kpi.code,
            kpi.name,
            kpi.objective,
            kpi.formula,
            kpi.division,
            cell_link(preview.upload, numbers[kpi.place.sheet], kpi.place.cell),
            [_measure_row(measure, years) for measure in kpi.measures],
            [(plan, _budgets(plan)) for plan in kpi.action_plans],
        )
        for kpi in kpis
    ]
    heads = [{"text": f"{year_text(year)}{'目標' if is_target else '實際'}"} for year, is_target in years]
    return {"table_years": heads, "table_rows": rows, "rows_left_out": len(read.kpis) - len(kpis)}


def _measure_row(measure, years):
    found = [(measure.targets if is_target else measure.actuals).get(year) for year, is_target in years]
    figures = [_figure(figure) for figure in found]
    return MeasureRow(measure.label, measure.unit, measure.direction.label, figures)


def _figure(figure):
    if figure is None or figure.value is None:
        return (figure.note if figure and figure.note else "—"), ""
    return grouped(figure.value), figure.note


def _budgets(plan):
    stated = [f"{year_text(year)} {budget.amount:,}" for year, budget in sorted(plan.budgets.items()) if budget.amount]
    return "、".join(stated)


def conflict_rows(conflict, expected_values):
    """(what, value in the preview, current value, value in the form) of each thing changed meanwhile."""
    return [
        (fact.what, expected_values.get(key_text(fact.key)), fact.old_text, fact.new_text) for fact in conflict.changes
    ]


def rejected_corrections(preview, texts):
    """texts: {(sheet name, cell): (text shown, text typed)}."""
    numbers = {sheet.name: number for number, sheet in enumerate(preview.sheets)}
    rows = []
    for (name, cell), (_, typed) in texts.items():
        number = numbers[name]
        if row_and_column(cell):
            _, now = preview.text_at(preview.sheets[number], cell)
            rows.append(
                RejectedCorrection(
                    f"{name} {cell}", cell_link(preview.upload, number, cell), field_name(number, cell), now, typed
                )
            )
    return rows


def _kinds(difference):
    """(chip, how many) of the changes."""
    return list(Counter(change.chips[0] for change in difference.changes).items())


def _counts(read):
    action_plans = sum(len(kpi.action_plans) for kpi in read.kpis)
    return (
        ("策略主題", len(read.themes)),
        ("構面", len(read.perspectives)),
        ("策略目標", len(read.objectives)),
        ("KPI", len(read.kpis)),
        ("行動方案", action_plans),
        ("科室", len(read.divisions)),
    )


def _groups(preview, wanted):
    numbers = {sheet.name: number for number, sheet in enumerate(preview.sheets)}
    groups = []
    cells_with_field = set()
    for level in Severity:
        own = [message for message in preview.messages if message.level is level]
        shown = own if wanted == level.value else own[:SHOWN_AT_ONCE]
        lines = [_line(preview, message, numbers, cells_with_field) for message in shown]
        if own:
            groups.append(MessageGroup(level, len(own), lines, len(own) - len(shown)))
    return groups


def _line(preview, message, numbers, cells_with_field):
    number = numbers.get(message.sheet)
    if number is None or not message.cell:
        return MessageLine(message)
    link = cell_link(preview.upload, number, message.cell)
    if (number, message.cell) in cells_with_field:
        return MessageLine(message, link)
    cells_with_field.add((number, message.cell))
    original, shown = preview.text_at(preview.sheets[number], message.cell)
    return MessageLine(message, link, field_name(number, message.cell), shown, original != shown)


def cell_link(upload, number, cell):
    """Address of the sheet's page at a cell."""
    page = reverse("form_import_cell", args=[upload.agency.slug, upload.token])
    return f"{page}?sheet={number}&cell={cell}#cell-{cell}"


def cell_context(preview, query):
    """Context of a sheet's page around a cell. Http404 for an unknown sheet or cell."""
    number, cell = query.get("sheet", "0"), query.get("cell", "A1").upper()
    where = row_and_column(cell)
    if not number.isdecimal() or len(number) > 3 or int(number) >= len(preview.sheets) or where is None:
        raise Http404
    number = int(number)
    sheet = preview.sheets[number]
    original, shown = preview.text_at(sheet, cell)
    levels = {}
    for message in preview.messages:
        if message.sheet == sheet.name:
            levels.setdefault(message.cell, []).append(message)
    columns = _columns(sheet, where[1])
    return {
        "sheet": sheet,
        "number": number,
        "sheets": [(index, each.name) for index, each in enumerate(preview.sheets)],
        "cell": cell,
        "original": original,
        "shown": shown,
        "name": field_name(number, cell),
        "is_corrected": original != shown,
        "cell_messages": levels.get(cell, ()),
        "columns": [coordinate(1, column)[:-1] for column in columns],
        "rows": _grid_rows(preview, number, where, columns, levels),
    }


def _columns(sheet, picked):
    last = max((column for _, column in sheet.cells), default=1)
    first = max(1, min(picked - COLUMNS_SHOWN // 2, last - COLUMNS_SHOWN + 1))
    return range(first, max(min(first + COLUMNS_SHOWN - 1, last), picked) + 1)


def _grid_rows(preview, number, where, columns, levels):
    sheet = preview.sheets[number]
    last = max(sheet.rows, default=1)
    first = max(1, where[0] - ROWS_ABOVE)
    rows = []
    for row in range(first, max(min(where[0] + ROWS_BELOW, last), where[0]) + 1):
        line = GridRow(row)
        for column in columns:
            cell = coordinate(row, column)
            original, shown = preview.text_at(sheet, cell)
            found = tuple(dict.fromkeys(message.level for message in levels.get(cell, ())))
            line.cells.append(
                GridCell(
                    cell,
                    shown,
                    cell_link(preview.upload, number, cell),
                    (row, column) == where,
                    sheet.home(row, column) != (row, column),
                    original != shown,
                    found,
                )
            )
        rows.append(line)
    return rows
