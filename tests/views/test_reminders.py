"""寄信提醒: one click on the review page and on 年度管理."""

import pytest
from django.core import mail
from django.utils import timezone

from scorecard.models import OutgoingMail, User
from scorecard.services.reminders import remind_now
from tests.factories import PASSWORD
from tests.page_reading import address, client_of, form_to, forms, text, told


@pytest.fixture
def reachable(cast):
    """The cast, with addresses but for the staff of 乙組."""
    for user in (cast.staff, cast.reviewer, cast.admin):
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.gov.tw")
    return cast


@pytest.mark.parametrize(("role", "page"), [("reviewer", "review"), ("admin", "plan_year")])
def test_one_click_reminds_and_the_page_says_whom_and_when(
    reachable, open_plan, role, page, django_capture_on_commit_callbacks
):
    client = client_of(getattr(reachable, role))
    before = client.get(address(open_plan, page))
    assert "還沒有提醒過" in text(before)
    form = form_to(before, address(open_plan, "remind"))
    with django_capture_on_commit_callbacks(execute=True):
        after = client.post(form.action, form.filled(), follow=True)
    assert "已提醒 1 人：staff 君。" in told(after)
    assert "無法寄信提醒：other-staff 君（沒有電子郵件）。" in told(after)
    assert "上次提醒：" in text(after)
    assert [message.to for message in mail.outbox] == [["staff@example.gov.tw"]]


def test_a_second_click_on_the_same_day_sends_nothing_and_says_so(reachable, open_plan):
    client = client_of(reachable.reviewer)
    for _ in range(2):
        answer = client.post(address(open_plan, "remind"), follow=True)
    assert "今天已提醒過，不再寄信：staff 君。" in told(answer)
    assert OutgoingMail.objects.count() == 1


def test_the_link_in_the_mail_leads_through_the_login_to_the_staffs_own_table(reachable, open_plan, settings):
    remind_now(by=reachable.reviewer, plan=open_plan, day=timezone.localdate())
    body = OutgoingMail.objects.get().body
    wanted = address(open_plan, "reporting_table", division_id=open_plan.agency.divisions.first().pk)
    assert settings.SITE_URL + wanted in body
    client = client_of()
    login = client.get(wanted)["Location"]
    form = next(form for form in forms(client.get(login)) if "password" in form.fields)
    assert client.post(login, form.filled(username="staff", password=PASSWORD))["Location"] == wanted
    assert client.get(wanted).status_code == 200


def test_where_the_year_is_not_open_there_is_no_button_and_a_click_is_told_why(reachable, plan):
    client = client_of(reachable.reviewer)
    page = client.get(address(plan, "review"))
    assert address(plan, "remind") not in [form.action for form in forms(page)]
    assert "尚未開放填報" in told(client.post(address(plan, "remind"), follow=True))
