"""Search over a plan: objectives, KPIs, action plans, themes and divisions of one Scorecard. No query."""

from collections.abc import Iterator
from dataclasses import dataclass

from scorecard.domain.choices import Status
from scorecard.domain.text_folding import has_words, words
from scorecard.read_models.scorecard import Scorecard

MAX_QUERY_LENGTH = 100


@dataclass(frozen=True)
class Hit:
    """page and key identify its page; passage is the text in which a word was found, or ""."""

    code: str
    name: str
    page: str
    key: str | int
    passage: str = ""
    status: Status | None = None


@dataclass(frozen=True)
class HitGroup:
    """The hits of one kind, in the scorecard's order."""

    title: str
    hits: tuple[Hit, ...]


def search(scorecard: Scorecard, query: str) -> tuple[HitGroup, ...]:
    """The items that contain every word of the query, by kind. A blank query finds nothing.

    Kinds without a hit are left out. Full and half width, capitals, and 台 and 臺 are equal (text_folding.py).
    Build the scorecard with its action plans.
    """
    wanted = words(query[:MAX_QUERY_LENGTH])
    if not wanted:
        return ()
    groups = (
        HitGroup("策略目標", tuple(_objectives(scorecard, wanted))),
        HitGroup("KPI", tuple(_kpis(scorecard, wanted))),
        HitGroup("行動方案", tuple(_action_plans(scorecard, wanted))),
        HitGroup("策略主題", tuple(_themes(scorecard, wanted))),
        HitGroup("科室", tuple(_divisions(scorecard, wanted))),
    )
    return tuple(group for group in groups if group.hits)


def _objectives(scorecard: Scorecard, wanted: tuple[str, ...]) -> Iterator[Hit]:
    for line in scorecard.objectives:
        if has_words((line.code, line.name), wanted):
            yield Hit(line.code, line.name, "objective", line.code, status=line.status)


def _kpis(scorecard: Scorecard, wanted: tuple[str, ...]) -> Iterator[Hit]:
    for kpi in scorecard.kpis:
        labels = [measure.label for measure in kpi.measures]
        if has_words((kpi.code, kpi.name, kpi.formula, kpi.unit_text, kpi.division, *labels), wanted):
            passage = f"{kpi.formula}（{kpi.division}）" if kpi.formula else kpi.division
            yield Hit(kpi.code, kpi.name, "kpi", kpi.code, passage, kpi.status)


def _action_plans(scorecard: Scorecard, wanted: tuple[str, ...]) -> Iterator[Hit]:
    for kpi in scorecard.kpis:
        for action_plan in kpi.action_plans:
            if has_words((action_plan.code, action_plan.description, action_plan.owner), wanted):
                passage = f"{kpi.code} {kpi.name}（{action_plan.owner}）"
                yield Hit(action_plan.code, action_plan.description, "kpi", kpi.code, passage)


def _themes(scorecard: Scorecard, wanted: tuple[str, ...]) -> Iterator[Hit]:
    for theme in scorecard.themes:
        if has_words((theme.code, theme.name, theme.lead_division), wanted):
            yield Hit(theme.code, theme.name, "theme", theme.code, theme.lead_division, theme.status)


def _divisions(scorecard: Scorecard, wanted: tuple[str, ...]) -> Iterator[Hit]:
    for division in scorecard.divisions:
        if has_words((division.name,), wanted):
            yield Hit("", division.name, "division", division.id, f"{len(division.kpis)} 項 KPI", division.status)
