"""What one edition changed against another: nothing in a carried copy, and a sentence for every kind."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    Division,
    Measure,
    Objective,
    ObjectiveLink,
    ObjectiveSupport,
    Perspective,
    Plan,
    Theme,
    YearlyValue,
)
from scorecard.read_models.difference_words import FIELD_WORDS
from scorecard.read_models.edition_comparison import compare_editions
from scorecard.read_models.edition_difference import OTHERS, DifferenceKind, Group, find_differences
from scorecard.read_models.edition_facts import load_edition_facts
from scorecard.read_models.edition_items import DivisionName, EditionFacts, FactKey, ItemKind
from scorecard.services import editions
from scorecard.services.edition_copy import FIELDS
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(plan, cast):
    """106, carried forward from 105."""
    return editions.carry_forward(by=cast.reviewer, agency=plan.agency, year=plan.year + 1)


class Draft:
    """Rows of the draft by their codes."""

    def __init__(self, plan):
        self.plan = plan
        self.theme = lambda code: Theme.objects.get(plan=plan, code=code)
        self.perspective = lambda code: Perspective.objects.get(plan=plan, code=code)
        self.objective = lambda code: Objective.objects.get(plan=plan, code=code)
        self.kpi = lambda code: KPI.objects.get(plan=plan, code=code)
        self.division = lambda name: Division.objects.get(agency=plan.agency, name=name)

    def rows(self, model, code):
        return model.objects.filter(plan=self.plan, code=code)

    def measures(self, code):
        return Measure.objects.filter(kpi=self.kpi(code))

    def values(self, code, year):
        return YearlyValue.objects.filter(measure__kpi=self.kpi(code), year=year)

    def budgets(self, code, year=2017):
        return ActionBudget.objects.filter(action_plan__plan=self.plan, action_plan__code=code, year=year)

    def links(self, cause, effect):
        return ObjectiveLink.objects.filter(plan=self.plan, cause__code=cause, effect__code=effect)

    def update(self, **fields):
        Plan.objects.filter(pk=self.plan.pk).update(**fields)

    def add_kpi(self):
        kpi = KPI.objects.create(
            plan=self.plan, objective=self.objective("AP2"), code="AP2.1", name="新指標", division=self.division("甲組")
        )
        measure = Measure.objects.create(kpi=kpi, unit="%")
        YearlyValue.objects.create(measure=measure, year=2017, target=5)

    def add_action_plan(self):
        kpi = self.kpi("AC1.2")
        row = ActionPlan.objects.create(
            plan=self.plan, kpi=kpi, code="AC1.2.2", description="加辦", owner_person="王小華", position=2
        )
        ActionBudget.objects.create(action_plan=row, year=2017, amount=500)

    def add_objective(self):
        row = {"plan": self.plan, "theme": self.theme("B"), "perspective": self.perspective("P")}
        Objective.objects.create(code="BP2", name="新目標", **row)

    def begin_series(self, code, **fields):
        self.measures(code).filter(position=1).update(lineage=uuid4(), **fields)


def new_link(d):
    ObjectiveLink.objects.create(plan=d.plan, cause=d.objective("AP2"), effect=d.objective("AC1"), reason="快則滿意")


# By kind of difference: the change, and its sentences.
CHANGES = {
    "an objective added": (lambda d: d.add_objective(), ["新增 策略目標 BP2 新目標"]),
    "a KPI added": (lambda d: d.add_kpi(), ["新增 KPI AP2.1 新指標"]),
    "an action plan added": (lambda d: d.add_action_plan(), ["新增 行動方案 AC1.2.2 加辦"]),
    "a measure added": (
        lambda d: d.kpi("AC1.1").measures.create(label="件數", unit="件", position=2),
        ["新增 衡量項 AC1.1 件數"],
    ),
    "a KPI retired": (lambda d: d.kpi("AC1.2").delete(), ["停列 AC1.2 指標 AC1.2（105 年版以前）"]),
    "an objective retired": (
        lambda d: d.objective("AP2").delete(),
        ["停列 策略目標 AP2 目標 AP2（105 年版以前）"],
    ),
    "a measure retired": (
        lambda d: d.measures("AP1.1").filter(label="影片").delete(),
        ["停列 衡量項 AP1.1 影片（105 年版以前）"],
    ),
    "recoded": (lambda d: d.rows(KPI, "AC1.2").update(code="AC1.3"), ["AC1.2 → AC1.3"]),
    "renamed": (lambda d: d.rows(KPI, "AC1.2").update(name="新名"), ["AC1.2 更名：指標 AC1.2 → 新名"]),
    "an objective moved": (
        lambda d: d.rows(Objective, "AC1").update(theme=d.theme("B"), perspective=d.perspective("F")),
        ["AC1 由 A 主題1／顧客構面 移至 B 主題2／財務構面"],
    ),
    "a KPI moved": (
        lambda d: d.rows(KPI, "AC1.2").update(objective=d.objective("BC1")),
        ["AC1.2 KPI 由 AC1 移至 BC1"],
    ),
    "recoded, renamed and moved": (
        lambda d: d.rows(KPI, "AC1.2").update(code="BC1.3", name="新名", objective=d.objective("BC1")),
        ["AC1.2 → BC1.3；更名：指標 AC1.2 → 新名；KPI 由 AC1 移至 BC1"],
    ),
    "an action plan moved": (
        lambda d: d.rows(ActionPlan, "AC1.1.1").update(kpi=d.kpi("AL1.1"), position=2),
        ["AC1.1.1 行動方案 由 AC1.1 移至 AL1.1"],
    ),
    "softened, lower is better": (
        lambda d: d.values("AC1.2", 2017).update(target=Decimal("20.5")),
        ["AC1.2 106 年目標放寬：105 年版原訂 20 日，改為 20.5 日（越低越好）"],
    ),
    "softened, higher is better": (
        lambda d: d.values("AC1.1", 2018).update(target=99),
        ["AC1.1 107 年目標放寬：105 年版原訂 100 次，改為 99 次（越高越好）"],
    ),
    "softened, a band": (
        lambda d: d.values("AL1.1", 2017).update(target=51),
        ["AL1.1 106 年目標放寬：105 年版原訂 50±5 人，改為 51±5 人（落在範圍內）"],
    ),
    "removed": (
        lambda d: d.values("AC1.1", 2017).update(target=None, target_note="研議中"),
        ["AC1.1 106 年目標放寬：105 年版原訂 100 次，取消目標值（研議中）"],
    ),
    "raised": (
        lambda d: d.values("AC1.2", 2017).update(target=19),
        ["AC1.2 106 年目標提高：105 年版原訂 20 日，改為 19 日（越低越好）"],
    ),
    "set": (
        lambda d: d.kpi("AC1.2").measures.get().values.create(year=2019, target=18),
        ["AC1.2 108 年目標訂定：18 日（越低越好）"],
    ),
    "a note alone": (
        lambda d: d.values("AC1.2", 2017).update(target_note="暫定"),
        ["AC1.2 106 年目標：105 年版原訂 20 日，改為 20 日（暫定）"],
    ),
    "lead division": (
        lambda d: d.rows(Theme, "A").update(lead_division=d.division("乙組")),
        ["策略主題 A 主辦單位 甲組 → 乙組"],
    ),
    "division": (
        lambda d: d.rows(KPI, "AC1.2").update(division=d.division("乙組")),
        ["AC1.2 主責科室 甲組 → 乙組"],
    ),
    "supporting divisions": (
        lambda d: d.kpi("AC1.1").supporting_divisions.add(d.division("乙組")),
        ["AC1.1 協辦科室 支援組 → 乙組、支援組"],
    ),
    "owner of an action plan": (
        lambda d: d.rows(ActionPlan, "AC1.1.1").update(owner_division=None, owner_person="王小華"),
        ["AC1.1.1 行動方案主責 甲組 → 王小華"],
    ),
    "weights": (
        lambda d: (
            [d.rows(m, c).update(weight=2) for m, c in ((Perspective, "C"), (Objective, "AC1"), (KPI, "AC1.1"))]
            + [d.measures("AC1.1").update(weight=Decimal("1.5"))]
        ),
        ["構面 C 權重 1 → 2", "AC1 權重 1 → 2", "AC1.1 權重 1 → 2", "AC1.1 衡量項權重 1 → 1.5"],
    ),
    "formula": (
        lambda d: d.rows(KPI, "AC1.1").update(formula="甲 ÷ 乙\n四捨五入"),
        ["AC1.1 計算公式：原「實際數 ÷ 應有數」，改為「甲 ÷ 乙／四捨五入」"],
    ),
    "content of an action plan": (
        lambda d: d.rows(ActionPlan, "AC1.1.1").update(description="新內容"),
        ["AC1.1.1 內容：原「辦理 AC1.1.1」，改為「新內容」"],
    ),
    "a unit, and so a new series": (
        lambda d: d.begin_series("AC1.1", unit="%"),
        ["AC1.1 單位 次 → %：歷年數值不再銜接"],
    ),
    "a series cut": (
        lambda d: d.begin_series("AC1.1"),
        ["AC1.1 衡量項重新定義：歷年數值不再銜接"],
    ),
    "direction": (
        lambda d: d.measures("AC1.1").update(direction="lower"),
        ["AC1.1 方向 越高越好 → 越低越好"],
    ),
    "tolerance, narrower": (
        lambda d: d.measures("AL1.1").update(tolerance=4),
        [
            "AL1.1 106 年目標提高：105 年版原訂 50±5 人，改為 50±4 人（落在範圍內）",
            "AL1.1 107 年目標提高：105 年版原訂 50±5 人，改為 50±4 人（落在範圍內）",
            "AL1.1 容許差 5 → 4",
        ],
    ),
    "into a band": (
        lambda d: d.measures("AC1.1").update(direction="band", tolerance=0),
        ["AC1.1 方向 越高越好 → 落在範圍內（±0）"],
    ),
    "parts of a ratio": (
        lambda d: d.measures("AF1.1").update(numerator_label="實付數", denominator_label="可用數", factor=1000),
        ["AF1.1 分子 執行數 → 實付數", "AF1.1 分母 預算數 → 可用數", "AF1.1 乘數 100 → 1000"],
    ),
    "label": (
        lambda d: d.measures("AC1.1").update(label="次數"),
        ["AC1.1「次數」 衡量項名稱 無 → 次數"],
    ),
    "texts of the edition": (
        lambda d: d.update(mission="新使命", vision="", core_values="誠", instructions="一\n二"),
        [
            "使命：原「提高效能／加速回應」，改為「新使命」",
            "願景：原「最優服務」，改為「（空白）」",
            "核心價值：原「真誠／創新」，改為「誠」",
            "填表說明：原「編號自由。／預算不含人事費。」，改為「一／二」",
        ],
    ),
    "settings": (
        lambda d: d.update(warning_threshold="0.855", display_cap=120, reminder_days="-1", last_year=2017),
        [
            "目標訂至 107 年 → 106 年",
            "接近門檻 90% → 85.5%",
            "達成率顯示上限 不設上限 → 120%",
            "提醒日 -14,-7,-1,0,3,7,14 → -1",
        ],
    ),
    "supports": (
        lambda d: ObjectiveSupport.objects.filter(objective__plan=d.plan).update(reason="施政重點"),
        ["AC1 支持之府級目標：原「甲C1 府級目標」，改為「甲C1 府級目標（施政重點）」"],
    ),
    "money": (
        lambda d: d.budgets("AC1.1.1").update(amount=2000),
        ["AC1.1.1 106 年預算 1,000 → 2,000（+1,000）"],
    ),
    "money taken out": (
        lambda d: d.budgets("AC1.1.1").delete(),
        ["AC1.1.1 106 年預算 1,000 → 未編列（−1,000）"],
    ),
    "a link added": (new_link, ["新增因果關係 AP2 → AC1：快則滿意"]),
    "a link removed": (lambda d: d.links("AP1", "AC1").delete(), ["移除因果關係 AP1 → AC1"]),
    "the reason of a link": (
        lambda d: d.links("AP1", "AC1").update(reason="新理由"),
        ["因果關係 AP1 → AC1 理由：原「測試關係」，改為「新理由」"],
    ),
}


def sentences(old, new):
    new.refresh_from_db()
    return [row.sentence for row in compare_editions(old, new).differences]


@pytest.mark.parametrize("change", CHANGES)
def test_every_kind_of_change_has_its_sentence_and_nothing_else_differs(plan, draft, change):
    act, expected = CHANGES[change]
    assert sentences(plan, draft) == []
    act(Draft(draft))
    assert sentences(plan, draft) == expected


@pytest.mark.one_database
def test_the_changes_above_are_of_every_kind_and_of_every_field(plan, draft):
    """Together they are told in eight groups, in this order, and the same way each time."""
    world = Draft(draft)
    left_out = {"recoded", "recoded, renamed and moved", "a KPI retired", "an objective retired", "a series cut"}
    for name, (act, _) in CHANGES.items():
        if name not in left_out | {"money taken out", "direction", "settings"}:
            act(world)
    # What one change does to the same rows hides another.
    world.kpi("BC1.2").delete()
    world.rows(KPI, "BF1.1").update(code="BF1.9")
    world.values("BC1.1", 2017).update(target=1)
    world.values("BL1.1", 2017).update(target_note="暫定")
    world.links("AL1", "AP1").update(reason="新理由")
    draft.refresh_from_db()
    comparison = compare_editions(plan, draft)
    kinds = {row.kind for row in comparison.differences}
    assert kinds == set(DifferenceKind)
    assert [group.group for group in comparison.groups] == list(Group)
    assert all(group.count for group in comparison.groups)
    assert tuple(row for group in comparison.groups for row in group.differences) == comparison.differences
    for row in comparison.differences:
        assert row.sentence and row.what and row.new_text and row.old_text and row.chip and row.item, row
        assert row.group in Group
    assert compare_editions(draft, plan).digest == comparison.digest
    fields = {(kind, name) for kind, names in OTHERS.items() for name in names}
    assert fields <= FIELD_WORDS.keys()


# Fields that a copy takes over and a comparison leaves out: places in lists, and what is no part of the strategy.
NOT_COMPARED = {"position", "lineage", "contact", "created_by", "year"}
# Where a fact has another name, or is made of several fields.
KINDS = {
    Plan: ItemKind.PLAN,
    Perspective: ItemKind.PERSPECTIVE,
    Theme: ItemKind.THEME,
    Objective: ItemKind.OBJECTIVE,
    ObjectiveLink: ItemKind.LINK,
    KPI: ItemKind.KPI,
    Measure: ItemKind.MEASURE,
    YearlyValue: ItemKind.MEASURE,
    ActionPlan: ItemKind.ACTION_PLAN,
    ActionBudget: ItemKind.ACTION_PLAN,
}
TOLD_AS = {"owner_person": "owner", "owner_division": "owner"}


def test_every_field_that_a_copy_takes_over_is_compared(plan):
    """A new field of an edition fails here until a comparison tells of it, or NOT_COMPARED says why not."""
    facts = load_edition_facts(plan)
    assert KINDS.keys() == FIELDS.keys() - {ObjectiveSupport}
    said = {(key.kind, key.field) for key in facts.facts}
    for model, kind in KINDS.items():
        fields = FIELDS[model]
        names = {TOLD_AS.get(name, name) for name in (*fields.copied, *fields.divisions)} - NOT_COMPARED
        assert {(kind, name) for name in names} <= said, model


def facts_of_form(facts, **changed):
    """What a form says of the edition: no weights, supports, links or tolerances, and texts broken anywhere."""
    said = {
        key: value.replace("數", "數\n") if key.field in ("name", "formula") else value
        for key, value in facts.facts.items()
        if key.field not in ("weight", "supports", "tolerance", "reminder_days", "target_reason", "reason")
    }
    items = {key: item for key, item in facts.items.items() if item.kind != ItemKind.LINK}
    kinds = frozenset(ItemKind) - {ItemKind.LINK}
    form = replace(
        facts, title="表單.xlsx", items=items, facts=said, successors={}, is_of_form=True, stated_kinds=kinds
    )
    return replace(form, **changed)


def test_what_a_form_does_not_say_is_no_difference(plan, draft):
    facts = load_edition_facts(draft)
    form = facts_of_form(facts)
    assert find_differences(facts, form) == ()
    target = FactKey(ItemKind.MEASURE, draft.kpis.get(code="AL1.1").measures.get().lineage, "target", 2017)
    kpi = draft.kpis.get(code="AC1.2")
    owner = FactKey(ItemKind.KPI, kpi.lineage, "division")
    said = {**form.facts, target: Decimal("50.5"), owner: DivisionName(None, "新科室")}
    found = find_differences(facts, replace(form, facts=said))
    assert {row.key: row.new for row in found} == {target: Decimal("50.5"), owner: DivisionName(None, "新科室")}
    # The band is as wide as it was, though the form does not say so.
    assert found[0].sentence == "AL1.1 106 年目標放寬：106 年版草案原訂 50±5 人，改為 50.5±5 人（落在範圍內）"
    without = {key: item for key, item in form.items.items() if key != (ItemKind.KPI, kpi.lineage)}
    assert [row.sentence for row in find_differences(facts, replace(form, items=without))] == [
        "停列 AC1.2 指標 AC1.2（106 年版以前）"
    ]


def test_facts_survive_as_json(plan, draft):
    for edition in (plan, draft):
        facts = load_edition_facts(edition)
        again = EditionFacts.from_json(facts.text)
        assert again == facts
        assert again.text == facts.text
        assert find_differences(facts, again) == ()
    # Equal figures are written alike, however many zeros they have.
    key = FactKey(ItemKind.PLAN, None, "warning_threshold")
    assert replace(facts, facts={**facts.facts, key: Decimal("0.9000")}).text == facts.text
    assert EditionFacts.from_json(facts.to_json()).facts[key] == Decimal("0.9")


@pytest.mark.parametrize("kpis", [10, 100])
def test_the_number_of_queries_is_fixed(django_assert_num_queries, kpis):
    plan = factories.make_plan(kpis=kpis)
    boss = factories.make_member("boss", plan.agency, "admin")
    draft = editions.carry_forward(by=boss, agency=plan.agency, year=2017)
    with django_assert_num_queries(13):
        facts = load_edition_facts(draft)
    assert len(facts.of_kind(ItemKind.KPI)) == kpis
    with django_assert_num_queries(14):
        assert compare_editions(plan, draft).is_same
