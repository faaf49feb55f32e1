"""A scene in which every act of the reporting season can be done, and the acts: whole requests, as browsers send them.

scene = make_scene()
act = ACTS["submit"](scene)      made of the pages as they stand
act()                            does it, and returns the status of the answer; it can be done again
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from scorecard.domain.choices import NoticeKind, Question, Role
from scorecard.domain.policies import RuleBroken
from scorecard.models import (
    KPI,
    ActionBudget,
    AuditEvent,
    Evidence,
    Invitation,
    Membership,
    Plan,
    User,
    YearlyReport,
)
from scorecard.services import audit, editions, invitations, mail, notices, reminders, revisions
from scorecard.services.years import PlanChangedMeanwhile
from tests import factories
from tests.deputyships import stand_in
from tests.factories import FIRST_YEAR, MIDDLE_YEAR
from tests.page_reading import address, client_of, form_to
from tests.robust.agency_actions import AGENCY_ACTS, next_month
from tests.robust.consultation_actions import CONSULTATION_ACTS, consult
from tests.robust.edition_actions import DONE, EDITION_ACTS, REFUSED
from tests.uploaded_files.sample_files import upload

DAY = date(2017, 1, 24)
PEOPLE = ("staff", "other_staff", "reviewer", "admin", "outsider")
# Closed in the scene, while 2016 is open and 2017 adopted.
EARLIER_YEAR = FIRST_YEAR - 1


@dataclass(frozen=True)
class Scene:
    """2015 is closed, 2016 open, 2017 adopted.

    Of the staff's KPIs AC1.1 and AC1.2 are saved, AP1.1 and AL1.1 submitted, AF1.1 is empty; something is typed into
    their table and not saved. The other staff's BC1.1 raises a question.
    """

    plan: Plan
    cast: factories.Cast
    invited: Invitation
    member: Membership
    sessions: dict

    def client(self, role):
        """A browser in which the person of the role is logged in."""
        client = Client()
        client.cookies.load(self.sessions[role])
        return client

    def kpi(self, code):
        """The KPI with this code."""
        return factories.kpi(self.plan, code)

    def report(self, code):
        """Its report of 2016."""
        return YearlyReport.objects.get(kpi__plan=self.plan, kpi__code=code)

    def url(self, name, **where):
        """The address of a page of 2016, unless another year is given."""
        return address(self.plan, name, **where)

    def own(self, name, **where):
        """The address of a page of the staff's division."""
        return self.url(name, division_id=self.kpi("AC1.1").division_id, **where)

    def of_agency(self, name, **where):
        """The address of a page of the agency."""
        return reverse(name, kwargs={"agency": self.plan.agency.slug, **where})

    def send(self, role, url, data):
        """The act of posting the data. data: fields, or a function that makes them anew for each time."""
        return lambda: self.client(role).post(url, data() if callable(data) else data).status_code


def make_scene(*, with_a_past=False, close=factories.close_year):
    """See Scene; the session of everybody is there.

    with_a_past: 2015 is a whole edition with reports of every kind, from which 2016 was carried forward; else it holds
    nothing. close: closes it.
    """
    agency = factories.make_agency(parent=factories.make_agency("test-city"))
    earlier = (
        factories.make_plan(agency=agency, year=EARLIER_YEAR)
        if with_a_past
        else factories.make_bare_plan(agency, EARLIER_YEAR)
    )
    plan = earlier if with_a_past else factories.make_plan(agency=agency)
    cast = factories.make_cast(plan)
    for role in PEOPLE:
        User.objects.filter(pk=getattr(cast, role).pk).update(email=f"{role}@example.gov.tw")
        getattr(cast, role).refresh_from_db()
    earlier = factories.open_year(cast.admin, earlier)
    if with_a_past:
        _report(cast, earlier)
    reason = "部分未審核" if with_a_past else ""
    close(by=cast.admin, plan=earlier, reason=reason)
    if with_a_past:
        plan = factories.next_edition(cast.admin, earlier)
    plan = factories.open_year(cast.admin, plan)
    factories.next_edition(cast.admin, plan)
    for code in ("AC1.2", "AP1.1", "AL1.1"):
        factories.fill(cast.staff, factories.kpi(plan, code))
    factories.fill(cast.staff, factories.kpi(plan, "AC1.1"), actuals=99, explanation="說明", improvement="改善")
    factories.attach(cast.staff, factories.kpi(plan, "AC1.1"))
    factories.fill(cast.other_staff, factories.kpi(plan, "BC1.1"), actuals=1000, confirmed=False)
    for code in ("AP1.1", "AL1.1"):
        factories.submit(cast.staff, factories.kpi(plan, code))
    fields = {"email": "invited@example.gov.tw", "name": "受邀者", "role": "viewer"}
    invited = invitations.invite(by=cast.admin, agency=plan.agency, **fields)
    member = factories.make_member("member", plan.agency, Role.VIEWER).memberships.get()
    stand_in(cast.other_staff, cast.staff, plan.agency)
    with transaction.atomic():
        notices.tell(recipient=cast.staff, kind=NoticeKind.COMMENT, key="x", subject="主旨")
    mail.deliver()
    sessions = {role: client_of(getattr(cast, role)).cookies.output(header="") for role in PEOPLE}
    _revise(cast, plan)
    draft = editions.carry_forward(by=cast.outsider, agency=cast.other_plan.agency, year=MIDDLE_YEAR)
    their_sessions = consult(draft, cast.outsider)
    scene = Scene(plan, cast, invited, member, sessions | their_sessions)
    assert keep_unsaved(scene)() == 200
    return scene


