"""Text that people type reaches every page as text: no field of any model opens a tag or an attribute."""

from html.parser import HTMLParser
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils import timezone

from scorecard.domain.choices import NoticeKind, PlanState, SecurityEventKind
from scorecard.models import (
    ActionBudget,
    AuditEvent,
    Comment,
    Correction,
    Division,
    EditionComment,
    Evidence,
    FormUpload,
    HeadApproval,
    Notice,
    Plan,
    Revision,
    TargetProposal,
    YearlyReport,
    YearlyValue,
)
from scorecard.services import editions, invitations, security_events
from scorecard.services.corrections import add_correction
from tests import factories
from tests.consulting import written_proposal
from tests.factories import DUE, FIRST_YEAR
from tests.page_reading import address, client_of

pytestmark = pytest.mark.every_database

# Fields of closed vocabularies, addresses and logins hold no free text; codes stand in addresses.
CLOSED = {
    "slug",
    "username",
    "password",
    "email",
    "state",
    "direction",
    "role",
    "action",
    "content_type",
    "file",
    "code",
    "key",
    "digest",
    "reminder_days",
    # Addresses that were found in another text, or that the product makes.
    "reply_to",
    "former_slug",
    "path",
}
# Audit trail, receipts, snapshots, the head's approvals, revisions, 更正說明, proposals and 意見 are append-only: they
# are told hostile text as they come about. So was what a migration kept of people's names. A login's session is signed.
FIXED = ("Audit", "Correction", "EditionComment", "HeadApproval", "KeptName", "LoginSession", "Submission")
FIXED += ("Revision", "TargetProposal", "YearSnapshot")
TOLD = {"auditevent-reason", "correction-text", "correction-document-number"}
TOLD |= {"headapproval-title", "headapproval-no-number-reason"}
TOLD |= {f"editioncomment-{field}" for field in ("about", "by-name", "division-name", "text")}
TOLD |= {f"targetproposal-{field}" for field in ("by-name", "decided-by-name", "decision-reason", "reason", "unit")}
REVISED = ("attachment_name", "by_name", "document_number", "reason", "title")
TOLD |= {f"revision-{field}".replace("_", "-") for field in REVISED}
MODELS = [model for model in apps.get_app_config("scorecard").get_models() if not model.__name__.startswith(FIXED)]
# Shown in the admin alone, or nowhere yet.
UNSEEN = {"yearlyreport-reviewed-by-name"}
PAGES = {
    "viewer": [
        "strategy_map",
        "scorecard",
        "objective",
        "theme",
        "kpi",
        "division",
        "downloads",
        "corrections",
        "target_adjustments",
    ],
    "staff": ["reporting_table", "reporting_check", "reporting_evidence", "reporting"],
    "reviewer": ["review", "consultation", "compare"],
    "admin": [
        "plan_year",
        "plan_year of the next year",
        "compare",
        "compare of the next year",
        "revisions of the next year",
        "compare_lineage",
        "kpi",
        "mails",
        "form_import",
        "security_events",
        "members",
        "agency_divisions",
        "notices",
    ],
}


def mark(model, field):
    """The name of a field in our tags."""
    return f"{model._meta.model_name}-{field.name}".replace("_", "-")


def hostile(model, field):
    """Markup that breaks out of text and attributes, and names where it came from."""
    return f"\"'><x-{mark(model, field)} onx=1>"[: field.max_length or 200]


def free_text_fields(model):
    """The model's fields that hold what people type."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices and field.name not in CLOSED
    ]


class Tags(HTMLParser):
    """Collects what our text would have become, had it been taken for markup."""

    def __init__(self):
        super().__init__()
        self.broken = []

    def handle_starttag(self, tag, attrs):
        if tag.startswith("x-") or any(name.startswith(("onx", "<", '"', "'")) for name, _ in attrs):
            self.broken.append(self.get_starttag_text())


def poison(model, field):
    """Put hostile text into the field of every row; names end in the row's number, since some are unique."""
    text = hostile(model, field)
    if field.name == "owner_person":
        model.objects.filter(owner_division=None).update(owner_person=text)
    elif field.name == "name":
        for row in model.objects.all():
            model.objects.filter(pk=row.pk).update(name=f"{text}{row.pk}")
    elif model in {YearlyValue, ActionBudget}:
        # Years after the edition's own have no results, those before it no targets.
        model.objects.filter(year=FIRST_YEAR).update(**{field.name: text})
    elif field.name in {"numerator_label", "denominator_label"}:
        # Both or neither: a measure with them is a ratio.
        model.objects.exclude(numerator_label="").update(**{field.name: text})
    else:
        model.objects.update(**{field.name: text})


def broken(response):
    """Our tags that the page took for markup."""
    tags = Tags()
    tags.feed(response.content.decode())
    return tags.broken


