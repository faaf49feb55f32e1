"""Whatever a file holds: a sentence in Chinese at its cell, no exception, and nothing written."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from scorecard.domain.choices import Role
from scorecard.models import Agency, AuditEvent, Plan
from scorecard.spreadsheets.grid import UnreadableFile
from scorecard.spreadsheets.reader import read_sheets
from scorecard.uploaded_files import office_documents
from tests import factories
from tests.agency_form.broken_workbooks import CELLS, FILES
from tests.management.test_import_form import run_json
from tests.page_reading import client_of, text

pytestmark = pytest.mark.one_database

BROKEN = FILES | CELLS


# In the browser the agency is chosen before the file. Of the cells every second, since each costs half a second.
IN_THE_BROWSER = sorted([*(FILES.keys() - {"no agency"}), *sorted(CELLS)[::2]])


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_form_is_told_at_its_cell_on_the_command_line_and_in_the_browser_and_nothing_is_written(
    name, tmp_path, db
):
    make, sheet, cell, sentence = BROKEN[name]
    content = make()
    path = tmp_path / "表單.xlsx"
    path.write_bytes(content)
    document, status = run_json(path, write=True)
    errors = [m for m in document["messages"] if m["level"] == "error"]
    assert status == 1
    assert any((m["sheet"], m["cell"]) == (sheet, cell) and sentence in m["text"] for m in errors), errors
    assert not any("Error" in m["text"] or "Traceback" in m["text"] for m in errors)
    assert not Plan.objects.exists() and not Agency.objects.exists() and not AuditEvent.objects.exists()
    if name in IN_THE_BROWSER:
        upload(content, cell, sentence)


def upload(content, cell, sentence):
    """In the browser it is told the same, and cannot be taken in."""
    agency = factories.make_agency("broken")
    client = client_of(factories.make_member("keeper", agency, Role.ADMIN))
    page = client.post(f"/agencies/{agency.slug}/import/", {"file": SimpleUploadedFile("表單.xlsx", content)})
    assert page.status_code in (302, 422)
    if page.status_code == 302:
        address = page.url
        page = client.get(address)
        assert "不能匯入" in text(page) and (not cell or f"cell={cell}#" in page.content.decode())
        assert client.post(f"{address}apply/", {"version": 0}).status_code == 422
    assert sentence in text(page)
    assert not Plan.objects.exists() and not AuditEvent.objects.exists()


def test_there_are_at_least_forty():
    assert len(BROKEN) >= 60 and len(IN_THE_BROWSER) >= 40


@pytest.mark.parametrize("name", ["bomb", "lying bomb", "too many entries", "too large"])
def test_a_bomb_is_refused_before_it_is_inflated(name, monkeypatch):
    inflated = []
    take = office_documents._Budget.take
    monkeypatch.setattr(
        office_documents._Budget, "take", lambda self, count: (inflated.append(count), take(self, count))
    )
    with pytest.raises(UnreadableFile):
        read_sheets(io.BytesIO(FILES[name][0]()))
    assert sum(inflated) < 4 * 1024 * 1024
