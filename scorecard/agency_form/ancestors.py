"""What the rows of a form were in the edition before: the same code and the same name make the same row.

What a form cannot say (weights, tolerances, supports, links, thresholds) comes from there. Everything else that a form
names is new, and begins a lineage of its own.
"""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Model

from scorecard.agency_form.form_plan import FormActionPlan, FormKPI, FormMeasure
from scorecard.domain.choices import ReportState
from scorecard.domain.roc_years import year_text
from scorecard.domain.text_folding import fold_for_search
from scorecard.models import (
    KPI,
    ActionPlan,
    Division,
    Measure,
    Objective,
    Perspective,
    Plan,
    Theme,
    YearlyReport,
    YearlyValue,
    earlier_values,
)

# The field that a form says again, by model.
_NAMES: dict[type[Model], str] = {
    Perspective: "name",
    Theme: "name",
    Objective: "name",
    KPI: "name",
    ActionPlan: "description",
}


def _folded(text: str) -> str:
    return fold_for_search(text).replace(" ", "")


class Ancestors:
    """The rows of plan's predecessor that plan, which may be unsaved, does not have yet. At most seven queries."""

    def __init__(self, plan: Plan) -> None:
        self.predecessor = plan.predecessor
        self._rows: dict[type[Model], dict[str, Any]] = {model: {} for model in _NAMES}
        self._measures: dict[int, list[Measure]] = {}
        if self.predecessor is None:
            return
        for model in _NAMES:
            rows: Any = model._default_manager
            found = rows.filter(plan=self.predecessor)
            if plan.pk is not None:
                found = found.exclude(lineage__in=rows.filter(plan=plan).values("lineage"))
            self._rows[model] = {row.code: row for row in found}
        for measure in Measure.objects.filter(kpi__plan=self.predecessor).order_by("kpi", "position"):
            self._measures.setdefault(measure.kpi_id, []).append(measure)

    def recorded(self, since: int) -> dict[tuple[UUID, int], tuple[Decimal | None, str, str]]:
        """{(lineage of a measure, year): (actual, note, title of the edition that has it)}.

        Years from since to the predecessor's. A figure that is not approved is nobody's to compare with, so it is told
        as a blank.
        """
        before = self.predecessor
        if before is None:
            return {}
        found = {}
        for value in earlier_values(before, since=since):
            figure = (value.actual, value.actual_note) if value.counts else (None, "")
            found[value.measure_lineage, value.year] = (*figure, f"{year_text(value.home_year)}版")
        approved = set(
            YearlyReport.objects.of_plan(before).filter(state=ReportState.APPROVED).values_list("kpi", flat=True)
        )
        own = YearlyValue.objects.filter(measure__kpi__plan=before, year=before.year).select_related("measure")
        for value in own:
            figure = (value.actual, value.actual_note) if value.measure.kpi_id in approved else (None, "")
            found[value.measure.lineage, before.year] = (*figure, before.title)
        return found

    def of(self, model: type[Model], code: str, name: str) -> Any:
        """The row with this code and name; None where there is none."""
        row = self._rows[model].get(code)
        return row if row is not None and _folded(getattr(row, _NAMES[model])) == _folded(name) else None

    def inherited(self, model: type[Model], code: str, name: str) -> dict[str, Any]:
        """Fields of the new row that a form cannot say: its lineage, and its weight where it has one."""
        row = self.of(model, code, name)
        if row is None:
            return {}
        return {"lineage": row.lineage} | ({"weight": row.weight} if hasattr(row, "weight") else {})

    def kpi_of(self, read: FormKPI) -> KPI | None:
        found: KPI | None = self.of(KPI, read.code, read.name)
        return found

    def action_plan_of(self, read: FormActionPlan) -> ActionPlan | None:
        found: ActionPlan | None = self.of(ActionPlan, read.code, read.description)
        return found

    def measures_of(self, read: FormKPI) -> list[Measure | None]:
        """For each measure of the form's KPI the one at its place with its unit, or the only one with its unit."""
        kpi = self.kpi_of(read)
        own = self._measures.get(kpi.pk, []) if kpi is not None else []
        taken: set[UUID] = set()
        found: list[Measure | None] = []
        for place, measure in enumerate(read.measures):
            match = self._match(own, place, measure)
            if match is not None and match.lineage in taken:
                match = None
            if match is not None:
                taken.add(match.lineage)
            found.append(match)
        return found

    def _match(self, own: list[Measure], place: int, read: FormMeasure) -> Measure | None:
        if place < len(own) and _folded(own[place].unit) == _folded(read.unit):
            return own[place]
        alike = [measure for measure in own if _folded(measure.unit) == _folded(read.unit)]
        return alike[0] if len(alike) == 1 else None

    def supporting_divisions_of(self, read: FormKPI) -> list[Division]:
        """Of the KPI before, where the form names none; those that were taken over as their successors."""
        kpi = self.kpi_of(read)
        if kpi is None:
            return []
        divisions = kpi.supporting_divisions.select_related("successor")
        return list(dict.fromkeys(division.successor or division for division in divisions))
