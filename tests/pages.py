"""Opening pages in tests: clients, addresses, and what a page says."""

import re
from html import unescape

from django.test import Client
from django.urls import reverse

from tests.factories import FIRST_YEAR

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')


def client_of(user=None, **options):
    """A client with the person logged in, without the login page (whose attempts axes counts); None is nobody."""
    client = Client(**options)
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(plan, name, *, year=FIRST_YEAR, **kwargs):
    """The URL of a page under a plan and year; kwargs: code or division_id."""
    return reverse(name, kwargs={"slug": plan.slug, "year": year, **kwargs})


def body(response):
    """The page as sent, without the token that differs in every answer."""
    return TOKEN.sub("", response.content.decode())


def text(response):
    """What a reader sees of the page: no markup, blanks collapsed."""
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", unescape(words))


def told(response):
    """The messages that a page shows; follow redirects to see those of an act."""
    return [str(message) for message in response.context["messages"]]
