"""Measures the agency's form of 1,000 KPIs: writing beside a bare XlsxWriter dump, reading beside openpyxl.

    .venv/bin/python benchmarks/form.py [KPIS]

Uses a new database in memory. Figures are processor time, the best of five rounds; the compared functions take turns,
so a busy moment of the machine affects both. "written" is everything from the Scorecard to the bytes of the file. The
dump gets the finished cells and writes each with the form's format, merges and widths; it needs XlsxWriter
(tests/requirements.txt). "shown" is everything from an uploaded file's bytes to the preview's HTML.
"""

import gc
import io
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
ROUNDS = 5


def set_up():
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


def best(*functions):
    """[(processor seconds of the fastest round, result)] of each function. The functions take turns."""
    seconds = [[] for _ in functions]
    results = [None for _ in functions]
    for _ in range(ROUNDS):
        for number, function in enumerate(functions):
            # The garbage of the function before must not count here.
            gc.collect()
            start = time.process_time()
            results[number] = function()
            seconds[number].append(time.process_time() - start)
    return [(min(own), result) for own, result in zip(seconds, results, strict=True)]


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
    """Prints the times of the form and the dump; returns the form's bytes."""
    from scorecard.agency_form.writing.form_file import choose_years, form_ods, form_sheets, form_xlsx
    from scorecard.read_models.build_scorecard import build_scorecard

    [(read, scorecard)] = best(lambda: build_scorecard(plan, with_action_plans=True))
    chosen = choose_years(scorecard)
    sheets = form_sheets(scorecard, chosen)
    cells = sum(len(sheet.cells) for sheet in sheets)
    (written, content), (bare, _), (ods, _), (laid_out, _) = best(
        lambda: form_xlsx(scorecard, chosen),
        lambda: dump(sheets),
        lambda: form_ods(scorecard, chosen),
        lambda: form_sheets(scorecard, chosen),
    )
    print(f"{len(scorecard.kpis)} KPIs, {cells} cells, {len(content) / 1000:.0f} kB")
    print(f"rows read into the scorecard    {read:6.2f} s")
    print(f"written as .xlsx                {written:6.2f} s, of which laid out {laid_out:.2f} s")
    print(f"written as .ods                 {ods:6.2f} s")
    print(f"bare XlsxWriter dump            {bare:6.2f} s")
    print(f"written / dump                  {written / bare:6.2f}   (at most 2)")
    return content


def large_form(kpis):
    """The Secretariat's form with its KPI rows repeated under other codes, as bytes."""
    import openpyxl

    book = openpyxl.load_workbook(ROOT / "tests/data/taipei-secretariat-form.xlsx")
    strategy_map, card = book["策略地圖"], book["平衡計分卡"]
    rows = [[cell.value for cell in card[row]] for row in range(4, 12)]
    for area in [area for area in card.merged_cells.ranges if area.min_row > 42]:
        card.unmerge_cells(area.coord)
    card.delete_rows(43, 10)
    count, number, cells = 39, 100, {}
    while count < kpis:
        for row in rows:
            count += max(1, (row[1] or "").count("\n") + 1)
            old = row[0].split(" ")[0]
            code = f"{old[:2]}{number}"
            cells.setdefault(old[0], []).append(f"{code} {row[0].split(' ', 1)[1]}")
            card.append([value.replace(old, code) if isinstance(value, str) else value for value in row])
        number += 1
    for theme, column in zip("ABCDEFGH", "CDEFGHIJ", strict=True):
        strategy_map[f"{column}4"].value += "\n" + "\n".join(cells[theme])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def measure_reading(content):
    """Prints the times of reading a form, showing its preview, and loading it with openpyxl."""
    import openpyxl
    from django.conf import settings
    from django.contrib.auth.models import AnonymousUser
    from django.template.loader import render_to_string
    from django.test import RequestFactory, override_settings

    from scorecard.agency_form.preview_page import preview_context
    from scorecard.agency_form.uploaded_form import build_preview
    from scorecard.forms.form_import import ApplyForm
    from scorecard.models import Agency, FormUpload, User
    from scorecard.views.form_import import ADDRESSES

    agency, somebody = Agency.objects.create(name="量測機關", slug="measured"), User(username="somebody")
    upload = FormUpload(agency=agency, uploaded_by=somebody, name="表單.xlsx", size=len(content), content=content)
    request = RequestFactory().get("/")
    request.user = AnonymousUser()

    def page():
        preview = build_preview(upload)
        context = preview_context(preview, agency=upload.agency, form=ApplyForm(), addresses=ADDRESSES)
        return render_to_string("scorecard/form_import/preview.html", context, request)

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    # Static URLs without digests: collectstatic has not run.
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}):
        (shown, html), (loaded, _), (read, preview) = best(
            page, lambda: openpyxl.load_workbook(io.BytesIO(content)), lambda: build_preview(upload)
        )
    print(f"{len(preview.form.plan.kpis)} KPIs, {len(content) / 1000:.0f} kB, {len(preview.messages)} messages")
    print(f"read and checked                {read:6.2f} s")
    print(f"read, checked and shown         {shown:6.2f} s, a page of {len(html) / 1000:.0f} kB")
    print(f"loaded by openpyxl              {loaded:6.2f} s")
    print(f"shown / loaded                  {shown / loaded:6.2f}   (at most 2)")


def measure_bombs():
    """Prints how long the refusal of harmful files takes."""
    from scorecard.spreadsheets.grid import UnreadableFile
    from scorecard.spreadsheets.reader import read_sheets
    from tests.agency_form.broken_workbooks import FILES

    def refuse(content):
        try:
            read_sheets(io.BytesIO(content))
        except UnreadableFile:
            return True
        return False

    for name in ("bomb", "lying bomb", "too many entries", "too large"):
        content = FILES[name][0]()
        [(seconds, refused)] = best(lambda content=content: refuse(content))
        print(f"{name:30}  {1000 * seconds:6.1f} ms{'' if refused else ', NOT REFUSED'}   (at most 50)")


def make_plan(kpis):
    """An edition with its agency and version, made by the tests' factories."""
    from scorecard.models import Plan
    from tests import factories

    made = factories.make_plan(kpis=kpis)
    return Plan.objects.select_related("agency", "version").get(pk=made.pk)


if __name__ == "__main__":
    set_up()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    measure_writing(make_plan(count))
    measure_reading(large_form(count))
    measure_bombs()
