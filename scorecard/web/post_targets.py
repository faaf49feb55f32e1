"""Acts and the pages they belong to."""

from django.urls import NoReverseMatch, reverse

# Acts answer to POST alone. Where one is refused, its address shows a page that has an address of its own;
# whoever has to log in first comes back to that page.
PAGE_AFTER_POST = {
    "kpi_comment": "kpi",
    "reporting_evidence_remove": "reporting_evidence",
    "review_approve": "review",
    "remind": "review",
    "form_import_apply": "form_import_preview",
    "form_import_discard": "form_import_preview",
    "member_invite": "members",
    "member_on": "member",
    "member_off": "member",
    "member_remove": "member",
    "member_invite_again": "member",
    "report_make": "downloads",
    "report_cancel": "downloads",
    "reporting_confirm": "reporting_check",
    "reporting_draft": "reporting_table",
    "review_return": "review",
    "review_comment": "review",
    "strategy_map_link_add": "strategy_map_links",
    "strategy_map_link_change": "strategy_map_links",
    "strategy_map_link_remove": "strategy_map_links",
    "plan_year_open": "plan_year",
    "plan_year_change": "plan_year",
    "plan_year_close": "plan_year",
    "plan_year_reopen": "plan_year",
}


def page_after_post(name, kwargs):
    """The address of the page of an act, with as many of the act's arguments, from the first, as the page takes."""
    arguments = list(kwargs.items())
    for count in range(len(arguments), 0, -1):
        try:
            return reverse(PAGE_AFTER_POST[name], kwargs=dict(arguments[:count]))
        except NoReverseMatch:
            continue
    return reverse("home")
