"""Every URL of the site with its declared answer to every role and method; tests/web/test_urls_guarded.py holds it to
them.

An answer is a status; a row gives one a role for GET and one for POST. What stands behind the kinds of rows: domain.md
§6, and web/access.py for what exists for whom.
"""

ROLES = ("anonymous", "viewer", "staff", "other_staff", "reviewer", "admin", "outsider", "superuser")
MEMBERS = ("viewer", "staff", "other_staff", "reviewer", "admin")
REVIEWERS = ("reviewer", "admin")
STAFF = ("staff", "other_staff")
TO_LOGIN = 302


def everyone(status):
    """The same answer to all who are logged in; the others are sent to the login page."""
    return dict.fromkeys(ROLES, status) | {"anonymous": TO_LOGIN}


def members(status, **roles):
    """An answer to the agency's members, some of them with their own; for all others the plan does not exist."""
    return everyone(404) | dict.fromkeys(MEMBERS, status) | roles


def only(roles, status, others=403):
    """An answer to some members; others is what the other members get."""
    return members(others) | dict.fromkeys(roles, status)


def row(get, post):
    """A URL's answers."""
    return {"GET": get, "POST": post}


PAGE = row(members(200), everyone(405))
OPEN_TO_ALL = dict.fromkeys(ROLES, 200)


def act(answers):
    """What changes something: it answers to POST alone."""
    return row(everyone(405), answers)


