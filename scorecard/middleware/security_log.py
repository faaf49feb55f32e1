"""Records what people do at the doors: logins, log-outs, refusals, and the files that they take."""

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from scorecard.domain.choices import SecurityEventKind as Kind
from scorecard.domain.secret_links import without_secrets
from scorecard.models import Agency
from scorecard.services import background, security_events

EVIDENCE_VIEW = "evidence_file"
REFUSED = (403, 404)


def record_access(get_response):
    """Middleware: a refusal to somebody logged in, and every file that somebody gets.

    Only pages that exist: a wrong address tells nothing. What is refused to people without a login is no event; they
    are sent to the login page, and must not be able to write rows.
    """

    def middleware(request):
        response = get_response(request)
        if request.resolver_match is None:
            return response
        if response.status_code in REFUSED:
            _record(request, Kind.DENIED)
        elif response.status_code == 200 and request.method == "GET" and response.has_header("Content-Disposition"):
            _record(request, Kind.EVIDENCE if request.resolver_match.view_name == EVIDENCE_VIEW else Kind.EXPORTED)
        return response

    return middleware


def _record(request, kind):
    if request.user.is_authenticated:
        # Without the query, which may hold anything.
        path = without_secrets(request.path)
        security_events.record(kind, by=request.user, agencies=_agencies(request), target=path, may_be_lost=True)


def _agencies(request):
    """The address's own, since the person's other agencies have no business there; None for pages of no agency.

    Only where the person is a member; a stranger is the operator's business, and so is the admin site.
    """
    edition = getattr(request, "edition", None)
    if edition is not None:
        return [edition.plan.agency]
    match = request.resolver_match
    if match.app_name == "admin":
        return []
    own = Agency.objects.filter(memberships__user=request.user, memberships__is_active=True)
    if "former_slug" in match.kwargs:
        return own.filter(plans__former_slug=match.kwargs["former_slug"])
    if "agency" in match.kwargs:
        return own.filter(slug=match.kwargs["agency"])
    return None


@receiver(user_logged_in, dispatch_uid="scorecard.middleware.security_log")
def record_login(sender, user, **kwargs):
    security_events.record(Kind.LOGGED_IN, by=user, may_be_lost=True)


@receiver(user_logged_out, dispatch_uid="scorecard.middleware.security_log")
def record_logout(sender, user, **kwargs):
    """user: None for somebody who was not logged in."""
    if user is not None:
        security_events.record(Kind.LOGGED_OUT, by=user, may_be_lost=True)


@receiver(user_login_failed, dispatch_uid="scorecard.middleware.security_log")
def record_failed_login(sender, credentials, **kwargs):
    """credentials: as given to authenticate(), without the password. A proxy's sign-on calls the name remote_user.

    In the background: an account that exists takes more queries than one that does not.
    """
    account = str(credentials.get("username") or credentials.get("remote_user") or "")
    background.in_background(lambda: security_events.record(Kind.LOGIN_FAILED, account=account, may_be_lost=True))
