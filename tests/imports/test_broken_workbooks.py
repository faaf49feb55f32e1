"""Whatever a file holds: a sentence in Chinese at its cell, no exception, and nothing written."""

import io

import pytest

from scorecard import office_files
from scorecard.imports.grid import FormRefused
from scorecard.imports.workbook import read_sheets
from scorecard.models import Agency, AuditEvent, Plan
from tests.imports.broken import CELLS, FILES
from tests.management.test_import_form import run_json

BROKEN = FILES | CELLS


@pytest.mark.django_db
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_form_is_told_at_its_cell_and_nothing_is_written(name, tmp_path):
    make, sheet, cell, sentence = BROKEN[name]
    path = tmp_path / "表單.xlsx"
    path.write_bytes(make())
    document, status = run_json(path, write=True)
    errors = [m for m in document["messages"] if m["level"] == "error"]
    assert status == 1
    assert any((m["sheet"], m["cell"]) == (sheet, cell) and sentence in m["text"] for m in errors), errors
    assert not any("Error" in m["text"] or "Traceback" in m["text"] for m in errors)
    assert not Plan.objects.exists() and not Agency.objects.exists() and not AuditEvent.objects.exists()


def test_there_are_at_least_forty():
    assert len(BROKEN) >= 60


@pytest.mark.parametrize("name", ["bomb", "lying bomb", "too many entries", "too large"])
def test_a_bomb_is_refused_before_it_is_inflated(name, monkeypatch):
    inflated = []
    take = office_files._Budget.take
    monkeypatch.setattr(office_files._Budget, "take", lambda self, count: (inflated.append(count), take(self, count)))
    with pytest.raises(FormRefused):
        read_sheets(io.BytesIO(FILES[name][0]()))
    assert sum(inflated) < 4 * 1024 * 1024
