"""Attaching evidence: several files at once."""

from django import forms

from scorecard.domain import policies
from scorecard.uploaded_files.allowed_types import ALLOWED, FILE_TYPES

LIMITS = (
    f"可上傳 {ALLOWED}。單一檔案最大 {policies.EVIDENCE_FILE_BYTES // policies.MEGABYTE} MB，"
    f"每項 KPI 每年最多 {policies.EVIDENCE_FILES_PER_REPORT} 個檔案，"
    f"合計 {policies.EVIDENCE_BYTES_PER_REPORT // policies.MEGABYTE} MB。"
)


class FilesInput(forms.FileInput):
    """A file input that lets several be chosen."""

    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name):
        """The files in the order of the form."""
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name, [])


class FilesField(forms.Field):
    """A list of uploaded files; what they are is judged by services/evidence.py."""

    widget = FilesInput


class EvidenceForm(forms.Form):
    """The files to attach; the browser is told what the service will hold them to."""

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
