"""What stops the migration to editions: it says where and what to do, and leaves the database as it was."""

import sqlite3
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    FormUpload,
    Measure,
    Objective,
    Plan,
    Theme,
    YearlyValue,
    triggers,
)
from tests.migrations.old_databases import kept, old_apps, rows_of, standing

# The agency 測試機關 office-agency has two plans: 105–107, whose 105 is open, and 106–108, of which nothing is used.
OLD = "two-plans-e2f6de0"
BEGIN, MOVE = (import_module(f"scorecard.migrations.{name}") for name in ("0015_editions_begin", "0016_editions_move"))
DUE = date(2026, 12, 31)
UNTOUCHED = "資料庫沒有任何變更。"
FIRST, SECOND = "測試機關 office-agency 105–107 年策略計畫", "測試機關 office-agency 106–108 年策略計畫"


@pytest.fixture
def old(db, empty_databases):
    """The models of the version before; its triggers are away, so that tests may write what they refuse."""
    with standing(empty_databases, OLD, with_triggers=False):
        yield Old(old_apps(OLD))


class Old:
    """What the tests change in the old database."""

    def __init__(self, apps):
        self.apps = apps

    def model(self, name):
        return self.apps.get_model("scorecard", name)

    def plan(self, slug):
        return self.model("Plan").objects.get(slug=slug)

    def kpi(self, slug):
        return self.model("KPI").objects.filter(plan__slug=slug).order_by("pk").first()

    def year(self, slug, year, state, closings=0):
        fields = {"state": state, "due_date": DUE, "closings": closings}
        self.model("PlanYear").objects.update_or_create(plan=self.plan(slug), year=year, defaults=fields)

    def report(self, slug, year):
        self.model("YearlyReport").objects.create(kpi=self.kpi(slug), year=year)

    def value(self, slug, year, **fields):
        found = self.model("YearlyValue").objects
        found.update_or_create(measure=self.kpi(slug).measures.first(), year=year, defaults=fields)

    def budget(self, slug, year, **fields):
        found = self.model("ActionBudget").objects
        plan = self.kpi(slug).action_plans.first()
        found.update_or_create(action_plan=plan, year=year, defaults={"amount": 5} | fields)

    def sentence(self):
        """What the check says; "" where it lets the migration begin."""
        try:
            BEGIN.check(self.apps, BEGIN.read_plans(self.apps, "first_year"))
        except CommandError as error:
            return str(error)
        return ""


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def uses(old, slug, year):
    """Every way in which a year is used: each one makes it an edition."""
    user = old.model("User").objects.first()
    division = old.model("Division").objects.first()
    own_year = old.model("PlanYear").objects.get(plan__slug=slug, year=year)
    return {
        "open": lambda: old.year(slug, year, "open"),
        "closed": lambda: old.year(slug, year, "closed", 1),
        "report": lambda: old.report(slug, year),
        "receipt": lambda: old.model("Submission").objects.create(
            plan=old.plan(slug), year=year, serial=1, division=division, submitted_by=user, content={}, digest=""
        ),
        "draft": lambda: old.model("EntryDraft").objects.create(user=user, plan_year=own_year, division=division),
        "actual": lambda: old.value(slug, year, actual=Decimal(3)),
        "note": lambda: old.value(slug, year, actual_note="待查"),
        "no figure": lambda: old.value(slug, year, unmeasured=True, actual_note="停辦"),
        "executed": lambda: old.budget(slug, year, executed=0),
        "progress": lambda: old.budget(slug, year, progress="辦理中"),
    }


def test_two_used_plans_of_one_agency_and_year_stop_it(old):
    assert old.sentence() == ""
    for way in uses(old, "office", 2017):
        with undone():
            uses(old, "office", 2017)[way]()
            old.report("office-106", 2017)
            said = old.sentence()
            assert FIRST in said and SECOND in said and "106 年" in said and said.endswith(UNTOUCHED), way


