"""Databases of earlier versions become editions: nothing is lost, and the audit trail stays as it was."""

import json
from base64 import b64decode
from io import StringIO
from uuid import UUID

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models, transaction
from django.db.models import F

from scorecard.documents.scorecard_json import scorecard_document
from scorecard.documents.year_snapshot_check import check_snapshot
from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    AuditEvent,
    Measure,
    Objective,
    ObjectiveSupport,
    Perspective,
    Plan,
    Submission,
    Theme,
    UnsavedEntries,
    User,
    YearlyReport,
    YearlyValue,
    YearSnapshot,
)
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.services.value_restore import plan_restoration, restore
from tests.migrations.old_databases import kept, rows_of, standing

DEMO = ("demo-594a6b1", "demo-6834ab0", "demo-e2f6de0")
REMOVED, TWICE, TWO_PLANS = "demo-removed-e2f6de0", "closed-twice-e2f6de0", "two-plans-e2f6de0"
# {database: (ROC year, state, closings, earliest year shown, last year) of the editions of its agency}.
EDITIONS = {
    **dict.fromkeys(DEMO, [(105, "closed", 1, 102, 107), (106, "open", 0, 103, 107)]),
    REMOVED: [(105, "adopted", 0, 102, 107), (106, "adopted", 0, 103, 107)],
    TWICE: [(105, "closed", 2, 102, 107), (106, "closed", 1, 103, 107), (107, "open", 0, 104, 107)],
    TWO_PLANS: [(105, "open", 0, 102, 107), (106, "adopted", 0, 103, 108)],
}
# Columns that say where a row belongs: these change, and nothing else does.
PLACES = {
    "scorecard_yearlyvalue": {"measure_id"},
    "scorecard_yearlyreport": {"kpi_id"},
    "scorecard_actionbudget": {"action_plan_id"},
    "scorecard_submission": {"plan_id"},
    "scorecard_formupload": {"plan_id"},
}
GONE = {"scorecard_planyear", "scorecard_entrydraft", "scorecard_objective_supports"}


@pytest.fixture
def migrated(request, db, empty_databases, monkeypatch):
    """The name of an old database, which stands in place of the test database and has been migrated."""
    monkeypatch.setenv("EDITIONS_BACKUP", "done")
    with standing(empty_databases, request.param):
        call_command("migrate", verbosity=0, skip_checks=True)
        yield request.param


def old_plans(name):
    return rows_of(name, "scorecard_plan")


def codes(name, kind):
    """{id: (the old plan's id, code)} of measures (their KPI's code and place), KPIs or action plans."""
    if kind == "measure":
        kpis = codes(name, "kpi")
        measures = rows_of(name, "scorecard_measure")
        return {pk: (*kpis[row["kpi_id"]], row["position"]) for pk, row in measures.items()}
    return {pk: (row["plan_id"], row["code"]) for pk, row in rows_of(name, f"scorecard_{kind}").items()}


def slug_of(name, plan_id):
    return old_plans(name)[plan_id]["slug"]


# What a database has beyond another one: 6834ab0 one table more than 594a6b1, and nothing in it; and after SQLite has
# shown it, the oldest demo data is migrated on PostgreSQL like the latest.
MARKS = {DEMO[0]: pytest.mark.one_database, DEMO[1]: pytest.mark.long}


@pytest.mark.parametrize(
    "migrated",
    [pytest.param(name, marks=MARKS.get(name, ())) for name in EDITIONS],
    indirect=True,
)
def test_an_older_database_becomes_editions_and_loses_nothing(migrated):
    own = max(Plan.objects.values_list("agency", flat=True), key=lambda pk: Plan.objects.filter(agency=pk).count())
    fields = ("year", "state", "closings", "baseline_from", "last_year")
    found = Plan.objects.filter(agency=own).order_by("year").values_list(*fields)
    assert [(a - 1911, state, n, b - 1911, c - 1911) for a, state, n, b, c in found] == EDITIONS[migrated]
    assert not Plan.objects.exclude(agency_name=F("agency__name")).exists()
    versions = {row["slug"]: row["data_version"] for row in old_plans(migrated).values()}
    assert all(
        versions[plan.former_slug] == plan.version.data_version for plan in Plan.objects.select_related("version")
    )
    assert_no_row_changed(migrated)
    assert_figures_are_in_their_years(migrated)
    assert_papers_are_in_their_years(migrated)
    assert_names_are_kept(migrated)
    assert_the_audit_trail_keeps_its_names(migrated)
    assert_lineages(migrated)
    assert_scores_are_equal(migrated)
    assert_snapshots_are_as_before(migrated)
    assert_rules_are_installed()
    assert_rows_may_change_as_ever()
    if migrated == TWICE:
        assert_a_figure_from_before_can_be_restored()


