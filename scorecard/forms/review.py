"""Forms of the review: comment, return, approve."""

import re

from django import forms

from scorecard.forms.fields import PlainTextField
from scorecard.forms.helpers import fields_only


class CommentForm(forms.Form):
    helper = fields_only()
    text = PlainTextField(label="留言", max_length=2000, error_messages={"required": "請輸入留言內容。"})


class ReturnForm(forms.Form):
    """version: the reviewed one. comment: what has to be corrected."""

    helper = fields_only()
    version = forms.IntegerField(widget=forms.HiddenInput)
    comment = PlainTextField(
        label="需補正的內容", max_length=2000, error_messages={"required": "退回時請說明需要補正的內容。"}
    )


class SeenForm(forms.Form):
    """version: the report's version on the page."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class SeenReportsField(forms.Field):
    """{report id: reviewed version}. "12:3" is report 12 in version 3."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {
        "required": "請先勾選要審核通過的填報。",
        "invalid": "送出的資料不完整，沒有任何變更；請重新整理後再勾選。",
    }

    def to_python(self, value):
        """Longer numbers would be more than the database can compare."""
        found = [re.fullmatch(r"([0-9]{1,18}):([0-9]{1,9})", each) for each in value or ()]
        if not all(found):
            raise forms.ValidationError(self.error_messages["invalid"])
        return {int(match[1]): int(match[2]) for match in found}


class ApproveForm(forms.Form):
    report = SeenReportsField()
