"""manage.py load_plan, and loaddata, which overwrites nothing either."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from scorecard.documents.plan_json import plan_document
from scorecard.management.files import find_plan
from scorecard.models import KPI, Agency, AuditEvent, Division, YearlyValue
from scorecard.read_models.build_scorecard import build_scorecard
from tests.robust.whole_database import dump
from tests.secretariat_facts import SLUG

pytestmark = pytest.mark.django_db

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / f"{SLUG}.json"


def run(file=SLUG):
    out = StringIO()
    call_command("load_plan", str(file), stdout=out)
    return out.getvalue()


def scorecard_of(slug):
    return build_scorecard(find_plan(slug))


@pytest.fixture
def changed(tmp_path):
    """Writes the fixture with changed rows: (model, key, fields); returns the path."""

    def write(*changes, more=()):
        rows = {(row["model"], row["pk"]): row for row in json.loads(FIXTURE.read_text())}
        for model, key, fields in changes:
            rows[f"scorecard.{model}", key]["fields"].update(fields)
        path = tmp_path / "計畫.json"
        path.write_text(json.dumps([*rows.values(), *more]), encoding="utf-8")
        return path

    return write


def test_the_fixture_is_loaded_beside_another_agencys_rows_with_audit_events_and_without_debug(cast, settings):
    settings.DEBUG = False
    before = {"agencies": list(Agency.objects.values()), "divisions": list(Division.objects.values())}
    assert f"已載入年版 {SLUG}" in run()
    assert list(Agency.objects.exclude(slug__startswith="taipei").values()) == before["agencies"]
    assert list(Division.objects.exclude(agency__slug__startswith="taipei").values()) == before["divisions"]
    plan = find_plan(SLUG)
    assert (plan.kpis.count(), YearlyValue.objects.filter(measure__kpi__plan=plan).count()) == (39, 240)
    events = list(AuditEvent.objects.filter(agency__slug__startswith="taipei").order_by("pk"))
    assert [event.target for event in events] == ["臺北市政府", "臺北市政府秘書處", str(plan)]
    assert {event.reason for event in events} == {f"由檔案載入（{SLUG}.json）"}
    assert {"what": "KPI AC1.1", "old": None, "new": "縮短職舍通知配住日數"} in events[-1].changes
    call_command("verify_audit", stdout=StringIO())


def test_it_makes_the_same_plan_as_loaddata_into_an_empty_database_which_may_be_repeated():
    for _ in range(2):
        call_command("loaddata", SLUG, verbosity=0)
    expected = plan_document(scorecard_of(SLUG))
    Agency.objects.filter(slug="taipei-secretariat").update(slug="moved", name="已改名")
    run()
    assert plan_document(scorecard_of(SLUG)) == expected


def test_a_plan_that_is_there_is_named_and_nothing_is_changed():
    run()
    KPI.objects.filter(code="AC1.1").update(name="改過的名稱")
    before = dump()
    with pytest.raises(CommandError, match=f"資料庫已有年版 {SLUG}"):
        run()
    assert dump() == before


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("present", "sentence"),
    [
        ({"name": "環境保護局", "slug": "taipei-secretariat"}, "資料庫已有機關「環境保護局」"),
        ({"name": "臺北市政府秘書處", "slug": "secretariat"}, "網址代稱 secretariat"),
        ({"name": "臺北市政府秘書處", "slug": "taipei-secretariat"}, "上級機關 臺北市政府"),
    ],
)
def test_an_agency_that_would_be_changed_is_refused(present, sentence):
    Agency.objects.create(**present)
    before = dump()
    with pytest.raises(CommandError, match=sentence):
        run()
    assert dump() == before


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("changes", "more", "sentence"),
    [
        ([("plan", 1, {"state": "open", "due_date": "2017-01-31"})], [], "105 年版的狀態是「開放填報」"),
        ([("yearlyvalue", 4, {"actual": "3"})], [], "須由科室填報"),
        ([("actionbudget", 1, {"executed": 3})], [], "有執行數"),
        ([("kpi", 1, {"objective": 999})], [], "指向檔案沒有的策略目標 999"),
        ([("division", 1, {"agency": 1})], [], "不屬於年版的機關"),
        ([("kpi", 1, {"name": "長" * 300})], [], "名稱：.*200"),
        ([("kpi", 1, {"code": "AC2.1"}), ("kpi", 2, {"code": "AC2.1"})], [], "互相矛盾"),
        ([], [{"model": "scorecard.user", "pk": 1, "fields": {"username": "x", "is_superuser": True}}], "「使用者」"),
    ],
)
def test_a_file_that_is_no_beginning_of_a_plan_is_refused(changes, more, sentence, changed):
    before = dump()
    with pytest.raises(CommandError, match=sentence):
        run(changed(*changes, more=more))
    assert dump() == before


@pytest.mark.one_database
def test_a_file_that_is_missing_or_not_of_rows_is_told(tmp_path):
    with pytest.raises(CommandError, match="無法開啟"):
        run("no-such-plan")
    for content, sentence in (("{", "不是年版的資料"), ("[]", "這個檔案有 0 份"), ("[1]", "不是年版的資料")):
        path = tmp_path / "x.json"
        path.write_text(content)
        with pytest.raises(CommandError, match=sentence):
            run(path)


def test_loaddata_does_not_overwrite_the_rows_of_other_agencies(cast):
    Agency.objects.get_or_create(pk=2, defaults={"name": "工務局", "slug": "works"})
    before = dump()
    with pytest.raises(CommandError, match="loaddata 不覆寫既有的資料.*load_plan"):
        call_command("loaddata", SLUG, verbosity=0)
    assert dump() == before


def test_loaddata_does_not_overwrite_what_has_been_changed_since():
    call_command("loaddata", SLUG, verbosity=0)
    KPI.objects.filter(code="AC1.1").update(name="改過的名稱")
    with pytest.raises(CommandError, match="改過的名稱"):
        call_command("loaddata", SLUG, verbosity=0)
