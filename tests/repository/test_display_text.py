"""Decisions are taken on values, never on the words that people read."""

import ast
import re

import pytest

from tests.repository.source_files import files, line_of, name_of, python, tree

# These read what others wrote: agencies' workbooks, pasted cells, notes and units, and the words that old events keep.
READERS_OF_WORDS = (
    "scorecard/agency_form/reading/",
    "scorecard/fill_in/reader.py",
    "scorecard/forms/reporting_paste.py",
    "scorecard/spreadsheets/ods_reader.py",
    "scorecard/domain/written_words.py",
    "scorecard/models/audit.py",
)
# An ideograph anywhere, or the dash for no figure.
IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff"
WORDS = re.compile(rf"[{IDEOGRAPHS}]|^[—–]$")


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and WORDS.search(node.value) is not None


def texts_in(node):
    """The words a value consists of: itself, or the members of a literal tuple, list, set or frozenset."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("frozenset", "set", "tuple"):
        return [text for argument in node.args for text in texts_in(argument)]
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return [element for element in node.elts if is_text(element)]
    return [node] if is_text(node) else []


def own_constants(module):
    """Names that the module gives to words."""
    return {
        target.id
        for node in module.body
        if isinstance(node, ast.Assign) and texts_in(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def constants_seen_by(module, constants):
    """Its own names of words and those that it imports. constants: {module's last name: its own ones}."""
    seen = set(own_constants(module))
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module:
            of_module = constants.get(node.module.split(".")[-1], set())
            seen |= {alias.asname or alias.name for alias in node.names if alias.name in of_module}
    return seen


def is_words(node, names, constants):
    if isinstance(node, ast.Name):
        return node.id in names
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr in constants.get(node.value.id, set())
    return bool(texts_in(node))


def decisions(module, constants):
    """Comparisons with words, and matches of them."""
    names = constants_seen_by(module, constants)
    for node in ast.walk(module):
        if isinstance(node, ast.Compare):
            if any(is_words(each, names, constants) for each in (node.left, *node.comparators)):
                yield node
        elif isinstance(node, ast.match_case) and any(is_text(each) for each in ast.walk(node.pattern)):
            yield node.pattern


@pytest.mark.parametrize(
    "code",
    [
        'old == "是"',
        '"—" != cell.rate_text',
        'note not in ("", "—")',
        'word in {"萬", "億"}',
        'BLANK = "—"\ntext == BLANK',
        "from scorecard.domain.layout import BLANK\ntext == BLANK",
        "text == layout.BLANK",
        'NONE = frozenset({"無統計"})\ntext in NONE',
        'match word:\n    case "無統計":\n        pass',
    ],
)
def test_a_decision_on_words_is_recognised(code):
    assert list(decisions(ast.parse(code), {"layout": {"BLANK"}}))


@pytest.mark.parametrize("code", ['text = "無統計"', 'state == "open"', 'unit in ("%", "％")', "value is None"])
def test_other_comparisons_are_left_alone(code):
    assert not list(decisions(ast.parse(code), {}))


def test_python_decides_nothing_by_words():
    constants = {path.stem: own_constants(tree(path)) for path in python("scorecard")}
    found = [
        f"{name_of(path)}:{node.lineno} {ast.unparse(node)}"
        for path in python("scorecard")
        if not name_of(path).startswith(READERS_OF_WORDS)
        for node in decisions(tree(path), constants)
    ]
    assert found == []


QUOTED = rf"""(?:"(?:[^"\n]*[{IDEOGRAPHS}][^"\n]*|[—–])"|'(?:[^'\n]*[{IDEOGRAPHS}][^'\n]*|[—–])')"""


def decisions_in_text(text, comparison):
    pattern = rf"(?:{comparison})\s*{QUOTED}|{QUOTED}\s*(?:{comparison})"
    return list(re.finditer(pattern, text))


def in_tags(text):
    return re.finditer(r"{%.*?%}", text)


def test_templates_decide_nothing_by_words():
    assert decisions_in_text('{% if text != "—" %}', "==|!=|\\bin\\b")
    found = [
        f"{line_of(path, text, tag.start())} {tag.group()}"
        for path in files("templates")
        for text in [path.read_text(encoding="utf-8")]
        for tag in in_tags(text)
        if decisions_in_text(tag.group(), r"==|!=|\bin\b")
    ]
    assert found == []


def test_scripts_decide_nothing_by_words():
    assert decisions_in_text('if (said === "無統計")', "[!=]==?")
    found = [
        f"{line_of(path, text, match.start())} {match.group()}"
        for path in files("static/js", suffixes={".js"})
        for text in [path.read_text(encoding="utf-8")]
        for match in decisions_in_text(text, "[!=]==?")
    ]
    assert found == []
