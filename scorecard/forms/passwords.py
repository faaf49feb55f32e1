"""Forms for the login, for changing or setting one's password, and for requesting a link by mail."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.utils import timezone

from scorecard.forms.helpers import fields_only
from scorecard.services import passwords


class LoginForm(AuthenticationForm):
    helper = fields_only()


class _OwnPassword:
    """Saves through the service, which audits the change."""

    helper = fields_only()

    def set_password_and_save(self, user, password_field_name="new_password1", commit=True):
        return passwords.set_own_password(by=user, password=self.cleaned_data["new_password1"])


class OwnPasswordForm(_OwnPassword, PasswordChangeForm):
    """Asks for the old password too."""


class NewPasswordForm(_OwnPassword, SetPasswordForm):
    """For the link in a mail."""


class ForgottenPasswordForm(forms.Form):
    """The address for the link."""

    helper = fields_only()
    email = forms.EmailField(label="電子郵件", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))

    def save(self, **options):
        """Sends the link if the account exists. options: Django passes them, nothing here needs them."""
        passwords.mail_new_password_link(email=self.cleaned_data["email"], now=timezone.now())
