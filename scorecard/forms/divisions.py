"""Forms of an agency's divisions: another name, and handing a division over to another."""

from django import forms

from scorecard.forms.helpers import fields_only
from scorecard.models import Division


class RenameDivisionForm(forms.Form):
    helper = fields_only()
    name = forms.CharField(label="新的名稱", max_length=Division._meta.get_field("name").max_length)


class HandOverForm(forms.Form):
    helper = fields_only()
    to = forms.ModelChoiceField(label="由哪個科室承接", queryset=Division.objects.none(), empty_label="選擇科室")

    def __init__(self, data=None, *, division, **kwargs):
        super().__init__(data, **kwargs)
        others = Division.objects.present().filter(agency=division.agency_id).exclude(pk=division.pk)
        self.fields["to"].queryset = others
