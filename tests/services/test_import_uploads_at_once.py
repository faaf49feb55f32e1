"""Several people over one uploaded form at the same moment: one plan, every correction kept or told as overtaken."""

import io

import pytest

from scorecard.agency_form.uploaded_form import build_preview
from scorecard.domain.choices import Role
from scorecard.domain.policies import RuleBroken
from scorecard.models import KPI, AuditEvent, FormUpload, Plan
from scorecard.services import editions, import_uploads
from scorecard.services.import_into_plan import ImportConflict
from scorecard.spreadsheets.reader import read_sheets
from tests import factories
from tests.agency_form.form_workbooks import CARD, original, with_cells
from tests.services.test_concurrency import at_once, person
from tests.views.test_form_matches import next_years_form

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def agency():
    return factories.make_agency("taipei-secretariat")


@pytest.fixture
def people(agency):
    return [factories.make_member(name, agency, Role.ADMIN) for name in ("first", "second")]


def keep(by, agency, content):
    """The token of the upload kept."""
    return import_uploads.keep_upload(by=by, agency=agency, file=io.BytesIO(content), name="表單.xlsx").token


def fresh(token):
    """The upload as a request of its own would meet it."""
    return FormUpload.objects.select_related("agency", "plan__agency").get(token=token)


def apply(by, token, expected=None):
    return import_uploads.apply_upload(
        by=person(by),
        upload=fresh(token),
        version=0,
        expected_values=expected or {},
    )


def test_two_people_who_take_the_same_upload_in_make_one_plan(agency, people):
    token = keep(people[0], agency, original())
    results = at_once(*(lambda by=by: apply(by, token) for by in people))
    plan = Plan.objects.get()
    assert results == [plan, plan] and plan.kpis.count() == 39
    assert AuditEvent.objects.filter(plan_id=plan.pk, action="created").count() == 1


def test_of_two_uploads_of_the_same_new_plan_one_is_taken_in_and_the_other_told(agency, people):
    forms = zip(people, (original(), with_cells(CARD, G4=30)), strict=True)
    tokens = [keep(by, agency, content) for by, content in forms]
    results = at_once(*(lambda by=by, token=token: apply(by, token) for by, token in zip(people, tokens, strict=True)))
    refused = [result for result in results if result != Plan.objects.get()]
    assert len(refused) == 1 and isinstance(refused[0], RuleBroken | ImportConflict), results
    assert FormUpload.objects.filter(applied_at=None).count() == 1 and KPI.objects.count() == 39


def test_corrections_at_once_are_all_kept_and_of_the_same_cell_one_is_told(agency, people):
    token, sheets = keep(people[0], agency, original()), read_sheets(io.BytesIO(original()))

    def correct(by, cell, text):
        texts = {(CARD, "G8"): ("100%", text), (CARD, cell): ("100%", "90")}
        return import_uploads.correct_upload(by=person(by), upload=fresh(token), sheets=sheets, texts=texts)

    results = at_once(lambda: correct(people[0], "H8", "98"), lambda: correct(people[1], "I8", "97"))
    assert sorted(results) == [(1, ((CARD, "G8"),)), (2, ())]
    kept = fresh(token)
    winner = "98" if results[0][0] == 2 else "97"
    assert kept.corrections == {f"{CARD}!G8": winner, f"{CARD}!H8": "90", f"{CARD}!I8": "90"} and kept.version == 2


def test_answers_at_once_about_one_row_are_one_answer_and_the_other_is_told(agency, people):
    before = apply(people[0], keep(people[0], agency, original()))
    editions.record_adoption(by=people[0], plan=before, approval=factories.approval(), reason="年度策略會議決議")
    token = keep(people[0], agency, next_years_form(B6="CC1.1 新的指標"))
    matches = build_preview(fresh(token)).difference.matches
    own = str(KPI.objects.get(code="CC1.1").lineage)

    def choose(by, answer):
        choices = {"kpi CC1.1": ("", answer)}
        return import_uploads.choose_matches(by=person(by), upload=fresh(token), matches=matches, choices=choices)

    results = at_once(lambda: choose(people[0], own), lambda: choose(people[1], "new"))
    assert sorted(results) == [(0, ("kpi CC1.1",)), (1, ())]
    kept = fresh(token)
    assert kept.version == 1 and kept.matches == {"kpi CC1.1": own if results[0][0] else "new"}
