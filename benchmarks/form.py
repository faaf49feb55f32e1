"""The agency's own form of a plan of 1,000 KPIs, beside a bare XlsxWriter dump of the same cells.

    .venv/bin/python benchmarks/form.py [KPIS]

Both in one run, on a database of its own in memory; the best of three for each. "written" is everything from the
Scorecard to the bytes of the file: which KPIs share a row, the words of every cell, the heights of rows. The dump is
given the finished cells and writes each with the format, merges and widths that the form has; it needs XlsxWriter,
which is in tests/requirements.txt.
"""

import io
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
ROUNDS = 3


def set_up():
    """Django on an empty database in memory."""
    os.environ |= {
        "DEBUG": "off",
        "SECRET_KEY": "benchmark" * 8,
        "ALLOWED_HOSTS": "testserver",
        "LOG_LEVEL": "ERROR",
        "DATABASE_URL": "sqlite://:memory:",
        "DJANGO_SETTINGS_MODULE": "bsc_site.settings",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def best(function):
    """Seconds of the fastest of several rounds, and what the function returned."""
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        result = function()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def dump(sheets):
    """The cells of the form's sheets as XlsxWriter writes them."""
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    formats = {}
    for sheet in sheets:
        worksheet = book.add_worksheet(sheet.name)
        for column, width in enumerate(sheet.widths):
            worksheet.set_column(column, column, width)
        for row, height in sheet.heights.items():
            worksheet.set_row(row - 1, height)
        for placed in sheet.cells:
            look = placed.look
            if look not in formats:
                formats[look] = book.add_format(_format(look))
            _dump_cell(worksheet, placed, formats[look])
    book.close()
    return file.getvalue()


def _format(look):
    made = {"font_name": look.font, "font_size": look.size, "bold": look.bold, "text_wrap": True, "valign": "vcenter"}
    return made | ({"border": 1} if look.is_boxed else {}) | ({"bg_color": f"#{look.fill}"} if look.fill else {})


def _dump_cell(worksheet, placed, cell_format):
    row, column = placed.row - 1, placed.column - 1
    if placed.rows > 1 or placed.columns > 1:
        worksheet.merge_range(row, column, row + placed.rows - 1, column + placed.columns - 1, "", cell_format)
    if placed.value is None:
        worksheet.write_blank(row, column, None, cell_format)
    elif isinstance(placed.value, str):
        worksheet.write_string(row, column, placed.value, cell_format)
    else:
        worksheet.write_number(row, column, placed.value.value, cell_format)


def measure_writing(plan):
    """Print how long the form takes to be written, and the dump; returns the form's bytes."""
    from scorecard.exports.form import choose_years, form_ods, form_sheets, form_xlsx
    from scorecard.reports.build import build_scorecard

    read, scorecard = best(lambda: build_scorecard(plan, plan.first_year, with_action_plans=True))
    chosen = choose_years(scorecard)
    sheets = form_sheets(scorecard, chosen)
    cells = sum(len(sheet.cells) for sheet in sheets)
    written, content = best(lambda: form_xlsx(scorecard, chosen))
    ods, _ = best(lambda: form_ods(scorecard, chosen))
    laid_out, _ = best(lambda: form_sheets(scorecard, chosen))
    bare, _ = best(lambda: dump(sheets))
    print(f"{len(scorecard.kpis)} KPIs, {cells} cells, {len(content) / 1000:.0f} kB")
    print(f"rows read into the scorecard    {read:6.2f} s")
    print(f"written as .xlsx                {written:6.2f} s, of which laid out {laid_out:.2f} s")
    print(f"written as .ods                 {ods:6.2f} s")
    print(f"bare XlsxWriter dump            {bare:6.2f} s")
    print(f"written / dump                  {written / bare:6.2f}   (at most 2)")
    return content


def make_plan(kpis):
    """A plan of so many KPIs, as the tests make it, with its agency and years."""
    from scorecard.models import Plan
    from tests import factories

    made = factories.make_plan(kpis=kpis)
    return Plan.objects.select_related("agency").prefetch_related("years").get(pk=made.pk)


if __name__ == "__main__":
    set_up()
    measure_writing(make_plan(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
