"""The strategy map alone as a PDF of one landscape sheet, for the wall."""

from scorecard.domain.roc_years import datetime_text
from scorecard.pdf.document import render_pdf

SIZES = ("A4", "A3")


def strategy_map_pdf(strategy_map, *, made_at, size="A4", comparison=None):
    """A tagged PDF of one sheet. size: one of SIZES, else ValueError. made_at: the local time printed on it.

    comparison: the Comparison whose changes the cards show.
    """
    if size not in SIZES:
        raise ValueError(f"a map is printed on {' or '.join(SIZES)}, not on {size}")
    context = {
        "map": strategy_map,
        "scorecard": strategy_map.scorecard,
        "comparison": comparison,
        "size": size,
        "made_at": made_at,
        "made": datetime_text(made_at),
    }
    return render_pdf("pdf/map.html", context, stylesheets=["css/pdf/base.css", "css/pdf/map.css"])
