"""The scorecard's table as a reader asked for it: rows, columns and the texts around them, for page and files."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from scorecard.documents.scorecard_columns import DEFAULT_GROUPS, Column, ColumnKind, columns
from scorecard.documents.table_cells import Light, TableFigure, Words
from scorecard.domain.choices import Status
from scorecard.read_models.scorecard import PerspectiveLine
from scorecard.read_models.scorecard_filter import ScorecardFilter, Selection, select
from scorecard.read_models.table_rows import TableRow, table_rows

# Kinds whose cells are links, in the order of StackedCell's fields.
_NAMED = (ColumnKind.KPI, ColumnKind.OBJECTIVE, ColumnKind.DIVISION)


@dataclass(frozen=True)
class Band:
    """A perspective and its rows. number counts all perspectives of the plan, even those that a filter hides."""

    perspective: PerspectiveLine
    number: int
    rows: tuple[TableRow, ...]

    @property
    def name(self):
        """As in the form: 「顧客構面」."""
        return self.perspective.full_name


@dataclass(frozen=True)
class Stack:
    """Columns in one cell of the page, one below the other; mostly a single column. Files have them side by side.

    kind: that of the first column; 「result」 where a year's results are among them; 「current」 for the scorecard's
    own year.
    """

    columns: tuple[Column, ...]
    kind: str

    @property
    def heading_lines(self):
        """A year has 「105年」, 「目標值」 and 「實際值」; rate and light are clear without a heading."""
        lines = tuple(dict.fromkeys(line for column in self.columns for line in column.heading.split("\n")))
        if len(self.columns) == 1:
            return lines
        return lines[:2] if self.columns[0].is_result else lines[:3]


class StackedCell(NamedTuple):
    """The content of a stack in a row, about `line`. rows: over how many rows it extends; None for one row.

    text is the whole content where it is nothing but text; otherwise None, and contents has each column's. href is the
    link, "" for none.
    """

    kind: str
    rows: int | None
    line: object
    contents: tuple[Words | TableFigure | Light, ...]
    text: str | None
    is_kpi: bool
    is_objective: bool
    is_division: bool
    href: str


@dataclass(frozen=True)
class ScorecardTable:
    """A Selection in the chosen columns. No query. Build its Scorecard with_action_plans=True.

    leads_to: (ColumnKind, line) -> the address of an objective, a KPI or a KPI's division.
    """

    selection: Selection
    groups: frozenset = DEFAULT_GROUPS
    leads_to: Callable = lambda kind, line: ""

    @property
    def scorecard(self):
        """The whole scorecard, without the filter."""
        return self.selection.scorecard

    @cached_property
    def columns(self):
        """The columns of a file."""
        return columns(self.scorecard, self.selection.kpis, self.groups)

    @cached_property
    def bands(self):
        """The perspectives shown, with their rows."""
        numbers = {line.id: number for number, line in enumerate(self.scorecard.perspectives, start=1)}
        return tuple(
            Band(line, numbers[line.id], tuple(row for group in table_rows(line.objectives) for row in group.rows))
            for line in self.selection.perspectives
        )

    @cached_property
    def stacks(self):
        """The columns of the page. Remarks are below the figures there and have no column."""
        stacked = {}
        for index, column in enumerate(self.columns):
            if column.kind != ColumnKind.REMARKS:
                stacked.setdefault(column.stack or -index, []).append(column)
        current = self.scorecard.year.year
        return tuple(_stack(tuple(found), year == current) for year, found in stacked.items())

    @cached_property
    def stacked_bands(self):
        """(Band, rows) for the page; a row has the cells that start in it."""
        return tuple((band, tuple(tuple(self._stacked_cells(row)) for row in band.rows)) for band in self.bands)

    def _stacked_cells(self, row):
        for stack in self.stacks:
            spanned = getattr(row, stack.columns[0].level.value)
            if spanned is not None:
                yield _stacked_cell(stack, spanned, self.leads_to)

    @property
    def title(self):
        """As in the form: 「臺北市政府秘書處平衡計分卡」."""
        return f"{self.scorecard.agency}平衡計分卡"

    @property
    def marks(self):
        """What a reader must know before the figures: 「草稿」, 「非正式版本」, 「示範資料」, what is not approved."""
        scorecard = self.scorecard
        marks = []
        if scorecard.mark:
            marks.append(scorecard.mark)
        if scorecard.has_sample_data:
            marks.append("示範資料")
        if unapproved := scorecard.unapproved_figures_count:
            shown = "已列入並註明「尚未審核」" if scorecard.include_provisional else "未列入"
            marks.append(f"{unapproved} 項 KPI 的數值尚未審核，{shown}")
        return tuple(marks)

    @property
    def year_text(self):
        """「105 年（開放填報）」."""
        year = self.scorecard.year
        return f"{year.text}（{year.state.label}）"

    @property
    def subtitle(self):
        """The edition and its state, its score, and the marks."""
        scorecard = self.scorecard
        parts = [f"{scorecard.plan_title}（{scorecard.year.state.label}）", scorecard.plan_subtitle]
        parts.append(f"得分 {scorecard.score_text}（{scorecard.tally_text}）")
        return "　".join([part for part in parts if part] + [f"【{mark}】" for mark in self.marks])

    @property
    def filter_text(self):
        """What is hidden, and by which filter; "" without a filter."""
        if not self.selection.filter.is_active:
            return ""
        asked = "、".join(self.selection.words)
        return f"篩選結果：{self.selection.count_text}（{asked}）。得分與燈號統計仍以全部 KPI 計算。"

    @property
    def legend(self):
        met, near, missed, unmeasured, pending, no_target = (Light(status).text for status in Status)
        threshold = self.scorecard.threshold_text
        return (
            f"燈號：{met}（達成率 100% 以上）　{near}（{threshold} 以上，未達 100%）　{missed}（未達 {threshold}）　"
            f"{unmeasured}（已填報，無統計數值）　{pending}　{no_target}"
        )

    @property
    def totals_heading(self):
        """Totals of a filtered table are over the rows shown."""
        return "所列行動方案合計" if self.selection.filter.is_active else "行動方案預算合計"

    @property
    def has_totals(self):
        return any(column.total is not None for column in self.columns)

    @cached_property
    def stacked_totals(self):
        """(number of stacks before the first total, the totals from there on: a TableFigure or None each)."""
        totals = [stack.columns[0].total for stack in self.stacks]
        first = next((index for index, total in enumerate(totals) if total is not None), len(totals))
        return first, tuple(totals[first:])


def whole_table(scorecard):
    """Every row, in the form's own columns."""
    return ScorecardTable(select(scorecard, ScorecardFilter()))


