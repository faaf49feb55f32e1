"""The plan as a form tells it: frozen, nothing of it from the database, and for everything the cell it came from.

Years are Gregorian. A reading with errors still holds whatever could be read, so that a page can show it.
"""

from dataclasses import dataclass
from decimal import Decimal

from scorecard.domain.choices import Direction
from scorecard.spreadsheets.cell_messages import Message, Severity
from scorecard.spreadsheets.grid import Place


@dataclass(frozen=True)
class FormFigure:
    """A target or an actual: None is no figure, never zero; the note keeps the words of the cell."""

    value: Decimal | None
    note: str
    place: Place


@dataclass(frozen=True)
class FormAmount:
    """A budget in NT$ whole dollars; None where the cell states none."""

    amount: int | None
    place: Place


@dataclass(frozen=True)
class FormMeasure:
    """衡量項. targets and actuals are by year; factor, numerator and denominator as Measure keeps them.

    direction_is_assumed: the formula does not say it, so a direction set in the database outweighs it.
    """

    label: str
    unit: str
    direction: Direction
    direction_is_assumed: bool
    numerator_label: str
    denominator_label: str
    factor: int
    targets: dict[int, FormFigure]
    actuals: dict[int, FormFigure]
    place: Place


@dataclass(frozen=True)
class FormActionPlan:
    """行動方案. Its owner is a division or, where that is empty, a person; budgets are by year."""

    code: str
    description: str
    owner_division: str
    owner_person: str
    budgets: dict[int, FormAmount]
    place: Place
    owner_place: Place


@dataclass(frozen=True)
class FormKPI:
    """KPI; objective is a code, division a name, supporting_divisions names; "" where the form has none."""

    code: str
    name: str
    objective: str
    formula: str
    division: str
    supporting_divisions: tuple[str, ...]
    measures: tuple[FormMeasure, ...]
    action_plans: tuple[FormActionPlan, ...]
    place: Place
    formula_place: Place
    division_place: Place


@dataclass(frozen=True)
class FormObjective:
    """策略目標 in its cell of the map, theme and perspective by code."""

    code: str
    name: str
    theme: str
    perspective: str
    place: Place


@dataclass(frozen=True)
class FormTheme:
    """策略主題 with the name of its lead division, "" where there is none."""

    code: str
    name: str
    lead_division: str
    place: Place
    lead_place: Place


@dataclass(frozen=True)
class FormPerspective:
    """構面."""

    code: str
    name: str
    place: Place


@dataclass(frozen=True)
class Statement:
    """使命, 願景, 核心價值 or 填表說明: lines, and the cell of the first."""

    text: str
    place: Place


@dataclass(frozen=True)
class FormPlan:
    """The whole plan. first_year and last_year span the years with a 目標值 column; baseline_years come before.

    actual_years: every year with an 實際值 column. divisions: names in the order of the map, then of the scorecard.
    """

    agency: str
    agency_place: Place
    first_year: int
    last_year: int
    baseline_years: tuple[int, ...]
    actual_years: dict[int, Place]
    mission: Statement
    vision: Statement
    core_values: Statement
    instructions: Statement
    perspectives: tuple[FormPerspective, ...]
    themes: tuple[FormTheme, ...]
    objectives: tuple[FormObjective, ...]
    kpis: tuple[FormKPI, ...]
    divisions: tuple[str, ...]

    @property
    def years(self):
        """Every year of the plan, baseline first."""
        return (*self.baseline_years, *range(self.first_year, self.last_year + 1))


@dataclass(frozen=True)
class ParsedForm:
    """A form as read. plan is None only where the file holds no form at all; messages in the order of reading."""

    plan: FormPlan | None
    messages: tuple[Message, ...]

    @property
    def has_errors(self):
        """Whether the form must be mended before it can be imported."""
        return self.plan is None or any(message.level is Severity.ERROR for message in self.messages)
