"""Drawings as lines that two renderings must share: elements, attributes, texts; no blanks between elements."""

from xml.etree import ElementTree


def svg_lines(content):
    """The lines of an SVG file."""
    return list(_lines(ElementTree.fromstring(content)))


def _lines(element):
    said = [f"{name}={value!r}" for name, value in element.items()]
    yield " ".join([f"<{element.tag}", *said]) + ">"
    if element.text and element.text.strip():
        yield repr(element.text)
    for child in element:
        yield from _lines(child)
        if child.tail and child.tail.strip():
            yield repr(child.tail)
    yield f"</{element.tag}>"
