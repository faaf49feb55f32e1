"""The links beside a page that lead to the agency's other years and to other agencies."""

from django.urls import resolve, reverse

from scorecard.domain.roc_years import year_text
from scorecard.models import KPI, Objective, Theme
from scorecard.web import access
from scorecard.web.post_targets import PAGE_AFTER_POST, page_after_post

# Pages of what one year alone has: the switch leads to the page above them.
PAGE_ABOVE = {
    "consultation": "dashboard",
    "reporting_receipt": "reporting_receipts",
    "kpi_restore": "kpi",
    "evidence_file": "dashboard",
}
# Pages of a code: the model, and what users call it.
OF_CODE = {"objective": (Objective, "策略目標"), "theme": (Theme, "策略主題"), "kpi": (KPI, "KPI")}
WITHOUT_THE_CODE = "scorecard"
# What the address asks for there is about its own year.
WITHOUT_QUERY = {"compare", "compare_lineage"}
# Pages that every member of every agency has.
COMMON_PAGES = {"dashboard", "strategy_map", "scorecard", "downloads", "annual_report_page"}
FIRST_PAGE = "strategy_map"


def year_switch(request, edition):
    """Every year of the agency with its state. Empty where the page belongs to no year.

    A query more on pages of a code, where there are other years: it is the same thing by lineage, whatever its code.
    """
    match = request.resolver_match
    if match is None or "year" not in match.kwargs:
        return []
    name, kwargs = _page_to_keep(match)
    query = request.GET.urlencode() if request.method == "GET" and name not in WITHOUT_QUERY else ""
    codes = _codes_by_plan(name, kwargs, edition)
    switch = []
    for other in edition.of_agency:
        year = {
            "text": year_text(other.year),
            "state": state_text(other),
            "current": other.year == match.kwargs["year"],
        }
        year["is_draft"] = other.is_draft
        if codes is None or other.pk in codes:
            own = {"year": other.year} if codes is None else {"year": other.year, "code": codes[other.pk]}
            address = reverse(name, kwargs=kwargs | own)
            year |= {"url": f"{address}?{query}" if query else address, "missing": ""}
        else:
            _, what = OF_CODE[name]
            address = reverse(WITHOUT_THE_CODE, args=[other.agency.slug, other.year])
            year |= {"url": address, "missing": f"{other.title}沒有這項{what}，前往計分卡"}
        switch.append(year)
    return switch


def state_text(plan):
    """「已關閉」; of a reopened year 「重新開放」."""
    return "重新開放" if plan.is_reopened else plan.get_state_display()


def agency_switch(request, edition):
    """The other agencies that the person may see, each with the address of its same year, else of its default one."""
    here = request.resolver_match.view_name if request.resolver_match else ""
    page = here if here in COMMON_PAGES else FIRST_PAGE
    found = []
    for agency, editions in edition.of_other_agencies.items():
        same_year = next((other for other in editions if other.year == edition.year), None)
        shown = same_year or access.default_edition(editions)
        found.append({"text": agency.name, "url": reverse(page, args=[agency.slug, shown.year])})
    return found


def _page_to_keep(match):
    """(name, arguments) of the page: after a refused act its own page, and the one above where others lack its rows."""
    name, kwargs = match.view_name, match.kwargs
    if name in PAGE_AFTER_POST:
        page = resolve(page_after_post(name, kwargs))
        name, kwargs = page.view_name, page.kwargs
    if name in PAGE_ABOVE:
        name = PAGE_ABOVE[name]
        kept = {"agency", "year", "code"} if name in OF_CODE else {"agency", "year"}
        kwargs = {key: value for key, value in kwargs.items() if key in kept}
    return name, kwargs


def _codes_by_plan(name, kwargs, edition):
    """{plan id: the code there of what the page is about}; None where the page keeps its address."""
    if name not in OF_CODE or "code" not in kwargs or len(edition.of_agency) == 1:
        return None
    if edition.codes is not None:
        return edition.codes
    model, _ = OF_CODE[name]
    shown = model.objects.filter(plan=edition.plan, code=kwargs["code"])
    rows = model.objects.filter(plan__in=edition.of_agency, lineage__in=shown.values("lineage"))
    return dict(rows.values_list("plan", "code")) or None
