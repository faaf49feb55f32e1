"""Copies the rows of a plan into the edition of a later year (docs/decisions/0028)."""

from dataclasses import dataclass, field

BATCH = 200
# In the order in which they refer to each other: (model, {a field: the model that it refers to}).
GRAPH = (
    ("Perspective", {"plan_id": "Plan"}),
    ("Theme", {"plan_id": "Plan"}),
    ("Objective", {"plan_id": "Plan", "theme_id": "Theme", "perspective_id": "Perspective"}),
    ("ObjectiveLink", {"plan_id": "Plan", "cause_id": "Objective", "effect_id": "Objective"}),
    ("KPI", {"plan_id": "Plan", "objective_id": "Objective"}),
    ("Measure", {"kpi_id": "KPI"}),
    ("ActionPlan", {"plan_id": "Plan", "kpi_id": "KPI"}),
)


@dataclass
class Edition:
    """The edition of one year of an old plan. rows: {model: {id in the old plan: id here}}; None: the very same ids."""

    year: int
    plan: object
    rows: dict | None = field(default=None)

    def has(self, model, pk):
        return self.rows is None or pk in self.rows[model]

    def id_of(self, model, pk):
        return pk if self.rows is None else self.rows[model][pk]


def copy_plan(apps, plan, **changes):
    """A new edition with the strategy of an old plan. changes: fields that differ from it."""
    copy = _without_id(plan, changes)
    copy.save(force_insert=True)
    edition = Edition(copy.year, copy, {"Plan": {plan.pk: copy.pk}})
    for name, references in GRAPH:
        _copy_rows(apps, edition, name, references, plan)
    through = apps.get_model("scorecard", "KPI").supporting_divisions.through
    supporting = through.objects.filter(kpi__plan=plan.pk).order_by("pk")
    through.objects.bulk_create(
        [through(kpi_id=edition.id_of("KPI", row.kpi_id), division_id=row.division_id) for row in supporting],
        batch_size=BATCH,
    )
    return edition


def _copy_rows(apps, edition, name, references, plan):
    """Every field, in the order of the old ids, by which rows of the same place are ordered."""
    model = apps.get_model("scorecard", name)
    its_plan = "kpi__plan" if name == "Measure" else "plan"
    rows = list(model.objects.filter(**{its_plan: plan.pk}).order_by("pk"))
    copies = [
        _without_id(row, {key: edition.id_of(kind, getattr(row, key)) for key, kind in references.items()})
        for row in rows
    ]
    made = model.objects.bulk_create(copies, batch_size=BATCH)
    edition.rows[name] = {row.pk: copy.pk for row, copy in zip(rows, made, strict=True)}


def _without_id(row, changes):
    fields = {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields if not each.primary_key}
    return type(row)(**(fields | changes))
