"""What one edition changed against another: nothing in a carried copy, and a sentence for every kind."""

import pytest

from scorecard.read_models.edition_comparison import compare_editions
from scorecard.read_models.edition_facts import load_edition_facts
from scorecard.read_models.edition_items import EditionFacts
from scorecard.services import editions

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(plan, cast):
    """106, carried forward from 105."""
    return editions.carry_forward(by=cast.reviewer, agency=plan.agency, year=plan.year + 1)


def test_a_carried_copy_differs_in_nothing(plan, draft):
    comparison = compare_editions(plan, draft)
    assert [row.sentence for row in comparison.differences] == []


def test_facts_survive_as_json(plan):
    facts = load_edition_facts(plan)
    again = EditionFacts.from_json(facts.text)
    assert again == facts
    assert again.text == facts.text
