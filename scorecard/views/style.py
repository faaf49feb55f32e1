"""/style/: every component in every state, for whoever changes the look. With DEBUG only."""

from decimal import Decimal

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scorecard.choices import Direction, ReportState, Status
from scorecard.forms.review import ReturnForm
from scorecard.forms.years import OpenYearForm
from scorecard.scoring import assess

THRESHOLD = Decimal("0.9")
# (actual, target): met, far above, near, missed, pending, no target.
SAMPLES = [("105", "100"), ("9999", "3"), ("95", "100"), ("50", "100"), (None, "100"), ("5", None)]


def _figure(text):
    return None if text is None else Decimal(text)


@require_safe
def style(request):
    """The style page; 404 on a real server."""
    if not settings.DEBUG:
        raise Http404
    outcomes = [
        assess(actual=_figure(actual), target=_figure(target), direction=Direction.HIGHER, threshold=THRESHOLD)
        for actual, target in SAMPLES
    ]
    outcomes.append(
        assess(actual=None, target=Decimal(100), direction=Direction.HIGHER, unmeasured=True, threshold=THRESHOLD)
    )
    invalid = ReturnForm({"version": "1", "comment": ""})
    invalid.is_valid()
    context = {
        "statuses": list(Status),
        "states": list(ReportState),
        "outcomes": outcomes,
        "form": OpenYearForm(),
        "invalid": invalid,
        "colours": ["ink", "ink-soft", "line", "line-strong", "ground", "wash", "brand", "brand-wash", "met", "near"]
        + ["missed", "quiet", "row-1", "row-2", "row-3", "row-4"],
    }
    return render(request, "scorecard/style.html", context)
