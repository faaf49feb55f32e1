from django.db import migrations
from django.db.models import Max

from scorecard.migrations._editions_figures import keep_names, keep_supports, move_figures, move_papers
from scorecard.migrations._editions_graph import Edition, copy_plan
from scorecard.migrations._editions_lineages import give_lineages
from scorecard.migrations._editions_reverse import refuse_to_go_back
from scorecard.migrations._editions_years import editions_of, read_plans
from scorecard.models import triggers

STATES = {"not_open": "adopted", "open": "open", "closed": "closed"}


def make_editions(apps, schema_editor):
    """Every used year of a plan becomes an edition. The events of the audit trail stay as they are."""
    plans = read_plans(apps, "year")
    if not plans:
        return
    # The rules of the plans' closed years, which move now; post_migrate installs those of editions.
    triggers.remove(schema_editor.connection)
    years_of = editions_of(plans)
    plans.sort(key=lambda plan: (plan.agency, years_of[plan.pk], plan.pk))
    give_lineages(apps, plans)
    editions = {plan.pk: _split(apps, plan, years_of[plan.pk]) for plan in plans}
    for plan in plans:
        move_figures(apps, plan, editions[plan.pk])
        move_papers(apps, plan, editions[plan.pk])
    keep_supports(apps, editions)
    keep_names(apps)
    # The edition is found by agency and year when the form is imported.
    apps.get_model("scorecard", "FormUpload").objects.filter(applied_at__isnull=True).update(plan=None)


def _split(apps, plan, years):
    """The editions of an old plan in the order of years: itself, and a copy for each later one."""
    row = apps.get_model("scorecard", "Plan").objects.get(pk=plan.pk)
    for name, value in _facts(apps, plan, years[0]).items():
        setattr(row, name, value)
    row.save()
    made = [Edition(row.year, row)]
    made += [copy_plan(apps, row, **_facts(apps, plan, year)) for year in years[1:]]
    versions = apps.get_model("scorecard", "PlanVersion").objects
    versions.bulk_create([versions.model(plan_id=edition.plan.pk, data_version=row.data_version) for edition in made])
    return made


def _facts(apps, plan, year):
    """The fields of the edition of a year that the year has, and not the plan."""
    own = apps.get_model("scorecard", "PlanYear").objects.filter(plan=plan.pk, year=year).first()
    facts = {
        "year": year,
        "last_year": max(plan.last_year, year),
        "baseline_from": plan.baseline_from + year - plan.first_year,
        "agency_name": plan.agency_name,
        "state": "adopted",
    }
    if own is not None:
        facts |= {name: getattr(own, name) for name in ("due_date", "contact", "changed_by_id")}
        # 0006 counted one where a year was closed before closings left snapshots.
        snapshots = apps.get_model("scorecard", "YearSnapshot").objects.filter(plan_year=own)
        facts["closings"] = snapshots.aggregate(last=Max("number"))["last"] or 0
        facts["state"] = STATES[own.state]
    return facts


class Migration(migrations.Migration):
    dependencies = [("scorecard", "0015_editions_begin")]

    operations = [migrations.RunPython(make_editions, refuse_to_go_back)]
