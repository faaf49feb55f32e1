"""The form of one KPI in the reporting table."""

from dataclasses import dataclass

from django import forms

from scorecard.domain.choices import Question
from scorecard.domain.explanation import working
from scorecard.domain.plausibility import PlausibilityQuestion
from scorecard.domain.ratios import Parts
from scorecard.domain.roc_years import MAX_WHOLE_DIGITS, NumberError, parse_number
from scorecard.domain.scoring import Outcome, assess, grouped, plain
from scorecard.forms.fields import AmountField, FigureField, PlainTextField
from scorecard.read_models.action_plan_lines import ActionPlanLine, BudgetLine
from scorecard.read_models.measure_lines import MeasureLine
from scorecard.read_models.plausibility_questions import questions_for_measure
from scorecard.services.reporting import Answer, Entry, Execution, ReportEntry

TEXT = {"required": False, "max_length": 2000, "show_hidden_initial": True}
NOT_CONTENT = {"version", "take_theirs"}


@dataclass(frozen=True)
class AskedField:
    """A question about a figure and its checkbox. The checkbox sends the figure: the answer is for that one only."""

    asked: PlausibilityQuestion
    name: str
    is_answered: bool
    is_ticked: bool


@dataclass(frozen=True)
class MeasureFields:
    """A measure with its form fields. outcome: of the figures in the fields.

    numerator and denominator: None unless the measure is a ratio. parts: None without both of them.
    """

    measure: MeasureLine
    outcome: Outcome
    actual: forms.BoundField
    note: forms.BoundField
    unmeasured: forms.BoundField
    numerator: forms.BoundField | None
    denominator: forms.BoundField | None
    parts: Parts | None
    questions: tuple[AskedField, ...]

    @property
    def working(self):
        """「28 / 30 × 100 % = 93.33 %」, "" without both parts."""
        return working(self.parts, self.measure.unit) if self.parts else ""

    @property
    def result_text(self):
        """The quotient of the parts, "" without both."""
        return grouped(self.parts.stored) if self.parts else ""

    @property
    def has_result_alone(self):
        """Whether the result field of a ratio has a text or an error."""
        return bool(self.actual.value() or self.actual.errors)


@dataclass(frozen=True)
class BudgetFields:
    """An action plan's budget of the year with the fields of its execution."""

    plan: ActionPlanLine
    budget: BudgetLine
    executed: forms.BoundField
    progress: forms.BoundField


