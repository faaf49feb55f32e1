"""Links that end a wait after wrong passwords: for a day, once, and only for the wait that they were sent about."""

from django.core import signing

from scorecard.models import User
from scorecard.services import login_attempts

SALT = "scorecard.unlock"
SECONDS = 24 * 60 * 60


def make_token(user: User) -> str:
    return signing.dumps([user.pk, login_attempts.since_when(user)], salt=SALT)


def read_token(token: str) -> User | None:
    """Whose wait it ends; None where it is none of ours, too old, used, or about an earlier wait."""
    try:
        pk, since = signing.loads(token, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or since != login_attempts.since_when(user):
        return None
    return user
