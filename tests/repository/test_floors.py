"""Imports point down the floors of docs/architecture.md, and what needs care is used in one place."""

from graphlib import TopologicalSorter

import pytest

from tests.repository.source_files import ROOT, imported_modules, name_of, python

# Lowest first; a module imports from floors below its own, and from its own room.
FLOORS = (
    {"domain"},
    {"drawing", "uploaded_files", "pdf"},
    {"spreadsheets", "models"},
    {"permissions"},
    {"read_models"},
    {"agency_form", "fill_in"},
    {"documents"},
    {"services"},
    {"forms"},
    {"web"},
    {"views", "middleware", "context_processors", "styleguide"},
    {"urls"},
)
# Imported by Django and themselves alone; checks by apps as well.
LEAVES = {"admin", "templatetags", "management", "checks", "apps", "migrations"}
LOOSE_MODULES = {"__init__", "apps", "context_processors", "permissions", "urls"}
OWNERS = {
    "openpyxl": {"scorecard/spreadsheets/xlsx_writer.py"},
    "weasyprint": {"scorecard/pdf/writer.py"},
}


def room_of(path):
    """「models」 of scorecard/models/kpis.py, 「urls」 of scorecard/urls.py."""
    return path.relative_to(ROOT / "scorecard").parts[0].removesuffix(".py")


def floor_of(room):
    """The room's floor, None for a leaf."""
    return next((number for number, floor in enumerate(FLOORS) if room in floor), None)


def imported_rooms(path):
    """(line, room) of every import of the app's own modules."""
    known = LEAVES.union(*FLOORS)
    for line, module in imported_modules(path):
        parts = module.split(".")
        if parts[0] == "scorecard" and len(parts) > 1 and parts[1] in known:
            yield line, parts[1]


def may_import(room, imported):
    if imported == room or (room, imported) == ("apps", "checks"):
        return True
    if imported in LEAVES:
        return False
    return room in LEAVES or floor_of(imported) < floor_of(room)


def module_of(path):
    """「scorecard.models」 of scorecard/models/__init__.py."""
    return name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def test_every_room_of_the_app_has_its_floor():
    assert {room_of(path) for path in python("scorecard")} - {"__init__"} == LEAVES.union(*FLOORS)


def test_no_module_lies_outside_a_room():
    assert {path.stem for path in (ROOT / "scorecard").glob("*.py")} == LOOSE_MODULES


def test_imports_point_down_the_floors():
    upwards = {
        (name_of(path), imported)
        for path in python("scorecard")
        for _, imported in imported_rooms(path)
        if not may_import(room_of(path), imported)
    }
    assert upwards == set()


@pytest.mark.parametrize("room", ["spreadsheets", "drawing", "pdf"])
def test_what_draws_and_writes_knows_neither_rows_nor_scorecards(room):
    """They get texts and numbers, whatever floor they are on."""
    files = python(f"scorecard/{room}")
    assert files
    known = {imported for path in files for _, imported in imported_rooms(path)}
    assert known <= {"domain", "drawing", "uploaded_files", room}


def test_no_modules_import_each_other_in_a_circle():
    """Imports inside functions count as well; a package counts as its __init__.py."""
    modules = {module_of(path): path for path in python("scorecard", "bsc_site")}
    graph = {}
    for module, path in modules.items():
        imported = {name for _, name in imported_modules(path) if name in modules}
        # `from scorecard.forms import years` names the package as well, which is empty.
        graph[module] = {name for name in imported if not module.startswith(f"{name}.")} - {module}
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_that_needs_care_is_imported_in_one_place(library):
    users = {
        name_of(path)
        for path in python("scorecard")
        if any(module.split(".")[0] == library for _, module in imported_modules(path))
    }
    assert users <= OWNERS[library]


PURE = ("domain", "drawing", "uploaded_files")
# The labelled enums are Django's, and so are the errors of rules; an upload handler is a part of Django's own machine.
KNOW_DJANGO = {"domain/choices.py", "domain/policies.py", "uploaded_files/upload_handler.py"}


def pure_files():
    own = [*python(*(f"scorecard/{room}" for room in PURE))]
    own += [ROOT / "scorecard/fill_in/layout.py", ROOT / "scorecard/spreadsheets/origin_mark.py"]
    return [path for path in own if path.relative_to(ROOT / "scorecard").as_posix() not in KNOW_DJANGO]


@pytest.mark.parametrize("path", pure_files(), ids=lambda path: path.relative_to(ROOT / "scorecard").as_posix())
def test_pure_modules_know_neither_django_nor_the_clock(path):
    modules = {module.split(".")[0] for _, module in imported_modules(path)}
    assert modules.isdisjoint({"django", "time"})
