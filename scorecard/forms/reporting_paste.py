"""Reads cells copied from a spreadsheet and finds their rows in the reporting table.

Nothing is guessed. A cell that cannot be read or has no row is left out and shown with the reason.
"""

import csv
import io
from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import ValidationError

from scorecard.domain.text_folding import fold_for_search
from scorecard.forms.fields import PlainTextField

MAX_CHARACTERS = 100_000
MAX_ROWS = 1000
# Words for "not measured" in practice; fold_for_search() covers full-width variants.
UNMEASURED = {"無統計", "未統計", "—", "–", "-", "――", "ー"}
HEADINGS = {fold_for_search(word) for word in ("編號", "代號", "KPI", "KPI編號", "KPI 編號")}


@dataclass(frozen=True)
class Place:
    """A row of the table."""

    form: forms.Form
    measure: object

    @property
    def key(self):
        """The name of the row's actual field."""
        return self.form.add_prefix(f"actual_{self.measure.id}")

    @property
    def name(self):
        """The label in lists of rows."""
        return " ".join(filter(None, (self.form.line.code, self.form.line.name, self.measure.label)))


@dataclass(frozen=True)
class PastedRow:
    """A pasted line. fields: {field name: text} to fill in; if empty, why has the reason."""

    cells: tuple[str, ...]
    place: Place | None = None
    fields: dict = field(default_factory=dict)
    why: str = ""

    @property
    def now(self):
        """The row's saved actual."""
        return self.place.measure.cell.actual_text if self.place else ""

    @property
    def is_unmeasured(self):
        """Whether 無統計 will be ticked."""
        return self.place is not None and self.fields.get(f"unmeasured_{self.place.measure.id}") == "on"

    @property
    def figure(self):
        """The figure to fill in, "" with 無統計; None if the figure does not change."""
        if not self.place:
            return None
        return self.fields.get(f"actual_{self.place.measure.id}")

    @property
    def note(self):
        """The note to fill in; None if it does not change."""
        return self.fields.get(f"note_{self.place.measure.id}") if self.place else None


class PasteForm(forms.Form):
    """text: the cells. start: key of the first row, for cells without codes."""

    text = PlainTextField(
        label="從 Excel 複製的儲存格",
        max_length=MAX_CHARACTERS,
        rows=10,
        strip=False,
        error_messages={
            "required": "請貼上從 Excel 複製的儲存格。",
            "max_length": f"貼上的內容太多，最多 {MAX_CHARACTERS:,} 字；請分次貼上。",
        },
        help_text="可以是一欄數字，或「數字＋備註」、「編號＋數字」、「編號＋數字＋備註」。沒有統計的填「無統計」。",
    )
    start = forms.ChoiceField(
        label="沒有編號時，從哪一列開始往下填", required=False, error_messages={"invalid_choice": "表格沒有這一列。"}
    )

    def __init__(self, data=None, *, places, **kwargs):
        self.places = places
        super().__init__(data, **kwargs)
        self.fields["start"].choices = [(place.key, place.name) for place in places]

    def clean_text(self):
        """At least one cell is not empty; at most MAX_ROWS rows."""
        rows = cells_of(self.cleaned_data["text"])
        if not any(any(row) for row in rows):
            raise ValidationError("貼上的儲存格都是空白。")
        if len(rows) > MAX_ROWS:
            raise ValidationError(f"貼上了 {len(rows):,} 列；最多 {MAX_ROWS:,} 列。")
        return self.cleaned_data["text"]

    def rows(self):
        """PastedRows. The form has to be valid."""
        start = self.cleaned_data["start"]
        keys = [place.key for place in self.places]
        return read(cells_of(self.cleaned_data["text"]), self.places, keys.index(start) if start else 0)


def places_of(entry_forms):
    """All rows of the table in order, also those that can no longer be edited."""
    return [Place(form, measure) for form in entry_forms for measure in form.line.measures]


