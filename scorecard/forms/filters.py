"""What pages are filtered by, as forms sent by GET. They only show what the URL says; read models read it."""

from django import forms

from scorecard.domain.choices import Status
from scorecard.forms.helpers import fields_only
from scorecard.read_models.review_queue import FILTERS
from scorecard.read_models.scorecard_filter import MAX_TEXT_LENGTH, NAMES, choices


class FilterForm(forms.Form):
    """A select for each name, with every value that the scorecard has. chosen: (name, value) pairs of the URL."""

    helper = fields_only("_components/filter_field.html")
    names = ("perspective", "theme", "division", "light", "state")

    def __init__(self, scorecard, chosen):
        super().__init__(initial=dict(chosen), auto_id="filter-%s")
        options = choices(scorecard)
        for name in self.names:
            self.fields[name] = select(NAMES[name], "全部", options[name])


class ScorecardFilterForm(FilterForm):
    """With the text that rows must hold."""

    def __init__(self, scorecard, chosen):
        super().__init__(scorecard, chosen)
        attributes = {"class": "form-control", "placeholder": "編號、名稱、公式、行動方案"}
        self.fields["q"] = forms.CharField(
            label=NAMES["q"], max_length=MAX_TEXT_LENGTH, required=False, widget=forms.SearchInput(attributes)
        )


class QueueFilterForm(FilterForm):
    """For the queue of reviews."""

    names = FILTERS

    def __init__(self, scorecard, chosen):
        super().__init__(scorecard, chosen)
        # No report is due without a target, so no light says that there is none.
        light = self.fields["light"]
        light.choices = [(value, text) for value, text in light.choices if value != Status.NO_TARGET]


class MapFilterForm(forms.Form):
    """The theme that is not faded."""

    helper = fields_only("_components/unlabelled_field.html")

    def __init__(self, scorecard, theme):
        super().__init__(initial={"theme": theme}, auto_id="%s")
        self.fields["theme"] = select(NAMES["theme"], "所有主題", choices(scorecard)["theme"], "form-select w-auto")


def select(label, empty, options, css_class="form-select"):
    """A field without a value, or with one of the (value, text) pairs."""
    widget = forms.Select({"class": css_class})
    return forms.ChoiceField(label=label, choices=[("", empty), *options], required=False, widget=widget)
