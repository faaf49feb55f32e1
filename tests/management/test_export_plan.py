"""manage.py export_plan."""

import json
import os
import stat
from io import BytesIO, StringIO, TextIOWrapper

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from scorecard.models import Plan
from tests import factories, secretariat_facts

pytestmark = pytest.mark.django_db


def export(plan, *arguments, **options):
    out = StringIO()
    call_command("export_plan", plan, *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def exported_heading(content):
    return openpyxl.load_workbook(BytesIO(content)).active["A2"].value


def test_the_plan_is_written_as_json(tmp_path):
    secretariat_facts.load_plan()
    path = tmp_path / "plan.json"
    said = export(secretariat_facts.SLUG, "--format", "json", "-o", path)
    assert json.loads(path.read_text(encoding="utf-8")) == secretariat_facts.expected_document()
    assert said == f"已寫入 {path}：臺北市政府秘書處 105 年版\n"


def test_json_may_go_to_standard_output_and_then_nothing_else_does(plan):
    assert json.loads(export(plan.slug, "--format", "json", "-o", "-"))["agency"] == plan.agency.name


def test_json_on_standard_output_is_utf8_whatever_the_terminal_speaks(plan):
    terminal = TextIOWrapper(BytesIO(), encoding="ascii")
    call_command("export_plan", plan.slug, "--format", "json", "-o", "-", stdout=terminal)
    assert json.loads(terminal.buffer.getvalue().decode())["agency"] == plan.agency.name


def test_the_scorecard_is_written_as_a_workbook(plan, tmp_path):
    path = tmp_path / "計分卡.xlsx"
    export(plan.slug, "--format", "xlsx", "-o", path)
    assert exported_heading(path.read_bytes()).startswith("105 年版")


def test_figures_not_approved_are_left_out_unless_asked_for(plan, cast):
    factories.open_year(cast.admin, plan)
    factories.fill(cast.staff, factories.kpi(plan, "AC1.1"), actuals="77")

    def actual(*arguments):
        document = json.loads(export(plan.slug, "--format", "json", "-o", "-", *arguments))
        return document["kpis"][0]["measures"][0]["values"][3]["actual"]

    assert actual() is None
    assert actual("--provisional") == "77"


def test_an_unknown_plan_is_refused_with_the_known_ones(plan, tmp_path):
    with pytest.raises(CommandError, match="找不到年版「nowhere」.*現有年版：test-agency-105、test-agency-city-105。"):
        export("nowhere", "--format", "json", "-o", tmp_path / "plan.json")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_is_named_as_such():
    assert not Plan.objects.exists()
    with pytest.raises(CommandError, match="資料庫裡還沒有任何年版。"):
        export("nowhere", "--format", "json", "-o", "-")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing/plan.json", "無法寫入「.*missing/plan.json」：資料夾不存在。"),
        ("", "是資料夾；請寫出檔名"),
        ("x" * 300, "檔名太長"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused(plan, tmp_path, name, message):
    with pytest.raises(CommandError, match=message):
        export(plan.slug, "--format", "json", "-o", tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_is_not_written_to_standard_output(plan):
    with pytest.raises(CommandError, match="XLSX 請用 -o 指定檔名"):
        export(plan.slug, "--format", "xlsx", "-o", "-")


def test_a_failure_while_writing_leaves_the_old_file_and_nothing_beside_it(plan, tmp_path, monkeypatch):
    path = tmp_path / "plan.json"
    path.write_text("old")

    def fail(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", fail)
    with pytest.raises(CommandError, match="磁碟空間不足"):
        export(plan.slug, "--format", "json", "-o", path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.json"]


def test_the_file_written_is_an_ordinary_one_of_its_owner(plan, tmp_path):
    path = tmp_path / "plan.json"
    mask = os.umask(0o022)
    try:
        export(plan.slug, "--format", "json", "-o", path)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
