"""manage.py verify_audit, and the chain made for events older than it."""

import contextlib
import json
import sqlite3
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from scorecard.domain.choices import AuditAction
from scorecard.models import AuditEvent, AuditHead, triggers
from scorecard.read_models.trigger_verification import verify_triggers

pytestmark = pytest.mark.django_db


def verify(**options):
    # A test that had to change events took them away.
    triggers.install(connection)
    out = StringIO()
    call_command("verify_audit", stdout=out, **options)
    return out.getvalue()


def refusal(**options):
    with pytest.raises(CommandError) as raised:
        verify(**options)
    assert raised.value.returncode == 1
    return str(raised.value)


@pytest.fixture
def three():
    """Three events."""
    events = [AuditEvent.objects.create(action=AuditAction.CHANGED, target=f"對象 {n}") for n in range(3)]
    triggers.remove(connection)
    return events


def test_a_whole_chain_says_how_many_events_it_has_and_its_heads_digest(three):
    said = verify()
    assert f"稽核紀錄完整：共 3 筆（最後一筆第 {three[2].pk} 號）。" in said
    assert f"鏈頭指紋：{AuditHead.objects.get().digest}" in said


def test_no_events_are_a_whole_chain():
    assert verify().splitlines()[0] == "稽核紀錄完整：共 0 筆（沒有紀錄）。"


def test_the_first_broken_event_is_named_with_number_time_and_what_is_wrong(three):
    AuditEvent.objects.filter(pk=three[1].pk).update(target="別的")
    said = refusal()
    assert f"第 {three[1].pk} 號（" in said
    assert " 年 " in said.split("號（")[1].split("）")[0]
    assert "它曾被改過" in said
    assert f"在它之前完整的有 1 筆（最後一筆第 {three[0].pk} 號）" in said


def test_a_missing_head_is_told_without_naming_an_event(three):
    AuditHead.objects.all().delete()
    assert "稽核鏈頭不見了" in refusal()


def test_a_digest_kept_elsewhere_is_looked_for(three):
    said = verify(receipt=[f" {three[1].digest.upper()} "])
    assert f"指紋 {three[1].digest} 在第 {three[1].pk} 號：到這一筆為止的紀錄與當時相同。" in said
    assert f"指紋 {'0' * 64} 不在鏈中" in refusal(receipt=[three[0].digest, "0" * 64])


@pytest.mark.one_database
def test_the_command_ends_with_status_1_where_the_chain_is_broken(tmp_path):
    with contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
        other.execute("VACUUM INTO ?", [str(tmp_path / "db.sqlite3")])
    environment = {"DEBUG": "on", "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3", "PATH": ""}

    def manage(*arguments):
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)

    assert manage("verify_audit").returncode == 0
    forge = "from scorecard.models import AuditHead; AuditHead.objects.update(events=3, number=3)"
    assert manage("shell", "-v0", "-c", forge).returncode == 0
    checked = manage("verify_audit")
    assert (checked.returncode, "稽核紀錄不完整" in checked.stderr) == (1, True)


# Triggers


def told_of(statement):
    """What is said after the statement, with the triggers not put back."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(CommandError) as raised:
        call_command("verify_audit", stdout=StringIO())
    return str(raised.value)


NAME, TABLE = "audit_event_never_updated", "scorecard_auditevent"


def test_a_missing_trigger_is_named():
    assert "觸發程序齊全" in verify()
    on_table = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    said = told_of(f"DROP TRIGGER {NAME}{on_table}")
    assert f"缺少觸發程序：{NAME}。" in said and "manage.py migrate" in said


def test_a_broken_chain_does_not_hide_a_missing_trigger(three):
    AuditEvent.objects.filter(pk=three[1].pk).update(target="別的")
    # Nothing puts back what the fixture took away.
    with pytest.raises(CommandError) as raised:
        call_command("verify_audit", stdout=StringIO())
    said = str(raised.value)
    assert "它曾被改過" in said and "缺少觸發程序：" in said and NAME in said and "manage.py migrate" in said


def test_a_trigger_that_does_something_else_is_named_and_one_of_somebody_else():
    if connection.vendor == "postgresql":
        empty = f"CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
        assert f"與程式定義的不同：{NAME}。" in told_of(empty)
        triggers.install(connection)
        assert f"已被停用：{NAME}。" in told_of(f"ALTER TABLE {TABLE} DISABLE TRIGGER {NAME}")
        triggers.install(connection)
        foreign = f"CREATE TRIGGER own BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {NAME}()"
    else:
        told_of(f"DROP TRIGGER {NAME}")
        weaker = f"CREATE TRIGGER {NAME} BEFORE UPDATE ON {TABLE} FOR EACH ROW WHEN 1 = 0"
        assert f"與程式定義的不同：{NAME}。" in told_of(f"{weaker} BEGIN SELECT RAISE(ABORT, '{NAME}'); END")
        triggers.install(connection)
        foreign = f"CREATE TRIGGER own BEFORE INSERT ON {TABLE} FOR EACH ROW BEGIN SELECT RAISE(IGNORE); END"
    assert "程式未定義的觸發程序：own。" in told_of(foreign)


def test_triggers_are_put_all_or_none(monkeypatch):
    broken = triggers.Trigger("broken", TABLE, "UPDATE", "no such column")
    triggers.remove(connection)
    monkeypatch.setattr(triggers, "TRIGGERS", (*triggers.TRIGGERS, broken))
    with pytest.raises(DatabaseError), transaction.atomic():
        triggers.install(connection)
    monkeypatch.undo()
    assert set(verify_triggers().missing) == {trigger.name for trigger in triggers.rules(connection.vendor)}


def test_the_daily_line_is_a_receipt(three):
    out = StringIO()
    call_command("audit_head", stdout=out)
    line = json.loads(out.getvalue())
    assert (line["event"], line["events"], line["number"]) == ("audit_head", 3, three[2].pk)
    AuditEvent.objects.create(action=AuditAction.CHANGED, target="後來")
    assert f"指紋 {line['digest']} 在第 {three[2].pk} 號" in verify(receipt=[line["digest"]])
