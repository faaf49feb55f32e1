"""manage.py demo: what it prints, and where it refuses."""

import pytest
from django.core.management import CommandError, call_command

from scorecard.models import AuditEvent, User, YearlyReport
from tests import factories, secretariat

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    """The Secretariat's plan as the fixture brings it."""
    return secretariat.load_plan()


@pytest.fixture
def debug(settings):
    """As on one's own computer."""
    settings.DEBUG = True


def run(capsys, *arguments):
    """Run the command; return what it printed."""
    call_command("demo", *arguments, no_color=True)
    return capsys.readouterr().out


@pytest.mark.parametrize("act", ["load", "remove"])
def test_it_refuses_where_debug_is_off_and_changes_nothing(plan, act):
    with pytest.raises(CommandError, match="DEBUG=on"):
        call_command("demo", act)
    assert not User.objects.exists() and not AuditEvent.objects.exists()


def test_it_prints_every_account_and_the_password_once(plan, debug, capsys, monkeypatch):
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    printed = run(capsys, "load")
    for user in User.objects.all():
        assert printed.count(f"{user.username} ") == 1
        assert user.name in printed
    (line,) = [line for line in printed.splitlines() if line.startswith("密碼")]
    password = line.split("：")[1]
    assert len(password) >= 12
    assert all(user.check_password(password) for user in User.objects.all())
    assert "105 年、106 年" in printed and "因果關係 30 條" in printed
    assert YearlyReport.objects.count() == 69
    printed = run(capsys, "load")
    assert "沿用先前的密碼" in printed and password not in printed


def test_the_password_may_come_from_the_environment_and_replaces_an_older_one(plan, debug, capsys, monkeypatch):
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    run(capsys, "load")
    monkeypatch.setenv("DEMO_PASSWORD", "a password of my own")
    assert "a password of my own" in run(capsys, "load")
    assert all(user.check_password("a password of my own") for user in User.objects.all())


def test_columns_are_aligned_although_chinese_is_twice_as_wide(plan, debug, capsys):
    lines = run(capsys, "load").splitlines()
    rule = next(line for line in lines if line.startswith("---"))
    assert [len(part) for part in rule.split("  ")] == [13, 24, 4, 12]
    assert "demo-staff-4   示範填報（文書組）        填報  文書組" in lines


def test_a_new_account_among_old_ones_is_told_apart(plan, debug, capsys):
    run(capsys, "load")
    User.objects.filter(username="demo-viewer").update(is_active=False)
    printed = run(capsys, "load")
    (line,) = [line for line in printed.splitlines() if line.startswith("沿用")]
    assert "demo-admin" in line and "demo-viewer" not in line


def test_removing_tells_how_much_went(plan, debug, capsys):
    run(capsys, "load")
    printed = run(capsys, "remove")
    for words in ("填報 69 項", "留言 4 則", "因果關係 30 條", "執行數 40 筆", "年度 2 個", "帳號 11 個"):
        assert words in printed
    assert "予以保留" not in printed


def test_removing_tells_of_what_it_kept(plan, debug, capsys):
    run(capsys, "load")
    kpi = factories.kpi(plan, "DC1.1")
    writer = factories.make_member("wang", plan.agency, "staff", kpi.division)
    factories.fill(writer, kpi, 2017, actuals="1.44")
    factories.fill(User.objects.get(username="demo-staff-4"), kpi, 2017, actuals="1.40")
    assert "有 1 項填報曾由真實人員填寫" in run(capsys, "remove")


def test_an_unknown_plan_is_refused_with_the_known_ones(plan, debug):
    with pytest.raises(CommandError, match="taipei-secretariat-105"):
        call_command("demo", "load", "--plan", "nowhere")


def test_a_name_that_is_taken_is_refused_and_nothing_changed(plan, debug):
    factories.make_user("demo-staff-8")
    with pytest.raises(CommandError, match="demo-staff-8"):
        call_command("demo", "load")
    assert User.objects.count() == 1


def test_a_demo_admin_who_is_no_admin_any_more_is_told_and_nothing_changed(plan, debug):
    factories.make_member("demo-admin", plan.agency, "viewer", is_demo=True)
    with pytest.raises(CommandError, match="角色已被修改"):
        call_command("demo", "load")
    assert User.objects.count() == 1
