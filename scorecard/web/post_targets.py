"""The page to show after each POST-only URL."""

from django.urls import NoReverseMatch, reverse

# {name of a POST-only URL: name of its page}. A refused POST shows that page under the POST's own address; after a
# login the person comes back to the page.
PAGE_AFTER_POST = {
    "login_end": "logins",
    "logins_end_others": "logins",
    "kpi_comment": "kpi",
    "reporting_evidence_remove": "reporting_evidence",
    "review_approve": "review",
    "remind": "review",
    "form_import_apply": "form_import_preview",
    "form_import_matches": "form_import_preview",
    "form_import_discard": "form_import_preview",
    "deputy_add": "deputies",
    "deputy_end": "deputies",
    "deputy_begin": "deputies",
    "deputy_stop": "home",
    "member_invite": "members",
    "agency_division_rename": "agency_division",
    "agency_division_hand_over": "agency_division",
    "member_on": "member",
    "member_off": "member",
    "member_remove": "member",
    "invitation_again": "members",
    "invitation_withdraw": "members",
    "invitation_decline": "invitation",
    "notices_read": "notices",
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
    "plan_year_next": "plan_year",
    "plan_year_open_next": "plan_year",
    "plan_year_withdraw": "plan_year",
    "plan_year_discard": "plan_year",
    "plan_year_consultation": "plan_year",
    "compare_comment": "compare",
    "compare_proposal": "compare",
    "plan_year_adopt": "compare",
    "compare_reason": "compare",
    "downloads_verify": "downloads",
}


def page_after_post(name, kwargs):
    """Address of the page, with the first arguments of the POST's URL, as many as the page takes."""
    arguments = list(kwargs.items())
    for count in range(len(arguments), 0, -1):
        try:
            return reverse(PAGE_AFTER_POST[name], kwargs=dict(arguments[:count]))
        except NoReverseMatch:
            continue
    return reverse("home")
