"""Forms of the consultation: a division's answers, the day until which a draft is shared, decisions and comments."""

from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from scorecard.domain.choices import EditionCommentKind, ProposalDecision
from scorecard.domain.roc_years import date_text
from scorecard.domain.scoring import plain
from scorecard.forms.fields import FigureField, PlainTextField, date_input, is_key
from scorecard.forms.helpers import fields_only
from scorecard.read_models.consultation import ConsultedKPI, ConsultedMeasure, ConsultedYear
from scorecard.services.consultation import Opinion, ProposedTarget

MAX_REASON = 500
MAX_COMMENT = 2000


@dataclass(frozen=True)
class YearFields:
    """A year of a measure with the fields of its proposal."""

    year: ConsultedYear
    value: forms.BoundField
    seen: forms.BoundField


@dataclass(frozen=True)
class MeasureFields:
    measure: ConsultedMeasure
    years: tuple[YearFields, ...]
    reason: forms.BoundField


@dataclass(frozen=True)
class KPIFields:
    kpi: ConsultedKPI
    measures: tuple[MeasureFields, ...]
    comment: forms.BoundField


class AnswerForm(forms.Form):
    """What a division proposes and says, for all its KPIs at once.

    Figures and reasons have a hidden initial value with the text that the page showed: what nobody touched is not sent
    again. seen: key of the open proposal that the page showed, so that nobody replaces what they did not see.
    """

    def __init__(self, data=None, *, kpis):
        self.kpis = kpis
        super().__init__(data)
        for kpi in kpis:
            for measure in kpi.measures:
                self._add_measure(kpi, measure)
            self.fields[f"comment_{kpi.id}"] = PlainTextField(
                label=f"{kpi.code} 意見", required=False, max_length=MAX_COMMENT
            )

    def _add_measure(self, kpi, measure):
        name = f"{kpi.code} {measure.label}".strip()
        for year in measure.years:
            proposal = year.proposal
            self.fields[_value(measure, year)] = FigureField(
                unit=measure.unit,
                label=f"{name} {year.year_text}建議目標值",
                initial=plain(proposal.value) if proposal else "",
                show_hidden_initial=True,
            )
            self.fields[_seen(measure, year)] = forms.CharField(
                required=False, widget=forms.HiddenInput, initial=proposal.id if proposal else ""
            )
        proposals = measure.proposals
        self.fields[f"reason_{measure.id}"] = PlainTextField(
            label=f"{name} 建議的理由",
            required=False,
            max_length=MAX_REASON,
            initial=proposals[0].reason if proposals else "",
            show_hidden_initial=True,
        )

    @property
    def rows(self):
        """KPIFields of each KPI."""
        return [
            KPIFields(
                kpi,
                tuple(
                    MeasureFields(
                        measure,
                        tuple(
                            YearFields(year, self[_value(measure, year)], self[_seen(measure, year)])
                            for year in measure.years
                        ),
                        self[f"reason_{measure.id}"],
                    )
                    for measure in kpi.measures
                ),
                self[f"comment_{kpi.id}"],
            )
            for kpi in self.kpis
        ]

    def clean(self):
        cleaned = super().clean()
        for kpi in self.kpis:
            for measure in kpi.measures:
                proposed = [year for year in measure.years if cleaned.get(_value(measure, year)) is not None]
                reason = f"reason_{measure.id}"
                if proposed and reason in cleaned and not cleaned[reason]:
                    self.add_error(reason, "請說明建議目標值的理由。")
        return cleaned

    @property
    def visible_errors(self):
        """(field, error) of each error."""
        return [(self[name], error) for name, errors in self.errors.items() if name in self.fields for error in errors]

    def targets(self):
        """ProposedTargets of what was touched. The form has to be valid."""
        changed = set(self.changed_data)
        found = []
        for measure in (measure for kpi in self.kpis for measure in kpi.measures):
            reason = self.cleaned_data[f"reason_{measure.id}"]
            for year in measure.years:
                value = self.cleaned_data[_value(measure, year)]
                is_reworded = f"reason_{measure.id}" in changed and value is not None
                if _value(measure, year) in changed or is_reworded:
                    seen = self.cleaned_data[_seen(measure, year)]
                    found.append(
                        ProposedTarget(measure.id, year.year, value, reason, int(seen) if is_key(seen) else None)
                    )
        return found

    def opinions(self):
        """The comments that are not blank. The form has to be valid."""
        texts = {kpi.id: self.cleaned_data[f"comment_{kpi.id}"] for kpi in self.kpis}
        return [Opinion(kpi_id, text) for kpi_id, text in texts.items() if text]

    def show_conflict(self):
        """What stands now counts as seen, so that the next save replaces it. kpis: as they stand now."""
        self.data = self.data.copy()
        for measure in (measure for kpi in self.kpis for measure in kpi.measures):
            for year in measure.years:
                proposal = year.proposal
                self.data[_seen(measure, year)] = proposal.id if proposal else ""
                hidden = self.add_initial_prefix(_value(measure, year))
                self.data[hidden] = plain(proposal.value) if proposal else ""


def _value(measure, year):
    return f"target_{measure.id}_{year.year}"


def _seen(measure, year):
    return f"seen_{measure.id}_{year.year}"


class ShareForm(forms.Form):
    """The last day on which divisions have their say; end: now."""

    helper = fields_only()
    until = forms.DateField(label="徵詢至（含當日）", required=False, widget=date_input())
    end = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean(self):
        cleaned = super().clean()
        if cleaned.pop("end", False):
            return {"until": None}
        if "until" in cleaned and cleaned["until"] is None:
            raise ValidationError({"until": "請填徵詢期限。"})
        return cleaned

    def clean_until(self):
        until = self.cleaned_data["until"]
        if until is not None and until < timezone.localdate():
            raise ValidationError(f"徵詢期限不能早於今天（{date_text(timezone.localdate())}）。")
        return until


class DecisionForm(forms.Form):
    """What becomes of a proposal."""

    decision = forms.TypedChoiceField(label="處理結果", choices=ProposalDecision.choices, coerce=ProposalDecision)
    reason = forms.CharField(label="處理說明", required=False, max_length=MAX_REASON)


class EditionCommentForm(forms.Form):
    """A comment on an edition, or on the KPI with the code. The text of 送請核定 may be blank."""

    kind = forms.TypedChoiceField(
        label="種類",
        choices=EditionCommentKind.choices,
        coerce=EditionCommentKind,
        required=False,
        empty_value=EditionCommentKind.COMMENT,
    )
    kpi = forms.CharField(label="對象", required=False, max_length=40)
    text = PlainTextField(label="意見", required=False, max_length=MAX_COMMENT)
