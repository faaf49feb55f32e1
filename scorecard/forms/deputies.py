"""The form that names a deputy."""

from django import forms
from django.utils import timezone

from scorecard.forms.fields import date_input
from scorecard.forms.helpers import fields_only
from scorecard.models import Membership, User


class DeputyForm(forms.Form):
    """person: for admins, who name deputies of any member; everybody else names their own."""

    helper = fields_only()
    person = forms.ModelChoiceField(label="被代理人", queryset=User.objects.none(), empty_label="選擇成員")
    deputy = forms.ModelChoiceField(label="代理人", queryset=User.objects.none(), empty_label="選擇成員")
    first_day = forms.DateField(label="起日", widget=date_input(), initial=timezone.localdate)
    last_day = forms.DateField(label="迄日", widget=date_input(), help_text="起日與迄日當天都算在內。")

    def __init__(self, data=None, *, agency, person, names_others, **kwargs):
        super().__init__(data, **kwargs)
        members = User.objects.filter(memberships__in=Membership.objects.switched_on().filter(agency=agency))
        members = members.order_by("name", "username")
        self.own = person
        self.fields["person"].queryset = members
        self.fields["person"].initial = person
        self.fields["deputy"].queryset = members
        if not names_others:
            del self.fields["person"]
            self.fields["deputy"].queryset = members.exclude(pk=person.pk)

    def clean(self):
        """Adds the person where the form does not ask for one."""
        return {"person": self.own} | super().clean()