def _report(cast, plan):
    """A report of every kind: approved with a file, missed and explained, submitted, returned, saved; none."""
    factories.approved(cast, factories.kpi(plan, "AC1.1"), actuals=99, explanation="說明", improvement="改善")
    factories.fill(cast.staff, factories.kpi(plan, "AC1.2"))
    factories.attach(cast.staff, factories.kpi(plan, "AC1.2"))
    factories.approve(cast.reviewer, factories.submit(cast.staff, factories.kpi(plan, "AC1.2")))
    for code in ("AP1.1", "AL1.1"):
        factories.fill(cast.staff, factories.kpi(plan, code))
        factories.submit(cast.staff, factories.kpi(plan, code))
    factories.send_back(cast.reviewer, YearlyReport.objects.get(kpi=factories.kpi(plan, "AL1.1")))
    factories.fill(cast.other_staff, factories.kpi(plan, "BC1.1"))


def _revise(cast, plan):
    """A change after the adoption that no revision has yet; its own first record is of before."""
    revisions.keep_basis(plan)
    with transaction.atomic():
        KPI.objects.filter(plan=plan, code="AP1.1").update(formula="別的公式")
        audit.record(by=cast.admin, action="changed", target="AP1.1", plan=plan, reason="文字修正")


# Each takes the scene and returns the act.


def _typed(scene, explanation):
    """The table of the staff's division with two rows changed."""
    fields = form_to(scene.client("staff").get(scene.own("reporting_table"), {"draft": "applied"}))
    first, second = scene.kpi("AC1.1"), scene.kpi("AF1.1")
    budget = ActionBudget.objects.filter(action_plan__kpi=first, year=FIRST_YEAR).first()
    return fields.filled(
        **{
            f"kpi{first.pk}-actual_{first.measures.get().pk}": "93.5",
            f"kpi{first.pk}-executed_{budget.pk}": "900",
            f"kpi{first.pk}-explanation": explanation,
            f"kpi{second.pk}-explanation": "說明",
        }
    )


def save(scene):
    """Two KPIs of the table, of which one had no report; the draft of what was typed is done with."""
    return scene.send("staff", scene.own("reporting_table"), _typed(scene, "另一個說明"))


def keep_unsaved(scene):
    """What a person typed, before they save it."""
    return scene.send("staff", scene.own("reporting_draft"), _typed(scene, "還沒想好"))


def confirm(scene):
    """A figure about which there is a question."""
    kpi = scene.kpi("BC1.1")
    where = {"division_id": kpi.division_id, "code": kpi.code}
    fields = {"version": 1, f"kpi{kpi.pk}-confirm_{kpi.measures.get().pk}_{Question.MAGNITUDE}": "1000"}
    return scene.send("other_staff", scene.url("reporting_confirm", **where), fields)


def submit(scene):
    """Both drafts at once."""
    return scene.send("staff", scene.own("reporting_check"), {"kpi": ["AC1.1", "AC1.2"]})


def restore(scene):
    """A value as it was before an event."""
    event = AuditEvent.objects.filter(kpi=scene.kpi("AC1.1"), action="saved").earliest("pk")
    url = scene.url("kpi_restore", code="AC1.1", event_id=event.pk, change=0)
    return scene.send("staff", url, form_to(scene.client("staff").get(url)).filled())


def attach(scene):
    """Two files."""
    url = scene.own("reporting_evidence", code="AC1.1")
    return scene.send("staff", url, lambda: {"files": [upload("一.pdf"), upload("二.txt", "內容".encode())]})


def remove_evidence(scene):
    """A file."""
    evidence = Evidence.objects.filter(report__kpi=scene.kpi("AC1.1")).first()
    url = scene.own("reporting_evidence_remove", code="AC1.1", token=evidence.token)
    return scene.send("staff", url, {})


