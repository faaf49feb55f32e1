"""The form that compares a file in hand with the frozen ones."""

from django import forms


class FileInHandForm(forms.Form):
    file = forms.FileField(
        label="手上的檔案",
        widget=forms.FileInput(attrs={"class": "form-control"}),
        allow_empty_file=True,
        error_messages={"required": "請選擇要比對的檔案。", "invalid": "請選擇要比對的檔案。"},
    )