def _stack(found, is_current):
    if is_current:
        return Stack(found, "current")
    return Stack(found, "result" if found[-1].is_result else found[0].kind.value)


def _stacked_cell(stack, spanned, leads_to):
    line = spanned.item
    kind = stack.columns[0].kind
    rows = spanned.rows if spanned.rows > 1 else None
    contents = _contents(stack, line)
    if line is not None and kind in _NAMED:
        is_one_of = (kind == each for each in _NAMED)
        return StackedCell(stack.kind, rows, line, contents, None, *is_one_of, leads_to(kind, line))
    text = None
    if len(contents) < 2 and not any(each.is_light or each.code or each.below or each.note for each in contents):
        text = "".join(each.text for each in contents)
    return StackedCell(stack.kind, rows, line, contents, text, kind == ColumnKind.KPI, False, False, "")


def _contents(stack, line):
    """Below a target, a result that is still to come shows its light alone."""
    if line is None:
        return ()
    found = [column.content(line) for column in stack.columns]
    if len(found) > 1:
        found[1:] = [_without_dash(each) for each in found[1:]]
    return tuple(each for each in found if each is not None and (each.text or each.note))


def _without_dash(content):
    if isinstance(content, Words) and content.is_blank:
        return Words("", note=content.note)
    return content


__all__ = ["Band", "ScorecardTable", "Stack", "StackedCell", "whole_table"]
