"""A form of a year without an edition: the edition before carried forward, and the form laid over it."""

from dataclasses import replace

import pytest

from scorecard.agency_form.changes import Drops
from scorecard.agency_form.matching import NEW, Certainty, answer_key
from scorecard.agency_form.uploaded_form import compare, compare_new
from scorecard.domain.choices import PlanState
from scorecard.domain.policies import RuleBroken
from scorecard.models import (
    KPI,
    ActionPlan,
    AuditEvent,
    Measure,
    Objective,
    ObjectiveLink,
    Plan,
    Theme,
    YearlyValue,
)
from scorecard.read_models.edition_items import ItemKind
from scorecard.services import editions, import_into_plan, import_new_plan
from scorecard.services.import_into_plan import ImportConflict
from scorecard.spreadsheets.cell_messages import Severity
from tests import factories
from tests.agency_form.form_workbooks import CARD, with_cells
from tests.services.rows import nothing_written
from tests.services.test_import_new_plan import adopted, read, years_later
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db


@layer
def before():
    """The Secretariat's edition 105, with what no form says."""
    plan = adopted()
    KPI.objects.filter(plan=plan, code="AC1.1").update(weight=3)
    Measure.objects.filter(kpi__plan=plan, kpi__code="AC1.1").update(weight=2)
    Plan.objects.filter(pk=plan.pk).update(display_cap=120, reminder_days="-7,0")
    old = {row.code: row for row in Objective.objects.filter(plan=plan)}
    ObjectiveLink.objects.create(plan=plan, cause=old["BC1"], effect=old["AC1"], reason="測試關係")
    return Plan.objects.get(pk=plan.pk)


@layer
def reviewer(before):
    return factories.make_member("second", before.agency, "reviewer")


def with_kpis(form, **changes):
    """The form with other fields of some KPIs, by code; None leaves the KPI out."""
    kpis = []
    for kpi in form.plan.kpis:
        fields = changes.get(kpi.code.replace(".", "_"), {})
        if fields is not None:
            kpis.append(replace(kpi, **fields))
    return replace(form, plan=replace(form.plan, kpis=tuple(kpis)))


def draft(before, form, by=None, answers=None):
    found = compare_new(before.agency, form, answers)
    expected = found.expected_values()
    return import_new_plan.apply_new(
        by=by, form=form, agency=before.agency, expected_values=expected, answers=answers, source="106.xlsx"
    )


def lineage(plan, code):
    return KPI.objects.get(plan=plan, code=code).lineage


def key(kind, code):
    return answer_key(ItemKind(kind), code)


def test_every_row_is_matched_and_what_no_form_says_stays(before, reviewer):
    form = years_later(read(), 1)
    found = compare_new(before.agency, form)
    assert {match.certainty for match in found.matches.rows} == {Certainty.SAME}
    assert (found.dropped, found.drops, found.has_errors) == ((), Drops.ALL, False)
    plan = draft(before, form, reviewer)
    assert (plan.year, plan.last_year, plan.state, plan.predecessor) == (2017, 2019, PlanState.DRAFT, before)
    assert (plan.baseline_from, plan.display_cap, plan.reminder_days) == (2015, 120, "-7,0")
    for model in (Theme, Objective, KPI, ActionPlan):
        codes = [dict(model.objects.filter(plan=of).values_list("lineage", "code")) for of in (before, plan)]
        assert codes[0] == codes[1], model
    assert KPI.objects.get(plan=plan, code="AC1.1").weight == 3
    assert Measure.objects.get(kpi__plan=plan, kpi__code="AC1.1").weight == 2
    assert str(ObjectiveLink.objects.get(plan=plan)) == "BC1 → AC1"
    assert not YearlyValue.objects.filter(measure__kpi__plan=plan, year__lt=2017).reported().exists()
    assert YearlyValue.objects.get(measure__kpi__plan=plan, measure__kpi__code="AC1.1", year=2019).target == 14
    carried, *changed = AuditEvent.objects.filter(plan=plan).order_by("pk")
    assert (carried.action, carried.actor) == ("carried", reviewer)
    assert {event.reason for event in changed} == {"由表單匯入（106.xlsx）"}
    assert {"what": "AC1.1 106 年目標值", "old": "21", "new": "28"} in AuditEvent.objects.get(
        plan=plan, kpi_id=KPI.objects.get(plan=plan, code="AC1.1").pk
    ).changes


