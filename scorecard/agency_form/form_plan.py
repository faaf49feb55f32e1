"""The plan in a parsed form: frozen dataclasses, without the database, each with the cell it came from.

Years are Gregorian. A form with errors still has everything that could be read, so a page can show it.
"""

from dataclasses import dataclass
from decimal import Decimal

from scorecard.domain.choices import Direction
from scorecard.spreadsheets.cell_messages import Message, Severity
from scorecard.spreadsheets.grid import Place


@dataclass(frozen=True)
class FormFigure:
    """A target or an actual. value: None for no figure, never zero. note: the words of the cell."""

    value: Decimal | None
    note: str
    place: Place


@dataclass(frozen=True)
class FormAmount:
    """amount: NT$ whole dollars, None if the cell has none."""

    amount: int | None
    place: Place


@dataclass(frozen=True)
class FormMeasure:
    """衡量項. targets and actuals: by year. factor, numerator_label, denominator_label: as in Measure.

    direction_is_assumed: the formula does not say the direction, so the direction in the database wins.
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
    """行動方案. The owner is a division, or a person if owner_division is "". budgets: by year."""

    code: str
    description: str
    owner_division: str
    owner_person: str
    budgets: dict[int, FormAmount]
    place: Place
    owner_place: Place


@dataclass(frozen=True)
class FormKPI:
    """objective: code. division, supporting_divisions: names; "" if the form has none."""

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
    """策略目標 on the map. theme, perspective: codes."""

    code: str
    name: str
    theme: str
    perspective: str
    place: Place


@dataclass(frozen=True)
class FormTheme:
    """策略主題. lead_division: name, "" for none."""

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
    """使命, 願景, 核心價值 or 填表說明. text: its lines. place: cell of the first line."""

    text: str
    place: Place


@dataclass(frozen=True)
class FormPlan:
    """first_year to last_year: years with a 目標值 column. baseline_years: earlier years with an 實際值 column.

    actual_years: all years with an 實際值 column. divisions: names in the order of the map, then of the scorecard.
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
        """All years, baseline first."""
        return (*self.baseline_years, *range(self.first_year, self.last_year + 1))


@dataclass(frozen=True)
class ParsedForm:
    """plan: None only if the file has no form at all. messages: in the order of reading."""

    plan: FormPlan | None
    messages: tuple[Message, ...]

    @property
    def has_errors(self):
        """Whether the form cannot be imported."""
        return self.plan is None or any(message.level is Severity.ERROR for message in self.messages)
