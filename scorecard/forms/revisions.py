"""What an admin records of a revision (第 n 次修正)."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from scorecard.domain.revision import RevisionFacts, check_revision
from scorecard.forms.fields import PlainTextField, date_input
from scorecard.forms.head_approval import check_not_later
from scorecard.forms.helpers import fields_only

FACTS = ("title", "dated", "document_number", "no_number_reason", "reason")


class RevisionForm(forms.Form):
    """cleaned_data: said, a RevisionFacts, and seen, the digest of the changes that the page showed."""

    helper = fields_only()
    title = forms.CharField(label="名稱", max_length=100, help_text="例如：配合組織調整修正。")
    dated = forms.DateField(label="日期", widget=date_input(), validators=[check_not_later])
    document_number = forms.CharField(
        label="文號", max_length=100, required=False, help_text="例如：北市秘文字第 1060000001 號。"
    )
    no_number_reason = forms.CharField(
        label="免文號的理由", max_length=200, required=False, help_text="沒有文號時才填，例如：會議當場核可。"
    )
    reason = PlainTextField(label="理由", max_length=500, help_text="例如：文字修正、組織調整、業務變更、依會議決議。")
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        said = RevisionFacts(**{name: cleaned.pop(name) for name in FACTS})
        try:
            check_revision(said, timezone.localdate())
        except ValidationError as error:
            self.add_error("document_number", error)
        return cleaned | {"said": said}

    def show_present(self, digest):
        """What is shown now is what is recorded next."""
        self.data = self.data.copy()
        self.data["seen"] = digest
