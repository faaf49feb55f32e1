"""A page as lines that two renderings must share: elements, attributes, and texts as a browser shows them.

Runs of white space count as one blank, and as none beside the edge of a block; U+3000 is a character. Inside elements
that keep lines or all white space, by their tag or the page's style sheets, it stays. Names of static files and
one-time tokens are left out, and so are links to style sheets: pixels tell of those.
"""

import re
from pathlib import Path

import tinyhtml5

from renderings.intended import TRANSPARENT
from renderings.styles import ATOMS, BLOCK_TAGS, KEEPS_ALL, KEEPS_LINES, TAGS_THAT_KEEP, Layout

# What HTML takes for white space; U+3000 is not among it.
BLANKS = re.compile(r"[ \t\r\n\f]+")
STATIC_NAME = re.compile(r"/static/[\w./-]*?(\.\w+)?(?=[\"'?#\s)]|$)")
EMPTY_TEXT = {"csrfmiddlewaretoken"}
PATHS = {"d", "points", "transform", "viewBox"}
UNORDERED = {"class", "rel", "aria-describedby", "aria-labelledby"}
# Stand for a line end and a blank that white-space keeps, until the others are collapsed.
LINE_END, KEPT_BLANK = "\ue000", "\ue001"


def page_lines(content, static):
    """The lines of an HTML page, or of a part of one. static: the folder behind /static/ in its checkout."""
    tree = tinyhtml5.parse(content.decode(), namespace_html_elements=False)
    links = [link.get("href", "") for link in tree.iter("link") if "stylesheet" in link.get("rel", "")]
    names = [link.partition("/static/")[2] for link in links if "/static/" in link]
    paths = [Path(static) / name for name in names if (Path(static) / name).is_file()]
    flow = Flow()
    Writer(Layout(tree, paths)).element(tree, flow)
    return flow.lines()


def mask(content):
    """A page's bytes without what differs in every answer."""
    return re.sub(rb'(name="csrfmiddlewaretoken" value=")[^"]*', rb"\1", content)


class Flow:
    """The texts of one block with what stands between them, whose blanks collapse together.

    Items are ("text", text), ("mark", lines) for an edge of an inline element, ("block", lines), ("atom", lines) for
    what takes a place of its own in a line, such as a button, and ("hidden", lines) for
    what takes no place in the flow.
    """

    def __init__(self):
        self.items = []

    def add(self, kind, content):
        """Add an item; a text goes on where the last one ended."""
        if kind == "text" and self.items and self.items[-1][0] == "text":
            self.items[-1][1] += content
        else:
            self.items.append([kind, content])

    def lines(self):
        """All lines, with the blanks that a browser shows."""
        after_blank, last = True, None
        for item in self.items:
            kind, content = item
            if kind == "text":
                text = BLANKS.sub(" ", content)
                item[1] = text = text.removeprefix(" ") if after_blank else text
                if text:
                    after_blank, last = text.endswith((" ", LINE_END)), item
            elif kind in {"block", "atom"}:
                if kind == "block" and last:
                    last[1] = last[1].removesuffix(" ")
                after_blank, last = kind == "block", None
        if last:
            last[1] = last[1].removesuffix(" ")
        written = []
        for kind, content in self.items:
            if kind != "text":
                written += content
            elif content:
                written.append("| " + content.replace(LINE_END, "⏎").replace(KEPT_BLANK, "␠"))
        return written


class Writer:
    """Turns elements into lines."""

    def __init__(self, layout):
        self.layout = layout

    def element(self, element, flow, *, space="normal", is_item=False):
        """Add an element to the flow. space: the white-space it inherits; is_item: whether flex or grid lays it out."""
        tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else None
        if tag is None or (tag == "link" and "stylesheet" in element.get("rel", "")):
            return
        declared = self.layout.declared(element)
        display = declared.get("display", "block" if tag in BLOCK_TAGS else "inline")
        space = declared.get("white-space", TAGS_THAT_KEEP.get(tag, space))
        lays_out_items = "flex" in display or "grid" in display
        kind = _kind(tag, display, is_item)
        if declared.get("position") in {"absolute", "fixed"} or (tag, element.get("type")) == ("input", "hidden"):
            kind = "hidden"
        if (tag, element.get("class", "")) in TRANSPARENT:
            self._inside(element, flow, space, lays_out_items)
            return
        start, end = f"<{tag}{_attributes(element)}>", f"</{tag}>"
        if kind == "mark":
            flow.add("mark", [start])
            self._inside(element, flow, space, lays_out_items)
            flow.add("mark", [end])
            return
        inside = Flow()
        self._inside(element, inside, space, lays_out_items)
        flow.add(kind, [start, *("  " + line for line in inside.lines()), end])

    def _inside(self, element, flow, space, lays_out_items):
        _add_text(flow, element.text, space, lays_out_items)
        for child in element:
            self.element(child, flow, space=space, is_item=lays_out_items)
            _add_text(flow, child.tail, space, lays_out_items)


def _kind(tag, display, is_item):
    if display == "none":
        return "hidden"
    if is_item or not (display.startswith("inline") or display == "contents"):
        return "block"
    return "atom" if tag in ATOMS or display.startswith("inline-") else "mark"


def _add_text(flow, text, space, lays_out_items):
    if not text or (lays_out_items and not BLANKS.sub("", text)):
        return
    if space in KEEPS_LINES:
        text = re.sub(r"[ \t\f]*\r?\n[ \t\f]*", LINE_END, text)
    elif space in KEEPS_ALL:
        text = text.replace("\r\n", "\n").replace("\n", LINE_END).replace(" ", KEPT_BLANK)
    flow.add("text", text)


def _attributes(element):
    written = []
    for name, value in sorted(element.items()):
        if name in UNORDERED:
            value = " ".join(sorted(value.split()))
        elif name == "value" and element.get("name") in EMPTY_TEXT:
            value = ""
        elif name in PATHS:
            value = " ".join(value.split())
        value = STATIC_NAME.sub(r"/static/*\1", value)
        written.append(f' {name.rpartition("}")[2]}="{value}"')
    return "".join(written)
