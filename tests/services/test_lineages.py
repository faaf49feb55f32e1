"""「這是前一版的哪一項？」: rows linked to earlier editions and cut from them, and where their figures are then."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from scorecard.domain.policies import RuleBroken
from scorecard.models import (
    KPI,
    ActionPlan,
    AuditEvent,
    Measure,
    Objective,
    Perspective,
    Plan,
    PlanVersion,
    Theme,
    YearlyValue,
    earlier_values,
)
from scorecard.read_models.lineages import KINDS, latest_earlier_rows, lineage_lines, rows_of_editions, rows_to_continue
from scorecard.services import editions, lineages
from scorecard.services.lineages import FiguresToGiveUp
from tests import factories
from tests.factories import approval, next_edition
from tests.services.rows import nothing_written
from tests.shared_rows import layer

pytestmark = pytest.mark.django_db

REASON = "組織調整"


@layer
def draft(open_plan, cast):
    """The draft of 106."""
    return editions.carry_forward(by=cast.reviewer, agency=open_plan.agency, year=2017)


def lineage_of(plan, code):
    return KPI.objects.get(plan=plan, code=code).lineage


def begin_anew(kpi):
    """A row without a past, as a form brings one that matches none."""
    KPI.objects.filter(pk=kpi.pk).update(lineage=uuid4())
    for measure in kpi.measures.all():
        Measure.objects.filter(pk=measure.pk).update(lineage=uuid4())
    return factories.kpi(kpi.plan, kpi.code)


def figures(plan, code):
    """{year: (figure, year of the edition that has it)} of the KPI's earlier years as the edition shows them."""
    rows = earlier_values(plan, since=2013, kpis=plan.kpis.filter(code=code))
    return {row.year: (row.actual, row.home_year) for row in rows if row.actual is not None}


def test_every_kind_of_row_is_cut_and_linked_again(cast, open_plan, draft):
    for kind, model in KINDS.items():
        row = rows_of_editions(kind, [draft]).order_by("pk").first()
        before = latest_earlier_rows(draft, kind)[row.lineage]
        cut = lineages.cut(by=cast.reviewer, row=row)
        assert cut.lineage != row.lineage and before in rows_to_continue(draft, kind, cut)
        assert not next(line for line in lineage_lines(draft) if line.row == cut).before, kind
        linked = lineages.link(by=cast.reviewer, row=cut, to=before.lineage)
        assert model.objects.get(pk=linked.pk).lineage == before.lineage
        assert next(line for line in lineage_lines(draft) if line.row == linked).before == before, kind
    event = AuditEvent.objects.first()
    assert event.target.startswith("AC1.1.1") and event.year == 2017
    assert event.changes == [{"what": "沿革", "old": "新的項目", "new": "105 年版 AC1.1.1 辦理 AC1.1.1"}]


def test_a_kpi_takes_its_measures_along_in_the_same_unit_and_never_in_another(cast, open_plan, draft):
    """AP1.1 counts 張 and 支; the draft's row counts 張 and 人."""
    then = factories.kpi(open_plan, "AP1.1")
    now = begin_anew(factories.kpi(draft, "AP1.1"))
    Measure.objects.filter(kpi=now, unit="支").update(unit="人")
    linked = lineages.link(by=cast.reviewer, row=now, to=then.lineage)
    by_unit = dict(then.measures.values_list("unit", "lineage"))
    assert {row.unit: row.lineage == by_unit.get(row.unit) for row in linked.measures.all()} == {
        "張": True,
        "人": False,
    }
    people = linked.measures.get(unit="人")
    with pytest.raises(RuleBroken, match="相同單位"), nothing_written():
        lineages.link(by=cast.reviewer, row=people, to=by_unit["支"])
    # Nor to a measure of another KPI. Once it is cut, the first one may come back alone.
    other = factories.kpi(open_plan, "BP1.1").measures.get(unit="張")
    sheets = lineages.cut(by=cast.reviewer, row=linked.measures.get(unit="張"))
    Measure.objects.filter(lineage=other.lineage, kpi__plan=draft).update(lineage=uuid4())
    with pytest.raises(RuleBroken, match="同一項 KPI"):
        lineages.link(by=cast.reviewer, row=sheets, to=other.lineage)
    lineages.link(by=cast.reviewer, row=sheets, to=by_unit["張"])
    # Another KPI's series does not stay with measures that this one does not continue.
    Measure.objects.filter(pk=people.pk).update(lineage=by_unit["支"])
    assert lineages.cut(by=cast.reviewer, row=linked).measures.get(unit="人").lineage != by_unit["支"]