def test_recoded_and_renamed_rows_are_asked_and_nothing_is_taken_in_before(before):
    swapped = {"name": "CC1.1 的新名稱"}
    form = with_kpis(years_later(read(), 1), AC1_1={"code": "AC1.9"}, CC1_1=swapped)
    found = compare_new(before.agency, form)
    asked = {match.row.code: (match.certainty, match.lineage) for match in found.matches.unanswered}
    assert asked == {
        "AC1.9": (Certainty.RECODED, lineage(before, "AC1.1")),
        "CC1.1": (Certainty.RENAMED, lineage(before, "CC1.1")),
    }
    with nothing_written(), pytest.raises(RuleBroken, match="還有 2 項要先確認"):
        draft(before, form)
    answers = {key("kpi", "AC1.9"): str(lineage(before, "AC1.1")), key("kpi", "CC1.1"): NEW}
    found = compare_new(before.agency, form, answers)
    assert found.matches.unanswered == []
    assert [change.what for change in found.dropped] == ["KPI CC1.1 員工對市政大樓服務設施滿意度"]
    plan = draft(before, form, answers=answers)
    assert lineage(plan, "AC1.9") == lineage(before, "AC1.1")
    assert KPI.objects.get(plan=plan, code="AC1.9").weight == 3
    assert lineage(plan, "CC1.1") != lineage(before, "CC1.1")
    baseline = YearlyValue.objects.filter(measure__kpi__plan=plan, year__lt=2017).reported()
    assert {value.measure.kpi.code for value in baseline} == {"CC1.1"}
    assert KPI.objects.filter(plan=before).count() == KPI.objects.filter(plan=plan).count() == 39


def test_two_rows_that_take_each_others_codes_are_asked_without_a_choice_and_then_swapped(before):
    first, second = (before.kpis.get(code=code) for code in ("AC1.1", "CC1.1"))
    form = with_kpis(years_later(read(), 1), AC1_1={"name": second.name}, CC1_1={"name": first.name})
    asked = {match.row.code: match for match in compare_new(before.agency, form).matches.unanswered}
    assert {code: (match.certainty, match.lineage) for code, match in asked.items()} == {
        code: (Certainty.UNCLEAR, None) for code in ("AC1.1", "CC1.1")
    }
    answers = {key("kpi", "AC1.1"): str(second.lineage), key("kpi", "CC1.1"): str(first.lineage)}
    plan = draft(before, form, answers=answers)
    assert (lineage(plan, "AC1.1"), lineage(plan, "CC1.1")) == (second.lineage, first.lineage)


def test_what_the_form_lacks_is_told_and_dropped_and_what_it_moves_stays_whole(before):
    form = years_later(read(), 1)
    kpis = [kpi for kpi in form.plan.kpis if kpi.objective != "HF1"]
    (moved,) = (kpi for kpi in form.plan.kpis if kpi.code == "HF1.1")
    kpis.append(replace(moved, objective="AC1", action_plans=()))
    plan_read = replace(
        form.plan, kpis=tuple(kpis), objectives=tuple(o for o in form.plan.objectives if o.code != "HF1")
    )
    form = replace(form, plan=plan_read)
    found = compare_new(before.agency, form)
    assert {change.what.split()[1] for change in found.dropped} == {"HF1", "HF1.1.1"}
    plan = draft(before, form)
    kpi = KPI.objects.get(plan=plan, code="HF1.1")
    assert (kpi.objective.code, kpi.lineage) == ("AC1", lineage(before, "HF1.1"))
    assert not kpi.action_plans.exists() and not Objective.objects.filter(plan=plan, code="HF1").exists()
    assert Objective.objects.filter(plan=before, code="HF1").exists()
    assert [o.code for o in Objective.objects.filter(plan=plan, theme__code="B")] == [
        o.code for o in Objective.objects.filter(plan=before, theme__code="B")
    ]


def test_a_unit_that_changes_begins_a_series_with_its_figures_and_differing_ones_are_told(before):
    form = years_later(read(with_cells(CARD, F7=8)), 1)
    third = form.plan.kpis[2]
    form = with_kpis(
        form, **{third.code.replace(".", "_"): {"measures": (replace(third.measures[0], unit="另一個單位"),)}}
    )
    found = compare_new(before.agency, form)
    (message,) = found.messages
    assert (message.level, message.cell) == (Severity.HINT, "F7")
    assert message.text == (
        "DC1.1 104 年實際值：表單「8」，系統「1.52」（105 年版，基準實際值）；以系統為準，沒有匯入。"
    )
    plan = draft(before, form)
    old, new = (Measure.objects.get(kpi__plan=of, kpi__code=third.code) for of in (before, plan))
    assert (new.unit, new.lineage == old.lineage, new.kpi.lineage) == ("另一個單位", False, old.kpi.lineage)
    baseline = YearlyValue.objects.filter(measure__kpi__plan=plan, year__lt=2017).reported()
    assert {value.measure for value in baseline} == {new}


