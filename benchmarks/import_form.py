"""How long a form of 1,000 KPIs takes to read, check and preview, and openpyxl merely to load it.

    python benchmarks/import_form.py
"""

import io
import os
import sys
import time
from pathlib import Path

import openpyxl

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
KPIS = 1_000


def large_form():
    """The Secretariat's form with its KPI rows repeated under other codes, as bytes."""
    book = openpyxl.load_workbook(ROOT / "tests/data/taipei-secretariat-form.xlsx")
    strategy_map, card = book["策略地圖"], book["平衡計分卡"]
    rows = [[cell.value for cell in card[row]] for row in range(4, 12)]
    for area in [area for area in card.merged_cells.ranges if area.min_row > 42]:
        card.unmerge_cells(area.coord)
    card.delete_rows(43, 10)
    count, number, cells = 39, 100, {}
    while count < KPIS:
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


def best_of(count, work):
    """The least of several timings, in seconds of processor time: other work on the machine does not count."""
    times = []
    for _ in range(count):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def main():
    """Print both timings and their ratio."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from scorecard.imports.form import read_form

    content = large_form()
    form = read_form(io.BytesIO(content))
    print(f"{len(form.plan.kpis)} KPIs, {len(content):,} bytes, {len(form.messages)} messages, {form.has_errors=}")
    reading = best_of(5, lambda: read_form(io.BytesIO(content)))
    loading = best_of(5, lambda: openpyxl.load_workbook(io.BytesIO(content)))
    print(f"read and check {reading:.2f} s; openpyxl loads it in {loading:.2f} s; ratio {reading / loading:.2f}")


if __name__ == "__main__":
    main()
