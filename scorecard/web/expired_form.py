"""A form that was sent after its login had ended: sealed into the login page, and opened after the login.

Nothing of it is kept on the server. It belongs to the person who logged in last in the browser, whom a signed cookie
names; whoever else logs in on that page gets nothing.
"""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import Resolver404, resolve

FIELD = "expired_form"
SALT = "scorecard.expired_form"
SECONDS = 60 * 60
MAX_BYTES = 512 * 1024
# As the names of session and form token in settings.py.
PERSON = "__Host-typist" if settings.HTTPS else "typist"
PERSON_SECONDS = 30 * 24 * 60 * 60


@dataclass(frozen=True)
class ExpiredForm:
    """action: the path that it was sent to. fields: (name, text) in order. person: whose it is, the key as a text."""

    action: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool
    person: str

    @property
    def is_too_large(self):
        return len(json.dumps(self.fields).encode()) > MAX_BYTES

    @property
    def texts(self):
        """What a person may have written: texts that were there before, numbers and codes are left out."""
        initial = {name.removeprefix("initial-"): text for name, text in self.fields if name.startswith("initial-")}
        typed = [(name, text) for name, text in self.fields if not name.startswith("initial-")]
        return [text for name, text in typed if text.strip() and initial.get(name) != text and not text.isascii()]

    def seal(self):
        """As a text that only this site can make, for a hidden field."""
        content: list[Any] = [self.action, self.fields, self.had_files, self.person]
        return signing.dumps(content, salt=SALT, compress=True)


def read_form(request):
    """The form of a POST request, without its files, passwords and token."""
    fields = [(name, text) for name, texts in request.POST.lists() if not _is_secret(name) for text in texts]
    return ExpiredForm(request.path, tuple(fields), bool(request.FILES), person_of(request))


def _is_secret(name):
    return "password" in name or name in {"csrfmiddlewaretoken", FIELD}


def open_sealed(text):
    """The form; None where nothing was sealed, or longer than an hour ago, or for an address that is no more."""
    try:
        action, fields, had_files, person = signing.loads(text, salt=SALT, max_age=SECONDS)
        resolve(action)
    except (signing.BadSignature, ValueError, Resolver404):
        return None
    return ExpiredForm(action, tuple((name, each) for name, each in fields), had_files, person)


def person_of(request):
    """Who logged in last in this browser; "" where nobody is known."""
    return request.get_signed_cookie(PERSON, default="", max_age=PERSON_SECONDS)


def remember_person(response, user):
    response.set_signed_cookie(
        PERSON,
        user.pk,
        max_age=PERSON_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
