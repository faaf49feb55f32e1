"""Opening, closing and reopening a year."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from scorecard.domain.roc_years import date_text
from scorecard.forms.fields import PlainTextField
from scorecard.forms.helpers import fields_only


def date_input():
    """A date as the browser's own picker; ISO is what it sends."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def check_not_past(due_date):
    """Return the due date unless it has passed already."""
    if due_date < timezone.localdate():
        raise ValidationError(f"截止日不能早於今天（{date_text(timezone.localdate())}）。")
    return due_date


class OpenYearForm(forms.Form):
    """Due date and contact of a year to be opened."""

    helper = fields_only()
    due_date = forms.DateField(label="填報截止日", widget=date_input(), validators=[check_not_past])
    contact = forms.CharField(
        label="聯絡窗口", max_length=100, required=False, help_text="例如：管考窗口 王小明 分機 1234。"
    )


class ChangeYearForm(forms.Form):
    """Due date and contact of a year that is open; a date that has passed may stay as it is, but not be chosen."""

    helper = fields_only()
    due_date = forms.DateField(label="填報截止日", widget=date_input())
    contact = forms.CharField(label="聯絡窗口", max_length=100, required=False)

    def clean_due_date(self):
        """A new due date lies ahead."""
        due_date = self.cleaned_data["due_date"]
        return due_date if due_date == self.initial.get("due_date") else check_not_past(due_date)


class CloseYearForm(forms.Form):
    """The reason for closing a year while reports are unapproved."""

    helper = fields_only()
    reason = PlainTextField(label="未全數核定仍要關閉的理由", max_length=500, required=False)


class ReopenYearForm(forms.Form):
    """Why a closed year is opened again, and until when."""

    helper = fields_only()
    due_date = forms.DateField(label="新的填報截止日", widget=date_input(), validators=[check_not_past])
    reason = PlainTextField(label="重新開放的理由", max_length=500)
