"""The rows of an edition made anew in the next one: what is copied, what refers to other copies, what is left behind.

Every field of every model that leads to an edition stands in FIELDS or in LEFT; a test walks the models.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    AuditEvent,
    Comment,
    Correction,
    Division,
    EditionComment,
    Evidence,
    FigureConfirmation,
    FormUpload,
    HeadApproval,
    Measure,
    Objective,
    ObjectiveLink,
    ObjectiveSupport,
    Perspective,
    Plan,
    PlanVersion,
    Revision,
    Submission,
    TargetProposal,
    Theme,
    UnsavedEntries,
    YearlyReport,
    YearlyValue,
    YearSnapshot,
)

_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True)
class Fields:
    """Names of a model's fields. copied: as they are. divisions: their successors where there are any.

    referring: to the copy of the row. own: set anew by the code here or by the caller. left: blank in the new edition.
    """

    copied: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    referring: tuple[str, ...] = ()
    own: tuple[str, ...] = ("id",)
    left: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.copied, *self.divisions, *self.referring, *self.own, *self.left)


FIELDS: dict[type[Model], Fields] = {
    Plan: Fields(
        copied=(
            "mission",
            "vision",
            "core_values",
            "instructions",
            "warning_threshold",
            "display_cap",
            "reminder_days",
            "contact",
        ),
        own=("id", "agency", "year", "baseline_from", "last_year", "state", "agency_name"),
        left=("due_date", "closings", "changed_by", "former_slug", "consultation_until"),
    ),
    Perspective: Fields(copied=("code", "name", "position", "weight", "lineage"), referring=("plan",)),
    Theme: Fields(copied=("code", "name", "position", "lineage"), divisions=("lead_division",), referring=("plan",)),
    Objective: Fields(
        copied=("code", "name", "position", "weight", "lineage"), referring=("plan", "theme", "perspective")
    ),
    # Supports lead to the parent's latest edition; code and name are as there.
    ObjectiveSupport: Fields(copied=("reason",), referring=("objective",), own=("id", "supported", "code", "name")),
    ObjectiveLink: Fields(copied=("reason", "created_by"), referring=("plan", "cause", "effect")),
    KPI: Fields(
        copied=("code", "name", "formula", "position", "weight", "lineage"),
        divisions=("division", "supporting_divisions"),
        referring=("plan", "objective"),
    ),
    Measure: Fields(
        copied=(
            "label",
            "unit",
            "direction",
            "tolerance",
            "numerator_label",
            "denominator_label",
            "factor",
            "position",
            "weight",
            "lineage",
        ),
        referring=("kpi",),
    ),
    # Of the edition's own year and later. Actuals stay at home and are looked up.
    YearlyValue: Fields(
        copied=("year", "target", "target_note"),
        referring=("measure",),
        left=("target_reason", "actual", "actual_note", "unmeasured", "numerator", "denominator"),
    ),
    ActionPlan: Fields(
        copied=("code", "description", "owner_person", "position", "lineage"),
        divisions=("owner_division",),
        referring=("plan", "kpi"),
    ),
    ActionBudget: Fields(copied=("year", "amount"), referring=("action_plan",), left=("executed", "progress")),
}
# Models of which an edition begins without any row, or with a new one (its version).
LEFT: frozenset[type[Model]] = frozenset(
    {
        AuditEvent,
        Comment,
        Correction,
        EditionComment,
        Evidence,
        FigureConfirmation,
        FormUpload,
        HeadApproval,
        PlanVersion,
        Revision,
        Submission,
        TargetProposal,
        UnsavedEntries,
        YearSnapshot,
        YearlyReport,
    }
)


def copy_rows(source: Plan, target: Plan) -> dict[type[Model], int]:
    """Fill the new edition, which has no rows yet, from the source, and return how many rows of each kind it has.

    One or two queries for each kind. The caller has locked the source.
    """
    copying = _Copying(source, target)
    copying.copy(Perspective, Perspective.objects.filter(plan=source))
    copying.copy(Theme, Theme.objects.filter(plan=source))
    copying.copy(Objective, Objective.objects.filter(plan=source))
    copying.copy(ObjectiveLink, ObjectiveLink.objects.filter(plan=source))
    copying.copy_supports()
    copying.copy(KPI, KPI.objects.filter(plan=source))
    copying.copy_supporting_divisions()
    copying.copy(Measure, Measure.objects.filter(kpi__plan=source))
    years = Q(year__gte=target.year, year__lte=target.last_year)
    has_target = Q(target__isnull=False) | ~Q(target_note="")
    copying.copy(YearlyValue, YearlyValue.objects.filter(years, has_target, measure__kpi__plan=source))
    copying.copy(ActionPlan, ActionPlan.objects.filter(plan=source))
    copying.copy(ActionBudget, ActionBudget.objects.filter(years, action_plan__plan=source))
    return {model: len(rows) for model, rows in copying.made.items()}


class _Copying:
    """made: the new row of each of the source's rows, by model and the old row's key."""

    def __init__(self, source: Plan, target: Plan) -> None:
        self.source = source
        self.target = target
        self.made: dict[type[Model], dict[Any, Any]] = {}
        divisions = Division.objects.filter(agency=source.agency_id)
        self._division: dict[int | None, int | None] = {None: None}
        self._division |= {pk: successor or pk for pk, successor in divisions.values_list("pk", "successor")}

    def copy(self, model: type[_Row], rows: QuerySet[_Row]) -> None:
        old = list(rows.order_by("pk"))
        new = [self._row(model, row) for row in old]
        model._default_manager.bulk_create(new, batch_size=500)
        self.made[model] = {row.pk: copy for row, copy in zip(old, new, strict=True)}

    def _row(self, model: type[Model], old: Any) -> Any:
        fields = FIELDS[model]
        values: dict[str, Any] = {}
        for name in fields.copied:
            # get_field() may also return a relation from another model, which is never copied.
            field: Any = model._meta.get_field(name)
            values[field.attname] = getattr(old, field.attname)
        for name in fields.divisions:
            if not model._meta.get_field(name).many_to_many:
                values[f"{name}_id"] = self._division[getattr(old, f"{name}_id")]
        for name in fields.referring:
            values[name] = self._copy_of(model, name, old)
        return model(**values)

    def _copy_of(self, model: type[Model], name: str, old: Any) -> Any:
        if name == "plan":
            return self.target
        referred: Any = model._meta.get_field(name).related_model
        return self.made[referred][getattr(old, f"{name}_id")]

    def copy_supports(self) -> None:
        self.made[ObjectiveSupport] = copy_supports(self.source, self.target, self.made[Objective])

    def copy_supporting_divisions(self) -> None:
        through = KPI.supporting_divisions.through
        pairs = through.objects.filter(kpi__plan=self.source).order_by("pk").values_list("kpi", "division")
        rows = {(self.made[KPI][kpi].pk, self._division[division]): None for kpi, division in pairs}
        through.objects.bulk_create([through(kpi_id=kpi, division_id=division) for kpi, division in rows])


def copy_supports(source: Plan, target: Plan, objectives: Mapping[int, Objective]) -> dict[int, ObjectiveSupport]:
    """Make the supports of the source's objectives anew, and return them by the old ones' keys. Three queries.

    objectives: the target's by the keys of the source's. Each support leads to the same objective of the parent's
    latest edition that is not later than the target, or where it led before.
    """
    old = ObjectiveSupport.objects.filter(objective__in=objectives).select_related("supported").order_by("pk")
    editions = Plan.objects.not_drafts().filter(agency=target.agency.parent_id, year__lte=target.year)
    lineages = [row.supported.lineage for row in old if row.supported]
    present = Objective.objects.filter(plan=editions.order_by("-year").first(), lineage__in=lineages)
    by_lineage = {row.lineage: row for row in present}
    new = []
    for row in old:
        found = by_lineage.get(row.supported.lineage, row.supported) if row.supported else None
        code, name = (found.code, found.name) if found else (row.code, row.name)
        kept = {field: getattr(row, field) for field in FIELDS[ObjectiveSupport].copied}
        new.append(
            ObjectiveSupport(objective=objectives[row.objective_id], supported=found, code=code, name=name, **kept)
        )
    ObjectiveSupport.objects.bulk_create(new, batch_size=500)
    return {row.pk: copy for row, copy in zip(old, new, strict=True)}
