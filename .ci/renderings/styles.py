"""What the style sheets of a page say about white space: which elements are blocks, out of the flow, or keep lines.

Only rules for screens of any width count; a page that is laid out otherwise on a phone says the same words.
"""

import re
from functools import lru_cache
from pathlib import Path

import cssselect2
import tinycss2

BLOCK_TAGS = frozenset(
    "html body head title meta link script base template address article aside blockquote details dialog dd div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main nav ol p pre search "
    "section summary table caption colgroup col thead tbody tfoot tr td th ul option optgroup br "
    # Of a drawing, only what is inside <text> is text.
    "g defs path rect circle ellipse line polyline polygon text marker pattern desc use symbol clipPath".split()
)
ATOMS = frozenset("audio button canvas iframe img input meter object progress select svg textarea video".split())
KEEPS_ALL, KEEPS_LINES = {"pre", "pre-wrap", "break-spaces"}, {"pre-line"}
TAGS_THAT_KEEP = {"pre": "pre", "textarea": "pre-wrap"}


class Layout:
    """display and white-space of the elements of one page, from style sheets given as paths."""

    def __init__(self, tree, paths):
        self.matchers = [matcher_of(path) for path in paths]
        root = cssselect2.ElementWrapper.from_html_root(tree)
        self.wrappers = {id(wrapper.etree_element): wrapper for wrapper in root.iter_subtree()}

    def declared(self, element):
        """{"display": …, "position": …, "white-space": …} of the element's own, as far as a rule says so."""
        found = []
        for order, matcher in enumerate(self.matchers):
            for specificity, position, _, declarations in matcher.match(self.wrappers[id(element)]):
                found += [
                    (important, specificity, order, position, name, value) for name, value, important in declarations
                ]
        return {name: value for *_, name, value in sorted(found)}


@lru_cache(maxsize=200)
def matcher_of(path):
    """The rules of a style sheet that set any of these, ready to be matched."""
    matcher = cssselect2.Matcher()
    rules = tinycss2.parse_stylesheet(Path(path).read_text(encoding="utf-8"), skip_comments=True, skip_whitespace=True)
    for rule in rules:
        declarations = tuple(_declarations(rule)) if rule.type == "qualified-rule" else ()
        if not declarations:
            continue
        try:
            selectors = cssselect2.compile_selector_list(rule.prelude)
        except cssselect2.SelectorError:
            continue
        for selector in selectors:
            if selector.pseudo_element is None:
                matcher.add_selector(selector, declarations)
    return matcher


def _declarations(rule):
    for node in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
        if node.type == "declaration" and node.lower_name in {"display", "position", "white-space"}:
            value = re.sub(r"\s+", " ", tinycss2.serialize(node.value)).strip()
            yield node.lower_name, value, node.important