def assert_no_row_changed(name):
    """Every column of every row that is still there has its value, but for those of PLACES."""
    by_table = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    for table, content in kept(name)["tables"].items():
        if table in GONE | {"scorecard_plan"}:
            continue
        model = by_table[table]
        fields = {field.column: field for field in model._meta.concrete_fields}
        columns = [column for column in content["columns"] if column in fields and column not in PLACES.get(table, ())]
        assert set(content["columns"]) - set(fields) <= {"year", "plan_year_id"}
        now = {row[0]: row[1:] for row in model.objects.values_list("pk", *(fields[c].attname for c in columns))}
        for pk, row in rows_of(name, table).items():
            before = [_value(fields[column], row[column]) for column in columns]
            assert [_plain(value) for value in now[pk]] == before, (table, pk)


def _value(field, text):
    return b64decode(text) if isinstance(field, models.BinaryField) else field.to_python(text)


def _plain(value):
    return bytes(value) if isinstance(value, memoryview) else value


def assert_figures_are_in_their_years(name):
    """A year's actual, target, budget and execution stand in its edition; earlier ones keep what they promised."""
    for kind, model, owner, promised in (
        ("yearlyvalue", YearlyValue, "measure", ("target", "target_note")),
        ("actionbudget", ActionBudget, "action_plan", ("amount",)),
    ):
        names = codes(name, owner.replace("_", ""))
        path = "measure__kpi" if owner == "measure" else owner
        place = (f"{path}__code", "measure__position") if owner == "measure" else (f"{path}__code",)
        known = {}
        for slug, year, row_year, *rest in model.objects.values_list(
            f"{path}__plan__former_slug", f"{path}__plan__year", "year", *place, "pk", *promised
        ):
            known[slug, year, row_year, *rest[: len(place)]] = rest[len(place) :]
        editions = {}
        for slug, year in Plan.objects.order_by("year").values_list("former_slug", "year"):
            editions.setdefault(slug, []).append(year)
        expected = {}
        for pk, row in rows_of(name, f"scorecard_{kind}").items():
            plan, *its_place = names[row[f"{owner}_id"]]
            slug = slug_of(name, plan)
            years = editions[slug]
            home = row["year"] if row["year"] in years else years[0]
            kept_there = tuple(model._meta.get_field(each).to_python(row[each]) for each in promised)
            expected[slug, home, row["year"], *its_place] = [pk, *kept_there]
            if any(value not in (None, "") for value in kept_there):
                for year in years:
                    if year < row["year"] and year != home:
                        expected[slug, year, row["year"], *its_place] = [None, *kept_there]
        assert set(known) == set(expected)
        for key, (pk, *values) in expected.items():
            assert known[key][1:] == values and pk in (None, known[key][0]), key


