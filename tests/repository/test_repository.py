"""The repository tests itself: the house rules of architecture.md that a program can check."""

import ast
import re

import pytest
from django.core.management import call_command

from tests.repository.source_files import ROOT, files, matches, name_of, own, python, tree

# Django and its apps look these up by name.
KNOWN_TEMPLATES = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html", "registration/login.html"}


# Size, docstrings, migrations


def test_files_are_short():
    long = [
        f"{name_of(path)}: {count}"
        for path in python()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) >= 400
    ]
    assert long == []


def test_functions_are_short():
    long = [
        f"{name_of(path)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1}"
        for path in python()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno + 1 >= 60
    ]
    assert long == []


def is_public(node):
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")


def test_everything_public_has_a_docstring():
    silent = []
    for path in python("scorecard", "bsc_site"):
        body = tree(path).body
        if body and not ast.get_docstring(tree(path)):
            silent.append(name_of(path))
        for node in filter(is_public, body):
            members = [node, *filter(is_public, node.body)] if isinstance(node, ast.ClassDef) else [node]
            # Django's own names inside a class promise what Django says they do.
            members = [member for member in members if member.name not in DJANGO_NAMES]
            silent += [f"{name_of(path)}:{m.lineno} {m.name}" for m in members if not ast.get_docstring(m)]
    assert silent == []


DJANGO_NAMES = {"Meta", "Media", "add_arguments", "handle"}


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


# Templates


def test_nothing_is_marked_safe():
    assert matches(own("templates"), r"\|\s*safe\b|autoescape\s+off") == []
    assert matches(python("scorecard", "bsc_site"), r"\b(mark_safe|SafeString|SafeText|html_safe)\b") == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"<script(?![^>]*\ssrc=)[^>]*>",
        r"<script[^>]*>\s*[^<\s]",
        r"<style\b",
        r"\sstyle\s*=",
        r"<[a-z][^>]*\son[a-z]+\s*=",
        r"javascript:",
    ],
)
def test_no_template_holds_inline_script_or_style(pattern):
    assert matches(own("templates"), pattern) == []


def template_names():
    return {path.relative_to(ROOT / "templates").as_posix() for path in files("templates")}


def names_in_python():
    """Every text in the program that could name a template."""
    return {
        node.value
        for path in python("scorecard", "bsc_site")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def names_in_templates():
    """What templates include and extend, those that come from a variable left out."""
    texts = "".join(path.read_text(encoding="utf-8") for path in files("templates"))
    return set(re.findall(r"{%\s*(?:include|extends)\s+[\"']([^\"']+)[\"']", texts))


def test_every_template_is_used():
    unused = template_names() - names_in_python() - names_in_templates() - KNOWN_TEMPLATES
    # Templates of the admin replace Django's by their name.
    assert {name for name in unused if not name.startswith("admin/")} == set()


def test_every_template_included_exists():
    assert names_in_templates() - template_names() == set()


# What comes from outside


def test_pages_ask_nothing_of_other_sites():
    def without_comments(path, text):
        # Licences name their authors' sites.
        comments = r"/\*.*?\*/|<!--.*?-->" + (r"|^\s*//[^\n]*" if path.suffix == ".js" else "")
        return re.sub(comments, lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S | re.M)

    paths = files("templates", "static", suffixes={".html", ".svg", ".css", ".js", ".txt"})
    paths = [path for path in paths if not name_of(path).startswith("static/fonts/")]
    found = matches(paths, r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[\w./-]*", prepare=without_comments)
    # Names of XML namespaces.
    assert [line for line in found if "//www.w3.org/" not in line] == []


def test_every_requirement_is_pinned_and_says_why():
    for name in ("requirements.txt", "tests/requirements.txt"):
        lines = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line.strip()]
        for line in lines:
            if not line.startswith(("#", "-r ")):
                assert re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][\w.]*\s+# \S.*", line), f"{name}: {line}"


def test_no_file_names_a_place_on_somebodys_machine():
    # Assembled here, so that this file is not its own only finding.
    places = "|".join(("work", "home", "Users", "root"))
    assert matches(own(), rf"(?<![\w.:<~}}/*])/(?:{places})/\w+") == []


def test_no_file_names_a_package_registry():
    registries = "|".join(("pypi" + r"\.", "python" + "hosted", "registry" + r"\.npm", "index" + "-url"))
    assert matches(own(), registries) == []


def test_nothing_is_marked_to_be_done_later():
    assert matches(python(), r"#.*\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b") == []
