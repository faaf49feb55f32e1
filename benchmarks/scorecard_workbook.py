"""Measures the scorecard's workbook of 400 KPIs beside a bare XlsxWriter dump of its cells.

    .venv/bin/python benchmarks/scorecard_workbook.py [KPIS]

Measured as in form.py. "written" is everything from the Scorecard to the bytes of the file. The number of styles shows
whether their cache works: a workbook needs a few dozen.
"""

import io
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def measure(plan):
    """Prints the times of .xlsx, .ods and the dump."""
    import openpyxl

    from benchmarks.form import best, dump
    from scorecard.documents.scorecard_sheet import lay_out
    from scorecard.documents.scorecard_table import whole_table
    from scorecard.documents.scorecard_workbook import scorecard_workbook, table_ods
    from scorecard.documents.scores_sheet import scores_sheet
    from scorecard.read_models.build_scorecard import build_scorecard

    scorecard = build_scorecard(plan, with_action_plans=True)

    def sheets():
        return [lay_out(whole_table(scorecard)), scores_sheet(scorecard)]

    laid = sheets()
    (written, content), (bare, _), (ods, _), (laid_out, _) = best(
        lambda: scorecard_workbook(scorecard),
        lambda: dump(laid),
        lambda: table_ods(whole_table(scorecard)),
        sheets,
    )
    styles = len(openpyxl.load_workbook(io.BytesIO(content))._cell_styles)
    cells = sum(len(sheet.cells) for sheet in laid)
    print(f"{len(scorecard.kpis)} KPIs, {cells} cells, {styles} styles, {len(content) / 1000:.0f} kB")
    print(f"written as .xlsx                {written:6.3f} s, of which laid out {laid_out:.3f} s")
    print(f"written as .ods                 {ods:6.3f} s")
    print(f"bare XlsxWriter dump            {bare:6.3f} s")
    print(f"written / dump                  {written / bare:6.2f}")


def main(kpis):
    from benchmarks.form import make_plan, set_up

    set_up()
    measure(make_plan(kpis))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
