"""All URLs. Those of a scorecard have the agency and an ROC year; Gregorian years are read too."""

from django.contrib.auth import views as auth
from django.urls import include, path, register_converter

from scorecard.domain.roc_years import YearError, parse_year, to_roc
from scorecard.views import (
    accounts,
    adoption,
    agency_divisions,
    agency_form,
    annual_reports,
    compare,
    compare_files,
    consultation,
    corrections,
    dashboard,
    deputies,
    divisions,
    downloads,
    editions,
    evidence,
    fill_in,
    form_import,
    former_addresses,
    health,
    home,
    invitations,
    kpis,
    lineages,
    links,
    members,
    notices,
    receipts,
    reminders,
    reporting,
    reporting_paste,
    review,
    revisions,
    scorecard,
    search,
    security_events,
    strategy_map,
    target_adjustments,
    transfers,
    unsaved_entries,
    value_restore,
    years,
)


class YearConverter:
    """Reads 105 or 2016, gives views the Gregorian integer, writes 105."""

    regex = "[0-9]{1,4}"

    def to_python(self, value):
        """Raises ValueError for other texts, which Django answers with 404."""
        try:
            return parse_year(value)
        except YearError as error:
            raise ValueError(str(error)) from error

    def to_url(self, value):
        return str(to_roc(value))


register_converter(YearConverter, "roc")

