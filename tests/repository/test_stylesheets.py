"""The project's style sheets: one declaration and one selector a line, colours from the tokens, no rule for nothing."""

import re

import pytest
import tinycss2

from tests.repository.source_files import ROOT, files, name_of

SHEETS = [path for path in files("static/css") if path.suffix == ".css"]
TOKENS = {"static/css/tokens.css", "static/css/pdf/tokens.css"}
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|color)\(")
# Chromium prints the page of the annual report with this rule, and knows no variables in a page's own style.
LITERAL_COLOURS = {"static/css/pdf/annual-report.css": {"#0b5563"}}
# Classes that come from outside the project's own files: Bootstrap, crispy, Django's admin, htmx.
FOREIGN_CLASSES = {
    "breadcrumbs",
    "btn-outline-primary",
    "errorlist",
    "form-check-input",
    "htmx-request",
    "invalid-feedback",
    "is-invalid",
    "theme-toggle",
    "vLargeTextField",
}


def rules(nodes):
    """Every rule with declarations, those inside @media and @page too."""
    for node in nodes:
        if node.type == "qualified-rule":
            yield node
        elif node.type == "at-rule" and node.content is not None:
            yield from rules(tinycss2.parse_blocks_contents(node.content))


def sheet_rules(path):
    return rules(tinycss2.parse_stylesheet(path.read_text(encoding="utf-8"), skip_comments=True))


def without_comments(path):
    return re.sub(
        r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group()), path.read_text(encoding="utf-8"), flags=re.S
    )


def test_the_sheets_are_found():
    assert {"static/css/tokens.css", "static/css/pdf/type.css"} <= {name_of(path) for path in SHEETS}


@pytest.mark.parametrize("path", SHEETS, ids=name_of)
def test_lines_are_short_and_files_too(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 120] == []
    assert len(lines) <= 250


@pytest.mark.parametrize("path", SHEETS, ids=name_of)
def test_a_line_holds_one_declaration(path):
    lines = without_comments(path).splitlines()
    assert [line for line in lines if line.count(";") > 1 or re.search(r"[{;]\s*\S.*;|;\s*}|{.*}", line)] == []


@pytest.mark.parametrize("path", SHEETS, ids=name_of)
def test_a_line_holds_one_selector(path):
    crowded = []
    for rule in sheet_rules(path):
        commas = [token for token in rule.prelude if token.type == "literal" and token.value == ","]
        line = rule.prelude[0].source_line
        # As many lines as selectors, each on the next.
        if [comma.source_line for comma in commas] != list(range(line, line + len(commas))):
            crowded.append(tinycss2.serialize(rule.prelude))
    assert crowded == []


@pytest.mark.parametrize("path", SHEETS, ids=name_of)
def test_colours_come_from_the_tokens(path):
    if name_of(path) in TOKENS:
        return
    found = set(COLOUR.findall("".join(re.findall(r":[^;{}]*;", without_comments(path)))))
    assert found == LITERAL_COLOURS.get(name_of(path), set())


def class_names(tokens):
    """The classes that a selector names, those inside :is() and :has() too."""
    names = set()
    for before, token in zip(tokens, tokens[1:], strict=False):
        if before.type == "literal" and before.value == "." and token.type == "ident":
            names.add(token.value)
    for token in tokens:
        if token.type == "function":
            names |= class_names(token.arguments)
    return names


def test_every_class_is_used():
    sources = files("templates", "scorecard", "static/js", suffixes={".html", ".svg", ".py", ".js"})
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    words = set(re.findall(r"[\w-]+", text))
    # light-{{ status.value }}, lacks-{} in format_html() and their like.
    beginnings = tuple(set(re.findall(r"([a-z][\w-]*-)(?=\{)", text)))
    used = words | FOREIGN_CLASSES
    unused = {
        f"{name_of(path)}: {name}"
        for path in SHEETS
        for rule in sheet_rules(path)
        for name in class_names(rule.prelude)
        if name not in used and not name.startswith(beginnings)
    }
    assert unused == set()


def test_everything_foreign_is_styled():
    styled = {name for path in SHEETS for rule in sheet_rules(path) for name in class_names(rule.prelude)}
    assert FOREIGN_CLASSES - styled == set()
    assert all((ROOT / name).exists() for name in LITERAL_COLOURS)


def test_line_breaks_show_in_their_own_element_only():
    """A container that showed them would show those of its template as well."""
    found = [
        (name_of(path), tinycss2.serialize(rule.prelude).strip())
        for path in SHEETS
        for rule in sheet_rules(path)
        if re.search(r"white-space:\s*(?:pre-line|break-spaces)", tinycss2.serialize(rule.content))
    ]
    assert found == [("static/css/pdf/type.css", ".text-lines"), ("static/css/tables.css", ".text-lines")]
