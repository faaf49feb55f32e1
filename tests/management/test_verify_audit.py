"""manage.py verify_audit, and the chain made for events older than it."""

import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from scorecard.domain.choices import AuditAction
from scorecard.models import AuditEvent, AuditHead, triggers

pytestmark = pytest.mark.django_db


def verify(**options):
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
    assert verify() == "稽核紀錄完整：共 0 筆（沒有紀錄）。\n"


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
    environment = {"DEBUG": "on", "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3", "PATH": ""}

    def manage(*arguments):
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)

    assert manage("migrate", "-v0").returncode == 0
    assert manage("verify_audit").returncode == 0
    forge = "from scorecard.models import AuditHead; AuditHead.objects.update(events=3, number=3)"
    assert manage("shell", "-v0", "-c", forge).returncode == 0
    checked = manage("verify_audit")
    assert (checked.returncode, "稽核紀錄不完整" in checked.stderr) == (1, True)
