"""Which row of an edition each row of a form is: by code and name, asked where these disagree; nothing is lost."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.agency_form.form_plan import FormKPI, FormMeasure, FormObjective, FormPlan, Statement
from scorecard.agency_form.matching import NEW, Certainty, MeasureMatch, answer_key, match_form
from scorecard.domain.choices import Direction
from scorecard.read_models.edition_items import EditionFacts, FactKey, Item, ItemKind
from scorecard.spreadsheets.grid import WHOLE_FILE

NOWHERE = Statement("", WHOLE_FILE)


@dataclass(frozen=True)
class Row:
    number: int
    code: str
    name: str

    @property
    def lineage(self):
        return UUID(int=self.number)


def form(rows, measures=()):
    """A form of objectives, whose first has a KPI K1 with measures of these units."""
    of_kpi = tuple(FormMeasure("", unit, Direction.HIGHER, True, "", "", 1, {}, {}, WHOLE_FILE) for unit in measures)
    kpi = FormKPI("K1", "指標", "A", "", "", (), of_kpi, (), WHOLE_FILE, WHOLE_FILE, WHOLE_FILE)
    objectives = tuple(FormObjective(code, name, "T", "P", WHOLE_FILE) for code, name in rows)
    texts = (NOWHERE,) * 4
    kpis = (kpi,) if measures else ()
    return FormPlan("機關", WHOLE_FILE, 2017, 2019, (), {}, *texts, (), (), objectives, kpis, ())


def edition(rows, measures=()):
    items = {
        (ItemKind.OBJECTIVE, row.lineage): Item(ItemKind.OBJECTIVE, row.lineage, row.code, row.name) for row in rows
    }
    facts, kpi = {}, UUID(int=1000)
    if measures:
        items[ItemKind.KPI, kpi] = Item(ItemKind.KPI, kpi, "K1", "指標")
    for number, unit in enumerate(measures):
        lineage = UUID(int=2000 + number)
        items[ItemKind.MEASURE, lineage] = Item(ItemKind.MEASURE, lineage, "K1", "", kpi, (number,))
        facts[FactKey(ItemKind.MEASURE, lineage, "unit")] = unit
    return EditionFacts("105 年版", 2016, 2018, items, facts)


def found(matches):
    return [(match.certainty, match.lineage.int if match.lineage else None) for match in matches.rows]


OLD = edition([Row(1, "A1", "甲"), Row(2, "A2", "乙"), Row(3, "A3", "丙"), Row(4, "A4", "丙")])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("A1", "甲")], [(Certainty.SAME, 1)]),
        ([("A1", " 甲　")], [(Certainty.SAME, 1)]),
        ([("A1", "丁")], [(Certainty.RENAMED, 1)]),
        ([("B1", "甲")], [(Certainty.RECODED, 1)]),
        ([("B1", "丁")], [(Certainty.NEW, None)]),
        ([("B1", "丙")], [(Certainty.NEW, None)]),
        ([("A3", "丙"), ("B1", "丙")], [(Certainty.SAME, 3), (Certainty.RECODED, 4)]),
        ([("A1", "乙")], [(Certainty.UNCLEAR, None)]),
        ([("A1", "乙"), ("A2", "甲")], [(Certainty.UNCLEAR, None), (Certainty.UNCLEAR, None)]),
        ([("A1", "丁"), ("B1", "甲")], [(Certainty.UNCLEAR, None), (Certainty.UNCLEAR, None)]),
    ],
)
def test_code_and_name_make_a_row_and_what_they_do_not_agree_on_is_asked(rows, expected):
    assert found(match_form(form(rows), OLD)) == expected


def test_answers_decide_each_for_a_row_that_nothing_else_is():
    rows = form([("A1", "甲"), ("A2", "丁"), ("B1", "戊")])
    second, third = (answer_key(ItemKind.OBJECTIVE, code) for code in ("A2", "B1"))

    def with_answers(**answers):
        keys = {"second": second, "third": third}
        return match_form(rows, OLD, answers={keys[name]: answer for name, answer in answers.items()})

    one, two, three = (str(UUID(int=n)) for n in (1, 2, 3))
    assert found(with_answers(second=NEW)) == [(Certainty.SAME, 1), (Certainty.RENAMED, None), (Certainty.NEW, None)]
    assert with_answers(second=NEW).unanswered == []
    assert found(with_answers(second=three, third=two))[1:] == [(Certainty.RENAMED, 3), (Certainty.NEW, 2)]
    for useless in ({"second": one}, {"second": "x"}, {"second": three, "third": three}, {"second": str(UUID(int=99))}):
        assert found(with_answers(**useless))[1:] == [(Certainty.RENAMED, 2), (Certainty.NEW, None)], useless
    assert found(with_answers(third=two))[1:] == [(Certainty.UNCLEAR, None), (Certainty.NEW, 2)]


def test_in_an_adopted_edition_the_code_decides_unless_the_name_points_elsewhere():
    rows = [("A1", "丁"), ("A2", "丙丙"), ("A3", "乙")]
    assert found(match_form(form(rows), OLD, code_decides=True)) == [
        (Certainty.SAME, 1),
        (Certainty.SAME, 2),
        (Certainty.UNCLEAR, None),
    ]


def test_a_row_that_the_edition_lost_may_come_back_from_the_one_before():
    now = edition([Row(1, "A1", "甲"), Row(9, "A2", "新的")])
    matches = match_form(form([("A2", "新的"), ("B2", "乙"), ("A3", "戊")]), now, former=OLD)
    assert found(matches) == [(Certainty.SAME, 9), (Certainty.RECODED, 2), (Certainty.RENAMED, 3)]
    assert [matches.is_new(ItemKind.OBJECTIVE, code) for code in ("A2", "B2", "A3")] == [False, True, True]
    assert {item.code for item in matches.options(ItemKind.OBJECTIVE)} == {"A1", "A2", "A3", "A4"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["次"], ["次"], [0]),
        (["張", "支"], ["支", "張"], [1, 0]),
        (["次"], ["%"], ["0 in another unit"]),
        (["次"], ["%", "次"], [None, 0]),
        (["次", "人"], ["人"], [1]),
        (["次", "次"], ["人", "次"], ["0 in another unit", 1]),
        (["次"], ["次", "次"], [0, None]),
    ],
)
def test_measures_are_matched_by_place_and_unit_then_by_unit_then_by_what_is_left(old, new, expected):
    matches = match_form(form([("A1", "甲")], new), edition([Row(1, "A1", "甲")], old)).measures["K1"]

    def said(match: MeasureMatch):
        if match.lineage is None:
            return None
        place = match.lineage.int - 2000
        return f"{place} in another unit" if match.changes_unit else place

    assert [said(match) for match in matches] == expected


CODES, NAMES = [f"A{n}" for n in range(6)], ["甲", "乙", "丙", "丁", "戊"]


@st.composite
def renamed_and_recoded(draw):
    """(rows of an edition, rows of a form that recodes, renames, drops and adds some, answers to whatever is asked)."""
    codes = draw(st.lists(st.sampled_from(CODES), unique=True, max_size=5))
    old = [Row(number, code, draw(st.sampled_from(NAMES))) for number, code in enumerate(codes, 1)]
    new_codes = draw(st.permutations(CODES))[: draw(st.integers(0, 6))]
    kept = [row.name for row in old]
    new = [(code, draw(st.sampled_from(kept + NAMES))) for code in new_codes]
    answers = {
        answer_key(ItemKind.OBJECTIVE, code): draw(st.sampled_from([NEW, *(str(row.lineage) for row in old)]))
        for code, _ in new
        if draw(st.booleans())
    }
    return old, new, answers


@given(renamed_and_recoded(), st.booleans())
def test_nothing_is_lost_whatever_was_renamed_and_recoded(case, code_decides):
    """Each row of the form is one row, new, or asked; each row of the edition is matched, or told as dropped."""
    old, new, answers = case
    matches = match_form(form(new), edition(old), answers=answers, code_decides=code_decides)
    assert [(match.row.code, match.row.name) for match in matches.rows] == new
    taken = Counter(match.lineage for match in matches.rows if match.lineage is not None)
    assert set(taken) <= {row.lineage for row in old} and max(taken.values(), default=1) == 1
    for match in matches.rows:
        known = {(row.code, row.name) for row in old if row.lineage == match.lineage}
        if (match.row.code, match.row.name) in {(row.code, row.name) for row in old}:
            assert match.certainty is Certainty.SAME and known == {(match.row.code, match.row.name)}
        elif match.certainty is Certainty.NEW and not match.answer:
            assert match.row.code not in {row.code for row in old if row.lineage not in taken}
        elif match.certainty is Certainty.UNCLEAR and not match.answer:
            assert match.lineage is None and match in matches.unanswered
    stands_for = {matches.lineage(ItemKind.OBJECTIVE, code) for code, _ in new}
    assert len(stands_for) == len(new)
    assert {row.lineage for row in old} == set(taken) | ({row.lineage for row in old} - stands_for)
