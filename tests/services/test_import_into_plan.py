"""A form brought into a plan that is there: what differs, what a person agreed to, and what is never touched."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from scorecard.agency_form.changes import Drops
from scorecard.agency_form.current_plan import load_current_plan
from scorecard.agency_form.uploaded_form import compare
from scorecard.agency_form.writing.form_file import choose_years, form_ods, form_xlsx
from scorecard.domain.policies import RuleBroken
from scorecard.models import KPI, ActionBudget, AuditEvent, Measure, Plan, YearlyValue, earlier_values
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.edition_difference import DifferenceKind
from scorecard.services import import_into_plan
from scorecard.spreadsheets.cell_messages import Severity
from tests import factories
from tests.agency_form.form_workbooks import CARD, edited, with_cells
from tests.services.rows import nothing_written
from tests.services.test_import_new_plan import adopted, read, years_later
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db


@layer
def plan():
    return adopted()


def apply(plan, form, **options):
    expected = compare(plan, form).expected_values()
    given = {"by": None, "reason": "議會通過"} | options
    return import_into_plan.apply_to(plan=plan, form=form, expected_values=expected, **given)


def told(changes):
    return [(change.kind, change.what, change.old_text, change.new_text) for change in changes]


def value(code, year):
    return YearlyValue.objects.get(measure__kpi__code=code, measure__position=1, year=year)


def test_the_same_form_again_changes_nothing_and_leaves_no_trace(plan):
    before = AuditEvent.objects.count(), Plan.objects.get().data_version
    found = compare(plan, read())
    assert (found.changes, found.dropped, found.messages) == ((), (), ())
    assert apply(plan, read()) == []
    assert (AuditEvent.objects.count(), Plan.objects.get().data_version) == before


@pytest.mark.parametrize("write", [form_xlsx, form_ods])
def test_the_form_that_the_product_writes_reads_back_without_a_difference(plan, write):
    plan = Plan.objects.select_related("agency", "version").get(pk=plan.pk)
    scorecard = build_scorecard(plan, with_action_plans=True)
    form = read(write(scorecard, choose_years(scorecard)))
    assert [message for message in form.messages if message.level is not Severity.HINT] == []
    found = compare(plan, form)
    assert (found.changes, found.dropped, found.messages) == ((), (), ())


def test_what_differs_is_told_by_its_kind_and_cell(plan):
    form = read(with_cells(CARD, G4=30, G10=280, B6="CC1.1 新名稱", L14=9, J4="文書組"))
    found = compare(plan, form)
    assert found.drops is Drops.NONE
    assert set(told(found.changes)) == {
        (DifferenceKind.SOFTENED, "AC1.1 105 年目標值", "105 年 28 日數", "105 年 30 日數"),
        (DifferenceKind.SOFTENED, "GC1.1 105 年目標值", "105 年 290 則數", "105 年 280 則數"),
        (DifferenceKind.RENAMED, "CC1.1", "員工對市政大樓服務設施滿意度", "新名稱"),
        (DifferenceKind.MONEY, "BP1.1.1 105 年預算", "105 年 2,250,000 元", "105 年 9 元"),
        (DifferenceKind.OWNER, "AC1.1 主責科室", "總務組", "文書組"),
    }
    assert {change.place.cell for change in found.changes} == {"G4", "G10", "B6", "L14", "J4"}


def test_what_was_seen_is_written_and_audited_with_old_and_new_values(plan):
    form = read(with_cells(CARD, G4=30, B6="CC1.1 新名稱", L14=9, J4="文書組", O4="王小明"))
    apply(plan, form)
    assert value("AC1.1", 2016).target == 30
    assert KPI.objects.get(code="CC1.1").name == "新名稱"
    assert ActionBudget.objects.get(action_plan__code="BP1.1.1", year=2016).amount == 9
    assert KPI.objects.get(code="AC1.1").division.name == "文書組"
    assert KPI.objects.get(code="AC1.1").action_plans.get().owner == "王小明"
    event = AuditEvent.objects.get(kpi_id=KPI.objects.get(code="AC1.1").pk)
    assert event.reason == "由表單匯入：議會通過"
    (target,) = [change for change in event.changes if change["what"] == "AC1.1 105 年目標值"]
    told = {"field": "target", "measure": value("AC1.1", 2016).measure_id, "year": 2016, "state": "adopted"}
    assert target == {"old": "28", "new": "30", "what": "AC1.1 105 年目標值", "reason_before": ""} | told
    assert compare(plan, form).changes == ()


def test_new_things_come_in_and_what_the_form_lacks_stays(plan):
    def edit(strategy_map, card):
        strategy_map["C4"] = "AC1 提高員工職舍配住率\nAC2 新目標"
        for column, text in zip(
            "ABCDEFGHIJKLMNO",
            (
                "AC2 新目標",
                "AC2.1 新指標",
                "次數≥5次\n單位：次數",
                1,
                2,
                3,
                5,
                6,
                7,
                "新科室",
                "AC2.1.1 新方案",
                0,
                1,
                2,
                "新科室",
            ),
            strict=True,
        ):
            card[f"{column}43"] = text
        for column in "ABCDEFGHIJKLMNO":
            card[f"{column}42"] = None

    found = compare(plan, read(edited(edit)))
    assert {(c.kind, c.what) for c in found.changes} == {
        (DifferenceKind.ADDED, "策略目標 AC2 新目標"),
        (DifferenceKind.ADDED, "KPI AC2.1 新指標"),
    }
    assert {change.what for change in found.dropped} == {"KPI HF1.1 增加文書宣導期刊之電子化比率"}
    apply(plan, read(edited(edit)))
    kpi = KPI.objects.get(code="AC2.1")
    assert (kpi.objective.code, kpi.division.name, kpi.objective.position) == ("AC2", "新科室", 2)
    assert value("AC2.1", 2013).actual == 1
    assert kpi.action_plans.get().budgets.get(year=2018).amount == 2
    assert KPI.objects.filter(code="HF1.1").exists()


def test_a_value_changed_since_the_preview_is_a_conflict_and_nothing_is_written(plan):
    form = read(with_cells(CARD, G4=30, B6="CC1.1 新名稱"))
    expected = compare(plan, form).expected_values()
    YearlyValue.objects.filter(pk=value("AC1.1", 2016).pk).update(target=29)
    with pytest.raises(import_into_plan.ImportConflict) as conflict:
        import_into_plan.apply_to(by=None, plan=plan, form=form, expected_values=expected, reason="議會通過")
    assert [(fact.what, fact.old, fact.new) for fact in conflict.value.changes] == [
        ("AC1.1 105 年目標值", Decimal(29), Decimal(30))
    ]
    assert KPI.objects.get(code="CC1.1").name != "新名稱"


def test_a_change_that_the_preview_did_not_show_is_a_conflict_too(plan):
    form = read()
    KPI.objects.filter(code="CC1.1").update(name="別人改的名稱")
    with pytest.raises(import_into_plan.ImportConflict):
        import_into_plan.apply_to(by=None, plan=plan, form=form, expected_values={})


def test_a_division_whose_name_has_white_space_is_found_again_and_not_made_a_second_time(plan):
    names = {"文書組": "文書 組", "總務組": "General Affairs"}
    for old, new in names.items():
        plan.agency.divisions.filter(name=old).update(name=new)
    plan = Plan.objects.select_related("agency", "version").get(pk=plan.pk)
    scorecard = build_scorecard(plan, with_action_plans=True)
    form = read(form_xlsx(scorecard, choose_years(scorecard)))
    assert compare(plan, form).changes == ()
    KPI.objects.filter(code="AC1.1").update(name="另一個名稱", division=plan.agency.divisions.get(name="機要組"))
    assert {change.what for change in apply(plan, form)} == {"AC1.1", "AC1.1 主責科室"}
    assert plan.agency.divisions.count() == 8
    assert KPI.objects.get(code="AC1.1").division.name == "General Affairs"


def test_a_closed_year_is_not_touched_and_a_baseline_figure_changes_only_at_its_home(plan):
    """105 has it until its year is closed; what 106 says otherwise is told by its cell."""
    admin = factories.make_member("boss", plan.agency, "admin")
    apply(plan, read(with_cells(CARD, D7=9)))
    assert value("DC1.1", 2013).actual == 9
    factories.next_edition(admin, plan)
    later = Plan.objects.select_related("agency", "version").get(year=2017)
    form = years_later(read(with_cells(CARD, F7=8)), 1)
    found = compare(later, form)
    assert [c.what for c in found.changes if c.key.field in ("actual", "actual_note")] == []
    told = [m.text for m in found.messages if m.cell == "F7"]
    assert told and "（105 年版，基準實際值）；以系統為準，沒有匯入" in told[0]
    factories.close_year(admin, factories.open_year(admin, plan), reason="提前關閉")
    form = read(with_cells(CARD, D7=7))
    found = compare(Plan.objects.select_related("agency", "version").get(pk=plan.pk), form)
    assert [(m.level, m.cell) for m in found.messages] == [(Severity.ERROR, "D7")]
    with nothing_written(), pytest.raises(RuleBroken, match="105 年已關閉|這個年度已關閉"):
        apply(plan, form)


def test_a_unit_that_changes_begins_a_lineage_and_baseline_figures_stay_where_they_are_shown(plan):
    admin = factories.make_member("boss", plan.agency, "admin")
    later = factories.next_edition(admin, plan)
    old = Measure.objects.get(kpi__plan=plan, kpi__code="AC1.1")
    form = read()
    kpi, *others = form.plan.kpis
    kpi = replace(kpi, measures=(replace(kpi.measures[0], unit="週"),))
    apply(plan, replace(form, plan=replace(form.plan, kpis=(kpi, *others))))
    new = Measure.objects.get(pk=old.pk)
    assert new.unit == "週" and new.lineage != old.lineage
    of_kpi = KPI.objects.filter(plan=later, code="AC1.1")
    shown = {
        row.year: row.home_year
        for row in earlier_values(later, since=2013, kpis=of_kpi)
        if row.year < 2016 and row.measure_lineage == old.lineage
    }
    assert shown == {2013: 2017, 2014: 2017, 2015: 2017}


def test_neither_settled_reports_nor_actuals_of_plan_years_are_touched_and_an_open_year_wants_a_reason():
    plan = factories.make_plan(kpis=5)
    cast = factories.make_cast(plan)
    factories.open_year(cast.admin, plan)
    factories.approved(cast, factories.kpi(plan, "AC1.1"))
    form = read(small_form())
    standing = load_current_plan(plan, form.plan)
    assert list(standing.reports) == [factories.kpi(plan, "AC1.1").lineage]
    found = compare(plan, form)
    errors = [m.text for m in found.messages if m.level is Severity.ERROR]
    assert len(errors) == 1 and "AC1.1 105 年的填報審核通過" in errors[0]
    hints = [m.text for m in found.messages if m.level is Severity.HINT]
    assert any("105 年的實際值由填報人員填報" in text for text in hints)
    other = read(small_form(code="AC1.2"))
    expected = compare(plan, other).expected_values()
    with pytest.raises(RuleBroken, match="105 年版已核定，變更內容請說明理由"):
        import_into_plan.apply_to(by=cast.reviewer, plan=plan, form=other, expected_values=expected)
    import_into_plan.apply_to(by=cast.reviewer, plan=plan, form=other, expected_values=expected, reason="議會通過")
    assert (value("AC1.2", 2016).target, value("AC1.2", 2016).target_reason) == (55, "議會通過")
    assert AuditEvent.objects.latest("pk").reason == "由表單匯入：議會通過"
    with pytest.raises(PermissionDenied):
        import_into_plan.apply_to(by=cast.staff, plan=plan, form=other, expected_values=expected)


def small_form(code="AC1.1"):
    """A form of one KPI of the plan that make_plan() makes."""

    def edit(strategy_map, card):
        strategy_map["C4"] = "AC1 目標 AC1"
        card["F2"] = "105年實際值"
        for row in range(5, 43):
            for column in range(1, 16):
                if type(card.cell(row, column)).__name__ == "Cell":
                    card.cell(row, column).value = None
        card["A4"], card["B4"], card["F4"] = "AC1 目標 AC1", f"{code} 指標 {code}", 42
        card["C4"], card["J4"] = "實際數 ÷ 應有數\n單位：次" if code == "AC1.1" else "實際數 ÷ 應有數\n單位：日", "甲組"
        card["D4"] = card["E4"] = 80 if code == "AC1.1" else 25
        card["G4"], card["H4"], card["I4"] = 55, *((100, 100) if code == "AC1.1" else (20, 20))
        card["K4"] = f"{code}.1 辦理 {code}.1"

    return edited(edit)
