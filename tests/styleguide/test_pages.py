"""The style page: every component in every state, of a plan made in memory. With DEBUG only."""

import re
import runpy
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings as site
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bsc_site import urls
from scorecard.agency_form.matching import Certainty
from scorecard.domain.choices import ReportState, Status
from scorecard.models import Plan
from scorecard.spreadsheets.cell_messages import Severity
from scorecard.templatetags import lights
from tests.factories import make_user
from tests.page_reading import client_of

COMPONENTS = Path(site.BASE_DIR, "templates", "_components")
COLOUR = re.compile(r"--([\w-]+): #[0-9a-f]{6};")
# The person and the session.
# The session, its person, their roles and the number of their notices.
MAX_QUERIES = 4

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(settings):
    """Somebody who looks at the page while there is no plan; lights kept from other pages are drawn anew."""
    settings.DEBUG = True
    settings.ROOT_URLCONF = "tests.styleguide.urls_with_debug"
    lights._rendered.cache_clear()
    assert not Plan.objects.exists()
    return client_of(make_user("designer"))


@pytest.fixture
def page(client):
    return client.get("/style/")


def test_it_needs_no_plan_and_asks_only_who_is_there(client):
    # The first visit notes when the login was last used.
    client.get("/style/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/style/").status_code == 200
    assert len(asked) <= MAX_QUERIES


@pytest.mark.parametrize("debug", [True, False])
def test_the_site_has_it_with_debug_alone(settings, debug):
    settings.DEBUG = debug
    routes = [str(each.pattern) for each in runpy.run_path(urls.__file__)["urlpatterns"]]
    assert ("style/" in routes) is debug


def test_it_draws_every_component(page):
    drawn = {template.name for template in page.templates}
    assert {f"_components/{path.name}" for path in COMPONENTS.iterdir()} - drawn == set()


def test_no_two_elements_have_the_same_id(page):
    ids = Counter(re.findall(r'\sid="([^"]*)"', page.content.decode()))
    assert [each for each, times in ids.items() if times > 1] == []


def test_it_shows_every_colour_of_the_tokens(page):
    tokens = Path(site.BASE_DIR, "static", "css", "tokens.css").read_text(encoding="utf-8")
    sheet = Path(site.BASE_DIR, "static", "css", "pages", "styleguide.css").read_text(encoding="utf-8")
    for name in COLOUR.findall(tokens):
        assert f'class="swatch swatch-{name}"' in page.content.decode()
        assert f".swatch-{name} {{\n  background: var(--{name});\n}}" in sheet


def test_components_are_in_every_state(page):
    text = page.content.decode()
    classes = [f"light-{each.value}" for each in Status] + [f"state-{each.value}" for each in ReportState]
    classes += [f"level-{each.value}" for each in Severity]
    classes += [f"kind-{each.value}" for each in Certainty if each != Certainty.SAME]
    classes += ["mark-rose", "mark-fell", "change-rise", "change-fall", "is-cause", "is-effect"]
    shown = {each for group in re.findall(r'class="([^"]*)"', text) for each in group.split()}
    assert [each for each in classes if each not in shown] == []


def test_the_sample_map_has_each_light_and_each_mark_once_at_least(page):
    drawn = page.context["maps"]["two_years"]
    assert {card.objective.status for card in drawn.cards} == set(Status)
    assert {card.change.kind.value for card in drawn.cards} == {"rose", "fell", "new", "gone", "same", "none"}


def test_the_rows_of_the_reporting_table_show_error_question_answer_conflict_and_what_was_not_saved(page):
    forms = page.context["entry"]["forms"]
    assert any(form.errors for form in forms)
    assert any(form.open_questions for form in forms)
    assert any(each.is_answered for form in forms for row in form.measures for each in row.questions)
    assert any(form.conflict for form in forms)
    assert any(form.typed and not form.is_editable for form in forms)
    assert {form.line.report_state for form in forms} == set(ReportState)
