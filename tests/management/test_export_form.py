"""manage.py export_form."""

from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from tests import factories
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db


@layer
def plan():
    return factories.make_plan(kpis=5)


def export(plan, *arguments):
    out = StringIO()
    call_command("export_form", plan.slug, *map(str, arguments), stdout=out)
    return out.getvalue()


def headings(path):
    sheet = openpyxl.load_workbook(BytesIO(path.read_bytes()))["平衡計分卡"]
    return [cell.value.replace("\n", "") for cell in sheet[2]]


def test_the_form_is_written_with_the_years_asked_for(plan, tmp_path):
    path = tmp_path / "原表.xlsx"
    said = export(plan, path, "--from", "104", "--to", "2017", "--actuals")
    assert said == f"已寫入 {path}：{plan.agency} 105 年版（104 年、105 年、106 年）\n"
    assert headings(path)[3:7] == ["104年實際值", "105年目標值", "105年實際值", "106年目標值"]


def test_the_files_name_says_which_format(plan, tmp_path):
    path = tmp_path / "form.ODS"
    export(plan, path)
    assert path.read_bytes()[30:38] == b"mimetype"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["form.csv"], "「form.csv」的副檔名不是 .xlsx 或 .ods"),
        (["form.xlsx", "--from", "110"], "在這個範圍沒有年度；現有年度：102 年、"),
        (["form.xlsx", "--from", "106", "--to", "105"], "在這個範圍沒有年度"),
        (["form.xlsx", "--to", "去年"], "「去年」不是年度"),
    ],
)
def test_what_cannot_be_written_is_refused_and_no_file_is_made(plan, tmp_path, arguments, message):
    name, *options = arguments
    with pytest.raises(CommandError, match=message):
        export(plan, tmp_path / name, *options)
    assert list(tmp_path.iterdir()) == []
