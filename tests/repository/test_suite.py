"""The suite's own rules: no private name of a dependency, nothing from beside the repository, both halves report."""

import ast
import os
import shutil
import subprocess

import pytest

from tests.repository.source_files import ROOT, matches, name_of, own, python, tree

# Documented by Django, or without a public way: rows deleted past Django's own cascade, to meet the triggers.
PERMITTED = {"_meta", "_save", "_raw_delete"}


def own_names():
    """The functions and classes that the product itself defines."""
    return {
        node.name
        for path in python("scorecard")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }


def private_names(path):
    """(line, name) of all with an underscore in front that the file takes from an object or a module not its own.

    Fixtures are asked for by the names of parameters; those of pytest-django begin with _django.
    """
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute):
            is_own = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
            names = [] if is_own else [node.attr]
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [part for alias in node.names for part in alias.name.split(".")]
            names += (getattr(node, "module", "") or "").split(".")
        elif isinstance(node, ast.arg):
            names = [node.arg] if node.arg.startswith("_django") else []
        else:
            continue
        yield from ((node.lineno, name) for name in names if name.startswith("_") and not name.startswith("__"))


def test_no_test_uses_a_private_name_of_a_dependency():
    permitted = PERMITTED | own_names()
    found = [
        f"{name_of(path)}:{line} {name}"
        for path in python("tests")
        for line, name in private_names(path)
        if name not in permitted
    ]
    assert found == []


def test_nothing_is_read_from_beside_the_repository():
    # Assembled here, so that this file is not its own only finding.
    assert matches(own(), r"\.\./" + "shared|/" + "shared/") == []


@pytest.mark.parametrize(
    ("failing", "status", "told"), [((), 0, ""), (("SQLite",), 2, "SQLite"), (("PostgreSQL",), 2, "PostgreSQL")]
)
def test_both_databases_are_tested_where_one_of_them_fails(tmp_path, failing, status, told):
    shutil.copy(ROOT / "Makefile", tmp_path)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for checker in ("ruff", "mypy"):
        (programs / checker).write_text("#!/bin/sh\n")
    # In place of Python: which half it was asked for goes into a file, and its failure is as told above.
    (programs / "python").write_text(
        "#!/bin/sh\n"
        "case $1 in tests/postgres.py) half=PostgreSQL;; *) half=SQLite;; esac\n"
        "echo $half >> halves\n"
        'test -z "$PYTHONDONTWRITEBYTECODE" || exit 1\n'
        f"case ' {' '.join(failing)} ' in *\" $half \"*) exit 1;; esac\n"
    )
    for program in programs.iterdir():
        program.chmod(0o755)
    command = ["make", "--old-file=setup-test", "test"]
    env = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=env)
    assert (done.returncode, (tmp_path / "halves").read_text().split()) == (status, ["SQLite", "PostgreSQL"]), done
    assert told in done.stderr
