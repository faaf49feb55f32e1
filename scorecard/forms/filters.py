"""Filters of pages, as GET forms. They only show the URL's parameters; the read models parse them."""

from django import forms

from scorecard.domain.choices import Status
from scorecard.forms.helpers import fields_only
from scorecard.read_models import adjustment_filter as adjustments
from scorecard.read_models.review_queue import FILTERS
from scorecard.read_models.scorecard_filter import MAX_TEXT_LENGTH, NAMES, choices


class FilterForm(forms.Form):
    """A select for each name, with all values in the scorecard. chosen: (name, value) pairs of the URL."""

    helper = fields_only("_components/filter_field.html")
    names = ("perspective", "theme", "division", "light", "state")

    def __init__(self, scorecard, chosen):
        super().__init__(initial=dict(chosen), auto_id="filter-%s")
        options = choices(scorecard)
        for name in self.names:
            self.fields[name] = select(NAMES[name], "全部", options[name])


class ScorecardFilterForm(FilterForm):
    """With a field for a text to search in the rows."""

    def __init__(self, scorecard, chosen):
        super().__init__(scorecard, chosen)
        attributes = {"class": "form-control", "placeholder": "編號、名稱、公式、行動方案"}
        self.fields["q"] = forms.CharField(
            label=NAMES["q"], max_length=MAX_TEXT_LENGTH, required=False, widget=forms.SearchInput(attributes)
        )


class AdjustmentFilterForm(forms.Form):
    """Of 歷年目標值調整一覽. divisions: the names that its rows have."""

    helper = fields_only("_components/filter_field.html")

    def __init__(self, divisions, chosen):
        super().__init__(initial=dict(chosen), auto_id="filter-%s")
        self.fields["kind"] = select(adjustments.NAMES["kind"], "全部", adjustments.KINDS.items())
        self.fields["division"] = select(adjustments.NAMES["division"], "全部", [(name, name) for name in divisions])
        attributes = {"class": "form-control", "placeholder": "編號、名稱、理由、文號"}
        self.fields["q"] = forms.CharField(
            label=adjustments.NAMES["q"],
            max_length=MAX_TEXT_LENGTH,
            required=False,
            widget=forms.SearchInput(attributes),
        )


class QueueFilterForm(FilterForm):
    names = FILTERS

    def __init__(self, scorecard, chosen):
        super().__init__(scorecard, chosen)
        # A KPI without a target has no report, so the queue never has this light.
        light = self.fields["light"]
        light.choices = [(value, text) for value, text in light.choices if value != Status.NO_TARGET]


class MapFilterForm(forms.Form):
    """The theme to highlight on the map."""

    helper = fields_only("_components/unlabelled_field.html")

    def __init__(self, scorecard, theme):
        super().__init__(initial={"theme": theme}, auto_id="%s")
        self.fields["theme"] = select(NAMES["theme"], "所有主題", choices(scorecard)["theme"], "form-select w-auto")


def select(label, empty, options, css_class="form-select"):
    """empty: text of the option without a value. options: (value, text) pairs."""
    widget = forms.Select({"class": css_class})
    return forms.ChoiceField(label=label, choices=[("", empty), *options], required=False, widget=widget)
