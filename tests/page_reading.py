"""Opening pages in tests: clients, addresses, what a page says, and its forms as a browser would send them."""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

from django.test import Client
from django.urls import reverse

# What differs in every answer: the form's token, and the request's number on error pages.
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"|(?<=請求編號 <code>)[0-9a-f]{32}')


def client_of(user=None, **options):
    """A client with the person logged in, without the login page, whose attempts are counted; None is nobody."""
    client = Client(**options)
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(plan, name, *, year=None, **kwargs):
    """The URL of a page of the edition; year: of another one of its agency. kwargs: code or division_id."""
    return reverse(name, kwargs={"agency": plan.agency.slug, "year": year or plan.year, **kwargs})


def body(response):
    """The page without the tokens that differ in every answer, each tag in one line."""
    html = re.sub(r"<[a-z][^<>]*>", lambda tag: re.sub(r"\s+", " ", tag[0]), response.content.decode())
    return TOKEN.sub("", html)


def words(html):
    """What a reader sees of a piece of a page: no markup, blanks collapsed."""
    shown = re.sub(r"<title>.*?</title>", " ", html, flags=re.DOTALL)
    # It stands in running text, where other elements have a blank before them.
    shown = shown.replace('<span class="text-lines">', "")
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", shown))).strip()


def text(response):
    """What a reader sees of the page."""
    return words(re.sub(r"<title>.*?</title>", " ", response.content.decode(), flags=re.DOTALL))


def told(response):
    """The messages that a page shows as one text; follow redirects to see those of an act."""
    return " ".join(str(message) for message in response.context["messages"])


def links(response):
    """The addresses that the page's links lead to."""
    return [unescape(href) for href in re.findall(r'<a\s[^>]*?href="([^"]*)"', response.content.decode())]


@dataclass
class Form:
    """A form of a page: where it is sent to, and its fields as they stand, each name with a list of values."""

    action: str
    fields: dict = field(default_factory=dict)

    def filled(self, **values):
        """The fields with other values; None takes a field out, as unticking does."""
        fields = self.fields | {name: value for name, value in values.items() if value is not None}
        return {name: value for name, value in fields.items() if name not in values or values[name] is not None}


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self.textarea, self.select = [], None, None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.forms.append(Form(attrs.get("action") or ""))
        if not self.forms or "disabled" in attrs:
            return
        name, kind = attrs.get("name"), attrs.get("type", "text")
        if tag == "textarea":
            self.textarea = name
            self._add(name, "")
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in attrs:
            self._add(self.select, attrs.get("value", ""))
        elif tag == "input" and name and (kind not in {"checkbox", "radio", "submit", "file"} or "checked" in attrs):
            self._add(name, attrs.get("value") or ("on" if kind == "checkbox" else ""))

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.textarea = None

    def handle_data(self, data):
        if self.textarea is not None:
            # A browser takes the line end right after the tag for layout.
            self.forms[-1].fields[self.textarea][-1] += data.removeprefix("\n")

    def _add(self, name, value):
        self.forms[-1].fields.setdefault(name, []).append(value)


def forms(response):
    """The page's forms in order."""
    reader = _Reader()
    reader.feed(response.content.decode())
    return reader.forms


def form_to(response, action=""):
    """The page's one form that is sent to the address; "" is the page's own."""
    (found,) = [form for form in forms(response) if form.action == action and "csrfmiddlewaretoken" in form.fields]
    return found