def cells_of(text):
    """Rows of cells: tab-separated, quoted if a cell has line ends. Empty rows at the end are dropped."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))
    except csv.Error:
        rows = [line.split("\t") for line in text.splitlines()]
    rows = [tuple(cell.strip() for cell in row) for row in rows]
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def read(rows, places, start=0):
    """PastedRows: by code if any line starts with a code of the table, else in order from places[start]."""
    by_code = {}
    for place in places:
        by_code.setdefault(fold_for_search(place.form.line.code), []).append(place)
    if any(row and fold_for_search(row[0]) in by_code for row in rows):
        return _by_code(rows, by_code)
    return _downwards(rows, places[start:])


def rows_to_keep(pasted):
    """EntryDraft.rows of the texts to fill in."""
    kept = {}
    for row in pasted:
        if row.fields:
            form = row.place.form
            version = form.report.version if form.report else 0
            kept.setdefault(str(form.line.id), {"version": version, "fields": {}})["fields"].update(row.fields)
    return kept


def _downwards(rows, places):
    found = []
    for number, cells in enumerate(rows):
        if number < len(places):
            found.append(_row(cells, places[number], cells))
        elif any(cells):
            found.append(PastedRow(cells, why="表格已經沒有下一列。"))
    return found


def _by_code(rows, by_code):
    found = []
    filled = set()
    last = None
    for cells in rows:
        if not any(cells):
            continue
        code = fold_for_search(cells[0])
        if not code and last and any(place.key not in filled for place in by_code[last]):
            # Another measure of the KPI above: its code is written only once.
            code = last
        if code not in by_code:
            found.append(PastedRow(cells, why=_no_such_code(cells[0], code)))
            last = None
            continue
        last = code
        place = _next(by_code[code], filled, cells)
        if place is None:
            found.append(PastedRow(cells, why=f"「{cells[0]}」重複，表格裡沒有它的下一列。"))
            continue
        filled.add(place.key)
        found.append(_row(cells, place, _without_name(cells[1:], place)))
    return found


def _no_such_code(written, code):
    if code in HEADINGS:
        return "標題列，不填。"
    return f"這張表沒有編號「{written}」。" if code else "沒有編號，不知道要填在哪一列。"


def _next(places, filled, cells):
    """The KPI's free row with the measure label in the line, else its first free row; None if none is free."""
    free = [place for place in places if place.key not in filled]
    label = fold_for_search(cells[1]) if len(cells) > 2 else ""
    named = [place for place in free if place.measure.label and fold_for_search(place.measure.label) == label]
    return next(iter(named or free), None)


def _without_name(cells, place):
    """Cells without the names of the KPI and the measure at the start."""
    names = {fold_for_search(place.form.line.name), fold_for_search(place.measure.label)}
    while len(cells) > 1 and cells[0] and fold_for_search(cells[0]) in names:
        cells = cells[1:]
    return cells


def _row(cells, place, values):
    """values: (figure or word, optional note) for the row."""
    form, measure = place.form, place.measure
    actual, note_name, box = (f"{kind}_{measure.id}" for kind in ("actual", "note", "unmeasured"))
    if not any(values):
        return PastedRow(cells, place, why="空白，不變更。")
    if not form.is_editable:
        return PastedRow(cells, place, why=f"{form.line.report_state.label}，不能修改。")
    if actual not in form.fields or form.fields[actual].disabled:
        return PastedRow(cells, place, why="這一項的實際值由其他欄位計算，不能貼上。")
    if any(values[2:]):
        return PastedRow(cells, place, why="欄位太多；請只複製編號、數字與備註。")
    value = values[0]
    note = values[1] if len(values) > 1 else ""
    fields = {note_name: note} if note else {}
    if fold_for_search(value) in {fold_for_search(word) for word in UNMEASURED}:
        return PastedRow(cells, place, {actual: "", box: "on", note_name: note or value})
    if value:
        try:
            form.fields[actual].to_python(value)
        except ValidationError as error:
            return PastedRow(cells, place, why=" ".join(error.messages))
        fields |= {actual: value, box: ""}
    return PastedRow(cells, place, fields)
