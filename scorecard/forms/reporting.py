"""One KPI's row of the reporting table."""

from dataclasses import dataclass

from django import forms

from scorecard.forms.fields import FigureField, PlainTextField
from scorecard.reports.scorecard import MeasureLine
from scorecard.scoring import Outcome, assess, plain
from scorecard.services.reporting import Draft, Entry

TEXT = {"required": False, "max_length": 2000, "show_hidden_initial": True}


@dataclass(frozen=True)
class MeasureFields:
    """A measure beside the fields in which its year is entered; outcome judges what the fields show."""

    measure: MeasureLine
    outcome: Outcome
    actual: forms.BoundField
    note: forms.BoundField
    unmeasured: forms.BoundField


class KPIEntryForm(forms.Form):
    """What staff enter for one KPI's year: figures, notes, explanation and improvement.

    Every field carries what the person was shown as a hidden initial value, so that a row they did not touch is never
    saved over somebody else's change; version is the report's as shown.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    explanation = PlainTextField(label="差異說明", **TEXT)
    improvement = PlainTextField(label="改善措施", **TEXT)
    take_theirs = forms.BooleanField(label="放棄我的輸入，採用目前的內容", required=False)

    def __init__(self, data=None, *, line, report, kpi=None):
        self.line, self.report, self.kpi = line, report, kpi
        self.conflict = False
        super().__init__(data, prefix=f"kpi{line.id}", initial=_initial(line, report))
        for measure in line.measures:
            name = f"{line.code} {measure.label}".strip()
            self.fields[f"actual_{measure.id}"] = FigureField(
                unit=measure.unit, label=f"{name} 實際值", show_hidden_initial=True
            )
            self.fields[f"note_{measure.id}"] = PlainTextField(
                label=f"{name} 備註", required=False, max_length=500, show_hidden_initial=True, rows=1
            )
            self.fields[f"unmeasured_{measure.id}"] = forms.BooleanField(
                label="無統計", required=False, show_hidden_initial=True
            )

    @property
    def measures(self):
        """The measures with their fields."""
        return [
            MeasureFields(
                m, self._shown_outcome(m), self[f"actual_{m.id}"], self[f"note_{m.id}"], self[f"unmeasured_{m.id}"]
            )
            for m in self.line.measures
        ]

    def _shown_outcome(self, measure):
        is_typed = self.is_bound and self.kpi is not None and self.is_editable
        return self.outcome(measure, self.kpi.plan.warning_threshold) if is_typed else measure.cell.outcome

    @property
    def is_editable(self):
        """Whether the report's own state lets staff edit it."""
        return self.report is None or self.report.is_editable

    @property
    def needs_explanation(self):
        """Whether the explanation is asked for: missed, or something stands there already."""
        return self.line.is_missed or any(self[name].value() for name in ("explanation", "improvement"))

    @property
    def is_touched(self):
        """Whether the person changed anything in this row and wants it saved."""
        changed = set(self.changed_data) - {"version", "take_theirs"}
        return bool(changed) and not self.cleaned_data.get("take_theirs")

    @property
    def typed(self):
        """(label, text) of what the person changed, for a row that can no longer be edited: nothing typed is lost."""
        if not self.is_bound:
            return []
        changed = [self[name] for name in self.changed_data if name not in {"version", "take_theirs"}]
        return [(field.label, field.value() if isinstance(field.value(), str) else "") for field in changed]

    def clean(self):
        """A number, or 無統計 with a reason: never both, never the second without the note."""
        cleaned = super().clean()
        for measure in self.line.measures:
            if not cleaned.get(f"unmeasured_{measure.id}"):
                continue
            if cleaned.get(f"actual_{measure.id}") is not None:
                self.add_error(f"actual_{measure.id}", "已勾選「無統計」；請清除數字，或取消勾選。")
            if not cleaned.get(f"note_{measure.id}"):
                self.add_error(f"note_{measure.id}", "請在備註說明無統計的原因。")
        return cleaned

    def outcome(self, measure, threshold):
        """The measure judged with the figure typed, valid or not yet (then as pending)."""
        cleaned = getattr(self, "cleaned_data", {})
        return assess(
            actual=cleaned.get(f"actual_{measure.id}"), target=measure.cell.target, direction=measure.direction,
            tolerance=measure.tolerance, unmeasured=bool(cleaned.get(f"unmeasured_{measure.id}")), threshold=threshold,
        )  # fmt: skip

    def bind(self, data):
        """Let the form, unbound so far, show this data as if it had been sent."""
        self.data, self.is_bound, self._errors = data, True, None

    def draft(self):
        """The valid form's content for the service."""
        cleaned = self.cleaned_data
        entries = tuple(
            Entry(m.id, cleaned[f"actual_{m.id}"], cleaned[f"note_{m.id}"], cleaned[f"unmeasured_{m.id}"])
            for m in self.line.measures
        )
        return Draft(self.kpi, cleaned["version"], entries, cleaned["explanation"], cleaned["improvement"])

    def show_conflict(self, line, report):
        """Put what stands now beside what was typed: saving again then means to replace it knowingly."""
        self.conflict, self.line, self.report = True, line, report
        self.data = self.data.copy()
        for name, value in _initial(line, report).items():
            field_name = self.add_prefix(name)
            if name == "version":
                self.data[field_name] = value
            else:
                # A checkbox, too: without an initial value of its own the field would be drawn with what was typed.
                self.data[self.add_initial_prefix(name)] = str(value)


def _initial(line, report):
    initial = {
        "version": report.version if report else 0,
        "explanation": report.explanation if report else "",
        "improvement": report.improvement if report else "",
    }
    for measure in line.measures:
        cell = measure.cell
        initial[f"actual_{measure.id}"] = "" if cell.actual is None else plain(cell.actual)
        initial[f"note_{measure.id}"] = cell.actual_note
        initial[f"unmeasured_{measure.id}"] = cell.unmeasured
    return initial
