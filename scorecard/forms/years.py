"""Forms of 年度管理: they open, change, close and reopen a year, begin the next one, and add to a closed one."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from scorecard.domain.roc_years import LAST_YEAR, date_text, year_text
from scorecard.forms.fields import PlainTextField, date_input
from scorecard.forms.head_approval import HeadApprovalForm, check_not_later
from scorecard.forms.helpers import fields_only

CONTACT_HELP = "例如：管考窗口 王小明 分機 1234 ming@example.gov.tw。寫了電子郵件，提醒與退回信的回覆就會寄到那裡。"
# How far ahead the targets of a new edition may reach.
LONGEST_OUTLOOK = 10


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


class CloseYearForm(HeadApprovalForm):
    """reason: needed if reports did not pass review yet."""

    helper = fields_only()
    reason = PlainTextField(label="未全數審核通過仍要關閉的理由", max_length=500, required=False)


class ReopenYearForm(forms.Form):
    helper = fields_only()
    due_date = forms.DateField(label="新的填報截止日", widget=date_input(), validators=[check_not_past])
    reason = PlainTextField(label="重新開放的理由", max_length=500)


class NextYearForm(HeadApprovalForm, OpenYearForm):
    """Carries an edition forward, and adopts and opens the new one. last_year is Gregorian."""

    helper = fields_only()
    field_order = ["last_year", "due_date", "contact"]
    last_year = forms.TypedChoiceField(label="目標訂至", coerce=int)
    reason = PlainTextField(label="說明", max_length=500, required=False, help_text="例如：依 106 年度策略會議決議。")

    def __init__(self, *args, plan, **kwargs):
        """plan: the agency's latest edition, with the same number of years of targets after it by default."""
        kwargs["initial"] = {"last_year": plan.last_year + 1, "contact": plan.contact} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        first = plan.year + 1
        years = range(first, min(first + LONGEST_OUTLOOK, LAST_YEAR) + 1)
        self.fields["last_year"].choices = [(year, year_text(year)) for year in years]


class CorrectionForm(forms.Form):
    """A 更正說明 beside a closed year."""

    helper = fields_only()
    text = PlainTextField(label="說明", max_length=2000, rows=4)
    dated = forms.DateField(label="日期", widget=date_input(), validators=[check_not_later])
    document_number = forms.CharField(label="文號", max_length=100)
