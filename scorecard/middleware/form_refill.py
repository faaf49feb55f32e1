"""Putting texts back into the form of a finished page: what was typed before a login, into the page after it.

It works on the page as sent, so that it serves every form of the site, those of the admin included, without their
views knowing of it. Only what a person can see and change is filled: hidden fields, passwords and files are left as
the page has them, so that a version or token is always the present one.
"""

from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

TYPED_INTO = {"text", "search", "email", "url", "tel", "number", "date", "datetime-local", "time", "month"}
TICKED = {"checkbox", "radio"}


def refill_form(page, *, url, action, fields, notice):
    """The page with the texts in its form that is sent to action, and the names of the fields that were filled.

    url: the page's own address, from which relative actions lead on; fields: {name: texts in order}; notice: markup to
    stand first in the form. Without such a form the page is as it was, and no name returned.
    """
    reader = _Reader(page, url, action, fields, notice)
    reader.feed(page)
    reader.close()
    parts, done = [], 0
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
        self.changes, self.filled = [], set()
        self.is_inside = False
        self.textarea = self.select = None
        self.lines = [0]
        # The parser counts line feeds alone.
        for line in page.split("\n"):
            self.lines.append(self.lines[-1] + len(line) + 1)

    @property
    def place(self):
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def handle_starttag(self, tag, attrs):
        attrs, start, raw = dict(attrs), self.place, self.get_starttag_text()
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
            # A browser takes the first line end for layout.
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
    """The start tag without an attribute, whatever way it is written; Django writes name, or name="value"."""
    spans = _spans(tag)
    return tag if attribute not in spans else tag[: spans[attribute][0]] + tag[spans[attribute][1] :]


def _with(tag, attribute):
    end = -2 if tag.endswith("/>") else -1
    return f"{tag[:end].rstrip()} {attribute}{tag[end:]}"


def _spans(tag):
    """{attribute: (start, end)} of a start tag, each with the blank before it."""
    spans, place = {}, 0
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
