"""A perspective, theme or division as one line: its score, how it moved, and the lights of its KPIs as a bar."""

from dataclasses import dataclass

from scorecard.domain.choices import RATED, Status
from scorecard.domain.scoring import BLANK
from scorecard.drawing.chart_bars import Share, stacked_bar
from scorecard.read_models.movement import ScoreChange
from scorecard.read_models.scorecard import Scored


@dataclass(frozen=True)
class ScoreLine:
    """A perspective, theme or division; line carries score and tally, change (None: not comparable) its movement.

    shares: the lights of its KPIs in a bar of the given width. is_cut: the report is of a part of the plan and shows
    only some of the line's KPIs, so that its score stands for more than these.
    """

    code: str
    name: str
    line: Scored
    width: int
    shares: tuple[Share, ...]
    change: ScoreChange | None = None
    is_cut: bool = False

    @property
    def score_text(self):
        """The score; a dash where it is not that of the KPIs shown."""
        return BLANK if self.is_cut else self.line.score_text

    @property
    def met_text(self):
        """達成／已評 of the KPIs shown: 「5／6」."""
        if not self.is_cut:
            return self.line.met_text
        counts = {share.key: share.count for share in self.shares}
        return f"{counts.get(Status.MET, 0)}／{sum(counts.get(status, 0) for status in RATED)}"

    @property
    def lights_text(self):
        """「達成 5、未達 1」, for those who do not see the bar; 「沒有 KPI」."""
        return "、".join(f"{share.key.label} {share.count}" for share in self.shares) or "沒有 KPI"


def group_of(scorecard, line, width, *, change=None, is_cut=False):
    """The ScoreLine of a perspective, theme or division, its bar as wide as given."""
    shares = stacked_bar(scorecard.count_lights(line.kpis), width)
    return ScoreLine(getattr(line, "code", ""), line.name, line, width, shares, None if is_cut else change, is_cut)


def groups_of(scorecard, kind, width, *, moved, whole=None):
    """The Groups of a scorecard's lines of a kind (perspective, theme, division), with their changes.

    moved: a Movement, or None; whole: the scorecard before it was cut down to a part.
    """
    return tuple(
        group_of(scorecard, line, width, change=moved and moved.score_of(kind, line), is_cut=is_cut(line, kind, whole))
        for line in lines_of(scorecard, kind)
    )


def is_cut(line, kind, whole):
    """Whether the line has fewer KPIs than the one of the same id in the whole plan (None: nothing is cut)."""
    if whole is None:
        return False
    return len(line.kpis) != next(len(other.kpis) for other in lines_of(whole, kind) if other.id == line.id)


def lines_of(scorecard, kind):
    """The scorecard's perspectives, themes or divisions."""
    return {"perspective": scorecard.perspectives, "theme": scorecard.themes, "division": scorecard.divisions}[kind]