# Under <agency>/<year>/.
in_year = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("map/", strategy_map.strategy_map, name="strategy_map"),
    path("map.svg", strategy_map.map_svg, name="map_svg"),
    path("map.pdf", strategy_map.map_pdf, name="map_pdf"),
    path("links/", links.links, name="strategy_map_links"),
    path("links/add/", links.add, name="strategy_map_link_add"),
    path("links/<int:link_id>/", links.change, name="strategy_map_link_change"),
    path("links/<int:link_id>/remove/", links.remove, name="strategy_map_link_remove"),
    path("scorecard/", scorecard.scorecard, name="scorecard"),
    path("scorecard.xlsx", scorecard.scorecard_xlsx, name="scorecard_xlsx"),
    path("scorecard.ods", scorecard.scorecard_ods, name="scorecard_ods"),
    path("scorecard.csv", scorecard.scorecard_csv, name="scorecard_csv"),
    path("scorecard.pdf", scorecard.scorecard_pdf, name="scorecard_pdf"),
    path("objectives/<str:code>/", strategy_map.objective, name="objective"),
    path("themes/<str:code>/", strategy_map.theme, name="theme"),
    path("kpis/<str:code>/", kpis.kpi, name="kpi"),
    path("kpis/<str:code>.pdf", kpis.kpi_pdf, name="kpi_pdf"),
    path("kpis/<str:code>/comments/", kpis.comment, name="kpi_comment"),
    path("kpis/<str:code>/history/<int:event_id>/<int:change>/", value_restore.restore_value, name="kpi_restore"),
    path("divisions/<int:division_id>/", divisions.division, name="division"),
    path("divisions/<int:division_id>/fill-in.xlsx", divisions.fill_in, name="division_fill_in"),
    path("divisions/<int:division_id>.pdf", divisions.division_pdf, name="division_pdf"),
    path("reporting/", reporting.reporting, name="reporting"),
    path("reporting/receipts/", receipts.receipts, name="reporting_receipts"),
    path("reporting/receipts/<int:serial>/", receipts.receipt, name="reporting_receipt"),
    path("reporting/receipts/<int:serial>.pdf", receipts.receipt_file, name="reporting_receipt_pdf"),
    path("reporting/<int:division_id>/", reporting.table, name="reporting_table"),
    path("reporting/<int:division_id>/fill-in/", fill_in.upload, name="reporting_fill_in"),
    path("reporting/<int:division_id>/light/<str:code>/", reporting.light, name="reporting_light"),
    path("reporting/<int:division_id>/draft/", unsaved_entries.keep, name="reporting_draft"),
    path("reporting/<int:division_id>/paste/", reporting_paste.paste, name="reporting_paste"),
    path("reporting/<int:division_id>/check/", reporting.check, name="reporting_check"),
    path("reporting/<int:division_id>/check/<str:code>/", reporting.confirm, name="reporting_confirm"),
    path("reporting/<int:division_id>/<str:code>/evidence/", evidence.manage, name="reporting_evidence"),
    path(
        "reporting/<int:division_id>/<str:code>/evidence/<uuid:token>/remove/",
        evidence.remove,
        name="reporting_evidence_remove",
    ),
    path("evidence/<uuid:token>/", evidence.download, name="evidence_file"),
    path("review/", review.queue, name="review"),
    path("review/approve/", review.approve, name="review_approve"),
    path("review/<str:code>/return/", review.return_, name="review_return"),
    path("review/<str:code>/comment/", review.comment, name="review_comment"),
    path("reminders/", reminders.remind, name="remind"),
    path("year/", years.plan_year, name="plan_year"),
    path("year/open/", years.open_, name="plan_year_open"),
    path("year/change/", years.change, name="plan_year_change"),
    path("year/close/", years.close, name="plan_year_close"),
    path("year/reopen/", years.reopen, name="plan_year_reopen"),
    path("year/next/", editions.carry_forward, name="plan_year_next"),
    path("year/open-next/", editions.open_next, name="plan_year_open_next"),
    path("year/withdraw/", editions.withdraw, name="plan_year_withdraw"),
    path("year/discard/", editions.discard, name="plan_year_discard"),
    path("year/sign-off.pdf", years.sign_off, name="plan_year_sign_off"),
    path("year/revisions/", revisions.revisions, name="revisions"),
    path("year/revisions/<int:number>/<str:file>", revisions.revision_file, name="revision_file"),
    path("year/consultation/", consultation.share, name="plan_year_consultation"),
    path("year/corrections/", corrections.corrections, name="corrections"),
    path("compare/", compare.compare, name="compare"),
    path("compare.pdf", compare_files.compare_pdf, name="compare_pdf"),
    path("compare.xlsx", compare_files.compare_xlsx, name="compare_xlsx"),
    path("compare.ods", compare_files.compare_ods, name="compare_ods"),
    path("compare/reason/", compare.reason, name="compare_reason"),
    path("compare/lineage/", lineages.lineage, name="compare_lineage"),
    path("year/adopt/", adoption.adopt, name="plan_year_adopt"),
    path("consultation/", consultation.consultation, name="consultation"),
    path("compare/comments/", consultation.comment, name="compare_comment"),
    path("compare/proposals/<int:proposal_id>/", consultation.decide, name="compare_proposal"),
    path("search/", search.search, name="search"),
    path("downloads/", downloads.downloads, name="downloads"),
    path("target-adjustments/", target_adjustments.target_adjustments, name="target_adjustments"),
    path("target-adjustments.xlsx", target_adjustments.target_adjustments_xlsx, name="target_adjustments_xlsx"),
    path("target-adjustments.ods", target_adjustments.target_adjustments_ods, name="target_adjustments_ods"),
    path("form.xlsx", agency_form.agency_form_xlsx, name="agency_form_xlsx"),
    path("form.ods", agency_form.agency_form_ods, name="agency_form_ods"),
    path("downloads/verify/", downloads.verify, name="downloads_verify"),
    path("snapshots/<int:number>/<str:file>", downloads.snapshot, name="year_snapshot"),
    path("report.pdf", annual_reports.annual_report, name="annual_report"),
    path("report/", annual_reports.annual_report_page, name="annual_report_page"),
    path("report/pdf/", annual_reports.making, name="report_making"),
    path("report/pdf/make/", annual_reports.make, name="report_make"),
    path("report/pdf/cancel/", annual_reports.cancel, name="report_cancel"),
    path("plan.json", downloads.plan_json, name="plan_json"),
    path("scores.json", downloads.scores_json, name="scores_json"),
]

