"""Scores are rolled up in one place, so that rows, an uploaded form and the style page's sample cannot differ."""

import ast

from tests.repository.source_files import name_of, python, tree

SCORING = "scorecard/domain/scoring.py"
ASSEMBLING = "scorecard/read_models/assemble_scorecard.py"
# A KPI alone is judged there as well: in another year, and as its division sends it to review.
JUDGE_A_KPI = {"scorecard/read_models/movement.py", "scorecard/services/receipts.py"}
LINES = {"Scorecard", "KPILine", "ObjectiveLine", "PerspectiveLine", "ThemeLine", "DivisionLine"}


def names_used(path):
    """Every name that the file imports, reads or calls, also as an attribute of a module."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def names_called(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "id", getattr(node.func, "attr", ""))


def users_of(name):
    return {name_of(path) for path in python("scorecard") if name in names_used(path)} - {SCORING}


def test_scores_are_rolled_up_by_the_assembling_alone():
    assert users_of("roll_up") == {ASSEMBLING}


def test_a_kpi_is_judged_by_its_measures_where_it_is_said_here():
    assert users_of("kpi_score") == {ASSEMBLING, *JUDGE_A_KPI}


def test_lines_are_made_by_the_assembling_alone():
    makers = {name_of(path) for path in python("scorecard") if not LINES.isdisjoint(names_called(path))}
    assert makers == {ASSEMBLING}