class KPIEntryForm(forms.Form):
    """The entries of one KPI's year: figures, notes, explanation, improvement, executions, answers.

    Every field has a hidden initial value with the text that the page showed. So a row without changes is never saved
    over somebody else's change. version: the report's version on the page. A ratio takes numerator and denominator, or
    the result alone. answered: (measure id, question, figure) of each answered question.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    explanation = PlainTextField(label="差異說明", **TEXT)
    improvement = PlainTextField(label="改善措施", **TEXT)
    take_theirs = forms.BooleanField(label="放棄我的輸入，採用目前的內容", required=False)

    def __init__(self, data=None, *, line, report, kpi=None, answered=frozenset()):
        self.line, self.report, self.kpi, self.answered = line, report, kpi, answered
        self.conflict = False
        super().__init__(data, prefix=f"kpi{line.id}", initial=_initial(line, report))
        for measure in line.measures:
            self._add_measure(measure)
        for plan, budget in _budgets(line):
            self.fields[f"executed_{budget.id}"] = AmountField(label=f"{plan.code} 執行數", show_hidden_initial=True)
            self.fields[f"progress_{budget.id}"] = PlainTextField(label=f"{plan.code} 執行情形", rows=1, **TEXT)

    def _add_measure(self, measure):
        name = f"{self.line.code} {measure.label}".strip()
        figure = {"show_hidden_initial": True}
        self.fields[f"actual_{measure.id}"] = FigureField(unit=measure.unit, label=f"{name} 實際值", **figure)
        if measure.is_ratio:
            for part, label in (("numerator", measure.numerator_label), ("denominator", measure.denominator_label)):
                self.fields[f"{part}_{measure.id}"] = FigureField(unit="", label=f"{name} {label}", **figure)
        self.fields[f"note_{measure.id}"] = PlainTextField(
            label=f"{name} 備註", required=False, max_length=500, show_hidden_initial=True, rows=1
        )
        self.fields[f"unmeasured_{measure.id}"] = forms.BooleanField(
            label="無統計", required=False, show_hidden_initial=True
        )
        for question in Question:
            self.fields[f"confirm_{measure.id}_{question.value}"] = forms.CharField(label="數字無誤", required=False)

    @property
    def measures(self):
        return [self.fields_of(measure) for measure in self.line.measures]

    def fields_of(self, measure):
        """MeasureFields of a measure, with questions about the typed figure, or the saved one in an unbound form."""
        actual, parts = self._figure(measure)
        return MeasureFields(
            measure,
            self._shown_outcome(measure),
            *(self[f"{name}_{measure.id}"] for name in ("actual", "note", "unmeasured")),
            *(self[f"{name}_{measure.id}"] if measure.is_ratio else None for name in ("numerator", "denominator")),
            parts,
            tuple(self._asked(measure, each) for each in questions_for_measure(measure, actual=actual, parts=parts))
            if actual is not None
            else (),
        )

    def _asked(self, measure, asked):
        field = self[f"confirm_{measure.id}_{asked.question.value}"]
        is_answered = (measure.id, asked.question, asked.figure) in self.answered
        return AskedField(asked, field.html_name, is_answered, field.value() == asked.figure_text)

    @property
    def open_questions(self):
        """(measure, AskedField) of each question without an answer."""
        return [(row.measure, each) for row in self.measures for each in row.questions if not each.is_answered]

    @property
    def budgets(self):
        return [
            BudgetFields(plan, budget, self[f"executed_{budget.id}"], self[f"progress_{budget.id}"])
            for plan, budget in _budgets(self.line)
        ]

    def _shown_outcome(self, measure):
        is_typed = self.is_bound and self.kpi is not None and self.is_editable
        return self.outcome(measure, self.kpi.plan.warning_threshold) if is_typed else measure.cell.outcome

    @property
    def needs_executions(self):
        """Whether the page shows the executions: there is a budget, or a field has a text."""
        return any(row.budget.amount or row.executed.value() or row.progress.value() for row in self.budgets)

    @property
    def is_editable(self):
        """Whether the report's state allows editing; the year's state is not considered."""
        return self.report is None or self.report.is_editable

    @property
    def needs_explanation(self):
        """Whether the page shows the explanation: the target is missed, or a field has a text."""
        return self.line.is_missed or any(self[name].value() for name in ("explanation", "improvement"))

    @property
    def is_touched(self):
        """Whether there is a change to save. The form has to be valid."""
        changed = set(self.changed_data) - NOT_CONTENT
        return bool(changed) and not self.cleaned_data.get("take_theirs")

    @property
    def typed(self):
        """(label, text) of each changed field, so that a row which can no longer be edited still shows the texts."""
        if not self.is_bound:
            return []
        changed = [self[name] for name in self.changed_data if name not in NOT_CONTENT and "confirm_" not in name]
        return [(field.label, field.value() if isinstance(field.value(), str) else "") for field in changed]

    @property
    def typed_text(self):
        """What the person changed, in one sentence without its end."""
        return "；".join(f"{label}：{text}" if text else label for label, text in self.typed)

    @property
    def standing_text(self):
        """What the report holds now, in one sentence without its end: figures, words and executions."""
        parts = [_figure_text(measure) for measure in self.line.measures]
        for label, text in (("差異說明", self.report.explanation), ("改善措施", self.report.improvement)):
            parts += [f"{label}：{text}"] if text else []
        parts += [
            _execution_text(plan, budget)
            for plan, budget in _budgets(self.line)
            if budget.executed is not None or budget.progress
        ]
        return "；".join(parts)

    def clean(self):
        """A measure has a number, or 無統計 with a note, never both. A ratio has its parts or its result."""
        cleaned = super().clean()
        for measure in self.line.measures:
            if measure.is_ratio:
                self._clean_ratio(measure, cleaned)
            if not cleaned.get(f"unmeasured_{measure.id}"):
                continue
            if cleaned.get(f"actual_{measure.id}") is not None:
                at = "numerator" if cleaned.get(f"numerator_{measure.id}") is not None else "actual"
                self.add_error(f"{at}_{measure.id}", "已勾選「無統計」；請清除數字，或取消勾選。")
            if not cleaned.get(f"note_{measure.id}"):
                self.add_error(f"note_{measure.id}", "請在備註說明無統計的原因。")
        return cleaned

    def _clean_ratio(self, measure, cleaned):
        """Both parts or neither. With both, the actual becomes their quotient."""
        own = [f"{name}_{measure.id}" for name in ("numerator", "denominator", "actual")]
        if any(name in self.errors for name in own):
            return
        numerator, denominator, actual = (cleaned.get(name) for name in own)
        if numerator is None and denominator is None:
            return
        if numerator is None or denominator is None:
            missing, given = ("分子", "分母") if numerator is None else ("分母", "分子")
            at = own[0] if numerator is None else own[1]
            self.add_error(at, f"只填了{given}；請填{missing}，或清除{given}改填「只有結果」。")
        elif not denominator:
            self.add_error(own[1], "分母不可為 0；沒有可計算的數量時，請清除分子與分母，勾選「無統計」並說明原因。")
        else:
            stored = Parts(numerator, denominator, measure.factor).stored
            if abs(stored) >= 10**MAX_WHOLE_DIGITS:
                self.add_error(own[0], "算出的結果太大，無法儲存；請確認分子與分母。")
            elif actual is not None and actual != stored and own[2] in self.changed_data:
                self.add_error(own[2], "已填分子與分母；請清除「只有結果」的數字，或清除分子與分母。")
            else:
                cleaned[own[2]] = stored

    def _figure(self, measure):
        """(actual, parts) of the typed figures, None if invalid; the saved ones in an unbound form."""
        if not self.is_bound:
            return measure.cell.actual, measure.cell.parts
        cleaned = getattr(self, "cleaned_data", {})
        actual = cleaned.get(f"actual_{measure.id}")
        parts = [cleaned.get(f"{name}_{measure.id}") for name in ("numerator", "denominator")]
        is_whole = actual is not None and None not in parts and parts[1]
        return actual, Parts(*parts, measure.factor) if is_whole else None

    def outcome(self, measure, threshold):
        """Outcome with the typed figure; pending if it is invalid."""
        actual, parts = self._figure(measure)
        unmeasured = bool(getattr(self, "cleaned_data", {}).get(f"unmeasured_{measure.id}"))
        return assess(
            actual=actual,
            target=measure.cell.target,
            direction=measure.direction,
            tolerance=measure.tolerance,
            unmeasured=unmeasured,
            threshold=threshold,
            parts=parts,
        )

    def bind(self, data):
        """Bind an unbound form to data as if it had been sent."""
        self.data = data
        self.is_bound = True
        self._errors = None

    def report_entry(self):
        """A ReportEntry for the service. The form has to be valid."""
        cleaned = self.cleaned_data
        entries = tuple(
            Entry(
                m.id,
                *(cleaned[f"{name}_{m.id}"] for name in ("actual", "note", "unmeasured")),
                *(cleaned.get(f"{name}_{m.id}") for name in ("numerator", "denominator")),
            )
            for m in self.line.measures
        )
        executions = tuple(
            Execution(budget.id, cleaned[f"executed_{budget.id}"], cleaned[f"progress_{budget.id}"])
            for _, budget in _budgets(self.line)
        )
        return ReportEntry(
            self.kpi,
            cleaned["version"],
            entries,
            cleaned["explanation"],
            cleaned["improvement"],
            executions,
            tuple(self._answers()),
        )

    def _answers(self):
        for measure in self.line.measures:
            for question in Question:
                yield from read_answer(
                    measure.id, question, self.cleaned_data[f"confirm_{measure.id}_{question.value}"]
                )

    def show_conflict(self, line, report):
        """Show the current values beside the typed ones. The next save then replaces the current values."""
        self.conflict = True
        self.line = line
        self.report = report
        self.data = self.data.copy()
        for name, value in _initial(line, report).items():
            field_name = self.add_prefix(name)
            if name == "version":
                self.data[field_name] = value
            else:
                # Also for a checkbox: without an initial value the field would be drawn with the typed state.
                self.data[self.add_initial_prefix(name)] = str(value)


def read_answer(measure_id, question, figure_text):
    """[Answer] of a ticked checkbox; [] if it was not ticked or sent no figure."""
    try:
        figure = parse_number(figure_text)
    except NumberError:
        return []
    return [] if figure is None else [Answer(measure_id, Question(question), figure)]


def _budgets(line):
    """(action plan, its budget in the scorecard's year) of each action plan that has one."""
    year = line.measures[0].cell.year
    return [(plan, plan.budgets[year]) for plan in line.action_plans if year in plan.budgets]


def _figure_text(measure):
    """「實際 93.33 %（28 / 30）」, with the measure's label and its remark where there are any."""
    cell = measure.cell
    parts = f"（{grouped(cell.parts.numerator)} / {grouped(cell.parts.denominator)}）" if cell.parts else ""
    remark = f"（{cell.actual_remark}）" if cell.actual_remark else ""
    return f"{measure.label} 實際 {cell.actual_text} {measure.unit}{parts}{remark}".lstrip()


def _execution_text(plan, budget):
    """「V1-1 執行數 90,000 元，已辦理 3 場」."""
    amount = "（空白）" if budget.executed is None else f"{budget.executed:,} 元"
    progress = f"，{budget.progress}" if budget.progress else ""
    return f"{plan.code} 執行數 {amount}{progress}"


def _initial(line, report):
    initial = {
        "version": report.version if report else 0,
        "explanation": report.explanation if report else "",
        "improvement": report.improvement if report else "",
    }
    for measure in line.measures:
        cell = measure.cell
        # With both parts the actual is computed, not entered.
        initial[f"actual_{measure.id}"] = "" if cell.actual is None or cell.parts else plain(cell.actual)
        initial[f"note_{measure.id}"] = cell.actual_note
        initial[f"unmeasured_{measure.id}"] = cell.unmeasured
        if measure.is_ratio:
            initial[f"numerator_{measure.id}"] = plain(cell.parts.numerator) if cell.parts else ""
            initial[f"denominator_{measure.id}"] = plain(cell.parts.denominator) if cell.parts else ""
    for _, budget in _budgets(line):
        initial[f"executed_{budget.id}"] = "" if budget.executed is None else str(budget.executed)
        initial[f"progress_{budget.id}"] = budget.progress
    return initial