# Under agencies/<agency>/.
in_agency = [
    path("members/", members.members_list, name="members"),
    path("members/invite/", members.invite, name="member_invite"),
    path("members/<int:membership_id>/", members.member, name="member"),
    path("members/<int:membership_id>/remove/", members.remove, name="member_remove"),
    path("invitations/<int:invitation_id>/again/", members.invite_again, name="invitation_again"),
    path("invitations/<int:invitation_id>/withdraw/", members.withdraw_invitation, name="invitation_withdraw"),
    path("members/<int:membership_id>/off/", members.switch_off, name="member_off"),
    path("members/<int:membership_id>/on/", members.switch_on, name="member_on"),
    path("deputies/", deputies.deputies, name="deputies"),
    path("deputies/add/", deputies.add, name="deputy_add"),
    path("deputies/<int:deputyship_id>/end/", deputies.end, name="deputy_end"),
    path("deputies/<int:deputyship_id>/begin/", deputies.begin, name="deputy_begin"),
    path("transfer/", transfers.transfer, name="transfer"),
    path("divisions/", agency_divisions.divisions_list, name="agency_divisions"),
    path("divisions/<int:division_id>/", agency_divisions.division, name="agency_division"),
    path("divisions/<int:division_id>/rename/", agency_divisions.rename, name="agency_division_rename"),
    path("divisions/<int:division_id>/hand-over/", agency_divisions.hand_over, name="agency_division_hand_over"),
    path("mails/", members.mails, name="mails"),
    path("security/", security_events.of_agency, name="security_events"),
    path("import/", form_import.upload, name="form_import"),
    path("import/<uuid:token>/", form_import.preview, name="form_import_preview"),
    path("import/<uuid:token>/sheet/", form_import.cell, name="form_import_cell"),
    path("import/<uuid:token>/matches/", form_import.matches, name="form_import_matches"),
    path("import/<uuid:token>/apply/", form_import.apply, name="form_import_apply"),
    path("import/<uuid:token>/discard/", form_import.discard, name="form_import_discard"),
]

account = [
    path("", accounts.own, name="logins"),
    path("logins/end-others/", accounts.end_others, name="logins_end_others"),
    path("logins/<str:handle>/end/", accounts.end, name="login_end"),
    path("login/", accounts.Login.as_view(), name="login"),
    path("deputy/stop/", deputies.stop, name="deputy_stop"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.read, name="notices_read"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("invitations/<str:token>/decline/", invitations.decline, name="invitation_decline"),
    path("unlock/<str:token>/", accounts.unlock, name="unlock"),
    path("password/", accounts.OwnPassword.as_view(), name="password_change"),
    path(
        "password/done/",
        auth.PasswordChangeDoneView.as_view(template_name="registration/change_password_done.html"),
        name="password_change_done",
    ),
    path("forgotten/", accounts.ForgottenPassword.as_view(), name="password_reset"),
    path(
        "forgotten/done/",
        auth.PasswordResetDoneView.as_view(template_name="registration/forgotten_password_done.html"),
        name="password_reset_done",
    ),
    path("set-password/<str:uidb64>/<str:token>/", accounts.NewPassword.as_view(), name="password_reset_confirm"),
    path(
        "set-password/done/",
        auth.PasswordResetCompleteView.as_view(template_name="registration/set_password_done.html"),
        name="password_reset_complete",
    ),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("agencies/<slug:agency>/", include(in_agency)),
    path("account/", include(account)),
    path("security/", security_events.of_site, name="site_security_events"),
    path("healthz", health.healthz, name="healthz"),
    path("plans/<slug:former_slug>/<roc:year>/<path:rest>", former_addresses.former_address, name="former_address"),
    # Last: no agency has a word from above as its slug (domain/agency_slugs.py).
    path("<slug:agency>/<roc:year>/", include(in_year)),
]
