"""What happened to a report is told to the people whom it concerns, and to nobody else."""

import pytest
from django.utils import timezone

from scorecard.domain.choices import MailKind, NoticeKind, Role
from scorecard.models import Notice, OutgoingMail, User
from scorecard.services import logins, reporting
from scorecard.services.login_attempts import TooManyFailures
from scorecard.services.passwords import set_own_password
from tests import factories
from tests.factories import approve, fill, send_back, submit
from tests.page_reading import client_of

pytestmark = pytest.mark.django_db


def told(*kinds):
    """[(who, subject)] of all notices, in the order of their making."""
    found = Notice.objects.order_by("pk").select_related("recipient")
    if kinds:
        found = found.filter(kind__in=kinds)
    return [(notice.recipient.username, notice.subject) for notice in found]


def say(by, kpi, text="請看佐證"):
    """A comment; by: read anew, as a new request would."""
    return reporting.comment_on_report(by=User.objects.get(pk=by.pk), kpi=kpi, text=text)


@pytest.fixture
def colleague(cast, kpi):
    """Another of the staff of 甲組, and people whom nothing of this concerns."""
    factories.make_member("off", kpi.plan.agency, Role.STAFF, kpi.division).memberships.update(is_active=False)
    factories.make_member("gone", kpi.plan.agency, Role.STAFF, kpi.division, is_active=False)
    return factories.make_member("colleague", kpi.plan.agency, Role.STAFF, kpi.division)


def test_a_reviewers_comment_reaches_the_divisions_staff_and_staffs_the_reviewers_and_who_spoke(cast, kpi, colleague):
    fill(cast.staff, kpi)
    say(cast.reviewer, kpi)
    about = f"105 年 AC1.1 {kpi.name}"
    assert told() == [("staff", f"reviewer 君：{about}"), ("colleague", f"reviewer 君：{about}")]
    Notice.objects.all().delete()
    say(cast.admin, kpi, "我也看了")
    assert {who for who, _ in told()} == {"staff", "colleague", "reviewer"}
    Notice.objects.all().delete()
    for _ in range(2):
        say(cast.staff, kpi, "已補")
    assert sorted(told()) == sorted((who, f"staff 君：{about}") for who in ("colleague", "reviewer", "admin"))
    notice = Notice.objects.first()
    assert (notice.text, notice.path, notice.agency) == ("已補", "/test-agency/105/kpis/AC1.1/", kpi.plan.agency)
    assert client_of(cast.staff).get(notice.path).status_code == 200


def test_without_a_reviewer_the_admins_hear_the_staff(cast, kpi):
    cast.reviewer.memberships.update(is_active=False)
    fill(cast.staff, kpi)
    say(cast.staff, kpi)
    assert [who for who, _ in told()] == ["admin"]


def test_a_return_is_told_to_the_submitter_and_ten_of_a_day_in_one_mail(cast, open_plan, colleague):
    User.objects.filter(pk=cast.staff.pk).update(email="staff@example.gov.tw")
    for code in ("AC1.1", "AC1.2"):
        kpi = factories.kpi(open_plan, code)
        fill(cast.staff, kpi)
        send_back(cast.reviewer, submit(cast.staff, kpi), "請附來源")
    assert [who for who, _ in told()] == ["staff", "staff"]
    letter = OutgoingMail.objects.get()
    assert letter.kind == MailKind.NOTICES and letter.subject.startswith("【退回補正】105 年 AC1.1")
    notice = Notice.objects.latest("pk")
    assert "請附來源" in notice.text
    assert client_of(cast.staff).get(notice.path).status_code == 200


def test_a_return_reaches_the_division_where_its_submitter_is_not_of_it_any_more(cast, kpi, colleague):
    fill(cast.staff, kpi)
    report = submit(cast.staff, kpi)
    cast.staff.memberships.update(is_active=False)
    send_back(cast.reviewer, report)
    assert [who for who, _ in told()] == ["colleague"]


def test_reports_approved_together_are_one_notice_for_their_submitter(cast, open_plan, colleague):
    reports = []
    for code in ("AC1.1", "AC1.2"):
        fill(cast.staff, factories.kpi(open_plan, code))
        reports.append(submit(cast.staff, factories.kpi(open_plan, code)))
    chosen = [(report, report.version) for report in reports]
    for _ in range(2):
        reporting.approve_reports(by=cast.reviewer, plan=open_plan, chosen=chosen)
    assert told() == [("staff", "105 年 AC1.1、AC1.2")]
    assert client_of(cast.staff).get(Notice.objects.get().path).status_code == 200
    # An approval withdrawn and given again is told again.
    send_back(cast.reviewer, reports[0])
    fill(cast.staff, factories.kpi(open_plan, "AC1.1"), improvement="已改")
    approve(cast.reviewer, submit(cast.staff, factories.kpi(open_plan, "AC1.1")))
    assert told(NoticeKind.APPROVED)[1:] == [("staff", "105 年 AC1.1")]


def test_what_befalls_an_account_is_in_its_owners_list_with_or_without_an_address(cast):
    for email in ("", "viewer@example.gov.tw"):
        cast.viewer.email = email
        cast.viewer.save()
        set_own_password(by=cast.viewer, password=f"公文處理 nine words{email}")
    assert told() == [("viewer", "平衡計分卡的密碼已變更")] * 2
    assert [notice.mail is not None for notice in Notice.objects.order_by("pk")] == [False, True]
    assert OutgoingMail.objects.count() == 1


def test_a_lock_out_is_told_to_its_owner_once_a_day(cast):
    visitor = logins.Visitor(address="192.0.2.1", agent="", cookie="")
    now = timezone.now()
    with pytest.raises(TooManyFailures):
        while True:
            attempt = logins.begin(username="viewer", visitor=visitor, now=now)
            logins.fail(attempt, username="viewer", visitor=visitor, now=now)
    assert told() == [("viewer", "平衡計分卡登入失敗多次")]
    assert Notice.objects.get().kind == NoticeKind.LOCKED_OUT
