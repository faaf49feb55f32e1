"""What to look for among the security events."""

from django import forms

from scorecard.domain.choices import SecurityEventKind
from scorecard.forms.filters import select
from scorecard.forms.helpers import fields_only


class SecurityEventFilterForm(forms.Form):
    """A GET form. What it does not understand filters nothing and is told at the field."""

    helper = fields_only("_components/filter_field.html")

    def __init__(self, data):
        super().__init__(data, auto_id="filter-%s")
        self.fields["kind"] = select("種類", "全部", SecurityEventKind.choices)
        attributes = {"class": "form-control", "placeholder": "帳號、位址、請求編號或對象"}
        self.fields["q"] = forms.CharField(
            label="內容", max_length=100, required=False, widget=forms.SearchInput(attributes)
        )

    @property
    def chosen(self):
        """(kind, text); "" where nothing is chosen."""
        self.full_clean()
        return self.cleaned_data.get("kind", ""), self.cleaned_data.get("q", "")
