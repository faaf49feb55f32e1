"""成員, 郵件紀錄 and 移交 as an admin meets them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from scorecard.domain.choices import MailKind, Role
from scorecard.models import KPI, Invitation, Membership, OutgoingMail, User
from scorecard.services import invitations
from tests import factories
from tests.page_reading import client_of, form_to, forms, links, text, told


@pytest.fixture
def admin(cast):
    """A client of the admin."""
    return client_of(cast.admin)


def url(plan, name, **kwargs):
    """The address of a page of the plan's agency."""
    return reverse(name, kwargs={"agency": plan.agency.slug, **kwargs})


def row_of(page, name):
    """What the list says of a person."""
    begins = f'<th scope="row" class="wide">{name}'
    return next(part for part in page.content.decode().split("<tr>") if part.lstrip().startswith(begins))


def test_the_list_shows_roles_divisions_and_states_and_nobody_of_another_agency(admin, plan, cast):
    own = cast.viewer.memberships.get()
    page = admin.post(url(plan, "member_off", membership_id=own.pk), follow=True)
    assert "停用" in row_of(page, "viewer 君") and "帳號已停用" not in row_of(page, "viewer 君")
    User.objects.filter(pk=cast.reviewer.pk).update(is_active=False)
    page = admin.get(url(plan, "members"))
    assert "帳號已停用" in row_of(page, "reviewer 君")
    assert "甲組" in row_of(page, "staff 君") and "填報" in row_of(page, "staff 君")
    assert cast.outsider.name not in text(page)


def test_inviting_through_the_form_lists_the_person_as_invited(admin, plan):
    form = form_to(admin.get(url(plan, "members")), url(plan, "member_invite"))
    division = plan.agency.divisions.first()
    sent = form.filled(email="new@example.gov.tw", name="新同仁", role=Role.STAFF, divisions=[division.pk])
    page = admin.post(form.action, sent, follow=True)
    assert "已寄邀請給 新同仁（new@example.gov.tw），本人接受後加入。" in told(page)
    assert "待本人接受" in row_of(page, "新同仁") and "admin 君" in row_of(page, "新同仁")
    again = admin.post(form.action, sent)
    assert again.status_code == 422 and "已在邀請中" in text(again)
    assert 'value="新同仁"' in again.content.decode()


def test_an_invitation_is_sent_again_and_withdrawn_from_the_list(admin, plan, cast):
    invitation = invitations.invite(
        by=cast.admin, agency=plan.agency, email="new@example.gov.tw", name="新", role=Role.VIEWER
    )
    Invitation.objects.update(sent_at=timezone.now() - timedelta(days=4))
    assert "連結已逾期" in row_of(admin.get(url(plan, "members")), "新")
    here = {"invitation_id": invitation.pk}
    assert "已重寄邀請給" in told(admin.post(url(plan, "invitation_again", **here), follow=True))
    assert "十分鐘內" in told(admin.post(url(plan, "invitation_again", **here), follow=True))
    for name in ("invitation_again", "invitation_withdraw"):
        theirs = reverse(name, kwargs={"agency": cast.other_plan.agency.slug, **here})
        assert client_of(cast.outsider).post(theirs).status_code == 404
    assert "已撤回邀請" in told(admin.post(url(plan, "invitation_withdraw", **here), follow=True))
    assert not Invitation.objects.exists()


def test_staff_without_a_division_and_divisions_of_another_agency_are_refused(admin, plan, cast):
    sent = {"email": "new@example.gov.tw", "name": "新", "role": Role.STAFF}
    assert "請選擇至少一個填報科室" in text(admin.post(url(plan, "member_invite"), sent))
    foreign = cast.other_plan.agency.divisions.first()
    assert admin.post(url(plan, "member_invite"), sent | {"divisions": [foreign.pk]}).status_code == 422
    assert not Invitation.objects.exists()


def test_a_members_page_changes_the_role_and_lets_go(admin, plan, cast):
    own = cast.viewer.memberships.get()
    here = url(plan, "member", membership_id=own.pk)
    form = form_to(admin.get(here), here)
    assert form.fields["role"] == [Role.VIEWER]
    page = admin.post(here, form.filled(role=Role.REVIEWER), follow=True)
    assert "審核" in row_of(page, "viewer 君")
    page = admin.post(url(plan, "member_remove", membership_id=own.pk), follow=True)
    assert "已移除成員 viewer 君。" in told(page)
    assert not Membership.objects.filter(pk=own.pk).exists()


def test_the_last_admin_is_told_why_they_stay(admin, plan, cast):
    own = cast.admin.memberships.get()
    page = admin.post(url(plan, "member_remove", membership_id=own.pk), follow=True)
    assert "唯一可以登入的管理者" in told(page)
    here = url(plan, "member", membership_id=own.pk)
    answer = admin.post(here, {"role": Role.VIEWER})
    assert answer.status_code == 422 and "唯一可以登入的管理者" in text(answer)


def test_members_of_another_agency_are_not_found(admin, plan, cast):
    foreign = cast.outsider.memberships.get()
    for name in ("member", "member_remove", "member_off", "member_on"):
        assert admin.post(url(plan, name, membership_id=foreign.pk)).status_code == 404, name


def test_the_mail_log_shows_the_agencys_mails_alone(admin, plan, cast):
    for agency, subject in ((plan.agency, "自己的信"), (cast.other_plan.agency, "別人的信"), (None, "私人的信")):
        OutgoingMail.objects.create(
            key=subject, kind=MailKind.RETURNED, recipient=cast.staff, agency=agency, subject=subject, body="內容"
        )
    invitations.invite(by=cast.admin, agency=plan.agency, email="new@example.gov.tw", name="新", role=Role.VIEWER)
    page = text(admin.get(url(plan, "mails")))
    assert "受邀者 new@example.gov.tw" in page
    assert "自己的信" in page and "別人的信" not in page and "私人的信" not in page


def test_an_agency_without_a_plan_has_members_too(cast, plan):
    agency = factories.make_agency("bare")
    boss = factories.make_member("boss", agency, Role.ADMIN)
    page = client_of(boss).get(reverse("members", args=["bare"]))
    assert page.status_code == 200 and reverse("home") in links(page)


def test_a_handover_is_shown_first_and_then_done(admin, plan):
    first, second = plan.agency.divisions.all()[:2]
    chosen = {"source": f"division:{first.pk}", "target_division": second.pk, "target_person": "", "plan": ""}
    preview = admin.get(url(plan, "transfer"), chosen)
    assert "AC1.1" in text(preview) and "BC1.1" not in text(preview)
    assert KPI.objects.filter(division=first).count() == 5
    act = next(form for form in forms(preview) if "seen" in form.fields)
    page = admin.post(act.action, act.filled(reason="組織調整"), follow=True)
    assert "移交給乙組" in told(page)
    assert not KPI.objects.filter(division=first).exists()
    again = admin.post(act.action, act.fields)
    assert again.status_code == 409 and "沒有可以移交" in text(again)


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ({}, "擇一"),
        ({"target_person": "王小明"}, "只能移交給科室"),
        ({"target_division": "same"}, "雙方相同"),
    ],
)
def test_a_handover_that_makes_no_sense_is_told_why(admin, plan, target, sentence):
    first = plan.agency.divisions.first()
    target = {name: first.pk if value == "same" else value for name, value in target.items()}
    page = admin.get(url(plan, "transfer"), {"source": f"division:{first.pk}"} | target)
    assert sentence in text(page)
