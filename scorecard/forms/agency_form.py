"""The choice of years for the agency's form."""

from django import forms
from django.core.exceptions import ValidationError

from scorecard.agency_form.writing.form_file import choose_years
from scorecard.domain.roc_years import YearError, parse_year, to_roc


class YearChoiceField(forms.ChoiceField):
    """One of a plan's years. Reads 102, 民國102年 and 2013; gives a Gregorian integer, None for no choice."""

    def __init__(self, years, **kwargs):
        choices = [(str(year.roc), year.text) for year in years]
        widget = forms.Select({"class": "form-select w-auto"})
        super().__init__(choices=choices, required=False, widget=widget, **kwargs)

    def to_python(self, value):
        """The ROC year as text, as in the choices."""
        if not value:
            return ""
        try:
            return str(to_roc(parse_year(value)))
        except YearError as error:
            raise ValidationError(str(error)) from error

    def validate(self, value):
        if value and not self.valid_value(value):
            raise ValidationError(f"這份年版沒有 {value} 年；請從選單選擇年度。")

    def clean(self, value):
        cleaned = super().clean(value)
        return parse_year(cleaned) if cleaned else None


class FormYearsForm(forms.Form):
    """?from=102&to=107&actuals=1. Every parameter is optional."""

    actuals = forms.BooleanField(label="列出年版年度的實際值（審核通過者）", required=False)

    def __init__(self, data=None, *, scorecard):
        super().__init__(data)
        self.scorecard = scorecard
        years = scorecard.years
        self.fields["from"] = YearChoiceField(years, label="從", initial=str(years[0].roc))
        self.fields["to"] = YearChoiceField(years, label="到", initial=str(years[-1].roc))

    @property
    def spans(self):
        return self["from"], self["to"]

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("from"), cleaned.get("to")
        if first and last and first > last:
            raise ValidationError(f"起始年度（{to_roc(first)} 年）不可晚於結束年度（{to_roc(last)} 年）。")
        return cleaned

    @property
    def chosen(self):
        """FormYears; the form has to be valid."""
        cleaned = self.cleaned_data
        return choose_years(self.scorecard, first=cleaned["from"], last=cleaned["to"], with_actuals=cleaned["actuals"])
