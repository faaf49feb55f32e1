"""Reading cells copied from a spreadsheet into the reporting table: which goes where, and why one cannot.

Nothing is guessed: a cell that cannot be read, or has no row to go to, is shown with the reason and left out.
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
# What offices write where nothing was counted; NFKC makes full-width ones the same.
UNMEASURED = {"無統計", "未統計", "—", "–", "-", "――", "ー"}
HEADINGS = {fold_for_search(word) for word in ("編號", "代號", "KPI", "KPI編號", "KPI 編號")}


@dataclass(frozen=True)
class Place:
    """A row of the table that a value can go to."""

    form: forms.Form
    measure: object

    @property
    def key(self):
        """The name of the row's actual, by which a page says where to start."""
        return self.form.add_prefix(f"actual_{self.measure.id}")

    @property
    def name(self):
        """The row as a list of rows shows it."""
        return " ".join(filter(None, (self.form.line.code, self.form.line.name, self.measure.label)))


@dataclass(frozen=True)
class PastedRow:
    """One line of what was pasted. fields: {field name: text} to be put in, empty where why says why not."""

    cells: tuple[str, ...]
    place: Place | None = None
    fields: dict = field(default_factory=dict)
    why: str = ""

    @property
    def now(self):
        """What stands in the row's actual."""
        return self.place.measure.cell.actual_text if self.place else ""

    @property
    def is_unmeasured(self):
        """Whether the box 無統計 will be ticked."""
        return self.place is not None and self.fields.get(f"unmeasured_{self.place.measure.id}") == "on"

    @property
    def figure(self):
        """The figure that will be put in, "" beside 無統計; None where the figure stays as it is."""
        if not self.place:
            return None
        return self.fields.get(f"actual_{self.place.measure.id}")

    @property
    def note(self):
        """The note that will be put in; None where it stays as it is."""
        return self.fields.get(f"note_{self.place.measure.id}") if self.place else None


class PasteForm(forms.Form):
    """What was copied, and the row of the table where it starts if it has no codes."""

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
        """At least one cell with something in it, and no more rows than a division has."""
        rows = cells_of(self.cleaned_data["text"])
        if not any(any(row) for row in rows):
            raise ValidationError("貼上的儲存格都是空白。")
        if len(rows) > MAX_ROWS:
            raise ValidationError(f"貼上了 {len(rows):,} 列；最多 {MAX_ROWS:,} 列。")
        return self.cleaned_data["text"]

    def rows(self):
        """The valid form's lines as PastedRows."""
        start = self.cleaned_data["start"]
        keys = [place.key for place in self.places]
        return read(cells_of(self.cleaned_data["text"]), self.places, keys.index(start) if start else 0)


def places_of(entry_forms):
    """The table's rows in order, also those that can no longer be edited."""
    return [Place(form, measure) for form in entry_forms for measure in form.line.measures]


def cells_of(text):
    """Lines of what a spreadsheet copies, none empty at the end: cells by tabs, quoted where they hold line ends."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))
    except csv.Error:
        rows = [line.split("\t") for line in text.splitlines()]
    rows = [tuple(cell.strip() for cell in row) for row in rows]
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def read(rows, places, start=0):
    """PastedRows: by code where any line begins with a code of the table, else downwards from places[start]."""
    by_code = {}
    for place in places:
        by_code.setdefault(fold_for_search(place.form.line.code), []).append(place)
    if any(row and fold_for_search(row[0]) in by_code for row in rows):
        return _by_code(rows, by_code)
    return _downwards(rows, places[start:])


def rows_to_keep(pasted):
    """EntryDraft.rows of what will be put in."""
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
    found, filled, last = [], set(), None
    for cells in rows:
        if not any(cells):
            continue
        code = fold_for_search(cells[0])
        if not code and last and any(place.key not in filled for place in by_code[last]):
            # The second measure of the KPI above, whose code is written once.
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
    """The KPI's row that the line names by its measure's label, else its first one without a value."""
    free = [place for place in places if place.key not in filled]
    label = fold_for_search(cells[1]) if len(cells) > 2 else ""
    named = [place for place in free if place.measure.label and fold_for_search(place.measure.label) == label]
    return next(iter(named or free), None)


def _without_name(cells, place):
    """The cells after the code, without the name of the KPI or its measure."""
    names = {fold_for_search(place.form.line.name), fold_for_search(place.measure.label)}
    while len(cells) > 1 and cells[0] and fold_for_search(cells[0]) in names:
        cells = cells[1:]
    return cells


def _row(cells, place, values):
    """One value, and a note if there is one, for one row of the table."""
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
    value, note = values[0], values[1] if len(values) > 1 else ""
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
