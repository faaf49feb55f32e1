"""What a reviewer writes and chooses."""

import re

from django import forms

from scorecard.forms.fields import PlainTextField
from scorecard.forms.helpers import fields_only


class CommentForm(forms.Form):
    """A comment on a report."""

    helper = fields_only()
    text = PlainTextField(label="留言", max_length=2000, error_messages={"required": "請輸入留言內容。"})


class ReturnForm(forms.Form):
    """Returning a report: what has to be mended, and the version that was reviewed."""

    helper = fields_only()
    version = forms.IntegerField(widget=forms.HiddenInput)
    comment = PlainTextField(
        label="需補正的內容", max_length=2000, error_messages={"required": "退回時請說明需要補正的內容。"}
    )


class SeenForm(forms.Form):
    """Acting on a report in the version that was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class SeenReportsField(forms.Field):
    """Reports, each with the version that was reviewed: 「12:3」 is report 12 in version 3."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {
        "required": "請先勾選要核定的填報。",
        "invalid": "送出的資料不完整，沒有任何變更；請重新整理後再核定。",
    }

    def to_python(self, value):
        """Versions by report number; no number is longer than the database can compare."""
        found = [re.fullmatch(r"([0-9]{1,18}):([0-9]{1,9})", each) for each in value or ()]
        if not all(found):
            raise forms.ValidationError(self.error_messages["invalid"])
        return {int(match[1]): int(match[2]) for match in found}


class ApproveForm(forms.Form):
    """Approving reports in the versions that were reviewed."""

    report = SeenReportsField()
