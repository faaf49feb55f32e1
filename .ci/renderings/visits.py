"""What is visited: every address that the URLconf knows, with the sample's rows in it, as every role; and more.

A visit is a role, an address, and the form that is posted there (None: it is a GET).
"""

import re

from renderings import product

ROLES = ("anonymous", "viewer", "staff-1", "staff-2", "reviewer", "admin", "outsider", "operator")
# Who looks at everything that differs by row, not by reader.
READER = "reviewer"
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
IN_YEAR = "<slug:agency>/<roc:year>/"
FILES = re.compile(r"\.(csv|json|svg|xlsx|ods|pdf)$|^admin/jsi18n/$|snapshots/")
# Random numbers, clocks and child processes of their own; /style/ is drawn with DEBUG alone.
LEFT_OUT = ("style/", "report/pdf/make/", "report/pdf/cancel/")
KINDS = ("objectives", "themes", "kpis")
QUERIES = {
    "map/": ("provisional=1", "compare=105", "compare=105&provisional=1", "status=attention", "status=pending&theme=A"),
    "scorecard/": (
        "provisional=1",
        "perspective=C",
        "theme=A",
        "division=1",
        "light=missed",
        "state=returned&provisional=1",
        "q=公文",
        "q=沒有這個字",
        "light=none",
        "columns=",
        "columns=formula,baseline,targets,results,state,division,actions,budgets,executed,owner&provisional=1",
    ),
    "dashboard/": ("provisional=1",),
    "review/": ("select=all", "state=submitted", "division=1", "light=missed", "state=no-such-state"),
    "search/": ("q=公文", "q=AC1", "q=沒有這個字", "q="),
    "links/": ("cause=AC1", "cause=AL1&effect=AP1"),
    "report/": ("provisional=1", "part=theme-A", "part=perspective-C&appendix=0", "part=division-1", "part=theme-none"),
    "report/pdf/": ("provisional=1", "part=theme-A", "part=theme-none"),
    "objectives/AC1/": ("provisional=1",),
    "themes/A/": ("provisional=1",),
    "kpis/AC1.1/": ("provisional=1",),
    "divisions/1/": ("provisional=1",),
}
FILE_QUERIES = {
    "scorecard.xlsx": ("provisional=1", "light=missed", QUERIES["scorecard/"][-1]),
    "scorecard.ods": ("provisional=1", "light=missed", QUERIES["scorecard/"][-1]),
    "scorecard.csv": ("provisional=1", "light=missed", QUERIES["scorecard/"][-1]),
    "scorecard.pdf": (QUERIES["scorecard/"][-1],),
    "form.xlsx": ("actuals=on", "from=105&to=106", "from=107&to=105"),
    "form.ods": ("actuals=on", "from=105&to=106"),
    "map.svg": ("provisional=1", "compare=105"),
    "map.pdf": ("size=A3", "provisional=1"),
    "report.pdf": ("part=theme-A&appendix=0", "provisional=1"),
    "scores.json": ("provisional=1",),
    "plan.json": ("provisional=1",),
}
AUTOCOMPLETE = "/admin/autocomplete/?app_label=scorecard&model_name=kpi&field_name=objective"
# Routes relative to a plan year or an agency, each with a form that is refused or leads to a message.
FORMS = (
    ("staff-1", "{agency}/106/reporting/1/paste/", {"text": "AF1.1\t97.5\t備註\nZZ9.9\t3\nAC1.1\t很多"}),
    ("staff-1", "{agency}/106/reporting/1/paste/", {"text": "97.5\n12", "start": ""}),
    ("staff-1", "{agency}/106/reporting/1/", {"kpi32-actual_32": "很多", "kpi32-version": "1", "then": ""}),
    ("reviewer", "{agency}/106/links/add/", {"cause": "AC1", "effect": "AC1", "reason": "理由"}),
    ("reviewer", "{agency}/106/links/add/", {"cause": "AC1", "effect": "AL1", "reason": "成一圈"}),
    ("admin", "{agency}/106/year/change/", {"due_date": "2017-01-01", "contact": "窗口"}),
    ("admin", "{agency}/105/year/reopen/", {"due_date": "2017-01-01", "reason": ""}),
    ("admin", "{agency}/107/year/open/", {"due_date": ""}),
    ("admin", "agencies/{agency}/members/invite/", {"name": "", "email": "no address", "username": "a b"}),
    ("admin", "agencies/{agency}/transfer/", {"source": "division-1"}),
    ("anonymous", "account/login/", {"username": "demo-admin", "password": "wrong"}),
    ("viewer", "account/password/", {"old_password": "wrong", "new_password1": "short", "new_password2": "other"}),
)


def all_visits(plan, previews):
    """{"pages": …, "files": …, "posts": …} with lists of visits. previews: the addresses of uploaded agency forms."""
    gets, posts = [], []
    for route in routes():
        if not route.endswith(LEFT_OUT):
            everyone, reader = _addresses(route, plan)
            gets += [(role, address, None) for address in everyone for role in ROLES]
            gets += [(READER, address, None) for address in reader]
            posts += [(role, everyone[0], {}) for role in ROLES if not FILES.search(everyone[0])]
    gets += _with_queries(plan) + _of_staff(plan) + _of_uploads(previews)
    posts += [(role, "/" + address.format(agency=plan.agency.slug), form) for role, address, form in FORMS]
    gets = list(dict.fromkeys(gets))
    return {
        "pages": [visit for visit in gets if not FILES.search(visit[1].partition("?")[0])],
        "files": [visit for visit in gets if FILES.search(visit[1].partition("?")[0])],
        "posts": posts,
    }


