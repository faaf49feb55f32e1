"""What belongs to another agency, plan, division or report is answered like what does not exist; nothing is written.

Made from the URLconf and tests/web/urls_table.py: every parameter of every route is given every foreign value of its
kind, by a person whom the route itself would serve. A new route joins by itself; a new kind of parameter must be told
here.
"""

import sys
from dataclasses import dataclass, field

import pytest

from scorecard.domain.choices import MailKind, Role
from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    AuditEvent,
    Correction,
    HeadApproval,
    Invitation,
    Measure,
    Membership,
    Objective,
    ObjectiveLink,
    OutgoingMail,
    Perspective,
    Plan,
    Theme,
    User,
    YearlyReport,
    YearlyValue,
)
from scorecard.services import invitations, years
from scorecard.services.corrections import add_correction
from tests import factories
from tests.consulting import written_proposal
from tests.deputyships import stand_in
from tests.page_reading import body
from tests.robust.whole_database import dump
from tests.shared_rows import layer
from tests.web.test_urls_guarded import CLIENT, MISSING, PARAMETER, scene
from tests.web.urls_table import AGENCY, EDITION, TABLE

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
__all__ = ["scene"]

SERVED = {200, 301, 302, 308, 422}
NOT_FOUND, SERVER_ERROR = 404, 500
LEAST_PAIRS = 300
# Django's admin leads from these to the row's page, whether there is one or not.
TO_CHANGE = {route for route in TABLE if route.startswith("admin/") and route.endswith("<path:object_id>/")}
# What stands in an address and is nobody's: the year is tests/web/test_urls_guarded.py's, the rest says how, not what.
# A handle is of one's own login (tests/views/test_logins.py).
NOBODYS = {"year", "change", "file", "uidb64", "content_type_id", "app_label", "url", "handle", "rest"}


@dataclass
class Foreign:
    """Rows that the cast of the scene's plan may not reach, by the parameter that would name them."""

    values: dict = field(default_factory=dict)
    # By model, as the admin site names them.
    rows: dict = field(default_factory=dict)
    # What each act needs in order to succeed.
    forms: dict = field(default_factory=dict)

    def add(self, name, *values):
        """More values of the parameter."""
        self.values.setdefault(name, []).extend(values)


def furnish(plan, staff, admin, *, closings):
    """Give the edition one of everything that has an address: nothing in it has a code that others have."""
    for model in (Theme, Objective, KPI):
        for row in model.objects.filter(plan=plan):
            model.objects.filter(pk=row.pk).update(code=f"X{row.code}")
    factories.open_year(admin, plan)
    for _ in range(closings):
        factories.close_year(admin, plan, reason="提前關閉")
        facts = {"text": "漏列一筆附件。", "dated": factories.DUE, "document_number": "北市秘文字第 1 號"}
        add_correction(by=admin, plan=plan, **facts)
        years.reopen_year(by=admin, plan=plan, due_date=factories.DUE, reason="更正")
    for code in ("XAC1.1", "XAC1.2"):
        kpi = factories.kpi(plan, code)
        factories.fill(staff, kpi)
        factories.attach(staff, kpi)
        factories.submit(staff, kpi)


@layer
def foreign(scene):
    """Everything of another agency's edition, of the next one of the same agency, and of the other division."""
    own = Foreign(forms={route: scene.form(route) for route in TABLE})
    people = Membership.objects.filter(agency=scene.plan.agency).select_related("user")
    cast = {row.user.username: row.user for row in people}
    (outsider,) = Membership.objects.filter(user__username="outsider")
    other = Plan.objects.get(agency=outsider.agency)
    staff = factories.make_member("their-staff", other.agency, Role.STAFF, other.agency.divisions.first())
    furnish(other, staff, outsider.user, closings=2)
    Plan.objects.filter(pk=other.pk).update(former_slug="their-plan")
    invitations.invite(by=outsider.user, agency=other.agency, email="a@example.gov.tw", name="某", role=Role.VIEWER)
    sibling = factories.make_plan(kpis=5, agency=scene.plan.agency, year=factories.MIDDLE_YEAR)
    own_staff = cast["staff"]
    furnish(sibling, _anew(own_staff), cast["admin"], closings=0)
    for code in ("AC1.2", "BC1.1"):
        by = _anew(own_staff if code < "B" else cast["other-staff"])
        kpi = factories.kpi(scene.plan, code)
        factories.fill(by, kpi)
        factories.attach(by, kpi)
    _collect(own, scene.plan, other, sibling)
    return own


def _anew(user):
    """The person without what was remembered of them."""
    return User.objects.get(pk=user.pk)


