"""The choices for the annual report."""

from django import forms

from scorecard.read_models.annual_report_part import Choices, parts_of


class AnnualChoicesForm(forms.Form):
    """?part=theme-A&appendix=0&provisional=1. Every parameter is optional."""

    part = forms.ChoiceField(
        label="範圍", required=False, error_messages={"invalid_choice": "這份年版沒有這個範圍；請從選單選擇。"}
    )
    appendix = forms.ChoiceField(
        label="附錄",
        required=False,
        choices=[("1", "含附錄"), ("0", "不含附錄")],
        error_messages={"invalid_choice": "附錄只能選擇含或不含。"},
    )
    provisional = forms.ChoiceField(
        label="數值",
        required=False,
        choices=[("", "只列審核通過"), ("1", "含尚未審核，並標示")],
        error_messages={"invalid_choice": "數值只能選擇是否含尚未審核。"},
    )

    def __init__(self, data=None, *, scorecard):
        super().__init__(data)
        groups = [(kind, [(code, part.name) for code, part in pairs]) for kind, pairs in parts_of(scorecard) if pairs]
        self.fields["part"].choices = [("", "整份年版"), *groups]
        if not scorecard.unapproved_figures_count:
            self.fields["provisional"].widget = forms.HiddenInput()

    @property
    def choices(self):
        """Choices; the form has to be valid."""
        cleaned = self.cleaned_data
        return Choices(cleaned["part"], cleaned["appendix"] != "0", cleaned["provisional"] == "1")
