"""The page behind an invitation's link: whoever opens it has shown that the address is theirs."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from scorecard.domain.policies import RuleBroken
from scorecard.forms.invitations import NewAccountForm, NewNameForm
from scorecard.models import Invitation, User
from scorecard.services import invitations
from scorecard.web.single_sign_on import name_from_sign_on

# What the page shows: a button, a form, or the reason why there is neither.
OWN, NEW, OTHER, LOGIN, OFF = "own", "new", "other", "login", "off"


def _situation(request, invitation):
    """Whether the person accepts as who they are, gets an account, or has to log in or out before."""
    if request.user.is_authenticated:
        return OWN if invitations.may_accept(request.user, invitation) else OTHER
    if settings.USES_SSO:
        if name_from_sign_on(request) != invitation.username:
            return OTHER
        # Single sign-on would have logged the name in if its account were switched on.
        return OFF if User.objects.filter(username=invitation.username).exists() else NEW
    accounts = invitations.accounts_of(invitation.email)
    if not accounts or (len(accounts) == 1 and accounts[0].is_invited):
        return NEW
    return LOGIN if any(account.is_active for account in accounts) else OFF


def _page(request, invitation, token, form=None, status=200):
    context = {
        "invitation": invitation,
        "token": token,
        "situation": _situation(request, invitation),
        "form": form or _form(invitation),
        "name_from_sign_on": name_from_sign_on(request),
        "uses_oidc": bool(settings.OIDC_ISSUER),
    }
    return render(request, "registration/invitation.html", context, status=status)


def _form(invitation, data=None):
    kind = NewNameForm if settings.USES_SSO else NewAccountForm
    return kind(data, invitation=invitation)


def _gone(request):
    return render(request, "registration/invitation_gone.html", status=404)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, token):
    found = Invitation.objects.of_token(token, invitations.link_lasts())
    if found is None:
        return _gone(request)
    if request.method != "POST":
        return _page(request, found, token)
    situation = _situation(request, found)
    if situation == OWN:
        return _accept_as_member(request, found, token)
    if situation == NEW:
        return _accept_with_new_account(request, found, token)
    return _page(request, found, token, status=409)


def _accept_as_member(request, invitation, token):
    try:
        invitations.accept(by=request.user, invitation=invitation)
    except RuleBroken as error:
        messages.error(request, " ".join(error.messages))
        return _page(request, invitation, token, status=409)
    messages.success(request, f"您已加入{invitation.agency}。")
    return redirect("home")


def _accept_with_new_account(request, invitation, token):
    form = _form(invitation, request.POST)
    if form.is_valid():
        try:
            membership = invitations.accept_with_new_account(
                invitation=invitation,
                name=form.cleaned_data["name"],
                password=form.cleaned_data.get("new_password1"),
            )
        except RuleBroken as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"您已加入{invitation.agency}，帳號是 {membership.user.username}。請登入。")
            return redirect("login")
    return _page(request, invitation, token, form, status=422)


@login_not_required
@never_cache
@require_POST
def decline(request, token):
    found = Invitation.objects.of_token(token, invitations.link_lasts())
    if found is None:
        return _gone(request)
    by = request.user if request.user.is_authenticated and invitations.may_accept(request.user, found) else None
    try:
        invitations.decline(by=by, invitation=found)
    except RuleBroken:
        return _gone(request)
    return render(request, "registration/invitation_declined.html", {"invitation": found})