def assert_papers_are_in_their_years(name):
    """Reports, receipts, snapshots, drafts, supports and uploads."""
    kpis, years = codes(name, "kpi"), rows_of(name, "scorecard_planyear")
    report_fields = ("pk", "kpi__plan__former_slug", "kpi__plan__year", "kpi__code")
    assert sorted(YearlyReport.objects.values_list(*report_fields)) == sorted(
        (pk, slug_of(name, kpis[row["kpi_id"]][0]), row["year"], kpis[row["kpi_id"]][1])
        for pk, row in rows_of(name, "scorecard_yearlyreport").items()
    )
    receipts = Submission.objects.select_related("plan")
    assert {(row.pk, row.plan.former_slug, row.plan.year) for row in receipts} == {
        (pk, slug_of(name, row["plan_id"]), row["year"]) for pk, row in rows_of(name, "scorecard_submission").items()
    }
    assert all(receipt.is_intact for receipt in receipts)
    snapshots = YearSnapshot.objects.select_related("plan")
    assert {(row.pk, row.plan.year, row.number) for row in snapshots} == {
        (pk, years[row["plan_year_id"]]["year"], row["number"])
        for pk, row in rows_of(name, "scorecard_yearsnapshot").items()
    }
    assert not any(snapshot.damaged_files() for snapshot in snapshots)
    for draft in rows_of(name, "scorecard_entrydraft").values():
        assert_draft_is_in_its_year(name, draft, years[draft["plan_year_id"]]["year"])
    for plan in Plan.objects.all():
        supported = [(row["from_objective_id"], row["to_objective_id"]) for row in _supports_of(name, plan)]
        objectives = rows_of(name, "scorecard_objective")
        kept_rows = ObjectiveSupport.objects.filter(objective__plan=plan).select_related("supported__plan")
        assert [(row.objective.code, row.code, row.name, row.supported.code) for row in kept_rows] == [
            (objectives[child]["code"], *(objectives[parent][key] for key in ("code", "name", "code")))
            for child, parent in supported
        ]
        for row in kept_rows:
            parents = Plan.objects.filter(former_slug=row.supported.plan.former_slug, year__lte=plan.year)
            assert row.supported.plan == parents.order_by("-year").first()
    assert sum(map(len, (_supports_of(name, plan) for plan in Plan.objects.all()))) == ObjectiveSupport.objects.count()


def _supports_of(name, plan):
    objectives = rows_of(name, "scorecard_objective")
    rows = rows_of(name, "scorecard_objective_supports").values()
    return [row for row in rows if slug_of(name, objectives[row["from_objective_id"]]["plan_id"]) == plan.former_slug]


def assert_draft_is_in_its_year(name, draft, year):
    """Its keys and fields name the same KPI and measure by their ids of the edition."""
    now = UnsavedEntries.objects.get(user=draft["user_id"], plan__year=year, division=draft["division_id"])
    assert now.saved_at == UnsavedEntries._meta.get_field("saved_at").to_python(draft["saved_at"])
    # Of a KPI that is no more nothing is kept.
    present = {kpi_id: row for kpi_id, row in draft["rows"].items() if int(kpi_id) in rows_of(name, "scorecard_kpi")}
    assert len(now.rows) == len(present)
    for kpi_id, row in present.items():
        kpi = KPI.objects.get(plan=now.plan, code=codes(name, "kpi")[int(kpi_id)][1])
        measure = kpi.measures.first()
        old = next(pk for pk, each in rows_of(name, "scorecard_measure").items() if each["kpi_id"] == int(kpi_id))
        fields = {field.replace(f"_{old}", f"_{measure.pk}", 1): text for field, text in row["fields"].items()}
        executed = {field: text for field, text in row["fields"].items() if field.startswith("executed_")}
        assert now.rows[str(kpi.pk)] == {"version": row["version"], "fields": fields | executed}
        # A budget keeps its id, and is the edition's now.
        for field in executed:
            assert ActionBudget.objects.filter(pk=field.removeprefix("executed_"), action_plan__kpi=kpi).exists()


def assert_names_are_kept(name):
    people = {pk: row["name"] or row["username"] for pk, row in rows_of(name, "scorecard_user").items()}
    for report in YearlyReport.objects.all():
        assert report.submitted_by_name == people.get(report.submitted_by_id, "")
        assert report.reviewed_by_name == people.get(report.reviewed_by_id, "")
    for model, person in (("Evidence", "uploaded_by"), ("Comment", "author"), ("YearSnapshot", "closed_by")):
        for row in apps.get_model("scorecard", model).objects.all():
            assert getattr(row, f"{person}_name") == people[getattr(row, f"{person}_id")]


