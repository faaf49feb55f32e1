"""Forms for the login, for changing or setting one's password, and for requesting a link by mail."""

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from scorecard.domain.choices import SecurityEventKind as Kind
from scorecard.domain.password_rules import check_old_enough
from scorecard.forms.helpers import fields_only
from scorecard.services import background, devices, login_attempts, logins, passwords, security_events


def visitor_of(request):
    """Where the request comes from."""
    return logins.Visitor(
        address=request.META.get("REMOTE_ADDR", ""),
        agent=request.META.get("HTTP_USER_AGENT", ""),
        cookie=request.COOKIES.get(devices.COOKIE, ""),
    )


class LoginForm(AuthenticationForm):
    """wait_until: after is_valid(), when one may try again; None for at once. attempt: of a right password."""

    helper = fields_only()
    wait_until = None
    attempt = None

    def clean(self):
        """Counts the attempt before it looks at the password; see services/login_attempts.py."""
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not username or not password:
            return self.cleaned_data
        self.now = timezone.now()
        visitor = visitor_of(self.request)
        try:
            attempt = logins.begin(username=username, visitor=visitor, now=self.now)
        except login_attempts.TooManyFailures as error:
            self.wait_until = error.wait_until
            raise self.get_invalid_login_error() from error
        self.user_cache = authenticate(self.request, username=username, password=password)
        if self.user_cache is None:
            logins.fail(attempt, username=username, visitor=visitor, now=self.now)
            self.wait_until = attempt.wait_until
            raise self.get_invalid_login_error()
        self.confirm_login_allowed(self.user_cache)
        self.attempt = attempt
        return self.cleaned_data

    def succeed(self):
        """For the view, which logs the person in next."""
        logins.succeed(self.attempt, user=self.user_cache, visitor=visitor_of(self.request), now=self.now)


class _OwnPassword:
    """Saves through the service, which audits the change."""

    helper = fields_only()

    def set_password_and_save(self, user, password_field_name="new_password1", commit=True):
        return passwords.set_own_password(by=user, password=self.cleaned_data["new_password1"])


class OwnPasswordForm(_OwnPassword, PasswordChangeForm):
    """Asks for the old password too, which may be tried five times: whoever finds a browser open may try."""

    def clean_old_password(self):
        try:
            attempt = login_attempts.begin_check(user=self.user, now=timezone.now())
        except login_attempts.TooManyFailures as error:
            until = timezone.localtime(error.wait_until)
            raise ValidationError(f"舊密碼連續錯誤多次，請於 {until:%H:%M} 之後再試。", code="waiting") from error
        try:
            old = super().clean_old_password()
        except ValidationError:
            security_events.record(Kind.LOGIN_FAILED, by=self.user, target="變更密碼", may_be_lost=True)
            raise
        login_attempts.succeed(attempt)
        return old

    def clean(self):
        """A password that somebody else chose, or that is too old, may be changed at once."""
        if not self.user.must_change_password:
            set_at = logins.password_set_at(self.user) if self.user.password_records.exists() else None
            check_old_enough(set_at=set_at, now=timezone.localtime(), min_days=settings.PASSWORD_MIN_DAYS)
        return super().clean()


class NewPasswordForm(_OwnPassword, SetPasswordForm):
    """For the link in a mail."""


class ForgottenPasswordForm(forms.Form):
    """The address for the link."""

    helper = fields_only()
    email = forms.EmailField(label="電子郵件", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))

    def save(self, **options):
        """Sends the link if the account exists. options: Django passes them, nothing here needs them."""
        email, now = self.cleaned_data["email"], timezone.now()
        background.in_background(lambda: passwords.mail_new_password_link(email=email, now=now))
