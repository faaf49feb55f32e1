"""Rows are written in services/ alone."""

import ast

import pytest

from tests.repository.source_files import name_of, python, tree

# QuerySet methods and the audited base class of the admin write; commands and migrations do at their own risk.
MAY_WRITE = (
    "scorecard/services/",
    "scorecard/models/",
    "scorecard/management/",
    "scorecard/migrations/",
    "scorecard/admin/base.py",
)
# test_floors.py proves that these import no models: what they save or update is no row.
BELOW_MODELS = (
    "scorecard/domain/",
    "scorecard/drawing/",
    "scorecard/uploaded_files/",
    "scorecard/pdf/",
    "scorecard/spreadsheets/",
)
WRITES = {"save", "create", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
WRITES |= {f"a{name}" for name in WRITES}
WRITES |= {"create_user", "create_superuser", "set_password", "save_base", "_raw_delete"}
# A queryset takes keywords alone; dictionaries, sets and digests are updated by a positional argument here.
UPDATES = {"update", "aupdate"}


def is_write(node):
    """Whether the node calls a method by which a model, a manager or a model form writes."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr in UPDATES:
        return bool(node.keywords) and not node.args
    return node.func.attr in WRITES


@pytest.mark.parametrize(
    "code",
    [
        "report.save()",
        "form.save(commit=False)",
        "KPI.objects.create(code='BP1.1')",
        "KPI.objects.get_or_create(code='BP1.1')",
        "plan.kpis.filter(weight=1).update(weight=2)",
        "plan.kpis.update(**values)",
        "rows.bulk_create([row])",
        "row.delete()",
    ],
)
def test_a_write_is_recognised(code):
    assert any(is_write(node) for node in ast.walk(ast.parse(code)))


@pytest.mark.parametrize("code", ["fields.update(own)", "digest.update(b'')", "save()", "services.create_kpi()"])
def test_what_only_looks_like_a_write_is_not_taken_for_one(code):
    assert not any(is_write(node) for node in ast.walk(ast.parse(code)))


def test_rows_are_written_in_services_alone():
    written = [
        f"{name_of(path)}:{node.lineno} {ast.unparse(node.func)}"
        for path in python("scorecard")
        if not name_of(path).startswith(MAY_WRITE + BELOW_MODELS)
        for node in ast.walk(tree(path))
        if is_write(node)
    ]
    assert written == []
