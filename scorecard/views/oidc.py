"""Single sign-on by OpenID Connect: the way to the provider and back, and log-out at both ends.

What has to be remembered on the way (state, nonce, PKCE verifier, page to go to) is in a signed cookie, in a session of
Django's kind for that: a visitor without a login writes no row.
"""

import logging
from urllib.parse import urlencode, urlsplit

import jwt
import requests
from django.conf import settings
from django.contrib import auth
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from scorecard.web.single_sign_on import remember_name

log = logging.getLogger(__name__)
# As the names of the other cookies in settings.py.
COOKIE = "__Host-oidc" if settings.HTTPS else "oidc"
# How long somebody may take at the provider.
SECONDS = 15 * 60
ID_TOKEN = "oidc_id_token"


@method_decorator([login_not_required, never_cache], name="dispatch")
class Begin(OIDCAuthenticationRequestView):
    def get(self, request):
        memory = SessionStore()
        kept, request.session = request.session, memory
        response = super().get(request)
        request.session = kept
        # Puts what is remembered into the key.
        memory.cycle_key()
        response.set_cookie(
            COOKIE,
            memory.session_key,
            max_age=SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response


@method_decorator([login_not_required, never_cache], name="dispatch")
class Callback(OIDCAuthenticationCallbackView):
    def get(self, request):
        # Not the package's answer to it, which logs out whoever opens an address with error=.
        if "error" in request.GET:
            return self.login_failure()
        self.kept, request.session = request.session, SessionStore(request.COOKIES.get(COOKIE))
        try:
            response = super().get(request)
        except requests.RequestException as error:
            log.error("單一登入服務沒有正常回應：%s", type(error).__name__)
            response = _failed(request, status=502)
        except (SuspiciousOperation, jwt.PyJWTError, KeyError, TypeError, ValueError, AttributeError) as error:
            # The provider's answer may be any JSON; none of it may become a traceback.
            log.warning("拒絕單一登入：%s %s", type(error).__name__, error)
            response = _failed(request, status=400)
        finally:
            request.session = self.kept
        response.delete_cookie(COOKIE)
        return response

    def login_success(self):
        memory, self.request.session = self.request.session, self.kept
        auth.login(self.request, self.user)
        # For the provider's log-out.
        self.request.session[ID_TOKEN] = memory.get(ID_TOKEN)
        return HttpResponseRedirect(memory.get("oidc_login_next") or reverse(settings.LOGIN_REDIRECT_URL))

    def login_failure(self):
        """Whoever came from an invitation goes back to it, with the name that the provider proved."""
        named = getattr(self.request, "named_by_provider", "")
        wanted = self.request.session.get("oidc_login_next") if named else None
        if wanted and _is_invitation(wanted):
            response = HttpResponseRedirect(wanted)
            remember_name(response, named)
            return response
        context = {"named": named, "begin": reverse("oidc_authentication_init")}
        return render(self.request, "registration/sso_refused.html", context, status=403)


def _is_invitation(address):
    try:
        return resolve(urlsplit(address).path).view_name == "invitation"
    except Resolver404:
        return False


def _failed(request, *, status):
    context = {"is_down": status == 502, "begin": reverse("oidc_authentication_init")}
    return render(request, "registration/sso_failed.html", context, status=status)


class LogOut(auth_views.LogoutView):
    """Ends the login here and then the provider's, if it has an address for that.

    The page goes there by itself. A redirect in answer to the form would need the provider in form-action of the
    Content-Security-Policy.
    """

    def post(self, request, *args, **kwargs):
        token = request.session.get(ID_TOKEN)
        response = super().post(request, *args, **kwargs)
        if not (token and settings.OIDC_LOGOUT_URL):
            return response
        back = request.build_absolute_uri(reverse(settings.LOGIN_URL))
        query = urlencode(
            {"id_token_hint": token, "client_id": settings.OIDC_RP_CLIENT_ID, "post_logout_redirect_uri": back}
        )
        joint = "&" if "?" in settings.OIDC_LOGOUT_URL else "?"
        return render(request, "registration/sso_logged_out.html", {"url": f"{settings.OIDC_LOGOUT_URL}{joint}{query}"})
