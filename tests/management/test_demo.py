"""manage.py demo: what it prints, and where it refuses."""

import io
import os
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings

from scorecard.models import AuditEvent, User, YearlyReport
from tests import factories, secretariat_facts
from tests.services.test_demo import close_year


def run(*arguments, **environment):
    """Run the command with these variables in the environment; return what it printed."""
    printed = io.StringIO()
    with patch.dict(os.environ, environment):
        call_command("demo", *arguments, stdout=printed, no_color=True)
    return printed.getvalue()


def line_of(printed, beginning):
    """The one line that begins so."""
    (line,) = [line for line in printed.splitlines() if line.startswith(beginning)]
    return line


@pytest.mark.one_database
@override_settings(DEBUG=True)
class AfterLoading(TestCase):
    """The command was run once, on somebody's own computer."""

    @classmethod
    def setUpTestData(cls):
        """Load fixture and sample data once for all tests. The year is closed with small files here, and with its real
        ones in tests/repository/test_first_start.py.
        """
        cls.plan = secretariat_facts.load_plan()
        with patch("scorecard.management.commands.demo.close_year", close_year):
            cls.printed = run("load")

    def test_every_account_and_what_was_loaded_is_told(self):
        for user in User.objects.all():
            assert self.printed.count(f"{user.username} ") == 1
            assert user.name in self.printed
        assert "105 年、106 年" in self.printed and "因果關係 30 條" in self.printed
        assert YearlyReport.objects.count() == 69

    def test_the_random_password_is_told_once_and_opens_every_account(self):
        password = line_of(self.printed, "密碼").split("：")[1]
        assert len(password) >= 12
        assert all(user.check_password(password) for user in User.objects.all())
        again = run("load")
        assert "沿用先前的密碼" in again and password not in again

    def test_a_password_from_the_environment_replaces_the_older_one(self):
        assert "a password of my own" in run("load", DEMO_PASSWORD="a password of my own")
        assert all(user.check_password("a password of my own") for user in User.objects.all())

    def test_columns_are_aligned_although_chinese_is_twice_as_wide(self):
        assert [len(part) for part in line_of(self.printed, "---").split("  ")] == [13, 24, 4, 12]
        assert "demo-staff-4   示範填報（文書組）        填報  文書組" in self.printed.splitlines()

    def test_a_new_account_among_old_ones_is_told_apart(self):
        User.objects.filter(username="demo-viewer").update(is_active=False)
        kept = line_of(run("load"), "沿用")
        assert "demo-admin" in kept and "demo-viewer" not in kept

    def test_removing_tells_how_much_went(self):
        printed = run("remove")
        for words in ("填報 69 項", "留言 4 則", "因果關係 88 條", "執行數 40 筆", "年度 3 個", "帳號 11 個"):
            assert words in printed
        assert "予以保留" not in printed

    def test_removing_tells_of_what_it_kept(self):
        kpi = factories.kpi(self.plan.agency.plans.get(year=2017), "DC1.1")
        writer = factories.make_member("wang", self.plan.agency, "staff", kpi.division)
        factories.fill(writer, kpi, actuals="1.44")
        factories.fill(User.objects.get(username="demo-staff-4"), kpi, actuals="1.40")
        assert "有 1 項填報曾由真實人員填寫" in run("remove")


class Refusals(TestCase):
    """Nothing was loaded but the plan; DEBUG is off, as in every test."""

    @classmethod
    def setUpTestData(cls):
        """Load the fixture once for all tests."""
        cls.plan = secretariat_facts.load_plan()

    def test_nothing_is_loaded_or_removed_where_debug_is_off(self):
        for act in ("load", "remove"):
            with pytest.raises(CommandError, match="DEBUG=on"):
                run(act)
        assert not User.objects.exists() and not AuditEvent.objects.exists()

    @override_settings(DEBUG=True)
    def test_an_unknown_edition_is_refused_with_the_known_ones(self):
        with pytest.raises(CommandError, match="taipei-secretariat-105"):
            run("load", "--plan", "nowhere")

    @override_settings(DEBUG=True)
    def test_a_name_that_is_taken_is_refused_and_nothing_changed(self):
        factories.make_user("demo-staff-8")
        with pytest.raises(CommandError, match="demo-staff-8"):
            run("load")
        assert User.objects.count() == 1

    @override_settings(DEBUG=True)
    def test_a_demo_admin_who_is_no_admin_any_more_is_told_and_nothing_changed(self):
        factories.make_member("demo-admin", self.plan.agency, "viewer", is_demo=True)
        with pytest.raises(CommandError, match="角色已被修改"):
            run("load")
        assert User.objects.count() == 1
