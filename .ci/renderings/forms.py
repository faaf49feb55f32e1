"""The fields of an HTML form as a browser would send them."""

import tinyhtml5


def fields_of(content, *, having):
    """{name: value} of the page's first form with a field of that name; what is chosen or ticked, and no buttons."""
    tree = tinyhtml5.parse(content.decode(), namespace_html_elements=False)
    for form in tree.iter("form"):
        fields = dict(_fields(form, tree))
        if having in fields:
            return fields
    raise LookupError(f"no form with a field {having}")


def _fields(form, tree):
    """(name, value) of what is inside the form or names it, in the page's order."""
    inside = set(form.iter())
    for element in tree.iter():
        if element not in inside and (not form.get("id") or element.get("form") != form.get("id")):
            continue
        name = element.get("name")
        if not name or element.get("disabled") is not None:
            continue
        kind = element.get("type", "text")
        if element.tag == "textarea":
            yield name, element.text or ""
        elif element.tag == "select":
            chosen = [option for option in element.iter("option") if option.get("selected") is not None]
            yield from ((name, option.get("value", "")) for option in chosen)
        elif element.tag == "input" and kind in {"checkbox", "radio"}:
            if element.get("checked") is not None:
                yield name, element.get("value", "on")
        elif element.tag == "input" and kind not in {"submit", "file", "button"}:
            yield name, element.get("value", "")
