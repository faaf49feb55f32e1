"""What an admin records of the head's act (核定): date, title, and document number or why there is none."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from scorecard.domain.head_approval import HeadApprovalFacts
from scorecard.domain.roc_years import date_text
from scorecard.forms.fields import date_input

FACTS = ("approved_on", "title", "document_number", "no_number_reason")


def check_not_later(day):
    """Raises ValidationError for a date in the future."""
    if day > timezone.localdate():
        raise ValidationError(f"日期不能晚於今天（{date_text(timezone.localdate())}）。")


class HeadApprovalForm(forms.Form):
    """cleaned_data has the four fields as one: approval, a HeadApprovalFacts."""

    approved_on = forms.DateField(label="核定日期", widget=date_input(), validators=[check_not_later])
    title = forms.CharField(label="核定人職稱", max_length=60, help_text="例如：處長。")
    document_number = forms.CharField(
        label="文號", max_length=100, required=False, help_text="例如：北市秘文字第 1060000001 號。"
    )
    no_number_reason = forms.CharField(
        label="免文號的理由", max_length=200, required=False, help_text="沒有文號時才填，例如：會議當場核定。"
    )

    def clean(self):
        cleaned = super().clean()
        number, reason = cleaned.get("document_number"), cleaned.get("no_number_reason")
        if number is not None and reason is not None and bool(number) == bool(reason):
            self.add_error("document_number", "請填文號；沒有文號時，請只填「免文號的理由」。")
        if not self.errors:
            cleaned["approval"] = HeadApprovalFacts(**{name: cleaned.pop(name) for name in FACTS})
        return cleaned
