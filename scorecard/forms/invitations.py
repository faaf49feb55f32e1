"""What an invited person enters: their name and, without single sign-on, a password."""

from django import forms
from django.contrib.auth.forms import SetPasswordForm

from scorecard.forms.helpers import fields_only
from scorecard.models import User


def _name_field():
    return forms.CharField(label="姓名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))


class NewNameForm(forms.Form):
    """With single sign-on."""

    helper = fields_only()
    name = _name_field()

    def __init__(self, data=None, *, invitation):
        super().__init__(data, initial={"name": invitation.name})


class NewAccountForm(SetPasswordForm):
    """Checks the password against the account that would be made; services/invitations.py makes it."""

    helper = fields_only()
    name = _name_field()
    field_order = ["name", "new_password1", "new_password2"]

    def __init__(self, data=None, *, invitation):
        user = User(username=invitation.email, email=invitation.email, name=invitation.name)
        super().__init__(user, data, initial={"name": invitation.name})