def test_a_change_of_the_edition_before_since_the_preview_is_a_conflict(before):
    form = years_later(read(), 1)
    expected = compare_new(before.agency, form).expected_values()
    value = YearlyValue.objects.get(measure__kpi__plan=before, measure__kpi__code="AC1.1", year=2017)
    YearlyValue.objects.filter(pk=value.pk).update(target=20)
    with nothing_written(), pytest.raises(ImportConflict) as conflict:
        import_new_plan.apply_new(by=None, form=form, agency=before.agency, expected_values=expected)
    assert [(fact.what, fact.old_text, fact.new_text) for fact in conflict.value.changes] == [
        ("AC1.1 106 年目標值", "20", "28")
    ]


@pytest.mark.parametrize(("ahead", "length"), [(1, 1), (1, 6), (3, 3)])
def test_windows_of_one_and_six_years_and_a_gap_year(before, ahead, length):
    form = years_later(read(), ahead)
    last = form.plan.first_year + length - 1

    def cut(measure):
        last_target = measure.targets[max(measure.targets)]
        return replace(
            measure,
            targets={year: measure.targets.get(year, last_target) for year in range(form.plan.first_year, last + 1)},
        )

    kpis = tuple(replace(kpi, measures=tuple(map(cut, kpi.measures))) for kpi in form.plan.kpis)
    form = replace(form, plan=replace(form.plan, last_year=last, kpis=kpis))
    plan = draft(before, form)
    assert (plan.year, plan.last_year) == (2016 + ahead, last)
    years = YearlyValue.objects.filter(measure__kpi__plan=plan, target__isnull=False).values_list("year", flat=True)
    assert set(years) == set(range(plan.year, last + 1))
    assert compare_new(before.agency, years_later(read(), -1)) is None


def test_years_before_an_adopted_edition_are_refused(before):
    with pytest.raises(RuleBroken, match="105 年版已核定，不能再新增較早的 104 年版"):
        import_new_plan.apply_new(by=None, form=years_later(read(), -1), agency=before.agency)


def test_a_draft_takes_a_form_without_a_reason_and_one_that_is_gone_meanwhile_none(before, reviewer):
    form = years_later(read(), 1)
    plan = draft(before, form)
    first = form.plan.kpis[0]
    both = with_kpis(form, AC1_1={"measures": (*first.measures, replace(first.measures[0], unit="人"))})
    found = compare(plan, both)
    assert [(change.kind, change.what) for change in found.changes] == [("added", "衡量項 AC1.1")]
    given = {"by": reviewer, "plan": plan, "form": both, "expected_values": found.expected_values()}
    import_into_plan.apply_to(**given)
    assert [m.unit for m in Measure.objects.filter(kpi__plan=plan, kpi__code="AC1.1")] == ["日數", "人"]
    found = compare(plan, form)
    (gone,) = found.dropped
    expected = found.expected_values()
    given |= {"form": form, "expected_values": expected}
    assert import_into_plan.apply_to(**given) == []
    assert len(import_into_plan.apply_to(**given, dropped=[gone.name])) == 1
    assert Measure.objects.filter(kpi__plan=plan, kpi__code="AC1.1").count() == 1
    editions.discard(by=reviewer, plan=plan)
    with nothing_written(), pytest.raises(RuleBroken, match="這份草案剛才已捨棄"):
        import_into_plan.apply_to(**given)


def test_a_row_that_takes_others_with_it_is_dropped_only_with_them(before):
    form = years_later(read(), 1)
    plan = draft(before, form)
    kpis = tuple(kpi for kpi in form.plan.kpis if kpi.objective != "HF1")
    objectives = tuple(row for row in form.plan.objectives if row.code != "HF1")
    form = replace(form, plan=replace(form.plan, kpis=kpis, objectives=objectives))
    found = compare(plan, form)
    names = {change.key.kind: change.name for change in found.dropped}
    given = {"by": None, "plan": plan, "form": form, "expected_values": found.expected_values()}
    with nothing_written(), pytest.raises(RuleBroken, match="仍列在要停列的策略目標；請一併停列"):
        import_into_plan.apply_to(**given, dropped=[names["objective"]])
    import_into_plan.apply_to(**given, dropped=names.values())
    assert not Objective.objects.filter(plan=plan, code="HF1").exists()
    assert KPI.objects.filter(plan=plan).count() == 38
    event = AuditEvent.objects.filter(plan=plan, kpi_id=None).latest("pk")
    assert any(change["what"].startswith("策略目標 HF1") for change in event.changes)
    # The row comes back with its lineage, as the edition before has it.
    again = years_later(read(), 1)
    found = compare(plan, again)
    assert {m.certainty for m in found.matches.rows} == {Certainty.SAME}
    import_into_plan.apply_to(by=None, plan=plan, form=again, expected_values=found.expected_values())
    assert lineage(plan, "HF1.1") == lineage(before, "HF1.1")
    assert not YearlyValue.objects.filter(measure__kpi__plan=plan, year__lt=2017).reported().exists()
