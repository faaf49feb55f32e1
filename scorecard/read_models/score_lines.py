"""A perspective, theme or division as one line: its score, its change, and the lights of its KPIs as a bar."""

from collections.abc import Sequence
from dataclasses import dataclass

from scorecard.domain.choices import RATED, Status
from scorecard.domain.scoring import BLANK
from scorecard.drawing.chart_bars import Share, stacked_bar
from scorecard.read_models.movement import Movement, ScoreChange
from scorecard.read_models.scorecard import DivisionLine, PerspectiveLine, Scorecard, ThemeLine

GroupedLine = PerspectiveLine | ThemeLine | DivisionLine


@dataclass(frozen=True)
class ScoreLine:
    """A perspective, theme or division. line has score and tally; change None: not comparable.

    shares: the lights of its KPIs in a bar of the given width. is_cut: the report is about a part of the plan and shows
    only some of the line's KPIs, but the score covers all of them.
    """

    code: str
    name: str
    line: GroupedLine
    width: int
    shares: tuple[Share[Status], ...]
    change: ScoreChange | None = None
    is_cut: bool = False

    @property
    def score_text(self) -> str:
        """A dash where the score covers other KPIs than those shown."""
        return BLANK if self.is_cut else self.line.score_text

    @property
    def met_text(self) -> str:
        """達成／已評 of the KPIs shown: 「5／6」."""
        if not self.is_cut:
            return self.line.met_text
        counts = {share.key: share.count for share in self.shares}
        return f"{counts.get(Status.MET, 0)}／{sum(counts.get(status, 0) for status in RATED)}"

    @property
    def lights_text(self) -> str:
        """The bar in words, for readers who cannot see it: 「達成 5、未達 1」; 「沒有 KPI」."""
        return "、".join(f"{share.key.label} {share.count}" for share in self.shares) or "沒有 KPI"


def group_of(
    scorecard: Scorecard,
    line: GroupedLine,
    width: int,
    *,
    change: ScoreChange | None = None,
    is_cut: bool = False,
) -> ScoreLine:
    """width: of the bar."""
    shares = stacked_bar(scorecard.count_lights(line.kpis), width)
    return ScoreLine(getattr(line, "code", ""), line.name, line, width, shares, None if is_cut else change, is_cut)


def groups_of(
    scorecard: Scorecard, kind: str, width: int, *, moved: Movement | None, whole: Scorecard | None = None
) -> tuple[ScoreLine, ...]:
    """The lines of a kind (perspective, theme, division), with their changes.

    moved: a Movement, or None. whole: the scorecard before it was cut down to a part.
    """
    groups = []
    for line in lines_of(scorecard, kind):
        change = moved.score_of(kind, line) if moved else None
        groups.append(group_of(scorecard, line, width, change=change, is_cut=is_cut(line, kind, whole)))
    return tuple(groups)


def is_cut(line: GroupedLine, kind: str, whole: Scorecard | None) -> bool:
    """Whether the line has fewer KPIs than in the whole plan. whole None: nothing is cut."""
    if whole is None:
        return False
    return len(line.kpis) != next(len(other.kpis) for other in lines_of(whole, kind) if other.id == line.id)


def lines_of(scorecard: Scorecard, kind: str) -> Sequence[GroupedLine]:
    lines: dict[str, Sequence[GroupedLine]] = {
        "perspective": scorecard.perspectives,
        "theme": scorecard.themes,
        "division": scorecard.divisions,
    }
    return lines[kind]
