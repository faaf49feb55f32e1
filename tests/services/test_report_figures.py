"""Ratios by their parts, and questions about figures: what is stored, what is asked, and what an answer silences."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from scorecard.domain.choices import AuditAction, Question, ReportState, Status
from scorecard.domain.policies import RuleBroken
from scorecard.models import AuditEvent, FigureConfirmation, Measure, YearlyReport, YearlyValue
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.services.report_figures import open_questions
from scorecard.services.reporting import Answer, Conflict, Entry, confirm_figures, save_reports
from scorecard.services.value_restore import plan_restoration, restore
from tests import factories
from tests.factories import FIRST_YEAR, fill, submit
from tests.services.conftest import ROLES
from tests.services.rows import nothing_written
from tests.shared_rows import layer


@layer
def ratio(open_plan):
    """AF1.1, 執行數 / 預算數 × 100 %: target 90."""
    return factories.kpi(open_plan, "AF1.1")


def value(kpi):
    """The figures of the KPI's only measure in 2016."""
    return YearlyValue.objects.get(measure__kpi=kpi, year=FIRST_YEAR)


def parts(kpi):
    """(actual, numerator, denominator) of 2016."""
    found = value(kpi)
    return found.actual, found.numerator, found.denominator


def asked(kpi):
    """The open questions of 2016."""
    return [each.question for _, _, questions in open_questions(kpi) for each in questions]


def enter(by, kpi, **fields):
    """Save one entry of the KPI's only measure."""
    entry = Entry(kpi.measures.get().pk, **{"actual": None, **fields})
    save_reports(
        by=by,
        plan=kpi.plan,
        report_entries=[replace(factories.report_entry(kpi), entries=(entry,), answers=())],
    )


# Ratios


def test_the_actual_of_a_ratio_is_its_parts_quotient_rounded_half_up(cast, ratio):
    fill(cast.staff, ratio, actuals=[(28, 30)])
    assert parts(ratio) == (Decimal("93.3333"), 28, 30)
    changes = AuditEvent.objects.get(action=AuditAction.SAVED).changes
    assert [(c["what"], c["new"]) for c in changes] == [("實際值", "93.3333"), ("分子", "28"), ("分母", "30")]


def test_whatever_actual_an_entry_claims_the_quotient_is_stored(cast, ratio):
    enter(cast.staff, ratio, actual=Decimal(12), numerator=Decimal(2), denominator=Decimal(3))
    assert parts(ratio) == (Decimal("66.6667"), 2, 3)


def test_the_exact_quotient_is_judged_and_not_the_rounded_one(cast, ratio):
    YearlyValue.objects.filter(measure__kpi=ratio, year=FIRST_YEAR).update(target=Decimal("66.6667"))
    fill(cast.staff, ratio, actuals=[(2, 3)])
    ratio.plan.refresh_from_db()
    outcome = build_scorecard(ratio.plan, include_provisional=True).kpis_by_code["AF1.1"].measures[0].cell
    assert (outcome.actual, outcome.status) == (Decimal("66.6667"), Status.NEAR)
    assert outcome.outcome.rate == Fraction(2, 3) * 100 / Fraction(Decimal("66.6667"))


def test_a_result_alone_is_kept_and_takes_the_place_of_parts(cast, ratio):
    fill(cast.staff, ratio, actuals=[(28, 30)])
    fill(cast.staff, ratio, actuals="93.3")
    assert parts(ratio) == (Decimal("93.3"), None, None)


@pytest.mark.parametrize("wrong", [{"numerator": 1}, {"denominator": 1}, {"numerator": 1, "denominator": 0}])
def test_one_part_alone_and_a_denominator_of_zero_are_refused(cast, ratio, wrong):
    with nothing_written(), pytest.raises(ValidationError, match="AF1.1"):
        enter(cast.staff, ratio, **{name: Decimal(number) for name, number in wrong.items()})


def test_what_is_no_ratio_takes_no_parts_and_a_quotient_too_large_is_refused(cast, kpi, ratio):
    with nothing_written(), pytest.raises(ValidationError, match="不是比率"):
        enter(cast.staff, kpi, numerator=Decimal(1), denominator=Decimal(2))
    with nothing_written(), pytest.raises(ValidationError):
        enter(cast.staff, ratio, numerator=Decimal(10**10), denominator=Decimal("0.0001"))


def test_parts_that_no_longer_give_the_actual_do_not_count(cast, ratio):
    fill(cast.staff, ratio, actuals=[(28, 30)])
    Measure.objects.filter(kpi=ratio).update(factor=1)
    ratio.plan.refresh_from_db()
    cell = build_scorecard(ratio.plan, include_provisional=True).kpis_by_code["AF1.1"].measures[0].cell
    assert (cell.actual, cell.parts) == (Decimal("93.3333"), None)


def test_restoring_a_figure_brings_back_both_parts_as_they_stood(cast, ratio):
    for pair in ((28, 30), (29, 30), (29, 31)):
        fill(cast.staff, ratio, actuals=[pair])
    second = AuditEvent.objects.filter(action=AuditAction.SAVED).order_by("id")[1]
    assert [change["what"] for change in second.changes] == ["實際值", "分子"]
    for index in (0, 1):
        planned = plan_restoration(ratio, second, index)
        told = [(what, now, then) for what, now, then in planned.differences]
        assert told == [("實際值", "93.5484", "93.3333"), ("分子", "29", "28"), ("分母", "31", "30")]
    restore(by=cast.staff, restoration=planned, version=3)
    assert parts(ratio) == (Decimal("93.3333"), 28, 30)


