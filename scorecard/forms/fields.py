"""Form fields for figures and texts as people type them."""

from django import forms
from django.core.exceptions import ValidationError

from scorecard.domain.roc_years import NumberError, parse_amount, parse_number
from scorecard.spreadsheets.reader import MAX_BYTES

# A longer number is larger than any key, and databases fail at comparing it.
MAX_KEY_DIGITS = 18


def date_input():
    """The browser's date picker, which sends ISO dates."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def is_key(value):
    """Whether it can be the key of a row."""
    text = str(value)
    return text.isascii() and text.isdigit() and len(text) <= MAX_KEY_DIGITS


class RowsField(forms.ModelMultipleChoiceField):
    """Refuses what cannot be a key before the database is asked for it."""

    def clean(self, value):
        for each in value or ():
            if not is_key(each):
                raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": each})
        return super().clean(value)


class FigureField(forms.CharField):
    """A figure in the measure's unit: Decimal, None if empty. An unreadable text stays in the field."""

    def __init__(self, *, unit, **kwargs):
        self.unit = unit
        # A plain text input: type="number" changes figures when the mouse wheel turns.
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "data-figure": True})
        super().__init__(required=False, widget=widget, **kwargs)

    def to_python(self, value):
        try:
            return self.read(super().to_python(value))
        except NumberError as error:
            raise ValidationError(str(error)) from error

    def read(self, text):
        return parse_number(text, unit=self.unit)

    def has_changed(self, initial, data):
        """Compares figures: 1,000 and 1000 are the same."""
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class AmountField(FigureField):
    """NT$ whole dollars: int, None if empty; never zero for an empty field."""

    def __init__(self, **kwargs):
        super().__init__(unit="元", **kwargs)

    def read(self, text):
        return parse_amount(text)


class WorkbookField(forms.FileField):
    """A workbook file. missing: the error if no file was chosen."""

    def __init__(self, *, label, help_text, missing):
        limits = {"data-file-bytes": MAX_BYTES, "data-most-files": 1, "data-all-bytes": MAX_BYTES}
        super().__init__(
            label=label,
            allow_empty_file=True,
            help_text=help_text,
            error_messages={"required": missing, "invalid": missing},
            widget=forms.FileInput(attrs={"accept": ".xlsx,.ods", **limits}),
        )


class PlainTextField(forms.CharField):
    """Text of several lines. Browsers send CR LF line ends; the cleaned text has LF."""

    def __init__(self, *, rows=2, **kwargs):
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")
