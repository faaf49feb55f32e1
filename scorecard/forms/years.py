"""Forms of 年度管理: an edition begins, is withdrawn or discarded; its year opens, changes, closes and reopens."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from scorecard.domain.roc_years import LAST_YEAR, YearError, date_text, parse_year, to_roc, year_text
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


def _years(first, count):
    """(Gregorian, 「107 年」) of so many years from the first one."""
    return [(year, year_text(year)) for year in range(first, min(first + count, LAST_YEAR + 1))]


class CarryForwardForm(forms.Form):
    """Makes a draft as a copy of an edition. Years are Gregorian; last_year None: of as many years as the copied one.

    source: the agency's latest edition that is no draft. taken: the years of all its editions.
    """

    helper = fields_only()
    year = forms.TypedChoiceField(label="草案的年度", coerce=int)
    last_year = forms.TypedChoiceField(label="目標訂至", coerce=int, required=False, empty_value=None)

    def __init__(self, *args, source, taken, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [row for row in _years(source.year + 1, LONGEST_OUTLOOK) if row[0] not in taken]
        same = f"與 {source.title}同樣長（年版之後 {source.last_year - source.year} 年）"
        self.fields["last_year"].choices = [("", same), *_years(source.year + 1, 2 * LONGEST_OUTLOOK)]

    def clean(self):
        cleaned = super().clean()
        year, last_year = cleaned.get("year"), cleaned.get("last_year")
        if year and last_year and not year <= last_year <= year + LONGEST_OUTLOOK:
            last = year_text(year + LONGEST_OUTLOOK)
            self.add_error("last_year", f"請選 {year_text(year)}至 {last}，或維持同樣長。")
        return cleaned


class OpenNextYearForm(HeadApprovalForm, OpenYearForm):
    """Carries an edition forward, and adopts and opens the new one at once. last_year is Gregorian."""

    helper = fields_only()
    field_order = ["last_year", "due_date", "contact"]
    last_year = forms.TypedChoiceField(label="目標訂至", coerce=int)
    reason = PlainTextField(label="說明", max_length=500, required=False, help_text="例如：依 106 年度策略會議決議。")

    def __init__(self, *args, plan, **kwargs):
        """plan: the agency's latest edition, with the same number of years of targets after it by default."""
        kwargs["initial"] = {"last_year": plan.last_year + 1, "contact": plan.contact} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["last_year"].choices = _years(plan.year + 1, LONGEST_OUTLOOK + 1)


class WithdrawForm(forms.Form):
    """Makes an adopted edition a draft again."""

    helper = fields_only()
    reason = PlainTextField(label="退回草案的理由", max_length=500)


class DiscardForm(forms.Form):
    """plan: the draft that goes once its year is typed."""

    helper = fields_only()
    typed_year = forms.CharField(label="輸入年度", max_length=20)

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.plan = plan
        self.fields["typed_year"].help_text = f"輸入 {plan.roc}，確認捨棄 {plan.title}草案。"

    def clean_typed_year(self):
        try:
            typed = parse_year(self.cleaned_data["typed_year"])
        except YearError:
            typed = None
        if typed != self.plan.year:
            raise ValidationError(f"請輸入 {to_roc(self.plan.year)}，才會捨棄 {self.plan.title}草案；沒有任何變更。")
        return typed


class CorrectionForm(forms.Form):
    """A 更正說明 beside a closed year."""

    helper = fields_only()
    text = PlainTextField(label="說明", max_length=2000, rows=4)
    dated = forms.DateField(label="日期", widget=date_input(), validators=[check_not_later])
    document_number = forms.CharField(label="文號", max_length=100)