def test_a_ratio_and_the_lack_of_a_number_follow_each_other(cast, ratio):
    fill(cast.staff, ratio, actuals=[(28, 30)])
    fill(cast.staff, ratio, unmeasured="系統移轉")
    gone = AuditEvent.objects.filter(action=AuditAction.SAVED).latest("id")
    restore(by=cast.staff, restoration=plan_restoration(ratio, gone, 0), version=2)
    assert parts(ratio) == (Decimal("93.3333"), 28, 30)
    assert not value(ratio).unmeasured
    back = AuditEvent.objects.filter(action=AuditAction.RESTORED).get()
    index = [change["field"] for change in back.changes].index("unmeasured")
    restore(by=cast.staff, restoration=plan_restoration(ratio, back, index), version=3)
    assert (*parts(ratio), value(ratio).actual_note) == (None, None, None, "系統移轉")


# Questions: AC1.1 had 80 in each of three years


def test_a_questionable_figure_is_saved_and_asked_about_until_it_is_answered(cast, kpi):
    fill(cast.staff, kpi, actuals=1000, confirmed=False)
    assert asked(kpi) == [Question.MAGNITUDE]
    with nothing_written(), pytest.raises(RuleBroken, match="數字無誤") as raised:
        submit(cast.staff, kpi)
    assert "1,000 約是 104 年 80 的 12.5 倍" in raised.value.messages[0]
    answers = [Answer(kpi.measures.get().pk, Question.MAGNITUDE, Decimal("1000.00"))]
    assert confirm_figures(by=cast.staff, kpi=kpi, version=1, answers=answers)
    assert asked(kpi) == []
    given = FigureConfirmation.objects.get()
    assert (given.question, given.actual, given.confirmed_by) == (Question.MAGNITUDE, 1000, cast.staff)
    assert given.confirmed_at is not None
    assert submit(cast.staff, kpi).is_submitted


def test_an_answer_is_audited_and_raises_the_version(cast, kpi):
    fill(cast.staff, kpi, actuals=70, explanation="人力不足", improvement="增補", confirmed=False)
    answers = [Answer(kpi.measures.get().pk, Question.WORST, Decimal(70))]
    confirm_figures(by=cast.staff, kpi=kpi, version=1, answers=answers)
    report = YearlyReport.objects.get()
    assert (report.version, report.state, report.explanation, report.improvement) == (
        2,
        ReportState.IN_PROGRESS,
        "人力不足",
        "增補",
    )
    (change,) = AuditEvent.objects.filter(action=AuditAction.SAVED).latest("id").changes
    assert (change["what"], change["old"], change["question"]) == ("數字無誤", None, "worst")
    assert "70 低於 102 年至 104 年每一年" in change["new"]


def test_a_changed_figure_asks_anew_and_the_old_answer_still_holds_for_the_old_one(cast, kpi):
    fill(cast.staff, kpi, actuals=1000)
    fill(cast.staff, kpi, actuals=1001, confirmed=False)
    assert asked(kpi) == [Question.MAGNITUDE]
    fill(cast.staff, kpi, actuals=1000, confirmed=False)
    assert asked(kpi) == []


@pytest.mark.parametrize(
    ("question", "figure"), [(Question.MAGNITUDE, 1001), (Question.WORST, 1000), (Question.UNIT, 1000)]
)
def test_an_answer_to_another_question_or_about_another_figure_is_none(cast, kpi, question, figure):
    fill(cast.staff, kpi, actuals=1000, confirmed=False)
    with nothing_written():
        answers = [Answer(kpi.measures.get().pk, question, Decimal(figure))]
        assert not confirm_figures(by=cast.staff, kpi=kpi, version=1, answers=answers)
    assert asked(kpi) == [Question.MAGNITUDE]


def test_answering_twice_keeps_one_answer(cast, kpi):
    fill(cast.staff, kpi, actuals=1000)
    with nothing_written():
        fill(cast.staff, kpi, actuals=1000)
    assert FigureConfirmation.objects.count() == 1


def test_a_blank_and_a_plain_figure_are_not_asked_about(cast, kpi):
    assert asked(kpi) == []
    fill(cast.staff, kpi, actuals=95, confirmed=False)
    assert asked(kpi) == []


def test_more_than_the_whole_is_asked_about(cast, ratio):
    fill(cast.staff, ratio, actuals=[(31, 30)], confirmed=False)
    assert asked(ratio) == [Question.OVER_WHOLE]


def test_an_answer_given_meanwhile_makes_the_second_editor_look_again(cast, kpi):
    fill(cast.staff, kpi, actuals=1000, confirmed=False)
    answers = [Answer(kpi.measures.get().pk, Question.MAGNITUDE, Decimal(1000))]
    with nothing_written(), pytest.raises(Conflict):
        confirm_figures(by=cast.staff, kpi=kpi, version=0, answers=answers)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "staff"])
def test_only_staff_of_the_division_answer(cast, kpi, role):
    fill(cast.staff, kpi, actuals=1000, confirmed=False)
    answers = [Answer(kpi.measures.get().pk, Question.MAGNITUDE, Decimal(1000))]
    with nothing_written(), pytest.raises(PermissionDenied):
        confirm_figures(by=getattr(cast, role), kpi=kpi, version=1, answers=answers)
