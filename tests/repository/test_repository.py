"""The repository tests itself: the house rules of architecture.md that a program can check."""

import ast
import re
from statistics import median

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


def test_most_files_of_the_program_are_very_short():
    lengths = [len(path.read_text(encoding="utf-8").splitlines()) for path in python("scorecard", "bsc_site")]
    assert median(lengths) <= 90


def test_functions_are_short():
    long = [
        f"{name_of(path)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1}"
        for path in python()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno + 1 >= 60
    ]
    assert long == []


def test_every_module_has_a_docstring():
    """Of functions and classes only those that need one: what their names and signatures say is not repeated."""
    silent = [name_of(path) for path in python("scorecard", "bsc_site", "benchmarks", ".ci") if tree(path).body]
    assert [name for name in silent if not ast.get_docstring(tree(ROOT / name))] == []


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


@pytest.mark.parametrize("path", files("templates"), ids=name_of)
def test_a_template_ends_with_one_line_break(path):
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_no_template_hides_its_own_white_space():
    assert matches(own("templates"), r"{%\s*(?:spaceless|partialdef)\b") == []


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


LOCKS = ("requirements.txt", "requirements-oidc.txt", "tests/requirements.txt")
RELEASE = r"# (?P<reason>\S.*)\n(?P<name>[\w.-]+)==[0-9][\w.]*(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n"


def releases(lock):
    """(name, reason) of every release in a locked file, whose hashes the pattern demands."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return [(normalised(found["name"]), found["reason"]) for found in re.finditer(RELEASE, text)]


def normalised(name):
    """The one spelling of a package's name, by PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def chosen(lock):
    """(name, reason) of every line of the .in file beside a locked file."""
    lines = (ROOT / lock).with_suffix(".in").read_text(encoding="utf-8").splitlines()
    found = []
    for line in lines:
        if line and not line.startswith("#"):
            parts = re.fullmatch(r"([\w.-]+)(?:[<=>~!][\w.,<=>~!]+)?\s+# (\S.*)", line)
            assert parts, f"{lock}: {line}"
            found.append((normalised(parts[1]), parts[2]))
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_with_hashes_and_says_why(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    rest = re.sub(RELEASE, "", text).splitlines()
    # Only the line that names the source, and the file that it builds on, are no release.
    builds_on = {
        "requirements-oidc.txt": ["-r requirements.txt"],
        "tests/requirements.txt": ["-r ../requirements-oidc.txt"],
    }
    rest = [line for line in rest if line and not line.startswith("# Written by `make lock`")]
    assert rest == builds_on.get(lock, [])
    assert releases(lock)


@pytest.mark.parametrize("lock", LOCKS)
def test_what_was_chosen_is_locked_with_its_reason(lock):
    assert set(chosen(lock)) - set(releases(lock)) == set()


def test_what_was_not_chosen_is_locked_because_something_locked_needs_it():
    known = {name for lock in LOCKS for name, _ in releases(lock)}
    for lock in LOCKS:
        for name, reason in set(releases(lock)) - set(chosen(lock)):
            assert reason.startswith("of "), f"{lock}: {name}"
            assert set(reason.removeprefix("of ").split(", ")) <= known, f"{lock}: {name}"


def test_nothing_is_locked_twice():
    names = [name for lock in LOCKS for name, _ in releases(lock)]
    assert sorted(names) == sorted(set(names))


def test_packages_are_installed_by_their_hashes_alone():
    installs = [line for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if " install " in line]
    assert len(installs) == 1
    assert "--require-hashes" in installs[0]


def test_no_file_names_a_place_on_somebodys_machine():
    # Assembled here, so that this file is not its own only finding.
    places = "|".join(("work", "home", "Users", "root"))
    assert matches(own(), rf"(?<![\w.:<~}}/*])/(?:{places})/\w+") == []


def test_no_file_names_a_package_registry():
    registries = "|".join(("pypi" + r"\.", "python" + "hosted", "registry" + r"\.npm", "index" + "-url"))
    assert matches(own(), registries) == []


def test_nothing_is_marked_to_be_done_later():
    assert matches(python(), r"#.*\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b") == []
