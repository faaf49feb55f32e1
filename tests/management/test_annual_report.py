"""manage.py annual_report."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests import factories
from tests.pdf import pdf_reading as reading
from tests.shared_rows import layer

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def write(plan, path, **options):
    out = StringIO()
    call_command("annual_report", plan, "-o", str(path), stdout=out, **options)
    return out.getvalue()


@layer
def plan():
    return factories.make_plan(kpis=5)


def test_the_report_of_an_edition_is_written(plan, tmp_path):
    path = tmp_path / "報告.pdf"
    said = write(plan.slug, path)
    assert said == f"已寫入 {path}：{plan.agency.name} 105 年度績效報告（草稿：年度尚未關閉）\n"
    document = reading.open_pdf(path.read_bytes())
    assert document.metadata.title == f"{plan.agency.name} 105 年度績效報告"


def test_provisional_figures_come_on_request(plan, tmp_path):
    cast = factories.make_cast(plan)
    factories.open_year(cast.admin, plan)
    factories.fill(cast.staff, factories.kpi(plan, "AC1.1"), actuals="95")
    write(plan.slug, tmp_path / "a.pdf", provisional=True)
    assert "尚未審核" in reading.text_of(reading.open_pdf((tmp_path / "a.pdf").read_bytes()))


def test_an_unknown_edition_is_refused_with_the_known_ones(plan, tmp_path):
    with pytest.raises(CommandError, match=f"找不到年版「no-such-plan」.*現有年版：.*{plan.slug}"):
        write("no-such-plan", tmp_path / "a.pdf")


def test_a_file_that_cannot_be_written_is_refused(plan, tmp_path, monkeypatch):
    monkeypatch.setattr("scorecard.management.commands.annual_report.annual_report_pdf", lambda *a, **k: b"%PDF")
    with pytest.raises(CommandError, match="無法寫入"):
        write(plan.slug, tmp_path / "none" / "a.pdf")
    with pytest.raises(CommandError, match="是資料夾"):
        write(plan.slug, tmp_path)


def test_a_pdf_that_cannot_be_made_is_told_and_no_file_is_left(plan, tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        from scorecard.pdf.writer import PDFError

        raise PDFError("靜態檔案不存在：static:css/pdf/base.css")

    monkeypatch.setattr("scorecard.management.commands.annual_report.annual_report_pdf", fail)
    with pytest.raises(CommandError, match="無法產生 PDF：靜態檔案不存在"):
        write(plan.slug, tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []
