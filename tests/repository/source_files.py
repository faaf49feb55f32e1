"""The repository's own files, for the tests that read them."""

import ast
import os
import re
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
IGNORED = {".git", ".venv", "__pycache__", "staticfiles", "media", "pdf-cache", "node_modules", "failures"}
IGNORED |= {".pytest_cache", ".ruff_cache", ".mypy_cache", ".hypothesis"}
TEXTS = {".py", ".html", ".svg", ".txt", ".css", ".js", ".md", ".toml", ".json", ".conf", ".in", ".yaml", ""}


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
