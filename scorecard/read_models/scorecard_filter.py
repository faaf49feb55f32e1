"""Filters of the scorecard: the rows that are drawn. They hide rows and change no figure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from scorecard.domain.choices import ReportState, Status
from scorecard.domain.text_folding import has_words, words
from scorecard.read_models.scorecard import KPILine, PerspectiveLine, Scorecard

MAX_TEXT_LENGTH = 100
NAMES = {
    "perspective": "構面",
    "theme": "策略主題",
    "division": "主責科室",
    "light": "燈號",
    "state": "填報狀態",
    "q": "文字",
}


@dataclass(frozen=True)
class ScorecardFilter:
    """What a reader asked for; an empty field is no condition.

    perspective and theme are codes, division is an id, light and state are those of the scorecard's year. Every word of
    text must occur in a row.
    """

    perspective: str = ""
    theme: str = ""
    division: int | None = None
    light: Status | None = None
    state: ReportState | None = None
    text: str = ""

    @property
    def is_active(self) -> bool:
        return self != ScorecardFilter()

    @property
    def concerns_kpis(self) -> bool:
        """Whether a condition is about KPIs: an objective without any cannot match."""
        return not (self.division is None and self.light is None and self.state is None)

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """(name, value) pairs of its URL; read_filter() is the inverse."""
        pairs = (
            ("perspective", self.perspective),
            ("theme", self.theme),
            ("division", self.division),
            ("light", self.light),
            ("state", self.state),
            ("q", self.text),
        )
        return tuple((name, str(value)) for name, value in pairs if value not in ("", None))


@dataclass(frozen=True)
class Selection:
    """A scorecard and the part of it that is drawn: perspectives with the remaining rows, scores unchanged."""

    scorecard: Scorecard
    filter: ScorecardFilter
    perspectives: tuple[PerspectiveLine, ...]

    @cached_property
    def kpis(self) -> tuple[KPILine, ...]:
        """The KPIs drawn, in the scorecard's order."""
        return tuple(kpi for perspective in self.perspectives for kpi in perspective.kpis)

    @property
    def is_empty(self) -> bool:
        """Whether there is no row at all."""
        return not any(perspective.objectives for perspective in self.perspectives)

    @property
    def count_text(self) -> str:
        """「顯示 12／39 項 KPI」."""
        return f"顯示 {len(self.kpis)}／{len(self.scorecard.kpis)} 項 KPI"

    @property
    def words(self) -> tuple[str, ...]:
        """The conditions in words: 「構面：顧客」, 「燈號：未達」."""
        known = _known(self.scorecard)
        return tuple(f"{NAMES[name]}：{known.get(name, {}).get(value, value)}" for name, value in self.filter.query)


def choices(scorecard: Scorecard) -> dict[str, tuple[tuple[str, str], ...]]:
    """(value, text) pairs by the filter's name in the URL, in the scorecard's order."""
    return {name: tuple(values.items()) for name, values in _known(scorecard).items()}


def read_filter(query: Mapping[str, str], scorecard: Scorecard) -> tuple[ScorecardFilter, tuple[str, ...]]:
    """(ScorecardFilter, notices) of a URL's query. A value that the scorecard lacks is ignored, with a notice."""
    known = _known(scorecard)
    asked = {}
    notices = []
    for name, values in known.items():
        value = query.get(name, "")
        if value in values:
            asked[name] = value
        elif value:
            notices.append(f"沒有這個{NAMES[name]}：「{_short(value)}」，已略過這個條件。")
    text = " ".join(query.get("q", "").split())
    if len(text) > MAX_TEXT_LENGTH:
        text = text[:MAX_TEXT_LENGTH].rstrip()
        notices.append(f"搜尋文字太長，只採用前 {MAX_TEXT_LENGTH} 個字。")
    division, light, state = asked.get("division"), asked.get("light"), asked.get("state")
    made = ScorecardFilter(
        perspective=asked.get("perspective", ""),
        theme=asked.get("theme", ""),
        division=int(division) if division else None,
        light=Status(light) if light else None,
        state=ReportState(state) if state else None,
        text=text if words(text) else "",
    )
    return made, tuple(notices)


def select(scorecard: Scorecard, asked: ScorecardFilter) -> Selection:
    """No query."""
    if not asked.is_active:
        return Selection(scorecard, asked, scorecard.perspectives)
    wanted = words(asked.text)
    left = (_filtered(perspective, asked, wanted) for perspective in scorecard.perspectives)
    return Selection(scorecard, asked, tuple(perspective for perspective in left if perspective.objectives))


def _filtered(perspective: PerspectiveLine, asked: ScorecardFilter, wanted: tuple[str, ...]) -> PerspectiveLine:
    """The perspective with the objectives and KPIs that match; its score stays that of the whole plan."""
    if asked.perspective not in ("", perspective.code):
        return replace(perspective, objectives=())
    left = []
    for objective in perspective.objectives:
        if asked.theme not in ("", objective.theme_code):
            continue
        own = (objective.code, objective.name)
        kpis = tuple(kpi for kpi in objective.kpis if _matches(kpi, own, asked, wanted))
        is_bare = not (objective.kpis or asked.concerns_kpis) and has_words(own, wanted)
        if kpis or is_bare:
            left.append(replace(objective, kpis=kpis))
    return replace(perspective, objectives=tuple(left))


def _matches(kpi: KPILine, own: tuple[str, ...], asked: ScorecardFilter, wanted: tuple[str, ...]) -> bool:
    return (
        asked.division in (None, kpi.division_id)
        and asked.light in (None, kpi.status)
        and asked.state in (None, kpi.report_state)
        and has_words((*own, *_texts(kpi)), wanted)
    )


def _texts(kpi: KPILine) -> Iterator[str]:
    """Everything about a KPI that people typed and remember: codes, names, formula and action plans."""
    yield from (kpi.code, kpi.name, kpi.formula)
    yield from (measure.label for measure in kpi.measures)
    for plan in kpi.action_plans:
        yield from (plan.code, plan.description, plan.owner)


def _known(scorecard: Scorecard) -> dict[str, dict[str, str]]:
    """The values of each filter, with their texts."""
    return {
        "perspective": {line.code: line.name for line in scorecard.perspectives},
        "theme": {line.code: f"{line.code} {line.name}" for line in scorecard.themes},
        "division": {str(line.id): line.name for line in scorecard.divisions},
        "light": {status.value: status.label for status in Status},
        "state": {state.value: state.label for state in ReportState},
    }


def _short(value: str) -> str:
    line = " ".join("".join(char if char.isprintable() else " " for char in value).split())
    return f"{line[:20]}…" if len(line) > 20 else line
