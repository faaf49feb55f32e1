"""The cookie by which a browser is known to belong to somebody: signed, and void as soon as they say so.

It lets nobody in. It gives its browser a count of wrong passwords of its own and tells a login from a new browser. It
holds {account: [a random name of the browser, the account's device_generation]} of the last people who logged in there.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.db.models import F

from scorecard.models import User

# As the names of session and form token in settings.py.
COOKIE = "__Host-device" if settings.HTTPS else "device"
SALT = "scorecard.devices"
SECONDS = 180 * 24 * 60 * 60
MAX_PEOPLE = 5


def known_device(*, cookie: str, username: str) -> str:
    """The browser's name if the account logged in there before; "" otherwise. Asks the database only with a cookie."""
    entries = _read(cookie)
    if not entries:
        return ""
    for user in User.objects.filter(pk__in=list(entries), username=username):
        name, generation = entries[str(user.pk)]
        # A database may take different letters for equal.
        if user.username == username and generation == user.device_generation:
            return f"{user.pk}:{name}"
    return ""


def cookie_for(*, cookie: str, user: User) -> str:
    """The cookie with this person added, or renewed. cookie: what the browser sent."""
    entries = _read(cookie)
    entries.pop(str(user.pk), None)
    generation = User.objects.values_list("device_generation", flat=True).get(pk=user.pk)
    entries[str(user.pk)] = [secrets.token_urlsafe(16), generation]
    newest = dict(list(entries.items())[-MAX_PEOPLE:])
    return signing.dumps(newest, salt=SALT)


def revoke_all(user: User) -> None:
    """Every browser of the person is a new one from now on."""
    User.objects.filter(pk=user.pk).update(device_generation=F("device_generation") + 1)


def _read(cookie: str) -> dict[str, list]:
    if not cookie:
        return {}
    try:
        return dict(signing.loads(cookie, salt=SALT, max_age=SECONDS))
    except signing.BadSignature:
        return {}