def routes():
    """Every route that the URLconf can resolve, sorted."""
    from django.urls import get_resolver

    return sorted(set(_routes(get_resolver())))


def _routes(resolver, above=""):
    for entry in resolver.url_patterns:
        route = above + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from _routes(entry, route)
        else:
            yield route


def _addresses(route, plan):
    """(addresses for every role, more of them for one reader) that the route makes of the sample's rows."""
    first = _arguments(route, plan)
    path = route.replace("(?P<url>.*)$", "no-such-page").replace("^(?P<app_label>scorecard)/$", "scorecard/")
    path = path.replace("^(?P<app_label>auth)/$", "auth/")

    def address(**others):
        return "/" + PARAMETER.sub(lambda match: str((first | others)[match[1]]), path)

    if not route.startswith(IN_YEAR):
        return [address()], []
    everyone = [address(year=year) for year in (106, 105, 107)]
    names = PARAMETER.findall(route)
    rows = []
    if "code" in names and not {"event_id", "division_id"} & set(names):
        rows = [{"code": code} for code in _codes(route, plan)]
    elif "division_id" in names:
        rows = [{"division_id": pk} for pk in plan.agency.divisions.values_list("pk", flat=True)]
    elif "serial" in names:
        rows = [{"serial": serial} for serial in (2, 3, 999)]
    elif "change" in names:
        rows = [{"change": number} for number in (1, 2, 99)]
    if route.endswith(".pdf"):
        # Each takes seconds: two years, and three rows more of one.
        return everyone[:2], [address(**row) for row in rows[:: len(rows) // 3 or 1]]
    return everyone, [address(year=year, **row) for row in rows for year in (106, 105)]


def _codes(route, plan):
    """Codes for the route's kind of row, and one that does not exist."""
    kind = route.removeprefix(IN_YEAR).partition("/")[0]
    codes = list(getattr(plan, kind).order_by("code").values_list("code", flat=True)) if kind in KINDS else []
    return [*codes, "ZZ9.9"]


def _arguments(route, plan):
    """The parameters of a route: the sample's rows that staff-1 has to do with."""
    division = plan.agency.divisions.order_by("position", "pk").first()
    evidence = product.model("Evidence").objects.order_by("pk").first()
    kpi = evidence.report.kpi
    saved = product.model("AuditEvent").objects.filter(kpi=kpi, action="saved", year=2017).order_by("pk").last()
    member = product.model("Membership").objects.get(user__username="demo-staff-1")
    values = {"year": 106, "agency": plan.agency.slug, "division_id": division.pk}
    values |= {"membership_id": member.pk, "link_id": plan.links.order_by("pk").first().pk, "serial": 1}
    values |= {"token": evidence.token, "code": kpi.code, "event_id": saved.pk, "change": 0, "number": 1}
    values |= {"file": "data.json", "uidb64": "MQ", "content_type_id": 1, "object_id": 1, "id": 1}
    values |= {"former_slug": plan.slug, "rest": "map/"}
    invitation = product.model("Invitation").objects.order_by("pk").first()
    values["invitation_id"] = invitation.pk if invitation else 1
    if "objectives/" in route:
        values["code"] = kpi.objective.code
    elif "themes/" in route:
        values["code"] = plan.themes.order_by("code").first().code
    elif "account/invitations/" in route and invitation:
        values["token"] = invitation.make_token()
    elif "import/" in route:
        values["token"] = product.model("FormUpload").objects.order_by("pk").first().token
    elif route.startswith("admin/scorecard/"):
        row = product.model(route.split("/")[2]).objects.order_by("pk").first()
        values["object_id"] = values["id"] = row.pk if row else 1
    return values


def _with_queries(plan):
    base = f"/{plan.agency.slug}/106/"
    pairs = [(path, query) for table in (QUERIES, FILE_QUERIES) for path, found in table.items() for query in found]
    found = [(READER, f"{base}{path}?{query}", None) for path, query in pairs]
    found += [(READER, f"/{plan.agency.slug}/107/report.pdf", None), (READER, AUTOCOMPLETE, None)]
    found += [
        (READER, f"/{plan.agency.slug}/105/snapshots/1/{name}", None) for name in ("report.pdf", "scorecard.xlsx")
    ]
    return found


def _of_staff(plan):
    """Each division's own pages for reporting, as its staff; the light while typing, as it is asked for."""
    found = []
    for number, division in enumerate(plan.agency.divisions.order_by("position", "pk"), start=1):
        base = f"/{plan.agency.slug}/106/reporting/"
        paths = ["", "receipts/", f"{division.pk}/", f"{division.pk}/check/", f"{division.pk}/paste/"]
        paths += [f"{division.pk}/?draft=applied"] if number == 1 else []
        for measure in product.model("Measure").objects.filter(kpi__plan=plan, kpi__division=division).order_by("pk"):
            kpi = measure.kpi
            typed = f"measure={measure.pk}&kpi{kpi.pk}-actual_{measure.pk}=12.5&kpi{kpi.pk}-version=1"
            paths += [f"{division.pk}/light/{kpi.code}/?{typed}", f"{division.pk}/{kpi.code}/evidence/"]
        found += [(f"staff-{number}", base + path, None) for path in paths]
    return found


def _of_uploads(previews):
    queries = (
        "",
        "?all=error",
        "?all=warning",
        "?all=map",
        "?all=table",
        "sheet/?sheet=0&cell=F6",
        "sheet/?cell=ZZZZ9",
    )
    return [(READER, address + query, None) for address in previews for query in queries]
