"""計算過程: any score, level by level, down to the measures with their numbers in the formula."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from scorecard.domain.choices import Status
from scorecard.domain.scoring import Part, percent_text, plain, score_text
from scorecard.read_models.measure_lines import MeasureLine
from scorecard.read_models.scorecard import (
    DivisionLine,
    KPILine,
    ObjectiveLine,
    PerspectiveLine,
    Scorecard,
    Scored,
    ThemeLine,
)


class Kind(Enum):
    """The kind of a step, by the word that readers use."""

    PLAN = "年版"
    PERSPECTIVE = "構面"
    THEME = "策略主題"
    DIVISION = "科室"
    OBJECTIVE = "策略目標"
    KPI = "KPI"
    MEASURE = "衡量項"


_KINDS: dict[type, Kind] = {
    Scorecard: Kind.PLAN,
    PerspectiveLine: Kind.PERSPECTIVE,
    ThemeLine: Kind.THEME,
    DivisionLine: Kind.DIVISION,
    ObjectiveLine: Kind.OBJECTIVE,
    KPILine: Kind.KPI,
    MeasureLine: Kind.MEASURE,
}
_BELOW = {Kind.PLAN: "perspectives", Kind.DIVISION: "kpis", Kind.OBJECTIVE: "kpis", Kind.KPI: "measures"}


@dataclass(frozen=True)
class Step:
    """A score, the steps below it, and its part in the score above; all texts ready to print.

    score_text is 0 to 100; for a measure, its rate as it counts (at most 100). weight, share (of the weights that
    count) and contribution are those in the score above: dashes where it does not count, "" at the top. calculation is
    a measure's formula with its numbers, "" for a step of several parts. is_capped: the rate is above 100 %.
    counts: it has a score, and so a part in the score above.
    """

    kind: Kind
    code: str
    name: str
    status: Status
    score_text: str
    weight_text: str
    share_text: str
    contribution_text: str
    calculation: str
    is_capped: bool
    is_provisional: bool
    counts: bool
    steps: tuple["Step", ...]

    @property
    def below_text(self) -> str:
        """The kind of the steps below, as 「策略目標」; "" at a measure."""
        return self.steps[0].kind.value if self.steps else ""

    @property
    def has_weights(self) -> bool:
        """Whether the steps below have different weights, which are then worth showing."""
        return len({step.weight_text for step in self.steps}) > 1

    @property
    def is_single(self) -> bool:
        """Whether there is only one step below: nothing to average."""
        return len(self.steps) == 1

    @property
    def left_out(self) -> int:
        """How many of the steps below have no rate and do not count."""
        return sum(not step.counts for step in self.steps)

    @property
    def sum_text(self) -> str:
        """How the score follows from the scores below: 「各策略目標得分 × 占比的總和」."""
        if self.is_single:
            return f"唯一{self.below_text}的得分"
        return f"各{self.below_text}得分 × 占比的總和"

    @property
    def share_note(self) -> str:
        """What a share is, and what does not count; "" where nothing is averaged."""
        if len(self.steps) < 2:
            return ""
        weights = "" if self.has_weights else "，這裡各項權重相等"
        left_out = f"；{self.left_out} 項沒有達成率，不計入" if self.left_out else ""
        return f"占比是權重在有達成率的項目中所占的比例{weights}{left_out}。"

    @property
    def is_objective(self) -> bool:
        """Whether it has the page of an objective."""
        return self.kind is Kind.OBJECTIVE

    @property
    def is_kpi(self) -> bool:
        return self.kind is Kind.KPI


def explain(line: Scored, levels: int | None = None) -> Step:
    """The Step of a scorecard or of a line, but not of a measure. No query and no arithmetic: scoring.py did it all.

    levels: how many levels to open below it, None for all. Below another step, a KPI whose single measure has no name
    shows the measure's calculation itself: another level would only repeat it.
    """
    return _step(line, None, levels)


def _step(line: Any, part: Part | None, levels: int | None) -> Step:
    kind = _KINDS[type(line)]
    if kind is Kind.MEASURE:
        return _measure_step(line, part)
    children = () if levels == 0 else getattr(line, _BELOW.get(kind, "objectives"))
    below = None if levels is None else levels - 1
    steps = tuple(_step(child, its, below) for child, its in zip(children, line.score.parts, strict=levels != 0))
    calculation = ""
    is_capped = False
    if kind is Kind.KPI and part is not None and len(steps) == 1 and not steps[0].name:
        calculation = steps[0].calculation
        is_capped = steps[0].is_capped
        steps = ()
    return Step(
        kind=kind,
        code=getattr(line, "code", ""),
        name=line.plan_title if kind is Kind.PLAN else line.name,
        status=line.status,
        score_text=line.score_text,
        counts=line.score.value is not None,
        **_texts(part),
        calculation=calculation,
        is_capped=is_capped,
        is_provisional=kind is Kind.KPI and line.is_provisional,
        steps=steps,
    )


def _measure_step(measure: MeasureLine, part: Part | None) -> Step:
    rate = measure.cell.outcome.rate
    return Step(
        kind=Kind.MEASURE,
        code="",
        name=measure.label,
        status=measure.cell.status,
        score_text=score_text(measure.cell.outcome.score),
        counts=measure.cell.outcome.score is not None,
        **_texts(part),
        calculation=measure.calculation,
        is_capped=rate is not None and rate > 1,
        is_provisional=measure.cell.is_provisional,
        steps=(),
    )


def _texts(part: Part | None) -> dict[str, str]:
    if part is None:
        return {"weight_text": "", "share_text": "", "contribution_text": ""}
    return {
        "weight_text": plain(part.weight),
        "share_text": percent_text(part.share),
        "contribution_text": score_text(part.contribution),
    }