EDITION = "<slug:agency>/<roc:year>/"
AGENCY = "agencies/<slug:agency>/"
SITE = {
    "": row(everyone(302) | {"superuser": 200}, everyone(405)),
    f"{AGENCY}members/": row(only(["admin"], 200), everyone(405)),
    # What is sent names neither an address nor a role.
    f"{AGENCY}members/invite/": act(only(["admin"], 422)),
    f"{AGENCY}members/<int:membership_id>/": row(only(["admin"], 200), only(["admin"], 422)),
    f"{AGENCY}members/<int:membership_id>/remove/": act(only(["admin"], 302)),
    f"{AGENCY}invitations/<int:invitation_id>/again/": act(only(["admin"], 302)),
    f"{AGENCY}invitations/<int:invitation_id>/withdraw/": act(only(["admin"], 302)),
    f"{AGENCY}members/<int:membership_id>/off/": act(only(["admin"], 302)),
    f"{AGENCY}members/<int:membership_id>/on/": act(only(["admin"], 302)),
    f"{AGENCY}divisions/": row(only(["admin"], 200), everyone(405)),
    f"{AGENCY}divisions/<int:division_id>/": row(only(["admin"], 200), everyone(405)),
    # What is sent names neither a name nor a division.
    f"{AGENCY}divisions/<int:division_id>/rename/": act(only(["admin"], 422)),
    f"{AGENCY}divisions/<int:division_id>/hand-over/": act(only(["admin"], 422)),
    f"{AGENCY}deputies/": row(members(200), everyone(405)),
    # What is sent names neither a deputy nor days.
    f"{AGENCY}deputies/add/": act(members(422)),
    # The staff's deputy is the other staff, who alone may begin; each of them and the admin may end it.
    f"{AGENCY}deputies/<int:deputyship_id>/end/": act(only(("staff", "other_staff", "admin"), 302, 404)),
    f"{AGENCY}deputies/<int:deputyship_id>/begin/": act(only(["other_staff"], 302, 404)),
    f"{AGENCY}transfer/": row(only(["admin"], 200), only(["admin"], 422)),
    f"{AGENCY}mails/": row(only(["admin"], 200), everyone(405)),
    f"{AGENCY}security/": row(only(["admin"], 200), everyone(405)),
    "security/": row(everyone(404) | {"superuser": 200}, everyone(405)),
    # No file is sent.
    f"{AGENCY}import/": row(only(REVIEWERS, 200), only(REVIEWERS, 422)),
    f"{AGENCY}import/<uuid:token>/": row(only(REVIEWERS, 200), only(REVIEWERS, 302)),
    f"{AGENCY}import/<uuid:token>/sheet/": row(only(REVIEWERS, 200), everyone(405)),
    # What is sent names no version of the preview.
    f"{AGENCY}import/<uuid:token>/matches/": act(only(REVIEWERS, 302)),
    f"{AGENCY}import/<uuid:token>/apply/": act(only(REVIEWERS, 422)),
    f"{AGENCY}import/<uuid:token>/discard/": act(only(REVIEWERS, 302)),
    "account/": row(everyone(200), everyone(405)),
    "account/logins/end-others/": act(everyone(302)),
    # Nobody has a login of this name.
    "account/logins/<str:handle>/end/": act(everyone(404)),
    # The link is none of those that were mailed, and says so.
    "account/unlock/<str:token>/": row(dict.fromkeys(ROLES, 404), dict.fromkeys(ROLES, 404)),
    "account/login/": row(everyone(302) | {"anonymous": 200}, everyone(302) | {"anonymous": 200}),
    "account/deputy/stop/": act(everyone(302)),
    "account/logout/": row(everyone(405), everyone(302)),
    "account/notices/": row(everyone(200), everyone(405)),
    "account/notices/read/": act(everyone(302)),
    # Sent to an address that nobody of the cast has: whoever is logged in is somebody else. No password is sent.
    "account/invitations/<str:token>/": row(OPEN_TO_ALL, dict.fromkeys(ROLES, 409) | {"anonymous": 422}),
    "account/invitations/<str:token>/decline/": row(dict.fromkeys(ROLES, 405), OPEN_TO_ALL),
    "account/password/": row(everyone(200), everyone(200)),
    "account/password/done/": row(everyone(200), everyone(405)),
    "account/forgotten/": row(OPEN_TO_ALL, OPEN_TO_ALL),
    "account/forgotten/done/": row(OPEN_TO_ALL, dict.fromkeys(ROLES, 405)),
    # The link is none of those that were mailed, and says so.
    "account/set-password/<str:uidb64>/<str:token>/": row(OPEN_TO_ALL, OPEN_TO_ALL),
    "account/set-password/done/": row(OPEN_TO_ALL, dict.fromkeys(ROLES, 405)),
    "plans/<slug:former_slug>/<roc:year>/<path:rest>": row(members(301), members(308)),
    "healthz": row(OPEN_TO_ALL, dict.fromkeys(ROLES, 405)),
    f"{EDITION}dashboard/": PAGE,
    f"{EDITION}map/": PAGE,
    f"{EDITION}map.svg": PAGE,
    f"{EDITION}map.pdf": PAGE,
    f"{EDITION}links/": row(only(REVIEWERS, 200), everyone(405)),
    # What is sent names neither objectives nor a reason.
    f"{EDITION}links/add/": act(only(REVIEWERS, 422)),
    f"{EDITION}links/<int:link_id>/": act(only(REVIEWERS, 422)),
    f"{EDITION}links/<int:link_id>/remove/": act(only(REVIEWERS, 422)),
    f"{EDITION}scorecard/": PAGE,
    f"{EDITION}scorecard.xlsx": PAGE,
    f"{EDITION}scorecard.ods": PAGE,
    f"{EDITION}scorecard.csv": PAGE,
    f"{EDITION}scorecard.pdf": PAGE,
    f"{EDITION}objectives/<str:code>/": PAGE,
    f"{EDITION}themes/<str:code>/": PAGE,
    f"{EDITION}kpis/<str:code>/": PAGE,
    f"{EDITION}kpis/<str:code>.pdf": PAGE,
    f"{EDITION}divisions/<int:division_id>.pdf": PAGE,
    # The report is submitted: nothing may be restored.
    f"{EDITION}kpis/<str:code>/history/<int:event_id>/<int:change>/": row(only(["staff"], 200), only(["staff"], 422)),
    f"{EDITION}kpis/<str:code>/comments/": act(only(("staff", *REVIEWERS), 302)),
    f"{EDITION}divisions/<int:division_id>/": PAGE,
    f"{EDITION}divisions/<int:division_id>/fill-in.xlsx": row(only(("staff", *REVIEWERS), 200), everyone(405)),
    f"{EDITION}compare/": PAGE,
    # The edition is the agency's first: there is nothing to compare it with (tests/views/test_compare.py).
    f"{EDITION}compare.pdf": row(everyone(404), everyone(405)),
    f"{EDITION}compare.xlsx": row(everyone(404), everyone(405)),
    f"{EDITION}compare.ods": row(everyone(404), everyone(405)),
    # What is sent names no target.
    f"{EDITION}compare/reason/": act(only(REVIEWERS, 422)),
    # What is sent names no row.
    f"{EDITION}compare/lineage/": row(only(REVIEWERS, 200), only(REVIEWERS, 302)),
    f"{EDITION}search/": PAGE,
    f"{EDITION}scores.json": PAGE,
    f"{EDITION}downloads/": PAGE,
    f"{EDITION}target-adjustments/": PAGE,
    f"{EDITION}target-adjustments.xlsx": PAGE,
    f"{EDITION}target-adjustments.ods": PAGE,
    f"{EDITION}form.xlsx": PAGE,
    f"{EDITION}form.ods": PAGE,
    f"{EDITION}downloads/verify/": act(members(422)),
    f"{EDITION}snapshots/<int:number>/<str:file>": PAGE,
    f"{EDITION}report.pdf": PAGE,
    f"{EDITION}report/": PAGE,
    f"{EDITION}report/pdf/": PAGE,
    f"{EDITION}report/pdf/make/": act(members(302)),
    f"{EDITION}report/pdf/cancel/": act(members(302)),
    f"{EDITION}plan.json": PAGE,
    f"{EDITION}reporting/": row(only(STAFF, 200), everyone(405)),
    f"{EDITION}reporting/receipts/": row(only((*STAFF, *REVIEWERS), 200), everyone(405)),
    # A receipt exists for its division's staff and for reviewers.
    f"{EDITION}reporting/receipts/<int:serial>/": row(only(("staff", *REVIEWERS), 200, 404), everyone(405)),
    f"{EDITION}reporting/receipts/<int:serial>.pdf": row(only(("staff", *REVIEWERS), 200, 404), everyone(405)),
    # A reporting table exists for its own staff alone.
    f"{EDITION}reporting/<int:division_id>/": row(only(["staff"], 200, 404), only(["staff"], 302, 404)),
    f"{EDITION}reporting/<int:division_id>/draft/": act(only(["staff"], 200, 404)),
    # What is sent is one cell with a word in it.
    f"{EDITION}reporting/<int:division_id>/paste/": row(only(["staff"], 200, 404), only(["staff"], 200, 404)),
    # No file is sent.
    f"{EDITION}reporting/<int:division_id>/fill-in/": row(only(["staff"], 200, 404), only(["staff"], 422, 404)),
    f"{EDITION}reporting/<int:division_id>/check/": row(only(["staff"], 200, 404), only(["staff"], 302, 404)),
    f"{EDITION}reporting/<int:division_id>/check/<str:code>/": act(only(["staff"], 302, 404)),
    f"{EDITION}reporting/<int:division_id>/light/<str:code>/": row(only(["staff"], 200, 404), everyone(405)),
    # Nothing is sent to be attached, and the report is submitted: nothing may be removed.
    f"{EDITION}reporting/<int:division_id>/<str:code>/evidence/": row(
        only(["staff"], 200, 404), only(["staff"], 422, 404)
    ),
    f"{EDITION}reporting/<int:division_id>/<str:code>/evidence/<uuid:token>/remove/": act(only(["staff"], 302, 404)),
    f"{EDITION}evidence/<uuid:token>/": PAGE,
    f"{EDITION}review/": row(only(REVIEWERS, 200), everyone(405)),
    f"{EDITION}review/approve/": act(only(REVIEWERS, 302)),
    f"{EDITION}review/<str:code>/return/": act(only(REVIEWERS, 302)),
    f"{EDITION}review/<str:code>/comment/": act(only(REVIEWERS, 302)),
    f"{EDITION}reminders/": act(only(REVIEWERS, 302)),
    # Of an edition that is no draft reviewers alone see what was said, and nobody answers.
    f"{EDITION}consultation/": row(only(REVIEWERS, 200, 404), only(REVIEWERS, 403, 404)),
    f"{EDITION}compare/comments/": act(only(REVIEWERS, 302)),
    f"{EDITION}compare/proposals/<int:proposal_id>/": act(only(REVIEWERS, 302)),
    f"{EDITION}year/consultation/": act(only(["admin"], 302)),
    f"{EDITION}year/": row(only(REVIEWERS, 200), everyone(405)),
    # The year is open: it cannot be opened or reopened, is closed only with a reason, changed only to some date.
    f"{EDITION}year/open/": act(only(["admin"], 302)),
    f"{EDITION}year/change/": act(only(["admin"], 422)),
    f"{EDITION}year/close/": act(only(["admin"], 422)),
    f"{EDITION}year/reopen/": act(only(["admin"], 302)),
    # What is sent names no year, and the edition is no draft and was opened before.
    f"{EDITION}year/next/": act(only(REVIEWERS, 422)),
    f"{EDITION}year/open-next/": act(only(["admin"], 422)),
    f"{EDITION}year/withdraw/": act(only(["admin"], 302)),
    f"{EDITION}year/discard/": act(only(REVIEWERS, 302)),
    # The edition is adopted already.
    f"{EDITION}year/adopt/": act(only(["admin"], 302)),
    f"{EDITION}year/sign-off.pdf": row(only(["admin"], 200), everyone(405)),
    # What is sent says nothing.
    f"{EDITION}year/revisions/": row(members(200), only(["admin"], 422)),
    f"{EDITION}year/revisions/<int:number>/<str:file>": PAGE,
    # What is sent says nothing, and the year is open.
    f"{EDITION}year/corrections/": row(members(200), only(["admin"], 422)),
}

