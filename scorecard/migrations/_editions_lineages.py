"""Gives every row of the older plans its lineage (docs/decisions/0028)."""

import unicodedata
from collections import defaultdict
from uuid import uuid4

BATCH = 200
# (model, the fields that are the same where two plans of one agency have the same thing).
KINDS = (
    ("Perspective", "code", "name"),
    ("Theme", "code", "name"),
    ("Objective", "code", "name"),
    ("KPI", "code", "name"),
    ("ActionPlan", "code", "description"),
)


def folded(text):
    """Without differences of width, case and space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def give_lineages(apps, plans):
    """Across plans of one agency the same where code and folded name are. plans: in the order of their years."""
    known = {}
    for plan in plans:
        for kind, code, name in KINDS:
            model = apps.get_model("scorecard", kind)
            rows = list(model.objects.filter(plan=plan.pk).order_by("pk").only("pk", code, name))
            for row in rows:
                key = (plan.agency, kind, getattr(row, code), folded(getattr(row, name)))
                row.lineage = known.setdefault(key, uuid4())
            model.objects.bulk_update(rows, ["lineage"], batch_size=BATCH)
        _give_measures_lineages(apps, plan, known)


def _give_measures_lineages(apps, plan, known):
    """Within a KPI that another plan has: of the same place and unit, else of a unit that both have once."""
    model = apps.get_model("scorecard", "Measure")
    measures_of = defaultdict(list)
    for measure in model.objects.filter(kpi__plan=plan.pk).select_related("kpi").order_by("kpi", "position"):
        measures_of[measure.kpi.lineage].append(measure)
    for kpi, measures in measures_of.items():
        before = known.get(("measures", kpi), [])
        for measure in measures:
            measure.lineage = _lineage_before(before, measure, measures) or uuid4()
        known["measures", kpi] = [(each.position, folded(each.unit), each.lineage) for each in measures]
        model.objects.bulk_update(measures, ["lineage"], batch_size=BATCH)


def _lineage_before(before, measure, measures):
    """before: (place, unit, lineage) of the KPI's measures in the plan before."""
    unit = folded(measure.unit)
    same_unit = [(place, lineage) for place, other, lineage in before if other == unit]
    for place, lineage in same_unit:
        if place == measure.position:
            return lineage
    is_only_one = sum(folded(each.unit) == unit for each in measures) == 1
    return same_unit[0][1] if len(same_unit) == 1 and is_only_one else None