def _collect(own, plan, other, sibling):
    own.add("former_slug", "their-plan", other.slug, plan.slug)
    own.add("agency", other.agency.slug, plan.agency.parent.slug)
    own.add("division_id", *other.agency.divisions.values_list("pk", flat=True))
    own.add("membership_id", *Membership.objects.filter(agency=other.agency).values_list("pk", flat=True))
    own.add("invitation_id", *Invitation.objects.filter(agency=other.agency).values_list("pk", flat=True))
    own.add("code", "XAC1", "XA", *KPI.objects.filter(plan__in=[other, sibling]).values_list("code", flat=True)[:2])
    own.add("link_id", *ObjectiveLink.objects.filter(plan__in=[other, sibling]).values_list("pk", flat=True))
    theirs = Membership.objects.filter(agency=other.agency).order_by("pk")
    own.add("deputyship_id", stand_in(theirs[1].user, theirs[0].user, other.agency).pk)
    own.add("serial", 2)
    own.add("proposal_id", *(written_proposal(theirs[0].user, row).pk for row in KPI.objects.filter(code="XAC1.1")))
    own.add("number", 2)
    reports = YearlyReport.objects.filter(kpi__plan__in=[other, sibling])
    own.add("token", *reports.values_list("evidence__token", flat=True))
    events = AuditEvent.objects.filter(plan__in=[other, sibling]).exclude(kpi=None).order_by("plan")
    # Of the plan, but of no KPI, or of another one than the address names.
    more = AuditEvent.objects.filter(plan=plan).exclude(kpi__code="AC1.1")
    own.add("event_id", *events.values_list("pk", flat=True)[:6], *more.values_list("pk", flat=True)[:6])
    mail = OutgoingMail.objects.create(
        key="y",
        kind=MailKind.RETURNED,
        recipient=Membership.objects.filter(agency=other.agency).first().user,
        agency=other.agency,
        subject="主旨",
        body="內容",
    )
    first = factories.kpi(other, "XAC1.1")
    own.rows = {
        "agency": other.agency,
        "division": other.agency.divisions.first(),
        "plan": other,
        "kpi": first,
        "membership": Membership.objects.filter(agency=other.agency).first(),
        "user": Membership.objects.filter(agency=other.agency).first().user,
        "perspective": Perspective.objects.filter(plan=other).first(),
        "theme": Theme.objects.get(plan=other),
        "objective": Objective.objects.filter(plan=other).first(),
        "outgoingmail": mail,
        "actionplan": ActionPlan.objects.filter(plan=other).first(),
        "measure": Measure.objects.filter(kpi=first).get(),
        "yearlyvalue": YearlyValue.objects.filter(measure__kpi=first).first(),
        "auditevent": AuditEvent.objects.filter(plan=other).first(),
        "headapproval": HeadApproval.objects.filter(plan=other).first(),
        "correction": Correction.objects.filter(plan=other).first(),
    }


def tell(capsys, sentence):
    """Show a figure to whoever runs the tests."""
    with capsys.disabled():
        sys.stdout.write(f"\n{sentence}\n")


def server_of(route, method):
    """The person of the agency with the most rights whom the route serves; None where it serves none of them."""
    answers = TABLE[route][method]
    return next((role for role in ("staff", "reviewer", "admin") if answers[role] in SERVED), None)


def pairs(foreign):
    """(method, role, route, parameter, foreign value) of every route and every parameter in it."""
    for route in [
        route for route in TABLE if route.startswith((EDITION, AGENCY, "admin/", "plans/")) and route not in TO_CHANGE
    ]:
        for method in ("GET", "POST"):
            role = server_of(route, method)
            for name in PARAMETER.findall(route) if role else ():
                if name in NOBODYS:
                    continue
                if name in {"object_id", "id"}:
                    values = [foreign.rows[route.split("/")[2]].pk]
                else:
                    values = foreign.values[name]
                for value in values:
                    yield method, role, route, name, value


def kept():
    """Every row, but for the security events that refusals leave, and when a login was last used."""
    notes = ("scorecard_securityevent", "scorecard_loginsession")
    return {table: rows for table, rows in dump().items() if not table.startswith(notes)}


def ask(scene, role, method, url, data=None):
    """The answer, of which nothing is undone."""
    CLIENT.cookies.clear()
    CLIENT.cookies.load(scene.sessions[role])
    return CLIENT.post(url, data or {}) if method == "POST" else CLIENT.get(url, data or {})


def test_every_foreign_value_in_an_address_answers_like_a_missing_one(scene, foreign, capsys):
    before, wrong, count, missing = kept(), [], 0, {}
    for method, role, route, name, value in pairs(foreign):
        count += 1
        key, form = (method, role, route, name), foreign.forms[route] if method == "POST" else None
        if key not in missing:
            answer = ask(scene, role, method, scene.url(route, **{name: MISSING[name]}), form)
            missing[key] = answer.status_code, body(answer)
        answer = ask(scene, role, method, scene.url(route, **{name: value}), form)
        if (answer.status_code, body(answer)) != missing[key] or answer.status_code != NOT_FOUND:
            wrong.append((method, role, route, name, value, answer.status_code, missing[key][0]))
    assert not wrong, "\n".join(map(str, wrong))
    assert kept() == before
    tell(capsys, f"{count} foreign ids in addresses answered like missing ones")
    assert count >= LEAST_PAIRS


