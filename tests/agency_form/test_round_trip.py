"""What the product writes as a form it reads back: the same plan, whatever people called things, .xlsx and .ods."""

import io
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.agency_form.changes import CurrentPlan, compare_with_form
from scorecard.agency_form.form_facts import DivisionNames, facts_of
from scorecard.agency_form.form_plan import (
    FormActionPlan,
    FormAmount,
    FormFigure,
    FormKPI,
    FormMeasure,
    FormObjective,
    FormPerspective,
    FormPlan,
    FormTheme,
    Statement,
)
from scorecard.agency_form.matching import Certainty, match_form
from scorecard.agency_form.preview_scorecard import scorecard_of
from scorecard.agency_form.reading.direction import direction_of
from scorecard.agency_form.reading.form_file import read_form_sheets
from scorecard.agency_form.writing.form_file import choose_years, form_ods, form_xlsx
from scorecard.domain.choices import PlanState
from scorecard.read_models.edition_items import EditionFacts
from scorecard.spreadsheets.cell_messages import Severity
from scorecard.spreadsheets.grid import WHOLE_FILE
from scorecard.spreadsheets.reader import read_sheets

BASELINE, PLANNED = (2015,), (2016, 2017)
HOSTILE = (
    "=1+1",
    "+1",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    "＝1＋1",
    "#N/A",
    "<b>&amp;\"'</b>",
    "]]>",
    "𠮷野家🎉",
    "ＡＢＣ　１２３",
    "_x0041_",
    "一\n二\n三",
    "縮短日數（含假日）",
    "105年8月底前完成100%",
    "A/B 測試",
    "提高 AC1 的比率",
    "滿意度、妥善率",
    "長" * 200,
)
LONG = ("文" * 4000, "第一行\n\n第二行", "🎉" * 500)
CHARACTERS = "臺北市府＋ＡＢ１２ab=+@&<>\"'🎉𠮷\n "
TYPED = st.text(CHARACTERS, min_size=1, max_size=8).map(str.strip).filter(bool)
NAMES, TEXTS = st.sampled_from(HOSTILE) | TYPED, st.sampled_from(HOSTILE + LONG) | TYPED
UNITS = st.sampled_from(["次", "%", "件數", "千元/人", "日", "🎉"])
DIVISIONS = st.sampled_from(["甲組", "ＡＢＣ科", "🎉室", "視察及動員組", "Public Affairs", "第 一科"])
NUMBERS = st.integers(-(10**6), 10**6).map(lambda n: Decimal(n) / 100)
NOTES = st.sampled_from(["已完成", "=1+1", "104.10.開始", "含(括號)內", "兩行\n備註", "🎉"])
FIGURES = (
    NUMBERS.map(lambda value: (value, ""))
    | st.tuples(NUMBERS, NOTES)
    | st.sampled_from([(None, ""), (None, "無統計"), (None, "—")])
)


def cells(draw, years):
    return {year: FormFigure(*draw(FIGURES), WHOLE_FILE) for year in years}


@st.composite
def kpis(draw, objective, number):
    code = f"{objective}.{number}"
    formula = draw(TEXTS)
    direction, why = direction_of(formula, ())
    measures = tuple(
        FormMeasure(
            "", draw(UNITS), direction, bool(why), "", "", 1, cells(draw, PLANNED), cells(draw, BASELINE), WHOLE_FILE
        )
        for _ in range(draw(st.integers(1, 2)))
    )
    plans = tuple(
        FormActionPlan(
            f"{code}.{n}",
            draw(TEXTS),
            *draw(st.sampled_from([(draw(DIVISIONS), ""), ("", "王小明")])),
            {year: FormAmount(draw(st.sampled_from([None, 0, 5000])), WHOLE_FILE) for year in PLANNED},
            WHOLE_FILE,
            WHOLE_FILE,
        )
        for n in range(1, 1 + draw(st.integers(0, 3)))
    )
    return FormKPI(
        code, draw(NAMES), objective, formula, draw(DIVISIONS), (), measures, plans, WHOLE_FILE, WHOLE_FILE, WHOLE_FILE
    )


@st.composite
def plans(draw):
    codes = "AB"[: draw(st.sampled_from((1, 1, 2)))]
    themes = tuple(FormTheme(code, draw(NAMES)[:100], draw(DIVISIONS), WHOLE_FILE, WHOLE_FILE) for code in codes)
    perspectives = tuple(FormPerspective(code, name, WHOLE_FILE) for code, name in (("C", "顧客"), ("F", "財務")))
    spots = [(theme.code, perspective.code) for theme in themes for perspective in perspectives]
    objectives = tuple(
        FormObjective(f"{theme}{perspective}{n}", draw(NAMES), theme, perspective, WHOLE_FILE)
        for theme, perspective in spots
        for n in range(1, 1 + draw(st.sampled_from((0, 0, 1, 2))))
    )
    made = tuple(
        draw(kpis(each.code, n)) for each in objectives for n in range(1, 1 + draw(st.sampled_from((0, 1, 1, 2))))
    )
    texts = [Statement(draw(TEXTS).strip(), WHOLE_FILE) for _ in range(4)]
    return FormPlan(
        "測試機關",
        WHOLE_FILE,
        PLANNED[0],
        PLANNED[-1],
        BASELINE,
        {year: WHOLE_FILE for year in BASELINE},
        *texts,
        perspectives,
        themes,
        objectives,
        made,
        (),
    )


def standing_of(read):
    """An edition that says what the form says."""
    names = {kpi.division for kpi in read.kpis} | {theme.lead_division for theme in read.themes}
    names |= {plan.owner_division for kpi in read.kpis for plan in kpi.action_plans}
    divisions = DivisionNames(enumerate(sorted(names - {""}), 1))
    # An edition says all directions.
    sure = [replace(k, measures=tuple(replace(m, direction_is_assumed=False) for m in k.measures)) for k in read.kpis]
    read = replace(read, kpis=tuple(sure))
    nothing = EditionFacts("", PLANNED[0], PLANNED[-1], {}, {})
    form = facts_of(read, match_form(read, nothing), divisions)
    return CurrentPlan(
        facts=replace(form.facts, is_of_form=False),
        former=None,
        divisions=divisions,
        year=PLANNED[0],
        state=PlanState.ADOPTED,
        is_new=False,
        reports={},
        own={place: (figure.value, figure.note) for place, figure in form.actuals.items()},
        records={},
        data_version=0,
    )


# Four files are written and read for each: 25 forms here, more than a thousand in `make test-long`.
@settings(max_examples=max(2, settings().max_examples // 4))
@given(read=plans().filter(lambda read: read.kpis))
def test_a_plan_written_as_a_form_reads_back_without_a_difference_and_with_hints_alone(read):
    scorecard = scorecard_of(read)
    chosen = choose_years(scorecard)
    sheets, as_ods = (read_sheets(io.BytesIO(write(scorecard, chosen))) for write in (form_xlsx, form_ods))
    # One reader follows for both formats, so that equal cells are read equally.
    assert [_content(sheet) for sheet in as_ods] == [_content(sheet) for sheet in sheets]
    form = read_form_sheets(sheets)
    assert [m for m in form.messages if m.level is not Severity.HINT] == []
    found = compare_with_form(form.plan, standing_of(read))
    assert [(change.what, change.old_text, change.new_text) for change in found.changes] == []
    assert (found.dropped, found.messages) == ((), ())
    assert {match.certainty for match in found.matches.rows} <= {Certainty.SAME}


def _content(sheet):
    """All that the form's reader sees of a sheet."""
    return sheet.name, sheet.is_hidden, sheet.is_ours, sheet.cells, sheet.merges
