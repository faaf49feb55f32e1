"""Fills a form in finished HTML: texts typed before a login go into the page after it.

It works on the response, so every form of the site is covered, also in the admin, and views need no code for it.
Only fields that a person can see and change are filled. Hidden fields, passwords and files stay as the page has them,
so versions and tokens are always current.
"""

from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

TYPED_INTO = {"text", "search", "email", "url", "tel", "number", "date", "datetime-local", "time", "month"}
TICKED = {"checkbox", "radio"}


def refill_form(page, *, url, action, fields, notice):
    """(page with the texts in the form whose action is given, names of the fields filled).

    url: the page's address, to resolve relative actions. fields: {name: texts in order}. notice: markup inserted first
    in the form. Without such a form: the unchanged page and no names.
    """
    reader = _Reader(page, url, action, fields, notice)
    reader.feed(page)
    reader.close()
    parts = []
    done = 0
    for start, end, text in reader.changes if reader.filled else ():
        parts += [page[done:start], text]
        done = end
    return "".join([*parts, page[done:]]), reader.filled


class _Reader(HTMLParser):
    """Notes where the page changes, as (start, end, text)."""

    def __init__(self, page, url, action, fields, notice):
        super().__init__(convert_charrefs=False)
        self.url, self.action, self.notice = url, action, notice
        self.left = {name: list(texts) for name, texts in fields.items()}
        self.changes = []
        self.filled = set()
        self.is_inside = False
        self.textarea = None
        self.select = None
        self.lines = [0]
        # The parser counts line feeds alone.
        for line in page.split("\n"):
            self.lines.append(self.lines[-1] + len(line) + 1)

    @property
    def place(self):
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        start = self.place
        raw = self.get_starttag_text()
        end = start + len(raw)
        if tag == "form":
            target = urlsplit(urljoin(self.url, unescape(attrs.get("action") or "")) or self.url).path
            self.is_inside = attrs.get("method", "").lower() == "post" and target == self.action
            if self.is_inside:
                self.changes.append((end, end, self.notice))
        if not self.is_inside or "disabled" in attrs or "readonly" in attrs:
            return
        name = attrs.get("name")
        if tag == "textarea" and "hidden" not in attrs and self.left.get(name):
            self.textarea = (name, end)
        elif tag == "select":
            self.select = name if name in self.left else None
        elif tag == "option" and self.select:
            self._tick(start, end, raw, attrs, "selected", self.select)
        elif tag == "input" and attrs.get("type", "text") in TYPED_INTO and self.left.get(name):
            self._fill(start, end, raw, self.left[name].pop(0), name)
        elif tag == "input" and attrs.get("type") in TICKED and name:
            self._tick(start, end, raw, attrs, "checked", name)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if tag == "form":
            self.is_inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.textarea:
            name, start = self.textarea
            # A browser drops the first line end.
            self.changes.append((start, self.place, "\n" + escape(self.left[name].pop(0))))
            self.filled.add(name)
            self.textarea = None

    def _fill(self, start, end, raw, text, name):
        self.changes.append((start, end, _with(_without(raw, "value"), f'value="{escape(text)}"')))
        self.filled.add(name)

    def _tick(self, start, end, raw, attrs, word, name):
        if name not in self.left and word == "checked" and attrs.get("type") == "radio":
            return
        is_on = attrs.get("value", "on") in self.left.get(name, ())
        bare = _without(raw, word)
        self.changes.append((start, end, _with(bare, word) if is_on else bare))
        if is_on:
            self.filled.add(name)


def _without(tag, attribute):
    """The start tag without the attribute, which may be written as name, name=value or name="value"."""
    spans = _spans(tag)
    return tag if attribute not in spans else tag[: spans[attribute][0]] + tag[spans[attribute][1] :]


def _with(tag, attribute):
    end = -2 if tag.endswith("/>") else -1
    return f"{tag[:end].rstrip()} {attribute}{tag[end:]}"


def _spans(tag):
    """{attribute: (start, end)} in a start tag, including the space before each."""
    spans = {}
    place = 0
    while place < len(tag) and not tag[place].isspace():
        place += 1
    while place < len(tag):
        start = place
        while place < len(tag) and tag[place].isspace():
            place += 1
        named = place
        while place < len(tag) and not tag[place].isspace() and tag[place] not in "=>":
            place += 1
        name = tag[named:place].lower()
        if place < len(tag) and tag[place] == "=":
            place += 1
            if place < len(tag) and tag[place] in "\"'":
                closing = tag.find(tag[place], place + 1)
                place = len(tag) if closing < 0 else closing + 1
            else:
                while place < len(tag) and not tag[place].isspace() and tag[place] != ">":
                    place += 1
        if not name:
            break
        spans[name] = (start, place)
    return spans
