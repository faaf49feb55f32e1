"""What is typed beside a comparison of two editions: reasons of targets, a choice of lineage, the adoption."""

import os

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList

from scorecard.domain import policies
from scorecard.domain.roc_years import LAST_YEAR
from scorecard.forms.fields import PlainTextField
from scorecard.forms.head_approval import HeadApprovalForm
from scorecard.forms.helpers import fields_only
from scorecard.uploaded_files.allowed_types import FileRefused, check_file
from scorecard.uploaded_files.safe_names import clean_name, extension

REASON_LENGTH = 500
ATTACHMENT_TYPES = ("pdf", "docx", "xlsx", "pptx", "odt", "ods", "odp")
ATTACHMENT_HELP = (
    "會議紀錄或簽呈，可上傳 PDF 或 Office 文件（DOCX、XLSX、PPTX、ODT、ODS、ODP），"
    f"最大 {policies.EVIDENCE_FILE_BYTES // policies.MEGABYTE} MB。"
)


class TargetReasonForm(forms.Form):
    """Why a target is what it is. measure: its lineage; year: Gregorian; seen: the reason that the page showed."""

    measure = forms.UUIDField(widget=forms.HiddenInput)
    year = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=LAST_YEAR)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    reason = PlainTextField(label="理由", max_length=REASON_LENGTH, required=False)

    def show_present(self, reason):
        """Accept the current reason as seen, so that the next save replaces it."""
        self.data = self.data.copy()
        self.data["seen"] = reason


def reason_form(difference):
    """The form of a row about a target."""
    _, measure, _, year = difference.key
    initial = {"measure": measure, "year": year, "seen": difference.reason, "reason": difference.reason}
    return placed(TargetReasonForm(initial=initial), difference)


def placed(form, difference):
    """The form with ids of its own among those of the other rows."""
    _, measure, _, year = difference.key
    form.auto_id = f"id_{measure}_{year}_%s"
    form.fields["reason"].widget.attrs["aria-label"] = f"{difference.what}的理由"
    return form


class LineageForm(forms.Form):
    """to: the lineage of an earlier edition's row, or CUT for none. gives_up is asked once figures stand in the way."""

    CUT = "new"

    to = forms.ChoiceField(label="這是前一版的哪一項？", error_messages={"required": "請選擇一項，或選「新的項目」。"})
    reason = PlainTextField(label="理由", max_length=REASON_LENGTH, required=False)
    gives_up = forms.BooleanField(label="以較早年版的紀錄為準，不保留這裡的實際值", required=False)

    helper = fields_only()

    def __init__(self, data=None, *, choices, needs_reason, can_be_cut, **kwargs):
        """choices: (lineage, its row in words). can_be_cut: whether it continues one now."""
        super().__init__(data, **kwargs)
        cutting = [(self.CUT, "新的項目，不接續任何一項")] if can_be_cut else []
        self.fields["to"].choices = [("", "請選擇"), *cutting, *choices]
        self.fields["to"].error_messages["invalid_choice"] = "沒有這一項，或這份年版已有其他項目接續；請重新選擇。"
        self.fields["reason"].required = needs_reason
        self.fields["reason"].error_messages["required"] = "年版已核定，請說明理由。"
        if "gives_up" not in self.data:
            self.hide_giving_up()

    def hide_giving_up(self):
        self.fields["gives_up"].widget = forms.HiddenInput()

    def ask_to_give_up(self):
        self.fields["gives_up"].widget = forms.CheckboxInput(attrs={"class": "form-check-input"})


class AdoptionForm(HeadApprovalForm):
    """seen: the digest of the comparison that the page showed. attachment: checked as evidence is."""

    helper = fields_only()
    field_order = ["reason", "approved_on", "title", "document_number", "no_number_reason", "attachment", "seen"]
    reason = PlainTextField(
        label="核定理由", max_length=REASON_LENGTH, rows=3, help_text="例如：依 106 年 11 月 28 日處務會議決議辦理。"
    )
    attachment = forms.FileField(
        label="附件（選填）",
        required=False,
        allow_empty_file=True,
        help_text=ATTACHMENT_HELP,
        widget=forms.FileInput(attrs={"accept": ",".join(f".{name}" for name in ATTACHMENT_TYPES)}),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def clean_attachment(self):
        """None, or the file with a clean name."""
        file = self.cleaned_data["attachment"]
        if not file:
            return None
        name = clean_name(file.name)
        try:
            if extension(name) not in ATTACHMENT_TYPES:
                raise FileRefused(f"不接受這種檔案；{ATTACHMENT_HELP}")
            if file.size > policies.EVIDENCE_FILE_BYTES:
                raise FileRefused(f"超過 {policies.EVIDENCE_FILE_BYTES // policies.MEGABYTE} MB；請縮小後再上傳。")
            check_file(extension(name), file)
        except FileRefused as refusal:
            raise ValidationError(f"「{name}」{refusal}") from refusal
        file.seek(0, os.SEEK_SET)
        file.name = name
        return file

    def show_present(self, digest):
        """What is shown now is what is adopted next. An attachment has to be chosen again: no page can keep it."""
        self.data = self.data.copy()
        self.data["seen"] = digest
        if self.files:
            self.errors.setdefault("attachment", ErrorList()).append("請重新選擇附件，瀏覽器不會保留檔案。")
