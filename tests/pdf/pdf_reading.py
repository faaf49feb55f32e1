"""What the tests want to know of a PDF, read with pypdf."""

import re
from functools import cache
from io import BytesIO

from pypdf import PdfReader
from pypdf.generic import ContentStream, DictionaryObject, NullObject


def stream(content):
    """Bytes as a file."""
    return BytesIO(content)


def open_pdf(content):
    """A reader of the bytes."""
    return PdfReader(stream(content))


@cache
def texts(document):
    """The text of each page."""
    return [page.extract_text() for page in document.pages]


def text_of(document):
    """The text of all pages."""
    return "\n".join(texts(document))


def without_space(text):
    """The text without white space and places to break, which the setting of lines adds and removes."""
    return re.sub(r"[\s\u200b]", "", text)


def squeezed(document):
    """The text of all pages without white space."""
    return without_space(text_of(document))


def pages_headed(document, heading):
    """(page, its text) of the pages whose running head is this part."""
    pairs = zip(document.pages, texts(document), strict=True)
    return [(page, text) for page, text in pairs if heading in text.splitlines()]


def outline(document):
    """The titles of all bookmarks, from the first to the last."""
    titles = []

    def walk(entries):
        for entry in entries:
            if isinstance(entry, list):
                walk(entry)
            else:
                titles.append(entry.title)

    walk(document.outline)
    return titles


def link_targets(page):
    """The names of the places in the document that the page's links lead to."""
    links = [annotation.get_object() for annotation in page.get("/Annots", [])]
    return [str(link["/Dest"]) for link in links if "/Dest" in link]


def fonts_of(document):
    """Whether each font is embedded, by name."""
    found = {}
    for page in document.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = descendant["/FontDescriptor"].get_object()
            is_embedded = any(f"/FontFile{suffix}" in descriptor for suffix in ("", "2", "3"))
            found[str(descendant["/BaseFont"]).lstrip("/")] = is_embedded
    return found


def _glyphs(document):
    """The glyph numbers shown on all pages and in the forms that they draw; two bytes each."""
    seen = set()
    for page in document.pages:
        yield from _glyphs_of(page.get_contents(), page["/Resources"], document, seen)


def _glyphs_of(content, resources, document, seen):
    for operands, operator in ContentStream(content, document).operations:
        if operator == b"Tj":
            yield from _pairs(operands[0])
        elif operator == b"TJ":
            for part in operands[0]:
                if not isinstance(part, int | float):
                    yield from _pairs(part)
    for drawn in resources.get("/XObject", {}).values():
        form = drawn.get_object()
        if form.get("/Subtype") == "/Form" and id(form) not in seen:
            seen.add(id(form))
            yield from _glyphs_of(form, form.get("/Resources", DictionaryObject()), document, seen)


def _pairs(text):
    content = text if isinstance(text, bytes) else text.original_bytes
    return [content[index : index + 2] for index in range(0, len(content), 2)]


def count_glyphs(document):
    """(how many glyphs the document shows, how many of them are glyph 0, the box for what the font lacks)."""
    found = list(_glyphs(document))
    return len(found), found.count(b"\x00\x00")


def structure(document, kind):
    """All structure elements of a kind, as 「/Figure」, in reading order."""
    return [element for element in _elements(document.root_object["/StructTreeRoot"]) if element["/S"] == kind]


def kinds(document):
    """The kinds of all structure elements in reading order."""
    return [element["/S"] for element in _elements(document.root_object["/StructTreeRoot"])]


def kinds_within(element):
    """The kinds of a structure element's own children."""
    return [child["/S"] for child in _children(element) if "/S" in child]


def _elements(element):
    for child in _children(element):
        if "/S" in child:
            yield child
        yield from _elements(child)


def _children(element):
    """The dictionaries that a structure element holds directly."""
    held = element.get("/K", NullObject()).get_object()
    for child in held if isinstance(held, list) else [held]:
        child = child.get_object()
        if isinstance(child, DictionaryObject):
            yield child
