"""The form that attaches evidence files."""

from django import forms

from scorecard.domain import policies
from scorecard.uploaded_files.allowed_types import ALLOWED, FILE_TYPES

LIMITS = (
    f"可上傳 {ALLOWED}。單一檔案最大 {policies.EVIDENCE_FILE_BYTES // policies.MEGABYTE} MB，"
    f"每項 KPI 每年最多 {policies.EVIDENCE_FILES_PER_REPORT} 個檔案，"
    f"合計 {policies.EVIDENCE_BYTES_PER_REPORT // policies.MEGABYTE} MB。"
)


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name):
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name, [])


class FilesField(forms.Field):
    """A list of uploaded files. services/evidence.py checks their contents."""

    widget = FilesInput


class EvidenceForm(forms.Form):
    """The data attributes repeat the service's limits for static/js/evidence.js."""

    files = FilesField(
        label="選擇檔案",
        help_text=LIMITS,
        error_messages={"required": "請選擇要上傳的檔案。"},
        widget=FilesInput(
            attrs={
                "multiple": True,
                "accept": ",".join(f".{extension}" for extension in FILE_TYPES),
                "data-file-bytes": policies.EVIDENCE_FILE_BYTES,
                "data-most-files": policies.EVIDENCE_FILES_PER_REPORT,
                "data-all-bytes": policies.EVIDENCE_BYTES_PER_REPORT,
            }
        ),
    )
