"""Moves what was reported of a year into the year's edition; earlier editions keep its targets (docs/decisions/0028).

Rows that move keep their ids, so that evidence, comments, confirmations, mails and drafts still know them.
"""

import re

from scorecard.migrations._editions_graph import BATCH
from scorecard.migrations._editions_years import HAS_ACTUAL

# max_length of the names kept with acts; a user name may be longer.
NAME_LENGTH = 150
# Fields of the reporting table that are named after a measure, such as 「actual_12」.
OF_A_MEASURE = re.compile(r"(actual|note|unmeasured|numerator|denominator|confirm)_([0-9]+)(_[a-z_]+)?")


def move_figures(apps, plan, editions):
    """Values and budgets. editions: of the old plan, in the order of years; the first has the old plan's own rows."""
    first = editions[0].year
    values = apps.get_model("scorecard", "YearlyValue").objects.filter(measure__kpi__plan=plan.pk)
    budgets = apps.get_model("scorecard", "ActionBudget").objects.filter(action_plan__plan=plan.pk)
    # Of years before the first edition, only where another plan has the edition of the plan's first year.
    values.filter(year__lt=first).exclude(HAS_ACTUAL).delete()
    values.filter(year__lt=first).update(target=None, target_note="")
    budgets.filter(year__lt=first).delete()
    _move(values, editions, "measure_id", "Measure", ("target", "target_note"))
    _move(budgets, editions, "action_plan_id", "ActionPlan", ("amount",))


def _move(rows, editions, owner, kind, promised):
    """promised: the fields that the outlook of earlier editions keeps."""
    first = editions[0]
    home_of = {edition.year: edition for edition in editions}
    moved, outlook = [], []
    for row in rows.filter(year__gte=first.year).order_by("pk"):
        home = home_of.get(row.year, first)
        old_owner = getattr(row, owner)
        promise = {name: getattr(row, name) for name in promised}
        if any(value not in (None, "") for value in promise.values()):
            outlook += [
                type(row)(**{owner: edition.id_of(kind, old_owner)}, year=row.year, **promise)
                for edition in editions
                if edition is not home and edition.year < row.year
            ]
        if home is not first:
            setattr(row, owner, home.id_of(kind, old_owner))
            moved.append(row)
    # First those that leave: a measure has one value a year.
    rows.model.objects.bulk_update(moved, [owner], batch_size=BATCH)
    rows.model.objects.bulk_create(outlook, batch_size=BATCH)


def move_papers(apps, plan, editions):
    """Reports, receipts, snapshots and drafts of each year."""
    report_model = apps.get_model("scorecard", "YearlyReport")
    for edition in editions:
        if edition is not editions[0]:
            reports = list(report_model.objects.filter(kpi__plan=plan.pk, year=edition.year).order_by("pk"))
            for report in reports:
                report.kpi_id = edition.id_of("KPI", report.kpi_id)
            report_model.objects.bulk_update(reports, ["kpi"], batch_size=BATCH)
            receipts = apps.get_model("scorecard", "Submission").objects.filter(plan=plan.pk, year=edition.year)
            receipts.update(plan=edition.plan.pk)
        snapshots = apps.get_model("scorecard", "YearSnapshot").objects
        snapshots.filter(plan_year__plan=plan.pk, plan_year__year=edition.year).update(plan=edition.plan.pk)
        _move_drafts(apps, plan, edition)


def _move_drafts(apps, plan, edition):
    new = apps.get_model("scorecard", "UnsavedEntries").objects
    drafts = apps.get_model("scorecard", "EntryDraft").objects
    for draft in drafts.filter(plan_year__plan=plan.pk, plan_year__year=edition.year).order_by("pk"):
        rows = {}
        for kpi, row in draft.rows.items():
            # No foreign key: what was typed may be about a KPI or a measure that was deleted later.
            if edition.has("KPI", int(kpi)):
                fields = {_field_in(edition, name): text for name, text in row["fields"].items()}
                rows[str(edition.id_of("KPI", int(kpi)))] = row | {"fields": fields}
        made = new.create(user_id=draft.user_id, plan=edition.plan, division_id=draft.division_id, rows=rows)
        # create() writes the present time.
        new.filter(pk=made.pk).update(saved_at=draft.saved_at)


def _field_in(edition, name):
    found = OF_A_MEASURE.fullmatch(name)
    if found is None or not edition.has("Measure", int(found[2])):
        return name
    what, measure, rest = found.groups()
    return f"{what}_{edition.id_of('Measure', int(measure))}{rest or ''}"


def keep_supports(apps, editions_of):
    """Of each edition: the objective that it supported, in the latest edition of its plan up to the same year.

    editions_of: {old plan id: editions in the order of years}.
    """
    objective = apps.get_model("scorecard", "Objective")
    through = objective.supports.through
    kept = []
    rows = through.objects.order_by("pk").select_related("from_objective", "to_objective")
    for row in rows:
        supported = row.to_objective
        for edition in editions_of[row.from_objective.plan_id]:
            parents = editions_of[supported.plan_id]
            parent = next((each for each in reversed(parents) if each.year <= edition.year), parents[0])
            kept.append(
                apps.get_model("scorecard", "ObjectiveSupport")(
                    objective_id=edition.id_of("Objective", row.from_objective_id),
                    supported_id=parent.id_of("Objective", supported.pk),
                    code=supported.code,
                    name=supported.name,
                )
            )
    apps.get_model("scorecard", "ObjectiveSupport").objects.bulk_create(kept, batch_size=BATCH)


def keep_names(apps):
    """Names of people with what they did, as they are now: there is no record of former ones."""
    users = apps.get_model("scorecard", "User").objects.values_list("pk", "name", "username")
    names = {pk: (name or username)[:NAME_LENGTH] for pk, name, username in users}
    for kind, person in (
        ("YearlyReport", "submitted_by"),
        ("YearlyReport", "reviewed_by"),
        ("Evidence", "uploaded_by"),
        ("Comment", "author"),
        ("YearSnapshot", "closed_by"),
    ):
        rows = apps.get_model("scorecard", kind).objects
        people = rows.filter(**{f"{person}__isnull": False}).order_by().values_list(person, flat=True).distinct()
        for pk in list(people):
            rows.filter(**{person: pk}).update(**{f"{person}_name": names[pk]})