@pytest.fixture
def poisoned(open_plan, cast):
    """The plan with hostile text in every field, and a submitted, a returned and a missed report that show it."""
    # Receipts and the closing keep the names of divisions.
    poison(Division, Division._meta.get_field("name"))
    submitted, returned, draft = (factories.kpi(open_plan, code) for code in ("AC1.1", "AC1.2", "AL1.1"))
    said = hostile(AuditEvent, AuditEvent._meta.get_field("reason"))
    factories.fill(cast.staff, draft, unmeasured=said)
    for kpi in (submitted, returned):
        factories.fill(cast.staff, kpi, explanation=said)
        report = factories.submit(cast.staff, kpi)
    factories.send_back(cast.reviewer, report, said)
    factories.close_year(cast.admin, open_plan, reason=said)
    told = {name: hostile(Correction, Correction._meta.get_field(name)) for name in ("text", "document_number")}
    add_correction(by=cast.admin, plan=open_plan, dated=DUE, **told)
    Plan.objects.filter(pk=open_plan.pk).update(state=PlanState.OPEN)
    told = {name: hostile(HeadApproval, HeadApproval._meta.get_field(name)) for name in ("title", "no_number_reason")}
    next_year = editions.carry_forward(by=cast.admin, agency=open_plan.agency, year=open_plan.year + 1)
    editions.record_adoption(by=cast.admin, plan=next_year, approval=factories.approval("", **told), reason=said)
    consulted(cast, submitted)
    revised(cast, next_year)
    report = YearlyReport.objects.get(kpi=submitted)
    Comment.objects.create(report=report, author=cast.reviewer, text="x")
    FormUpload.objects.create(agency=open_plan.agency, name="x", size=1, content=b"x", uploaded_by=cast.admin)
    Evidence.objects.create(report=report, token=uuid4(), name="x", size=1, uploaded_by=cast.staff)
    security_events.record(SecurityEventKind.DENIED, by=cast.viewer)
    Notice.objects.create(recipient=cast.admin, kind=NoticeKind.COMMENT, agency=open_plan.agency, subject="x", text="x")
    invitations.invite(by=cast.admin, agency=open_plan.agency, email="new@example.gov.tw", name="x", role="viewer")
    for model in MODELS:
        for field in free_text_fields(model):
            if model is not Division:
                poison(model, field)
    softened = YearlyValue.objects.filter(measure__kpi__plan=next_year, measure__kpi__code="AC1.1", year=next_year.year)
    softened.update(target=1, target_reason=hostile(YearlyValue, YearlyValue._meta.get_field("target_reason")))
    return open_plan


def revised(cast, plan):
    """A revision of the adopted edition with hostile texts."""
    told = {field.name: hostile(Revision, field) for field in free_text_fields(Revision) if field.name in REVISED}
    facts = Revision.objects.get(plan=plan, number=0).facts
    Revision.objects.create(plan=plan, number=1, dated=DUE, facts=facts, by=cast.admin, attachment=b"x", **told)


def consulted(cast, kpi):
    """Hostile texts of what was proposed, decided and said."""
    told = {field.name: hostile(TargetProposal, field) for field in free_text_fields(TargetProposal)}
    decided = {"decision": "declined", "decided_by": cast.reviewer, "decided_at": timezone.now()}
    written_proposal(cast.staff, kpi, **told | decided)
    said = {field.name: hostile(EditionComment, field) for field in free_text_fields(EditionComment)}
    for about in (None, kpi):
        EditionComment.objects.create(plan=kpi.plan, kpi=about, by=cast.staff, **said)


def arguments(plan, name):
    """What the page's address needs."""
    if name in {"objective", "theme", "kpi"}:
        return {"code": {"objective": "AC1", "theme": "A", "kpi": "AC1.1"}[name]}
    if name == "reporting_evidence":
        kpi = plan.kpis.get(code="AC1.1")
        return {"division_id": kpi.division_id, "code": kpi.code}
    if name in {"division", "reporting_table", "reporting_check"}:
        return {"division_id": plan.kpis.get(code="AC1.1").division_id}
    return {}


def page_of(plan, name):
    """The address of one of PAGES."""
    if name.endswith(" of the next year"):
        return address(plan, name.removesuffix(" of the next year"), year=plan.year + 1)
    if name == "notices":
        return reverse(name)
    if name in {"mails", "form_import", "security_events", "members", "agency_divisions"}:
        return reverse(name, args=[plan.agency.slug])
    return address(plan, name, **arguments(plan, name))


def test_hostile_text_stays_text_on_every_page(poisoned, cast):
    seen = ""
    for role, names in PAGES.items():
        client = client_of(getattr(cast, role))
        for name in names:
            url = page_of(poisoned, name)
            response = client.get(url, {"provisional": "1"}, follow=True)
            assert response.status_code == 200
            assert broken(response) == [], url
            seen += response.content.decode()
    fields = {mark(model, field) for model in MODELS for field in free_text_fields(model)} | TOLD
    assert {field for field in fields if f"&lt;x-{field}" not in seen} == UNSEEN, "a page is missing from PAGES"


def test_hostile_text_stays_text_in_the_map_as_a_file(poisoned, cast):
    svg = ElementTree.fromstring(client_of(cast.viewer).get(address(poisoned, "map_svg")).content)
    assert not [element for element in svg.iter() if "x-" in element.tag]
    assert any("<x-objective" in "".join(element.itertext()) for element in svg.iter())


def test_what_was_typed_comes_back_as_text_with_its_error(poisoned, cast):
    kpi = factories.kpi(poisoned, "AL1.1")
    table = address(poisoned, "reporting_table", division_id=kpi.division_id)
    typed = {f"kpi{kpi.pk}-version": "1", f"kpi{kpi.pk}-actual_{kpi.measures.get().pk}": "\"'><x-typed onx=1>"}
    response = client_of(cast.staff).post(table, typed)
    assert response.status_code == 422
    assert broken(response) == []
    assert "&lt;x-typed" in response.content.decode()


def test_filters_in_the_address_come_back_as_text(open_plan, cast):
    for name in ("strategy_map", "scorecard"):
        query = dict.fromkeys(["theme", "status", "q", "perspective", "division", "provisional"], "\"'><x-q onx=1>")
        response = client_of(cast.viewer).get(address(open_plan, name), query)
        assert broken(response) == []
