"""The forms that upload an agency's form, correct its cells and apply it."""

import json

from django import forms

from scorecard.agency_form.changes import CELL_FIELD
from scorecard.agency_form.matching import NEW, Certainty
from scorecard.agency_form.preview_matches import MATCH_FIELD
from scorecard.forms.fields import PlainTextField, WorkbookField
from scorecard.spreadsheets.reader import MAX_BYTES, MEGABYTE


class UploadForm(forms.Form):
    """The form's own years say which edition it is of."""

    file = WorkbookField(
        label="填好的表單",
        help_text=f".xlsx 或 .ods，最大 {MAX_BYTES // MEGABYTE} MB。",
        missing="請選擇要上傳的表單。",
    )


class ApplyForm(forms.Form):
    """version: of corrections and answers. seen: the edition's values in the preview, as JSON.

    The boxes 「drop」, of rows that the form lacks, stand beside the rows.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = PlainTextField(label="變更的理由", required=False, max_length=500, rows=2)

    def clean_seen(self):
        """{key: old value}, see PlanChanges.expected_values(); {} for anything else."""
        try:
            expected_values = json.loads(self.cleaned_data["seen"] or "{}")
        except (ValueError, RecursionError):
            return {}
        return expected_values if isinstance(expected_values, dict) else {}


def corrections_of(data, sheets):
    """{(sheet name, cell): (text shown, text typed)} of the cells changed on the page."""
    names = [sheet.name for sheet in sheets]
    found = {}
    for name in data:
        kind, _, rest = name.partition("-")
        number, _, cell = rest.partition("-")
        if kind != CELL_FIELD or not number.isdecimal() or len(number) > 3 or int(number) >= len(names):
            continue
        text, shown = (data.get(key, "").replace("\r\n", "\n") for key in (name, f"initial-{name}"))
        if text != shown:
            found[names[int(number)], cell] = shown, text
    return found


def choices_of(data, matches):
    """{key of a row: (answer that the page showed, answer chosen)} of the rows that the page asked about.

    That a row is new, where everything says so, is no answer.
    """
    found = {}
    for match in matches.rows:
        name = f"{MATCH_FIELD}-{match.row.key}"
        if name in data:
            says_nothing = match.certainty is Certainty.NEW and data[name] == NEW
            found[match.row.key] = data.get(f"initial-{name}", ""), "" if says_nothing else data[name]
    return found
