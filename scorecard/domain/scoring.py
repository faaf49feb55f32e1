"""Achievement, status and roll-up (domain.md §4).

Figures come in as Decimal; quotients and means are Fraction, because "met" means "rate ≥ 1" exactly and a Decimal
quotient is already rounded (docs/decisions/0001-exact-fractions.md). Nothing here rounds but the *_text functions.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from enum import Enum, auto
from fractions import Fraction
from functools import lru_cache

from scorecard.domain.choices import Direction, DisplayCap, Status
from scorecard.domain.ratios import Parts

# A Fraction, or the one float math.inf: compares exactly with every Fraction and takes part in no arithmetic.
Rate = Fraction | float
UNBOUNDED: Rate = math.inf

BLANK = "—"
LARGEST_SHOWN = Fraction(999, 100)

# Raises rather than rounds; 100 digits hold any sum of two figures of 15 digits that people use together.
_EXACT = Context(prec=100, traps=[Inexact])


class Rule(Enum):
    """Which line of domain.md §4 gave a rate; the calculation text shows it."""

    ACTUAL_OVER_TARGET = auto()
    TARGET_OVER_ACTUAL = auto()
    ACTUAL_ON_WRONG_SIDE_OF_ZERO = auto()
    ZERO_TARGET_MET = auto()
    ZERO_TARGET_MISSED = auto()
    BEYOND_ANY_RATIO = auto()
    INSIDE_BAND = auto()


@dataclass(frozen=True)
class Judgement:
    """A rate, the rule that gave it, and what the actual was judged against: the target or an edge of its band."""

    rate: Rate
    rule: Rule
    against: Decimal
    direction: Direction


def achievement_rate(
    *, actual: Decimal | Fraction | None, target: Decimal | None, direction: Direction, tolerance: Decimal | None = None
) -> Rate | None:
    """The achievement rate, 1 being 100 %, uncapped and never negative (domain.md §4).

    actual, target and tolerance share one unit; tolerance matters for a band only, where None means 0.
    None where actual or target is None: a blank is never zero. UNBOUNDED where the actual lies on the better side of
    zero, so that no ratio to the target has a meaning.
    Raises ValueError for a negative tolerance, a NaN or infinite figure, an unknown direction; TypeError for a float.
    """
    judgement = judge(actual, target, direction, tolerance)
    return None if judgement is None else judgement.rate


def capped(rate: Rate | None) -> Fraction | None:
    """The rate as it counts in scores: at most 1, so that no over-fulfilled KPI hides a missed one (domain.md §4)."""
    if rate is None:
        return None
    return Fraction(1) if rate >= 1 else Fraction(rate)


def rated_status(rate: Rate, threshold: Decimal) -> Status:
    """The status of a rate or of a score (domain.md §4). threshold is the plan's warning threshold as a share, as 0.9.

    Raises ValueError for a threshold not above 0 and at most 1, which also catches 90 given for 90 %.
    """
    limit = _exact(threshold)
    if not 0 < limit <= 1:
        raise ValueError(f"threshold is a share above 0 and at most 1, not {threshold}")
    if rate >= 1:
        return Status.MET
    return Status.NEAR if rate >= limit else Status.MISSED


@dataclass(frozen=True)
class Outcome:
    """One measure in one year, judged; made by assess().

    target, actual and tolerance are in the measure's unit, None meaning that there is none; no rate without the first
    two. parts are those of an actual that is a ratio, None where it was reported alone.
    """

    target: Decimal | None
    actual: Decimal | None
    direction: Direction
    tolerance: Decimal | None
    rate: Rate | None
    status: Status
    parts: Parts | None = None

    @property
    def exact(self) -> Decimal | Fraction | None:
        """The actual as it is judged: the exact quotient where its parts are known."""
        return self.actual if self.parts is None else self.parts.quotient

    @property
    def score(self) -> Fraction | None:
        """The rate capped at 1; None where there is no rate."""
        return capped(self.rate)


def assess(
    *,
    actual: Decimal | None,
    target: Decimal | None,
    direction: Direction,
    tolerance: Decimal | None = None,
    unmeasured: bool = False,
    threshold: Decimal,
    parts: Parts | None = None,
) -> Outcome:
    """Judge one measure in one year (domain.md §4). unmeasured: the year was reported without a number.

    parts: of an actual that is a ratio; their exact quotient is judged. Without a target the status is NO_TARGET
    whatever was reported; a number given outweighs unmeasured. Raises as achievement_rate() and rated_status() do.
    """
    exact = actual if parts is None else parts.quotient
    rate = achievement_rate(actual=exact, target=target, direction=direction, tolerance=tolerance)
    if target is None:
        status = Status.NO_TARGET
    elif rate is not None:
        status = rated_status(rate, threshold)
    else:
        status = Status.UNMEASURED if unmeasured else Status.PENDING
    return Outcome(target, actual, Direction(direction), tolerance, rate, status, parts)


@dataclass(frozen=True)
class Tally:
    """What a score stands on, in KPIs: 達成 met (status MET) / 已評 assessed (has a rate) / 應評 due (has a target)."""

    met: int = 0
    assessed: int = 0
    due: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.met + other.met, self.assessed + other.assessed, self.due + other.due)


@dataclass(frozen=True)
class Part:
    """One child's part in a score.

    weight is as given; value is the child's score (0 to 1); share is the weight re-normalised over the children that
    have a value, so that the shares of a score add up to 1. value and share are None where the child has no rate.
    """

    weight: Decimal
    child: "Outcome | Score"
    value: Fraction | None
    share: Fraction | None

    @property
    def contribution(self) -> Fraction | None:
        """What the child adds: share × value; a score's contributions add up to its value. None: no rate, no part."""
        return None if self.value is None or self.share is None else self.share * self.value


