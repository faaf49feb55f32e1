"""Samples of results for /style/: map, charts, scores, tables and search. No query.

Each function returns the context of one part of templates/styleguide/.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.utils import timezone

from scorecard.documents.scorecard_table import whole_table
from scorecard.domain.choices import Direction, PlanState, ReportState, Status
from scorecard.domain.roc_years import year_text
from scorecard.domain.scoring import assess
from scorecard.drawing.chart_bars import stacked_bar
from scorecard.drawing.trend_chart import trend
from scorecard.forms.filters import MapFilterForm, ScorecardFilterForm
from scorecard.forms.links import REASON_LENGTH, ReasonForm, RemoveLinkForm
from scorecard.forms.review import ReturnForm
from scorecard.forms.years import OpenYearForm
from scorecard.models import Objective, ObjectiveLink
from scorecard.read_models.calculation import explain
from scorecard.read_models.dashboard import LIGHTS_WIDTH, assemble
from scorecard.read_models.measure_charts import kpi_charts
from scorecard.read_models.movement import ScoreChange
from scorecard.read_models.score_lines import group_of
from scorecard.read_models.search import search
from scorecard.read_models.strategy_map import build_strategy_map
from scorecard.read_models.year_comparison import compare
from scorecard.styleguide.sample_plan import SLUG, THRESHOLD, YEAR, YEAR_BEFORE, sample_scorecard
from scorecard.web.map_links import map_addresses

COLOURS = ("ink", "ink-soft", "line", "line-strong", "paper", "ground", "wash", "brand", "brand-deep", "brand-wash")
COLOURS += ("met", "near", "missed", "quiet", "met-wash", "near-wash", "missed-wash")
COLOURS += ("row-1", "row-2", "row-3", "row-4")
COLOURS += ("line-field", "line-mark", "wash-pale", "brand-deepest", "zero", "focus-ring")
# (actual, target): met, far above, near, missed, pending, no target.
FIGURES = (("105", "100"), ("9999", "3"), ("95", "100"), ("50", "100"), (None, "100"), ("5", None))
DAYS_LEFT = (12, 1, 0, -3)


def basics():
    """Colours, lights, rates, states, messages and form fields."""
    outcomes = [
        assess(actual=_figure(actual), target=_figure(target), direction=Direction.HIGHER, threshold=THRESHOLD)
        for actual, target in FIGURES
    ]
    outcomes.append(
        assess(actual=None, target=Decimal(100), direction=Direction.HIGHER, unmeasured=True, threshold=THRESHOLD)
    )
    invalid = ReturnForm({"version": "1", "comment": ""})
    invalid.is_valid()
    texts = (
        (constants.INFO, "選取的 KPI 先前已經送出，這是當時的收執。"),
        (constants.SUCCESS, "已儲存 3 項 KPI。"),
        (constants.WARNING, "這個年度尚未開放填報。"),
        (constants.ERROR, "沒有任何變更。"),
    )
    return {
        "colours": COLOURS,
        "statuses": list(Status),
        "states": list(ReportState),
        "outcomes": outcomes,
        "told": [Message(level, text) for level, text in texts],
        "form": OpenYearForm(),
        "invalid": invalid,
        "due_dates": [timezone.localdate() + timedelta(days) for days in DAYS_LEFT],
    }


def filters(scorecard):
    return {
        "scorecard": ScorecardFilterForm(scorecard, [("light", Status.MISSED.value), ("q", "公文")]),
        "map": MapFilterForm(scorecard, ""),
    }


def _figure(text):
    return None if text is None else Decimal(text)


def navigation(scorecard):
    """Breadcrumbs, the bar of a deputy, pages of a list and the switch of years."""
    line = scorecard.kpis_by_code["AC1.1"]
    agency = {"slug": SLUG, "name": scorecard.agency}
    return {
        "kpi": line,
        "objective": scorecard.objectives_by_code[line.objective_code],
        "perspective": scorecard.perspectives[0],
        "agency": agency,
        "edition": {"plan": {"title": scorecard.plan_title, "agency": agency}, "agency": agency, "year": YEAR},
        "deputyship": {"person": "陳審核", "agency": agency, "last_day": timezone.localdate() + timedelta(days=5)},
        "upload": {"token": "00000000-0000-4000-8000-000000000000"},
        "page": Paginator(range(3), 1).page(2),
        "agency_switch": [{"text": name, "url": "#navigation"} for name in ("示範府", "示範二處")],
        "year_switch": [
            {"text": year_text(year), "url": "#navigation", "current": year == YEAR, "state": state.label}
            for year, state in ((2016, PlanState.CLOSED), (2017, PlanState.OPEN), (2018, PlanState.ADOPTED))
        ],
    }


def maps(scorecard):
    """Maps of one year (plain, partly faded, with two picked cards, without results) and of two years."""
    comparison = compare(scorecard, sample_scorecard(YEAR_BEFORE))
    links = _links(scorecard)
    faded = frozenset(scorecard.objectives_by_code) - {"AP1"}
    return {
        "addresses": map_addresses(SLUG, YEAR),
        "plain": build_strategy_map(scorecard),
        "faded": build_strategy_map(scorecard, objectives=faded),
        "picked": {"cause": "BP1", "effect": "BC1"},
        "two_years": build_strategy_map(comparison.later, comparison=comparison),
        "comparison": comparison,
        "links": links,
        "failed": links[1][:2],
    }


def _links(scorecard):
    """Rows of the list of links: unchanged, with a missing reason, and being removed."""
    by_code = scorecard.objectives_by_code
    links = [
        ObjectiveLink(
            pk=place,
            reason=line.reason,
            **{
                end: Objective(code=code, name=by_code[code].name)
                for end, code in (("cause", line.cause), ("effect", line.effect))
            },
        )
        for place, line in enumerate(scorecard.links, start=1)
    ]
    forms = [(link, ReasonForm(link=link), RemoveLinkForm(link=link)) for link in links]
    plain, missing, removed = forms
    refused = ReasonForm({"seen": missing[0].reason, "reason": ""}, link=missing[0])
    too_long = RemoveLinkForm({"reason": "理由" * REASON_LENGTH}, link=removed[0])
    return [plain, (missing[0], refused, missing[2]), (*removed[:2], too_long)]


def charts(scorecard):
    """Trends and bullets of KPIs, bars of lights, budgets with and without execution."""
    codes = {
        "AC1.1": "越高越好，比率，達成",
        "AC1.2": "越低越好，達成率超過 100%",
        "AC2.1": "目標範圍，接近，尚未審核",
        "BC1.1": "越低越好，中間一年無統計，未達",
        "BP1.1": "有目標，還沒有實際值",
    }
    dashboard = assemble(scorecard, {})
    nobody = replace(scorecard.perspectives[0], objectives=())
    everything = stacked_bar([(status, 3 + place) for place, status in enumerate(Status)], LIGHTS_WIDTH)
    uneven = stacked_bar([(Status.MET, 90), (Status.NEAR, 1), (Status.MISSED, 5)], LIGHTS_WIDTH)
    return {
        "measures": [
            (code, says, chart)
            for code, says in codes.items()
            for chart in kpi_charts(scorecard, scorecard.kpis_by_code[code])
        ],
        "no_figures": trend(()),
        "bars": [
            ("全部燈號", LIGHTS_WIDTH, everything),
            ("太窄的只留底色", LIGHTS_WIDTH, uneven),
            ("沒有 KPI", LIGHTS_WIDTH, group_of(scorecard, nobody, LIGHTS_WIDTH).shares),
        ],
        "dashboard": dashboard,
    }


def scores(scorecard):
    """Calculations, changes, movement and groups."""
    year = next(line for line in scorecard.years if line.year == YEAR_BEFORE)
    pairs = (("90.7", "100"), ("98", "86.9"), ("90", "90"))
    by_code = scorecard.objectives_by_code
    return {
        "steps": [
            ("每一層按下再展開", explain(scorecard), True, False),
            ("有未計入的項目", explain(scorecard.perspectives[1]), True, False),
            ("有權重", explain(by_code["AC1"]), True, False),
            ("唯一的項目", explain(by_code["BC1"]), True, False),
            ("只展開一層，收合", explain(scorecard, 1), False, True),
            ("還沒有項目", replace(explain(by_code["CP1"]), steps=()), True, False),
        ],
        "changes": [ScoreChange(year, *(Fraction(each) / 100 for each in pair), 8) for pair in pairs],
        "kpis": [each for each in sample_scorecard(include_provisional=False).kpis if each.code in ("AC1.1", "AC2.1")],
        "all_kpis": scorecard.kpis,
        "no_kpis": (),
        "table": whole_table(scorecard),
        "sample": replace(scorecard, sample_years=frozenset({YEAR})),
        "hits": [(group.title, [(hit, "#search") for hit in group.hits]) for group in search(scorecard, "公文")],
    }