def test_the_used_plan_has_the_year_and_the_other_becomes_its_next_one(old):
    def years():
        plans = BEGIN.read_plans(old.apps, "first_year")
        slugs = dict(old.model("Plan").objects.values_list("pk", "slug"))
        return {slugs[pk]: found for pk, found in MOVE.editions_of(plans).items()}

    assert years() == {"office": [2016], "office-106": [2017], "office-city": [2016]}
    with undone():
        old.report("office", 2017)
        assert years() == {"office": [2016, 2017], "office-106": [2018], "office-city": [2016]}
        old.report("office", 2018)
        assert years()["office-106"] == [2019]
        old.model("Plan").objects.filter(slug="office-106").update(last_year=2018)
        said = old.sentence()
        assert SECOND.replace("108", "107") in said and said.endswith(UNTOUCHED)
    with undone():
        old.model("Plan").objects.filter(slug="office-106").update(first_year=2016)
        # Both have the same unused first year: the one made first keeps it.
        old.model("YearlyReport").objects.all().delete()
        old.model("Submission").objects.all().delete()
        old.model("YearlyValue").objects.filter(year=2016).update(actual=None, numerator=None, denominator=None)
        old.model("YearlyValue").objects.filter(year__lt=2016).update(target=None, target_note="")
        old.year("office", 2016, "not_open")
        old.year("office-106", 2016, "not_open")
        assert years()["office"] == [2016] and years()["office-106"] == [2017]


def test_a_closed_year_after_one_that_is_not_stops_it(old):
    with undone():
        old.year("office-106", 2017, "closed", 1)
        said = old.sentence()
        assert f"{SECOND}（編號" in said and "106 年已關閉" in said and "105 年" in said and FIRST in said
        assert said.endswith(UNTOUCHED)
        old.year("office", 2016, "closed", 1)
        assert old.sentence() == ""


def test_what_stands_before_a_plans_first_year_stops_it_unless_it_is_an_actual(old):
    old.year("office", 2015, "closed")
    tries = {
        name: used for name, used in uses(old, "office", 2015).items() if name not in ("actual", "note", "no figure")
    }
    tries["target"] = lambda: old.value("office", 2015, target=Decimal(1))
    tries["target note"] = lambda: old.value("office", 2015, target_note="暫定")
    tries["budget"] = lambda: old.budget("office", 2015)
    for way, act in tries.items():
        with undone():
            act()
            said = old.sentence()
            assert FIRST in said and "104 年" in said and said.endswith(UNTOUCHED), way
    with undone():
        old.value("office", 2015, actual=Decimal(8), actual_note="統計年報")
        assert old.sentence() == ""


def test_an_agency_with_a_reserved_slug_stops_it_untouched_with_its_triggers(old, monkeypatch):
    monkeypatch.setenv("EDITIONS_BACKUP", "done")
    old.model("Agency").objects.filter(slug="office-city").update(slug="plans")
    with connection.cursor() as cursor:
        for statement in kept(OLD)["triggers"][connection.vendor]:
            cursor.execute(statement)
        before = installed(cursor)
    assert_stops("「測試機關 office-city」的網址代稱 plans")
    with connection.cursor() as cursor:
        assert installed(cursor) == before
    if connection.vendor == "sqlite":
        assert not copies()


def installed(cursor):
    cursor.execute(triggers.INSTALLED[connection.vendor])
    return sorted(cursor.fetchall())