# The admin site exists for reviewers and admins of any agency and for the operator. The outsider is one of them: the
# admin of another agency, who meets the site, but none of this agency's rows.
KEEPERS = ("reviewer", "admin", "superuser")
MANAGERS = ("admin", "superuser")
OPERATOR = ("superuser",)
NOBODY = ()


def keepers(status, **roles):
    """An answer to all who keep data of any agency; for everyone else the site does not exist."""
    return everyone(404) | dict.fromkeys((*KEEPERS, "outsider"), status) | roles


def list_for(roles):
    """A model's list, or its form for a new row: 403 where the role does not suffice."""
    allowed = (*roles, "outsider") if "admin" in roles else roles
    return keepers(403) | dict.fromkeys(allowed, 200)


def row_for(roles):
    """A row of this agency: the outsider's own role would suffice, but the row does not exist for them."""
    return list_for(roles) | ({"outsider": 404} if "admin" in roles else {})


def same(answers):
    """Django's admin answers POST like GET where the form sent is empty."""
    return row(answers, answers)


def model(name, *, view=KEEPERS, add=KEEPERS, change=KEEPERS, delete=None):
    """The pages of a model: who sees its rows, adds, changes and deletes them (None: whoever changes them)."""
    path, object_path = f"admin/scorecard/{name}/", f"admin/scorecard/{name}/<path:object_id>/"
    return {
        path: same(list_for(view)),
        f"{path}add/": same(list_for(add)),
        object_path: same(keepers(302)),
        f"{object_path}change/": row(row_for(view), row_for(change)),
        f"{object_path}delete/": same(row_for(change if delete is None else delete)),
        # The audit trail is the history.
        f"{object_path}history/": same(everyone(404)),
    }


