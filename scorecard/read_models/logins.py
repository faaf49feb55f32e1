"""A person's own logins."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone

from scorecard.domain.browsers import browser_name
from scorecard.models import LoginSession, User


@dataclass(frozen=True)
class OwnLogin:
    """A browser where the person is logged in. handle: names it in addresses. address: "" where it is unknown."""

    handle: str
    browser: str
    address: str
    at: datetime
    seen_at: datetime
    is_here: bool


def own_logins(user: User, *, here: str | None) -> list[OwnLogin]:
    """The one at hand first, then the last used. here: the key of the session at hand. One query."""
    sessions = LoginSession.objects.filter(user=user, expire_date__gt=timezone.now())
    lines = [_line(session, here) for session in sessions]
    return sorted(lines, key=lambda line: (not line.is_here, -line.seen_at.timestamp()))


def _line(session: LoginSession, here: str | None) -> OwnLogin:
    login = session.get_decoded().get("login", {})
    return OwnLogin(
        handle=session.handle,
        browser=browser_name(login.get("agent", "")),
        address=login.get("address", ""),
        at=datetime.fromtimestamp(login.get("at", 0), UTC),
        seen_at=datetime.fromtimestamp(login.get("seen", 0), UTC),
        is_here=session.session_key == here,
    )