@dataclass(frozen=True)
class Score:
    """A KPI or anything above it in one year; made by kpi_score() and roll_up().

    value is 0 to 1, None where nothing below has a rate. parts are in the order given, so that a page can put names
    beside them and open the calculation down to the measures.
    """

    value: Fraction | None
    status: Status
    tally: Tally
    parts: tuple[Part, ...]


def kpi_score(parts: Iterable[tuple[Decimal, Outcome]], threshold: Decimal) -> Score:
    """The score of one KPI from (weight, outcome) of its measures (domain.md §4); its tally counts the KPI as one.

    The KPI is due when any of its measures has a target. Raises ValueError for a weight not above 0.
    """
    parts = tuple(parts)
    made = _parts((weight, outcome, outcome.score) for weight, outcome in parts)
    value = _total(made)
    status = _combined_status(value, made, threshold)
    is_due = any(outcome.target is not None for _weight, outcome in parts)
    tally = Tally(met=int(status == Status.MET), assessed=int(value is not None), due=int(is_due))
    return Score(value, status, tally, made)


def roll_up(parts: Iterable[tuple[Decimal, Score]], threshold: Decimal) -> Score:
    """The score of an objective, theme, perspective, division or plan from (weight, score) of what is below it.

    The weighted mean of domain.md §4, with the tallies added. Nothing below: no value, NO_TARGET.
    Raises ValueError for a weight not above 0.
    """
    parts = tuple(parts)
    made = _parts((weight, score, score.value) for weight, score in parts)
    value = _total(made)
    tally = sum((score.tally for _weight, score in parts), start=Tally())
    return Score(value, _combined_status(value, made, threshold), tally, made)


@dataclass(frozen=True)
class Zone:
    """The actuals that give one light, in the measure's unit; low or high None: without end."""

    status: Status
    low: Fraction | None
    high: Fraction | None