def test_a_kpi_dropped_one_edition_ago_is_revived(cast, plan):
    """105 has it, 106 dropped it, 107's new row is it again."""
    middle = editions.carry_forward(by=cast.admin, agency=plan.agency, year=2017)
    KPI.objects.get(plan=middle, code="AC1.2").delete()
    middle = editions.record_adoption(by=cast.admin, plan=middle, approval=approval(), reason=REASON)
    last = editions.carry_forward(by=cast.admin, agency=plan.agency, year=2018)
    then = factories.kpi(plan, "AC1.2")
    assert then in rows_to_continue(last, "kpi", factories.kpi(last, "AC1.1"))
    new = begin_anew(factories.kpi(last, "AC1.1"))
    lineages.link(by=cast.admin, row=new, to=then.lineage)
    assert {year: home for year, (_, home) in figures(last, "AC1.1").items()} == dict.fromkeys(range(2013, 2016), 2016)
    # The latest edition that holds it is the one that is offered.
    row = factories.kpi(last, "BC1.1")
    row = lineages.cut(by=cast.admin, row=row)
    (offered,) = [each for each in rows_to_continue(last, "kpi", row) if each.code == "BC1.1"]
    assert offered.plan_id == middle.pk


def test_a_baseline_figure_that_an_earlier_edition_records_is_never_lost_silently(cast, open_plan, draft):
    """The draft's row came from a form with its own past figures: one as recorded, one otherwise, one unknown there."""
    then, now = factories.kpi(open_plan, "AC1.1"), begin_anew(factories.kpi(draft, "AC1.1"))
    measure = now.measures.get()
    known = YearlyValue.objects.get(measure__kpi=then, year=2015).actual
    for year, actual in ((2012, 7), (2014, known + 1), (2015, known)):
        YearlyValue.objects.create(measure=measure, year=year, actual=actual)
    with pytest.raises(FiguresToGiveUp) as refused, nothing_written():
        lineages.link(by=cast.reviewer, row=now, to=then.lineage)
    assert [sentence.split(" ", 1)[1] for sentence in refused.value.messages] == [
        "101 年：106 年版為 7，105 年版沒有記錄。",
        "103 年：106 年版為 81，105 年版記錄的是 80。",
    ]
    assert lineage_of(draft, "AC1.1") != then.lineage
    lineages.link(by=cast.reviewer, row=now, to=then.lineage, gives_up=True)
    assert figures(draft, "AC1.1")[2014] == (Decimal(80), 2016)
    assert not YearlyValue.objects.filter(measure=measure, year__lt=2017).exists()
    told = {change["what"].split(" ", 1)[1]: (change["old"], change["new"]) for change in event_changes()[2:]}
    assert told == {"101 年實際值": ("7", None), "103 年實際值": ("81", "80"), "104 年實際值": ("80", "80")}


def event_changes():
    return AuditEvent.objects.first().changes


