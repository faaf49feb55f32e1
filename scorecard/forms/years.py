"""Forms that open, change, close and reopen a year."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from scorecard.domain.roc_years import date_text
from scorecard.forms.fields import PlainTextField
from scorecard.forms.helpers import fields_only


def date_input():
    """The browser's date picker, which sends ISO dates."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


CONTACT_HELP = "例如：管考窗口 王小明 分機 1234 ming@example.gov.tw。寫了電子郵件，提醒與退回信的回覆就會寄到那裡。"


def check_not_past(due_date):
    """Returns the date; ValidationError if it has passed."""
    if due_date < timezone.localdate():
        raise ValidationError(f"截止日不能早於今天（{date_text(timezone.localdate())}）。")
    return due_date


class OpenYearForm(forms.Form):
    helper = fields_only()
    due_date = forms.DateField(label="填報截止日", widget=date_input(), validators=[check_not_past])
    contact = forms.CharField(label="聯絡窗口", max_length=100, required=False, help_text=CONTACT_HELP)


class ChangeYearForm(forms.Form):
    """A due date that has passed may stay, but a new one has to be in the future."""

    helper = fields_only()
    due_date = forms.DateField(label="填報截止日", widget=date_input())
    contact = forms.CharField(label="聯絡窗口", max_length=100, required=False, help_text=CONTACT_HELP)

    def clean_due_date(self):
        due_date = self.cleaned_data["due_date"]
        return due_date if due_date == self.initial.get("due_date") else check_not_past(due_date)


class CloseYearForm(forms.Form):
    """reason: needed if reports are not approved yet."""

    helper = fields_only()
    reason = PlainTextField(label="未全數審核通過仍要關閉的理由", max_length=500, required=False)


class ReopenYearForm(forms.Form):
    helper = fields_only()
    due_date = forms.DateField(label="新的填報截止日", widget=date_input(), validators=[check_not_past])
    reason = PlainTextField(label="重新開放的理由", max_length=500)