def status_zones(
    *, target: Decimal, direction: Direction, tolerance: Decimal | None = None, threshold: Decimal
) -> tuple[Zone, ...]:
    """Which actuals are missed, near and met for a target, from the lowest figures to the highest (domain.md §4).

    Neighbours share their edge, which belongs to the better light; a zone without room (near, at a target of 0) is
    left out. Raises as achievement_rate() and rated_status() do.
    """
    judge(target, target, direction, tolerance)
    lower, upper = (target, target) if direction != Direction.BAND else band_edges(target, tolerance)
    below = (_near_edge(lower, Direction.HIGHER, threshold), _exact(lower))
    above = (_exact(upper), _near_edge(upper, Direction.LOWER, threshold))
    zones = []
    if direction != Direction.LOWER:
        zones += [Zone(Status.MISSED, None, below[0]), Zone(Status.NEAR, *below)]
    met = (None if direction == Direction.LOWER else below[1], None if direction == Direction.HIGHER else above[0])
    zones.append(Zone(Status.MET, *met))
    if direction != Direction.HIGHER:
        zones += [Zone(Status.NEAR, *above), Zone(Status.MISSED, above[1], None)]
    return tuple(zone for zone in zones if zone.low is None or zone.low != zone.high or zone.status == Status.MET)


def _near_edge(target: Decimal, direction: Direction, threshold: Decimal) -> Fraction:
    """The actual whose rate is the threshold: a share of the target, or its share is the target."""
    rated_status(Fraction(1), threshold)
    is_share = (target > 0) == (direction == Direction.HIGHER)
    return _exact(target) * _exact(threshold) if is_share else _exact(target) / _exact(threshold)


def change_text(before: Fraction | None, now: Fraction | None) -> str:
    """The change of a score on the scale 0 to 100: "+3.1", "−2", "±0"; "—" where either is None.

    Rounded once, from the exact scores, so it may differ by 0.1 from the difference of the two texts; a change too
    small to show is "+0.0" or "−0.0", and not "±0".
    """
    if before is None or now is None:
        return BLANK
    sign = "±" if now == before else "+" if now > before else "−"
    return sign + _hundredfold(abs(now - before), 1)


def percent_text(rate: Rate | None, *, cap: int = DisplayCap.OFF, places: int = 1) -> str:
    """A rate as "95%" (exact) or "93.6%" (rounded half-up to places); None is "—"; above 999 % is ">999%".

    cap is a DisplayCap in percent, 0 for none: with 120, more than that is shown as "120%" (domain.md §4).
    A rate below 1 that would round to 100.0 % is shown as "99.9%": a reader takes 100 % for met, and it is not.
    """
    if rate is None:
        return BLANK
    if cap:
        rate = min(rate, Fraction(int(cap), 100))
    if rate > LARGEST_SHOWN:
        return ">999%"
    return _hundredfold(Fraction(rate), places) + "%"


def score_text(value: Fraction | None) -> str:
    """A score on the scale 0 to 100: "100" (exact), "93.6" (rounded), "99.9" where just below 1; None is "—"."""
    return BLANK if value is None else _hundredfold(value, 1)


def plain(number: Decimal | int) -> str:
    """A figure in canonical form, neither trailing zeros nor exponent: "100", "93.48"; minus zero is "0".

    Raises ValueError for NaN and infinity.
    """
    return _canonical(number, "f")


def grouped(number: Decimal | int) -> str:
    """As plain(), with thousands separators: "1,545,480", "-1,234.5"."""
    return _canonical(number, ",f")


def _exact(number: Decimal | Fraction | int) -> Fraction:
    """The number without loss. A float is refused, since its error would pass for a figure."""
    if isinstance(number, float):
        raise TypeError(f"figures are Decimal, not float: {number!r}")
    if isinstance(number, Decimal) and not number.is_finite():
        raise ValueError(f"not a finite figure: {number}")
    return _fraction(number)


# Cached, because a page asks for the same few weights, thresholds and targets hundreds of times.
@lru_cache(maxsize=4096)
def _fraction(number: Decimal) -> Fraction:
    return Fraction(number)


