"""Logging in, and passwords: changing one's own, setting one by the link in a mail, and asking for that link."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.utils import timezone

from scorecard.forms.helpers import fields_only
from scorecard.services import passwords


class LoginForm(AuthenticationForm):
    """User name and password."""

    helper = fields_only()


class _OwnPassword:
    """Saves through the service instead of by itself."""

    helper = fields_only()

    def set_password_and_save(self, user, password_field_name="new_password1", commit=True):
        """Django's call once the password is judged good."""
        return passwords.set_own_password(by=user, password=self.cleaned_data["new_password1"])


class OwnPasswordForm(_OwnPassword, PasswordChangeForm):
    """A new password, with the old one."""


class NewPasswordForm(_OwnPassword, SetPasswordForm):
    """A new password, by the link in a mail."""


class ForgottenPasswordForm(forms.Form):
    """Where the link shall be sent."""

    helper = fields_only()
    email = forms.EmailField(label="電子郵件", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))

    def save(self, **options):
        """Have the link sent if there is such an account; options are Django's and not needed here."""
        passwords.mail_new_password_link(email=self.cleaned_data["email"], now=timezone.now())
