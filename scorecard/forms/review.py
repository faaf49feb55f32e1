"""What a reviewer writes."""

from django import forms

from scorecard.forms.fields import PlainTextField


class CommentForm(forms.Form):
    """A comment on a report."""

    text = PlainTextField(label="留言", max_length=2000, error_messages={"required": "請輸入留言內容。"})


class ReturnForm(forms.Form):
    """Returning a report: what has to be mended, and the version that was reviewed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    comment = PlainTextField(
        label="需補正的內容", max_length=2000, error_messages={"required": "退回時請說明需要補正的內容。"}
    )


class ApproveForm(forms.Form):
    """Approving a report in the version that was reviewed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