def test_every_kind_of_parameter_is_known_here(foreign):
    names = {name for route in TABLE for name in PARAMETER.findall(route)}
    assert names <= set(foreign.values) | NOBODYS | {"object_id", "id"}


def bodies(scene, foreign):
    """(role, method, route, fields with a foreign value, the same with a missing one)."""
    plan, theirs = scene.plan, foreign.rows
    other, kpi, division = theirs["plan"], theirs["kpi"], theirs["division"].pk
    reports = YearlyReport.objects.exclude(kpi__plan=plan)
    own = YearlyReport.objects.get(kpi__code="AC1.1", kpi__plan=plan)
    seen = [f"{own.pk}:{own.version}"]
    for report in reports:
        for beside in ([], seen):
            fields = {"report": [*beside, f"{report.pk}:{report.version}"]}
            yield "reviewer", "POST", f"{EDITION}review/approve/", fields, {"report": [*beside, "999999:1"]}
    reporting = f"{EDITION}reporting/<int:division_id>/"
    for code in ("XAC1.1", "XAC1.2", "BC1.1"):
        for beside in ([], ["AC1.2"]):
            yield "staff", "POST", f"{reporting}check/", {"kpi": [*beside, code]}, {"kpi": [*beside, "ZZ9.9"]}
    for row in (
        kpi,
        factories.kpi(Plan.objects.get(agency=plan.agency, year=factories.MIDDLE_YEAR), "XAC1.2"),
        factories.kpi(plan, "BC1.1"),
    ):
        measure, budget = row.measures.first().pk, ActionBudget.objects.filter(action_plan__kpi=row).first().pk
        for route in (reporting, f"{reporting}draft/", f"{reporting}paste/"):
            yield "staff", "POST", route, _typed(row.pk, measure, budget), _typed(999999, 999998, 999997)
    for name, other_name in (("cause", "effect"), ("effect", "cause")):
        fields = {other_name: "AL1", "reason": "理由"}
        for code in ("XAC1", "XAP1"):
            yield "reviewer", "POST", f"{EDITION}links/add/", fields | {name: code}, fields | {name: "ZZ1"}
    staff = {"email": "a@example.gov.tw", "name": "某", "role": "staff"}
    for route in (f"{AGENCY}members/invite/", f"{AGENCY}members/<int:membership_id>/"):
        yield "admin", "POST", route, staff | {"divisions": [division]}, staff | {"divisions": ["999999"]}
    source = f"division:{scene.arguments['division_id']}"
    moves = {"source": source, "target_division": "", "plan": "", "target_person": "", "seen": "x"}
    for name, value, missing in (
        ("source", f"division:{division}", "division:999999"),
        ("target_division", division, "999999"),
        ("plan", other.pk, "999999"),
    ):
        yield "admin", "POST", f"{AGENCY}transfer/", moves | {name: value}, moves | {name: missing}
    light = f"{reporting}light/<str:code>/"
    yield "staff", "GET", light, {"measure": kpi.measures.first().pk}, {"measure": "999999"}


def _typed(kpi, measure, budget):
    field = f"kpi{kpi}-"
    return {
        f"{field}version": "0",
        f"{field}actual_{measure}": "5",
        f"initial-{field}actual_{measure}": "",
        f"{field}executed_{budget}": "5",
        f"{field}explanation": "說明",
        "cells": "5",
    }


def test_every_foreign_value_in_a_form_is_answered_like_a_missing_one(scene, foreign, capsys):
    before, wrong, count = kept(), [], 0
    for role, method, route, fields, missing in bodies(scene, foreign):
        count += 1
        url = scene.url(route).partition("?")[0]
        answers = [ask(scene, role, method, url, data) for data in (fields, missing)]
        told = [(answer.status_code, answer.get("Location"), _without(answer, fields, missing)) for answer in answers]
        if told[0] != told[1] or answers[0].status_code >= SERVER_ERROR:
            wrong.append((role, method, route, fields, [answer.status_code for answer in answers]))
    assert not wrong, "\n".join(map(str, wrong))
    assert kept() == before
    tell(capsys, f"{count} foreign ids in forms answered like missing ones")


def _without(answer, *sent):
    """The page without what was sent, which it may repeat."""
    page = body(answer)
    values = {str(value) for fields in sent for given in fields.values() for value in _listed(given)}
    for value in sorted(values, key=len, reverse=True):
        page = page.replace(value, "…")
    return page


def _listed(value):
    return value if isinstance(value, list) else [value]