def approve(scene):
    """One report."""
    return _approve(scene, "AP1.1")


def approve_many(scene):
    """Both submitted reports."""
    return _approve(scene, "AP1.1", "AL1.1")


def _approve(scene, *codes):
    reports = [scene.report(code) for code in codes]
    chosen = [f"{report.pk}:{report.version}" for report in reports]
    return scene.send("reviewer", scene.url("review_approve"), {"report": chosen})


def return_(scene):
    """A report, of which its submitter is told by mail."""
    data = {"version": scene.report("AP1.1").version, "comment": "請補正"}
    return scene.send("reviewer", scene.url("review_return", code="AP1.1"), data)


def comment(scene):
    """On the page of the KPI."""
    return scene.send("staff", scene.url("kpi_comment", code="AC1.1"), {"text": "請看佐證"})


def comment_in_review(scene):
    """In the queue."""
    return scene.send("reviewer", scene.url("review_comment", code="AP1.1"), {"text": "請看佐證"})


def remind(scene):
    """Everybody, by a click."""
    return scene.send("reviewer", scene.url("remind"), {})


def send_reminders(scene):
    """Everybody, by the timer."""

    def run():
        reminders.send_due_reminders(day=DAY)
        mail.deliver()
        return DONE

    return run


def open_year(scene):
    """2017."""
    data = {"due_date": next_month(), "contact": factories.CONTACT}
    return scene.send("admin", scene.url("plan_year_open", year=MIDDLE_YEAR), data)


def change_year(scene):
    """The due date of 2016."""
    data = {"change-due_date": next_month(), "change-contact": "李大華"}
    return scene.send("admin", scene.url("plan_year_change"), data)


def close_year(scene):
    """2016, with files that cost nothing to make."""

    def run():
        try:
            factories.close_year(User.objects.get(pk=scene.cast.admin.pk), scene.plan, reason="提前關閉")
        except (RuleBroken, PlanChangedMeanwhile):
            return REFUSED
        return DONE

    return run


def reopen_year(scene):
    """2015."""
    data = {"due_date": next_month(), "reason": "更正"}
    return scene.send("admin", scene.url("plan_year_reopen", year=EARLIER_YEAR), data)


def begin_next_year(scene):
    """2018: carried forward from 2017, adopted and opened in one."""
    day = timezone.localdate().isoformat()
    approval = {"next-approved_on": day, "next-title": "處長", "next-document_number": "北市秘文字第 2 號"}
    data = {"next-last_year": MIDDLE_YEAR + 3, "next-due_date": next_month(), "next-contact": "", **approval}
    return scene.send("admin", scene.url("plan_year_open_next", year=MIDDLE_YEAR), data)


def carry_forward(scene):
    """2020, as a draft."""
    data = {"carry-year": MIDDLE_YEAR + 3, "carry-last_year": ""}
    return scene.send("reviewer", scene.url("plan_year_next", year=MIDDLE_YEAR), data)


def add_correction(scene):
    """Beside 2015, which stays closed."""
    day = timezone.localdate().isoformat()
    data = {"text": "漏列一筆附件。", "dated": day, "document_number": "北市秘文字第 3 號"}
    return scene.send("admin", scene.url("corrections", year=EARLIER_YEAR), data)


def add_link(scene):
    """Between two objectives that have none."""
    data = {"cause": "AL1", "effect": "BP1", "reason": "熟悉系統"}
    return scene.send("reviewer", scene.url("strategy_map_link_add"), data)


def change_link(scene):
    """Its reason."""
    link = scene.plan.links.first()
    url = scene.url("strategy_map_link_change", link_id=link.pk)
    return scene.send("reviewer", url, {"seen": link.reason, "reason": "另一個理由"})


def remove_link(scene):
    """One of the plan's."""
    url = scene.url("strategy_map_link_remove", link_id=scene.plan.links.first().pk)
    return scene.send("reviewer", url, {"reason": "不再成立"})


ACTS = {
    act.__name__.strip("_"): act
    for act in (
        save,
        keep_unsaved,
        confirm,
        submit,
        restore,
        attach,
        remove_evidence,
        approve,
        approve_many,
        return_,
        comment,
        comment_in_review,
        remind,
        send_reminders,
        open_year,
        change_year,
        close_year,
        reopen_year,
        begin_next_year,
        carry_forward,
        add_correction,
        *AGENCY_ACTS,
        *CONSULTATION_ACTS,
        *EDITION_ACTS,
        add_link,
        change_link,
        remove_link,
    )
}