MANAGED = {"add": MANAGERS, "change": MANAGERS}
ADMIN = {
    "admin/": same(keepers(200)),
    "admin/login/": same(keepers(302)),
    "admin/logout/": row(keepers(405), keepers(302)),
    "admin/password_change/": same(keepers(302)),
    "admin/password_change/done/": same(keepers(302)),
    "admin/autocomplete/": row(keepers(200), keepers(405)),
    "admin/jsi18n/": row(keepers(200), keepers(405)),
    "admin/r/<path:content_type_id>/<path:object_id>/": same(keepers(404)),
    "admin/^(?P<app_label>scorecard)/$": same(keepers(200)),
    "admin/(?P<url>.*)$": same(keepers(404)),
    **model("agency", add=OPERATOR, change=MANAGERS, delete=OPERATOR),
    **model("division", **MANAGED),
    **model("membership", view=MANAGERS, add=NOBODY, change=MANAGERS),
    **model("invitation", view=OPERATOR, add=OPERATOR, change=NOBODY, delete=OPERATOR),
    **model("user", view=OPERATOR, add=NOBODY, change=OPERATOR, delete=NOBODY),
    **model("plan", add=NOBODY, change=MANAGERS, delete=NOBODY),
    **model("perspective"),
    **model("theme"),
    **model("objective"),
    **model("kpi"),
    **model("actionplan"),
    **model("measure", add=NOBODY, change=NOBODY),
    **model("yearlyvalue", delete=NOBODY),
    **model("outgoingmail", view=MANAGERS, add=NOBODY, change=NOBODY),
    **model("headapproval", view=MANAGERS, add=NOBODY, change=NOBODY),
    **model("correction", view=MANAGERS, add=NOBODY, change=NOBODY),
    **model("auditevent", view=MANAGERS, add=NOBODY, change=NOBODY),
}

TABLE = SITE | ADMIN
