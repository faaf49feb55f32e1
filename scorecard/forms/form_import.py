"""The forms that upload an agency's form, correct its cells and apply it."""

import json

from django import forms

from scorecard.agency_form.changes import CELL_FIELD
from scorecard.forms.fields import PlainTextField, WorkbookField
from scorecard.models import Plan
from scorecard.spreadsheets.reader import MAX_BYTES, MEGABYTE


class UploadForm(forms.Form):
    """plan: the plan to change, None for a new one."""

    file = WorkbookField(
        label="填好的表單",
        help_text=f".xlsx 或 .ods，最大 {MAX_BYTES // MEGABYTE} MB。",
        missing="請選擇要上傳的表單。",
    )
    plan = forms.ModelChoiceField(
        label="匯入到",
        queryset=Plan.objects.none(),
        required=False,
        to_field_name="slug",
        empty_label="新計畫",
        widget=forms.Select({"class": "form-select"}),
        error_messages={"invalid_choice": "這個機關沒有這份計畫；請重新選擇。"},
    )

    def __init__(self, *args, agency, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = Plan.objects.filter(agency=agency).select_related("agency")


class ApplyForm(forms.Form):
    """version: of the corrections. seen: the plan's values in the preview, as JSON."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = PlainTextField(label="變更目標值的理由", required=False, max_length=500, rows=2)

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
