"""策略地圖, and the pages of an objective and a theme."""

from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from scorecard import permissions
from scorecard.documents.map_pdf import strategy_map_pdf
from scorecard.documents.map_svg import map_svg as map_svg_file
from scorecard.domain.choices import Status
from scorecard.domain.roc_years import YearError, parse_year
from scorecard.forms.filters import MapFilterForm
from scorecard.models import ObjectiveSupport
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.strategy_map import build_strategy_map
from scorecard.read_models.year_comparison import compare
from scorecard.web import access
from scorecard.web.conditional import not_modified_if_same_version
from scorecard.web.file_response import file_response
from scorecard.web.map_links import map_addresses
from scorecard.web.plan_pages import get_scorecard, wants_provisional

STATUS_FILTERS = {
    "attention": ("未達與接近", frozenset({Status.MISSED, Status.NEAR})),
    "pending": ("待填報", frozenset({Status.PENDING})),
}


@dataclass(frozen=True)
class MapRequest:
    """The URL's parameters. Unknown values are ignored. compare: a Gregorian year, None for no comparison."""

    status: str
    theme: str
    provisional: bool
    compare: int | None

    @property
    def query(self):
        """Query string for the links of the map."""
        return "?provisional=1" if self.provisional else ""


def _asked(request, edition):
    years = [plan.year for plan in edition.of_agency if plan.year != edition.year]
    try:
        compare = parse_year(request.GET.get("compare", ""))
    except YearError:
        compare = None
    return MapRequest(
        status=request.GET.get("status", "") if request.GET.get("status") in STATUS_FILTERS else "",
        theme=request.GET.get("theme", ""),
        provisional=wants_provisional(request),
        compare=compare if compare in years else None,
    )


def _build_maps(request, agency, year):
    """(MapRequest, map, map of the earlier year, comparison); the last two are None without ?compare=.

    Of two years the first map is the later one, with marks for changes.
    """
    edition = access.get_edition(request, agency, year)
    asked = _asked(request, edition)
    _, statuses = STATUS_FILTERS.get(asked.status, ("", frozenset()))
    faded = {"statuses": statuses, "theme": asked.theme}

    def build(plan):
        return build_scorecard(plan, include_provisional=asked.provisional, with_links=True, with_earlier=False)

    scorecard = build(edition.plan)
    if asked.compare is None:
        return asked, build_strategy_map(scorecard, **faded), None, None
    other = next(plan for plan in edition.of_agency if plan.year == asked.compare)
    comparison = compare(scorecard, build(other))
    later = build_strategy_map(comparison.later, comparison=comparison, **faded)
    return asked, later, build_strategy_map(comparison.earlier, **faded), comparison


@require_safe
@not_modified_if_same_version
def strategy_map(request, agency, year):
    """?compare=106 shows another year beside it."""
    asked, drawn, earlier, comparison = _build_maps(request, agency, year)
    scorecard = drawn.scorecard if drawn.scorecard.year.year == year else earlier.scorecard
    context = {
        "asked": asked,
        "map": drawn,
        "earlier": earlier,
        "comparison": comparison,
        "scorecard": scorecard,
        "addresses": map_addresses(agency, drawn.scorecard.year.year, query=asked.query),
        "earlier_addresses": earlier and map_addresses(agency, earlier.scorecard.year.year, query=asked.query),
        "filter_form": MapFilterForm(scorecard, asked.theme),
        "status_filters": [("", "全部"), *((key, label) for key, (label, _) in STATUS_FILTERS.items())],
        "other_editions": [plan for plan in request.edition.of_agency if plan.year != year],
        "can_edit": permissions.can_edit_strategy(request.user, request.edition.plan.agency_id),
    }
    return render(request, "scorecard/map/map.html", context)


@require_safe
def map_svg(request, agency, year):
    """The map as a file, with the filters of the page."""
    _, drawn, _, _ = _build_maps(request, agency, year)
    return file_response(map_svg_file(drawn), "image/svg+xml; charset=utf-8", _file_name(agency, drawn, "svg"))


@require_safe
def map_pdf(request, agency, year):
    """The map on one sheet; ?size=A3, else A4."""
    _, drawn, _, comparison = _build_maps(request, agency, year)
    size = "A3" if request.GET.get("size", "").upper() == "A3" else "A4"
    pdf = strategy_map_pdf(drawn, comparison=comparison, made_at=timezone.localtime(), size=size)
    return file_response(pdf, "application/pdf", _file_name(agency, drawn, "pdf"))


def _file_name(agency, drawn, ending):
    return f"{agency}-{drawn.scorecard.year.roc}-strategy-map.{ending}"


@require_safe
def objective(request, agency, year, code):
    scorecard = get_scorecard(request, agency, year, with_links=True, with_action_plans=True, with_earlier_budgets=True)
    line = scorecard.objectives_by_code.get(code)
    if line is None:
        raise Http404
    by_code = scorecard.objectives_by_code
    context = {
        "scorecard": scorecard,
        "objective": line,
        "theme": next(theme for theme in scorecard.themes if theme.code == line.theme_code),
        "perspective": next(row for row in scorecard.perspectives if row.code == line.perspective_code),
        "causes": [(by_code[link.cause], link.reason) for link in scorecard.links if link.effect == code],
        "effects": [(by_code[link.effect], link.reason) for link in scorecard.links if link.cause == code],
        "supports": ObjectiveSupport.objects.filter(objective=line.id).select_related("supported__plan"),
        "can_edit": permissions.can_edit_strategy(request.user, request.edition.plan.agency_id),
    }
    return render(request, "scorecard/map/objective.html", context)


@require_safe
@not_modified_if_same_version
def theme(request, agency, year, code):
    scorecard = get_scorecard(request, agency, year, with_action_plans=True, with_earlier_budgets=True)
    line = next((theme for theme in scorecard.themes if theme.code == code), None)
    if line is None:
        raise Http404
    return render(request, "scorecard/map/theme.html", {"scorecard": scorecard, "theme": line})