def judge(
    actual: Decimal | Fraction | None, target: Decimal | None, direction: Direction, tolerance: Decimal | None
) -> Judgement | None:
    """The rate with the rule that gave it; None without both numbers. Raises as achievement_rate() does."""
    direction = Direction(direction)
    for figure in (actual, target, tolerance):
        if figure is not None:
            _exact(figure)
    if tolerance is not None and tolerance < 0:
        raise ValueError(f"tolerance cannot be negative: {tolerance}")
    if actual is None or target is None:
        return None
    if direction != Direction.BAND:
        return _judge_one_way(actual, target, direction)
    lower, upper = band_edges(target, tolerance)
    if _exact(actual) > _exact(upper):
        return _judge_one_way(actual, upper, Direction.LOWER)
    if _exact(actual) < _exact(lower):
        return _judge_one_way(actual, lower, Direction.HIGHER)
    return Judgement(Fraction(1), Rule.INSIDE_BAND, target, direction)


def _judge_one_way(actual: Decimal | Fraction, target: Decimal, direction: Direction) -> Judgement:
    """Lower is better is the mirror image of higher is better: with both signs turned, one set of cases serves both."""
    sign = -1 if direction == Direction.LOWER else 1
    a, t = sign * _exact(actual), sign * _exact(target)
    if t > 0 and a < 0:
        return Judgement(Fraction(0), Rule.ACTUAL_ON_WRONG_SIDE_OF_ZERO, target, direction)
    if t > 0:
        return Judgement(a / t, Rule.ACTUAL_OVER_TARGET, target, direction)
    if t == 0 and a >= 0:
        return Judgement(Fraction(1), Rule.ZERO_TARGET_MET, target, direction)
    if t == 0:
        return Judgement(Fraction(0), Rule.ZERO_TARGET_MISSED, target, direction)
    if a < 0:
        return Judgement(t / a, Rule.TARGET_OVER_ACTUAL, target, direction)
    return Judgement(UNBOUNDED, Rule.BEYOND_ANY_RATIO, target, direction)


def band_edges(target: Decimal, tolerance: Decimal | None) -> tuple[Decimal, Decimal]:
    """The lowest and the highest figure inside target ± tolerance, exactly; a tolerance of None is 0."""
    margin = tolerance or Decimal(0)
    return _EXACT.subtract(target, margin), _EXACT.add(target, margin)


def _parts(children: Iterable[tuple[Decimal, "Outcome | Score", Fraction | None]]) -> tuple[Part, ...]:
    """The parts with their weights re-normalised over the children that have a value."""
    children = tuple(children)
    for weight, _child, _value in children:
        if not _exact(weight) > 0:
            raise ValueError(f"weight must be above 0, not {weight}")
    whole = sum(_exact(weight) for weight, _child, value in children if value is not None)
    return tuple(
        Part(weight, child, value, None if value is None else _exact(weight) / whole)
        for weight, child, value in children
    )


def _total(parts: tuple[Part, ...]) -> Fraction | None:
    contributions = [part.contribution for part in parts if part.contribution is not None]
    return sum(contributions, start=Fraction(0)) if contributions else None


def _combined_status(value: Fraction | None, parts: tuple[Part, ...], threshold: Decimal) -> Status:
    if value is not None:
        return rated_status(value, threshold)
    below = {part.child.status for part in parts}
    for status in (Status.PENDING, Status.UNMEASURED):
        if status in below:
            return status
    return Status.NO_TARGET


def _hundredfold(rate: Fraction, places: int) -> str:
    """100 × rate: whole where exact, else rounded half-up to places, but never up to 100 from below."""
    percent = rate * 100
    if percent.denominator == 1:
        return str(percent.numerator)
    unit = 10**places
    rounded = math.floor(percent * unit + Fraction(1, 2))
    if rate < 1:
        rounded = min(rounded, 100 * unit - 1)
    whole, rest = divmod(rounded, unit)
    return f"{whole}.{rest:0{places}d}" if places else str(whole)


def _canonical(number: Decimal | int, form: str) -> str:
    if _exact(number) == 0:
        return "0"
    text = format(Decimal(number), form)
    return text.rstrip("0").rstrip(".") if "." in text else text
