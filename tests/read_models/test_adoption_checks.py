"""What must be so before a draft is adopted: the lines of the page say what the service refuses by, and no more."""

import pytest

from scorecard.models import KPI, Division, Objective, ObjectiveLink, Plan, YearlyValue
from scorecard.read_models.adoption_checks import adoption_checks
from scorecard.read_models.edition_comparison import compare_editions
from scorecard.services import editions

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def without_measure(draft):
    KPI.objects.get(plan=draft, code="AC1.1").measures.all().delete()


def without_target(draft):
    """Of both measures; that the target is gone is explained."""
    own = YearlyValue.objects.filter(measure__kpi__plan=draft, measure__kpi__code="AP1.1", year=2017)
    own.update(target=None, target_reason="停辦")


def with_a_note_alone(draft):
    """「—」 is enough."""
    own = YearlyValue.objects.filter(measure__kpi__plan=draft, measure__kpi__code="BC1.1", year=2017)
    own.update(target=None, target_note="—", target_reason="停辦")


def succeeded(draft):
    """支援組, which only supports."""
    successor = Division.objects.create(agency=draft.agency, name="新支援組")
    Division.objects.filter(agency=draft.agency, name="支援組").update(successor=successor)


def softened(draft):
    YearlyValue.objects.filter(measure__kpi__plan=draft, measure__kpi__code="AC1.2", year=2018).update(target=99)


def empty(draft):
    for rows in (KPI, ObjectiveLink, Objective):
        rows.objects.filter(plan=draft).delete()


@pytest.mark.parametrize(
    ("spoil", "title"),
    [
        (lambda draft: None, ""),
        (with_a_note_alone, ""),
        (without_measure, "每項 KPI 有衡量項"),
        (without_target, "每項 KPI 有 106 年目標值"),
        (succeeded, "科室都還在"),
        (softened, "放寬的目標值都有理由"),
        (empty, "至少有 1 項策略目標"),
    ],
)
def test_a_check_fails_exactly_where_the_service_refuses(cast, open_plan, spoil, title):
    draft = editions.carry_forward(by=cast.reviewer, agency=open_plan.agency, year=2017)
    spoil(draft)
    draft = Plan.objects.select_related("agency").get(pk=draft.pk)
    comparison = compare_editions(open_plan, draft)
    checks = adoption_checks(comparison.new, lacking_reason=comparison.lacking_reason)
    assert [check.title for check in checks if not check.is_met] == ([title] if title else [])
    missing = [each for check in checks for each in check.missing]
    assert len(missing) == len(editions.adoption_problems(draft))