def assert_the_audit_trail_keeps_its_names(name):
    """Events from before names were kept say who acted as they did on the day of the migration."""
    people = {pk: row["name"] or row["username"] for pk, row in rows_of(name, "scorecard_user").items()}
    with transaction.atomic():
        User.objects.update(name="改名後")
        events = list(AuditEvent.objects.with_actors())
        assert any(event.actor_id for event in events) and not any(event.actor_name for event in events)
        for event in events:
            assert event.actor_text.removesuffix("（代）") == people.get(event.actor_id, "系統")
        transaction.set_rollback(True)


def assert_scores_are_equal(name):
    """What the version before said of each year, in every figure of every line."""
    names = {"closed": "closed", "open": "open", "adopted": "not_open"}
    for plan in Plan.objects.select_related("agency", "version"):
        for provisional in (False, True):
            found = build_scorecard(plan, include_provisional=provisional)
            now = json.loads(json.dumps(scorecard_document(found)))
            before = kept(name)["scores"][f"{plan.former_slug} {plan.year} {provisional:d}"]
            assert now.pop("plan") == f"{plan.agency.slug}-{plan.year - 1911}"
            assert names[now.pop("year_state")] == before["year_state"]
            assert now == {key: before[key] for key in now}


def assert_snapshots_are_as_before(name):
    for snapshot in YearSnapshot.objects.select_related("plan__agency", "plan__version"):
        check, before = check_snapshot(snapshot), kept(name)["snapshots"][str(snapshot.pk)]
        assert list(check.faults) == before["faults"]
        assert [difference.place for difference in check.differences] == before["places"]
        assert (check.is_whole, check.is_current) == (before["is_whole"], before["is_current"])


def assert_rules_are_installed():
    """The chain is whole and the rules are those of editions alone."""
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "觸發程序齊全" in out.getvalue()


def assert_rows_may_change_as_ever():
    """The rules of the database accept every migrated row of an edition that is not closed, also the outlook."""
    with transaction.atomic():
        for model, plan in (
            (Plan, "state"),
            (Objective, "plan__state"),
            (KPI, "plan__state"),
            (Measure, "kpi__plan__state"),
            (ActionPlan, "plan__state"),
            (ObjectiveSupport, "objective__plan__state"),
            (YearlyValue, "measure__kpi__plan__state"),
            (ActionBudget, "action_plan__plan__state"),
        ):
            for row in model.objects.exclude(**{plan: "closed"}):
                row.save()
        latest = Plan.objects.filter(state="closed").order_by("-year").first()
        if latest is not None:
            Plan.objects.filter(pk=latest.pk).update(state="open", due_date="2026-12-31")
        transaction.set_rollback(True)


def assert_lineages(name):
    """The same thing has one lineage in every edition of a plan, and nothing else has it."""
    for model in (Perspective, Theme, Objective, KPI, ActionPlan):
        lineages = {}
        for slug, code, lineage in model.objects.values_list("plan__former_slug", "code", "lineage"):
            lineages.setdefault((slug, code), set()).add(lineage)
        assert all(len(found) == 1 and isinstance(*found, UUID) for found in lineages.values())
        if len(old_plans(name)) == 1:
            assert len(set.union(*lineages.values())) == len(lineages)


def assert_a_figure_from_before_can_be_restored():
    """The event names the KPI and the measure of the old plan; the value of the year's edition is restored."""
    plan = Plan.objects.get(year=2018, agency__slug="office-agency")
    kpi = plan.kpis.select_related("plan").get(code="AC1.1")
    value = YearlyValue.objects.get(measure__kpi=kpi, year=2018)
    event = AuditEvent.objects.of_kpi(kpi).filter(action="saved").first()
    index, change = next((n, each) for n, each in enumerate(event.changes) if each.get("field") == "actual")
    assert event.kpi_id != kpi.pk and change["measure"] != value.measure_id and change["old"] is not None
    found = plan_restoration(kpi, event, index)
    with transaction.atomic():
        restore(by=User.objects.get(username="staff"), restoration=found, version=found.report.version)
        value.refresh_from_db()
        assert str(value.actual.normalize()) == change["old"]
        call_command("verify_audit", stdout=StringIO())
        transaction.set_rollback(True)