def assert_stops(sentence):
    with pytest.raises(CommandError, match=sentence) as raised:
        call_command("migrate", verbosity=0, skip_checks=True)
    assert str(raised.value).endswith(UNTOUCHED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT MAX(name) FROM django_migrations WHERE app = 'scorecard'")
        assert cursor.fetchone() == (kept(OLD)["migration"],)


def copies():
    database = Path(connection.settings_dict["NAME"])
    return sorted(database.parent.glob(f"{database.name}.before-editions*"))


def test_a_database_is_kept_before_it_becomes_editions_and_there_is_no_way_back(old, monkeypatch):
    monkeypatch.delenv("EDITIONS_BACKUP", raising=False)
    # The used plan has 106 and the other one 107, whose targets of 106 go.
    old.year("office", 2017, "open")
    old.value("office-106", 2016, actual=Decimal(8))
    if connection.vendor == "postgresql":
        assert_stops("EDITIONS_BACKUP=done")
        monkeypatch.setenv("EDITIONS_BACKUP", "done")
    else:
        Path(f"{connection.settings_dict['NAME']}.before-editions").write_text("一份較早的備份")
    told = StringIO()
    call_command("migrate", skip_checks=True, stdout=told)
    if connection.vendor == "sqlite":
        earlier, copy = copies()
        assert f"升級前的資料庫已複製到 {copy}。" in told.getvalue()
        assert earlier.read_text() == "一份較早的備份"
        assert copy.stat().st_mode == Path(connection.settings_dict["NAME"]).stat().st_mode
        with sqlite3.connect(copy) as kept_before:
            found = kept_before.execute("SELECT COUNT(*) FROM scorecard_planyear WHERE state = 'open'").fetchone()
            assert found == (2,)
    assert_shifted_edition_keeps_no_past_target()
    assert_plans_share_lineages()
    assert_uploads_wait_without_a_plan()
    with pytest.raises(CommandError, match="不能再退回舊版"):
        call_command("migrate", "scorecard", "0014", verbosity=0, skip_checks=True)
    call_command("verify_audit", stdout=StringIO())


def assert_shifted_edition_keeps_no_past_target():
    shifted = Plan.objects.get(former_slug="office-106")
    assert (shifted.year, shifted.baseline_from, shifted.last_year, shifted.state) == (2018, 2015, 2019, "adopted")
    own = YearlyValue.objects.filter(measure__kpi__plan=shifted)
    assert not own.filter(year__lt=2018).exclude(target=None, target_note="").exists()
    old_plan = next(pk for pk, row in rows_of(OLD, "scorecard_plan").items() if row["slug"] == "office-106")
    kpis = {pk for pk, row in rows_of(OLD, "scorecard_kpi").items() if row["plan_id"] == old_plan}
    measures = {pk for pk, row in rows_of(OLD, "scorecard_measure").items() if row["kpi_id"] in kpis}
    values = [row for row in rows_of(OLD, "scorecard_yearlyvalue").values() if row["measure_id"] in measures]
    before = {(row["id"], Decimal(row["actual"])) for row in values if row["year"] < 2017 and row["actual"] is not None}
    now = set(own.filter(year__lt=2018).values_list("pk", "actual"))
    # One actual is the test's own.
    assert len(before) > 5 and len(before & now) >= len(before) - 1 and len(now - before) <= 1
    assert not ActionBudget.objects.filter(action_plan__plan=shifted, year__lt=2018).exists()
    for row in own:
        row.save()


def assert_plans_share_lineages():
    """Where code and folded name are the same; a measure of another unit begins a line of its own."""
    first = Plan.objects.get(former_slug="office", year=2016)
    later = {row.year: row for row in Plan.objects.filter(agency=first.agency).exclude(pk=first.pk)}
    assert set(later) == {2017, 2018}

    def lines(model, plan, *fields):
        path = "kpi__plan" if model is Measure else "plan"
        return {
            tuple(row[:-1]): row[-1] for row in model.objects.filter(**{path: plan}).values_list(*fields, "lineage")
        }

    def shared(model, *fields):
        one, other = lines(model, first, *fields), lines(model, later[2018], *fields)
        assert lines(model, later[2017], *fields) == one
        return {key[0] for key in one if one[key] == other.get(key)}, set(one) ^ set(other)

    assert shared(Theme, "code")[0] == {"A"}
    assert shared(Objective, "code")[0] == {"AC1", "AP2", "AL1", "AF1"}
    assert shared(KPI, "code")[0] == {"AC1.1", "AP1.1", "AL1.1", "AF1.1"}
    assert "AP1.1" not in shared(Measure, "kpi__code", "position")[0]
    assert {"AC1.1", "AL1.1", "AF1.1"} <= shared(Measure, "kpi__code", "position")[0]
    assert shared(ActionPlan, "code") == ({code for (code,) in lines(ActionPlan, first, "code")}, set())


def assert_uploads_wait_without_a_plan():
    plans = dict(FormUpload.objects.values_list("name", "plan__former_slug"))
    assert plans == {"草稿.xlsx": None, "已匯入.xlsx": "office-106"}
