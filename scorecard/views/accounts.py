"""Login, passwords, and a person's own logins. What Django has a class for is that class with what is ours."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scorecard.domain.login_limits import FIXED
from scorecard.domain.password_rules import is_expired
from scorecard.forms.passwords import ForgottenPasswordForm, LoginForm, NewPasswordForm, OwnPasswordForm
from scorecard.read_models.logins import own_logins
from scorecard.services import devices, logins
from scorecard.services.login_attempts import is_waiting
from scorecard.services.unlock_links import read_token
from scorecard.web.expired_form import FIELD, open_sealed
from scorecard.web.login_page import send_again


class Login(auth.LoginView):
    authentication_form = LoginForm
    redirect_authenticated_user = True

    # Django's own mark is on the method that this one takes the place of.
    @method_decorator(login_not_required)
    def dispatch(self, request, *args, **kwargs):
        """Whoever logged in in another tab sends the form from the login page that has it."""
        expired = open_sealed(request.POST.get(FIELD, ""))
        if expired is not None and expired.person == str(request.user.pk):
            return send_again(request, expired, self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        form.succeed()
        # For the cookie of a known device (middleware/logins.py).
        self.request.known_user = form.get_user()
        response = super().form_valid(form)
        expired = open_sealed(self.request.POST.get(FIELD, ""))
        if expired is None or expired.person != str(self.request.user.pk):
            return response
        return send_again(self.request, expired, self.get_success_url())

    def get_context_data(self, **kwargs):
        """A wrong password loses nothing of a form that was sent too late."""
        sealed = self.request.POST.get(FIELD, "")
        expired = open_sealed(sealed)
        mine = {"expired": expired, "sealed": sealed if expired else "", "sealed_name": FIELD}
        return super().get_context_data(**mine, **kwargs)

    def form_invalid(self, form):
        """429 with the time to wait; the same for names that exist and names that do not."""
        if form.wait_until is None:
            return super().form_invalid(form)
        seconds = max(1, round((form.wait_until - timezone.now()).total_seconds()))
        context = {
            "minutes": -(-seconds // 60),
            "failures": FIXED.failures,
            "locks_accounts": settings.LOCK_ACCOUNTS,
        }
        response = render(self.request, "registration/locked.html", context, status=429)
        response["Retry-After"] = str(seconds)
        return response


class OwnPassword(auth.PasswordChangeView):
    form_class = OwnPasswordForm
    success_url = reverse_lazy("password_change_done")
    template_name = "registration/change_password.html"

    def form_valid(self, form):
        self.request.known_user = self.request.user
        return super().form_valid(form)

    def get_context_data(self, **kwargs):
        user = self.request.user
        age = {"set_at": logins.password_set_at(user), "now": timezone.localtime()}
        return super().get_context_data(
            **kwargs,
            is_expired=is_expired(**age, max_days=settings.PASSWORD_MAX_DAYS),
            max_days=settings.PASSWORD_MAX_DAYS,
        )


class ForgottenPassword(auth.PasswordResetView):
    form_class = ForgottenPasswordForm
    success_url = reverse_lazy("password_reset_done")
    template_name = "registration/forgotten_password.html"


class NewPassword(auth.PasswordResetConfirmView):
    form_class = NewPasswordForm
    success_url = reverse_lazy("password_reset_complete")
    template_name = "registration/set_password.html"

    def form_valid(self, form):
        self.request.known_user = self.user
        response = super().form_valid(form)
        # The new password ended every login of the person, and this browser's may be one of them.
        self.request.session.cycle_key()
        return response


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unlock(request, token):
    """The link in the mail about a wait. Only the button ends it: mail servers open links."""
    user = read_token(token)
    cookie = request.COOKIES.get(devices.COOKIE, "")
    device = devices.known_device(cookie=cookie, username=user.username) if user else ""
    if user is None or not is_waiting(user=user, device=device, now=timezone.now()):
        return render(request, "registration/unlock.html", {"account": None}, status=404)
    if request.method != "POST":
        return render(request, "registration/unlock.html", {"account": user})
    logins.unlock(user=user, device=device)
    request.known_user = user
    messages.success(request, f"帳號 {user.username} 可以再登入了。")
    return redirect("login")


@require_safe
@never_cache
def own(request):
    """A person's account: where it is logged in."""
    lines = own_logins(request.user, here=request.session.session_key)
    context = {
        "logins": lines,
        "others": [line for line in lines if not line.is_here],
        "hours": settings.LOGIN_HOURS,
        "idle_minutes": settings.LOGIN_IDLE_MINUTES,
    }
    return render(request, "scorecard/logins.html", context)


@require_POST
def end(request, handle):
    if not logins.end_login(by=request.user, handle=handle):
        raise Http404
    request.known_user = request.user
    messages.success(request, "已登出那個瀏覽器。")
    return redirect("logins")


@require_POST
def end_others(request):
    count = logins.end_other_logins(by=request.user, but=request.session.session_key)
    request.known_user = request.user
    messages.success(
        request, f"已登出其他 {count} 個瀏覽器。" if count else "沒有其他登入；以前的裝置下次登入時會通知您。"
    )
    return redirect("logins")
