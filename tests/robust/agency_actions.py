"""Acts about an agency's people, which tests/robust/write_actions.py lists with the others."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from scorecard.models import Deputyship


def next_month():
    """A day to come, as a form sends it."""
    return (timezone.localdate() + timedelta(days=30)).isoformat()


def invite(scene):
    """Somebody who has no account yet."""
    divisions = [scene.kpi("AC1.1").division_id]
    data = {"email": "new@example.gov.tw", "name": "新同仁", "role": "staff", "divisions": divisions}
    return scene.send("admin", scene.of_agency("member_invite"), data)


def invite_again(scene):
    """Somebody who has not accepted yet."""
    return scene.send("admin", scene.of_agency("invitation_again", invitation_id=scene.invited.pk), {})


def withdraw_invitation(scene):
    """Before it is accepted."""
    return scene.send("admin", scene.of_agency("invitation_withdraw", invitation_id=scene.invited.pk), {})


def accept_invitation(scene):
    """By somebody who gets an account."""
    url = reverse("invitation", args=[scene.invited.make_token()])
    data = {"name": "受邀者", "new_password1": "公文處理 nine words", "new_password2": "公文處理 nine words"}
    return lambda: Client().post(url, data).status_code


def decline_invitation(scene):
    """By whoever has the link; the answer is a page."""
    url = reverse("invitation_decline", args=[scene.invited.make_token()])
    return lambda: Client().post(url).status_code


def read_notices(scene):
    """Of which one is new."""
    return scene.send("staff", reverse("notices_read"), {})


def change_member(scene):
    """Another role."""
    return _of_member(scene, "member", role="staff", divisions=[scene.kpi("AC1.1").division_id])


def remove_member(scene):
    """Somebody who wrote nothing."""
    return _of_member(scene, "member_remove")


def switch_off_member(scene):
    """Who keeps their account."""
    return _of_member(scene, "member_off")


def _of_member(scene, name, **data):
    return scene.send("admin", scene.of_agency(name, membership_id=scene.member.pk), data)


def name_deputy(scene):
    """A second one, by the person."""
    days = {"first_day": timezone.localdate().isoformat(), "last_day": next_month()}
    chosen = {"deputy": scene.cast.viewer.pk, **days}
    return scene.send("staff", scene.of_agency("deputy_add"), chosen)


def end_deputyship(scene):
    """The first one, by an admin."""
    number = Deputyship.objects.earliest("pk").pk
    return scene.send("admin", scene.of_agency("deputy_end", deputyship_id=number), {})


def transfer(scene):
    """Everything of the staff's division to another."""
    first, second = scene.plan.agency.divisions.all()[:2]
    chosen = {"source": f"division:{first.pk}", "target_division": second.pk, "plan": "", "target_person": ""}
    url = scene.of_agency("transfer")
    seen = scene.client("admin").get(url, chosen).context["moves"].seen
    return scene.send("admin", url, chosen | {"seen": seen, "reason": "組織調整"})


AGENCY_ACTS = (
    invite,
    invite_again,
    withdraw_invitation,
    accept_invitation,
    decline_invitation,
    read_notices,
    change_member,
    remove_member,
    switch_off_member,
    name_deputy,
    end_deputyship,
    transfer,
)