def test_later_editions_follow_an_adopted_one_so_that_no_figure_leaves_its_row(cast, open_plan):
    """106 is adopted with a row that 107's draft carried on; what 106 says of it holds in 107."""
    middle = next_edition(cast.admin, open_plan)
    draft = editions.carry_forward(by=cast.reviewer, agency=open_plan.agency, year=2018)
    before = {plan.year: PlanVersion.objects.get(plan=plan).data_version for plan in (open_plan, middle, draft)}
    row = factories.kpi(middle, "AC1.1")
    with pytest.raises(RuleBroken, match="已核定，變更內容請說明理由"):
        lineages.cut(by=cast.reviewer, row=row)
    lineages.cut(by=cast.reviewer, row=row, reason=REASON)
    new = lineage_of(middle, "AC1.1")
    assert new == lineage_of(draft, "AC1.1") != lineage_of(open_plan, "AC1.1")
    assert figures(middle, "AC1.1") == figures(draft, "AC1.1") == {}
    YearlyValue.objects.create(measure=Measure.objects.get(kpi=row), year=2015, actual=12)
    assert figures(draft, "AC1.1") == {2015: (Decimal(12), 2017)}
    assert [(event.year, event.reason) for event in AuditEvent.objects.all()[:2]] == [(2018, REASON), (2017, REASON)]
    after = {plan.year: PlanVersion.objects.get(plan=plan).data_version for plan in (open_plan, middle, draft)}
    assert after == {2016: before[2016], 2017: before[2017] + 1, 2018: before[2018] + 2}
    # 107 holds the one of 105 in another row: what 106 says cannot hold there.
    KPI.objects.filter(plan=draft, code="BC1.1").update(lineage=lineage_of(open_plan, "AC1.1"))
    with pytest.raises(RuleBroken, match="107 年版的 BC1.1 .*已接續這一項"), nothing_written():
        lineages.link(
            by=cast.reviewer, row=factories.kpi(middle, "AC1.1"), to=lineage_of(open_plan, "AC1.1"), reason="x"
        )
    KPI.objects.filter(plan=draft, code="BC1.1").update(lineage=uuid4())
    # A draft is nobody's past: 106 does not follow 107.
    lineages.cut(by=cast.reviewer, row=factories.kpi(draft, "AC1.1"))
    assert lineage_of(middle, "AC1.1") == new != lineage_of(draft, "AC1.1")


def test_what_cannot_be_linked_is_refused_with_a_sentence(cast, open_plan, draft):
    row, other = factories.kpi(draft, "AC1.1"), factories.kpi(draft, "AC1.2")
    stale = factories.kpi(draft, "BC1.1")
    lineages.cut(by=cast.reviewer, row=factories.kpi(draft, "BC1.1"))
    strange = cast.other_plan.kpis.first()
    refusals = [
        (row, row.lineage, "已經接續這一項"),
        (row, other.lineage, "AC1.2 .*已接續這一項；請先切斷它"),
        (row, uuid4(), "較早的年版沒有這一項"),
        (row, strange.lineage, "較早的年版沒有這一項"),
        (stale, uuid4(), "已被其他人刪除或改接"),
    ]
    with nothing_written():
        for each, to, sentence in refusals:
            with pytest.raises(RuleBroken, match=sentence):
                lineages.link(by=cast.reviewer, row=each, to=to)
        with pytest.raises(RuleBroken, match="本來就是新的"):
            lineages.cut(by=cast.reviewer, row=factories.kpi(draft, "BC1.1"))
        for person in (cast.viewer, cast.staff, cast.outsider, cast.superuser):
            with pytest.raises(PermissionDenied):
                lineages.cut(by=person, row=row)
            with pytest.raises(PermissionDenied):
                lineages.link(by=person, row=row, to=other.lineage)
    factories.close_year(cast.admin, open_plan, reason=REASON)
    with pytest.raises(RuleBroken, match="已關閉"), nothing_written():
        lineages.cut(by=cast.admin, row=factories.kpi(open_plan, "AC1.1"), reason=REASON)


def test_the_rows_of_the_whole_map_are_told_with_what_they_continue(cast, open_plan, draft):
    assert all(line.before for line in lineage_lines(draft))
    assert {line.before.plan_id for line in lineage_lines(draft) if line.kind == "theme"} == {open_plan.pk}
    first = lineage_lines(Plan.objects.get(pk=open_plan.pk))
    assert not any(line.before for line in first)
    counts = [model.objects.count() // 2 for model in (Theme, Objective, KPI, ActionPlan)]
    assert min(counts) > 0 and Perspective.objects.filter(plan=draft).count() == 4
