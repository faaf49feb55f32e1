"""The five KPIs that every theme of a made edition has (tests/factories.py)."""

from dataclasses import dataclass
from decimal import Decimal

from scorecard.domain.choices import Direction


@dataclass(frozen=True)
class MeasureSpec:
    """A measure's fields, its one target, and its actual of every baseline year (None: 無統計)."""

    fields: dict
    target: Decimal
    baseline: Decimal | None


@dataclass(frozen=True)
class KPISpec:
    """A KPI of every theme: its code after the theme's letter, and its measures."""

    objective: str
    number: int
    measures: tuple[MeasureSpec, ...]

    @property
    def code(self):
        """「C1.1」, to stand after a theme's letter."""
        return f"{self.objective}.{self.number}"


def _spec(target, baseline, **fields):
    return MeasureSpec(fields, Decimal(target), None if baseline is None else Decimal(baseline))


SPECS = (
    KPISpec("C1", 1, (_spec(100, 80, unit="次"),)),
    KPISpec("C1", 2, (_spec(20, 25, unit="日", direction=Direction.LOWER),)),
    KPISpec("P1", 1, (_spec(20, 18, label="圖片", unit="張"), _spec(5, 4, label="影片", unit="支", position=2))),
    KPISpec("L1", 1, (_spec(50, 47, unit="人", direction=Direction.BAND, tolerance=Decimal(5)),)),
    KPISpec("F1", 1, (_spec(90, None, unit="%", numerator_label="執行數", denominator_label="預算數", factor=100),)),
)
