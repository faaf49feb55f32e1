"""The repository tests itself: the house rules of architecture.md that a program can check."""

import ast
import os
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

ROOT = Path(settings.BASE_DIR)
IGNORED = {".git", ".venv", "__pycache__", "staticfiles", "media", "pdf-cache", "node_modules", "failures"}
IGNORED |= {".pytest_cache", ".ruff_cache", ".hypothesis"}
TEXTS = {".py", ".html", ".svg", ".txt", ".css", ".js", ".md", ".toml", ".json", ".conf", ""}

# Imported by nobody but Django and themselves; checks by apps alone.
LEAVES = {"admin", "templatetags", "management", "context", "checks", "apps", "migrations"}
# Lowest first; a module imports from floors below its own, and from its own package.
FLOORS = (
    {
        "choices",
        "scoring",
        "calculation_text",
        "causality",
        "audit_chain",
        "formulas",
        "questions",
        "ratios",
        "roc",
        "text",
        "file_names",
        "file_types",
        "office_files",
        "fill_in_rows",
        "form_mark",
    },
    {"models"},
    {"permissions", "policies"},
    {"services", "reports"},
    {"exports", "imports"},
    {"forms"},
    {"views"},
    {"urls"},
)
OWNERS = {
    "openpyxl": {"scorecard/exports/workbook.py", "scorecard/imports/workbook.py"},
    "weasyprint": {"scorecard/exports/pdf_writer.py"},
}
# Django and its apps look these up by name.
KNOWN_TEMPLATES = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html", "registration/login.html"}


def files(*folders, suffixes=TEXTS):
    """Every text file below the folders (of the whole repository without any), vendored ones included."""
    found = []
    for folder in folders or (".",):
        for parent, names, children in os.walk(ROOT / folder):
            names[:] = [name for name in names if name not in IGNORED]
            found += [Path(parent, child) for child in children if Path(child).suffix in suffixes]
    # In a second work tree of the repository .git is a file.
    return sorted(path for path in found if path.name != ".git" and not path.name.startswith("db.sqlite3"))


def own(*folders, suffixes=TEXTS):
    """The same without what others wrote: vendored files, fonts, generated migrations."""
    theirs = ("static/vendor/", "static/fonts/", "tests/vendor/", "scorecard/migrations/0")
    return [path for path in files(*folders, suffixes=suffixes) if not name_of(path).startswith(theirs)]


def name_of(path):
    """The path inside the repository."""
    return path.relative_to(ROOT).as_posix()


def python(*folders):
    """The project's own Python files."""
    return own(*folders, suffixes={".py"})


@cache
def tree(path):
    """The file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def line_of(path, text, position):
    """「folder/file:7」 of a position in the file's text."""
    return f"{name_of(path)}:{text.count(chr(10), 0, position) + 1}"


def matches(paths, pattern, *, prepare=lambda path, text: text):
    """Where the pattern is found, as 「file:line text」."""
    found = []
    for path in paths:
        text = prepare(path, path.read_text(encoding="utf-8"))
        found += [f"{line_of(path, text, m.start())} {m.group().strip()}" for m in re.finditer(pattern, text)]
    return found


# Layers


def imported_modules(path):
    """(line, dotted name) of everything that the file imports, inside functions too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            here = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
            module = ".".join([*here, *filter(None, [node.module])])
            yield node.lineno, module
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def package_of(path):
    """The part of scorecard that the file belongs to: 「models」 of scorecard/models/kpis.py."""
    return path.relative_to(ROOT / "scorecard").parts[0].removesuffix(".py")


def floor_of(package):
    """The package's floor, None for a leaf."""
    return next((number for number, floor in enumerate(FLOORS) if package in floor), None)


def imported_packages(path):
    """(line, part of scorecard) that the file imports."""
    known = LEAVES.union(*FLOORS)
    for line, module in imported_modules(path):
        parts = module.split(".")
        if parts[0] == "scorecard" and len(parts) > 1 and parts[1] in known:
            yield line, parts[1]


def test_every_part_of_the_app_has_its_floor():
    assert {package_of(path) for path in python("scorecard")} - {"__init__"} <= LEAVES.union(*FLOORS)


def test_imports_point_down_the_floors():
    wrong = []
    for path in python("scorecard"):
        package = package_of(path)
        for line, imported in imported_packages(path):
            if imported == package or package in LEAVES and floor_of(imported) is not None:
                continue
            is_lowest = floor_of(package) == floor_of(imported) == 0
            is_startup = package == "apps" and imported == "checks"
            points_down = package not in LEAVES and imported not in LEAVES and floor_of(imported) < floor_of(package)
            if not (points_down or is_lowest or is_startup):
                wrong.append(f"{name_of(path)}:{line} imports {imported}")
    assert wrong == []


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_that_needs_care_is_imported_in_one_place(library):
    users = {
        name_of(path)
        for path in python("scorecard")
        if any(module.split(".")[0] == library for _, module in imported_modules(path))
    }
    assert users <= OWNERS[library]


@pytest.mark.parametrize("name", sorted(FLOORS[0] - {"choices"}))
def test_pure_modules_know_neither_django_nor_the_clock(name):
    path = ROOT / "scorecard" / f"{name}.py"
    modules = {module.split(".")[0] for _, module in imported_modules(path)} if path.exists() else set()
    assert modules.isdisjoint({"django", "time"})


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
    # Names of XML namespaces, and the words of an error message of Bootstrap.
    harmless = ("//www.w3.org/", "//github.com/floating-ui/popper-docs/")
    assert [line for line in found if not any(address in line for address in harmless)] == []


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
