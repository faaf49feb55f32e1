"""資安事件: an admin sees those of the agency's own people, the operator all, and nobody else any."""

import pytest
from django.urls import reverse

from scorecard.domain.choices import Role
from scorecard.domain.choices import SecurityEventKind as Kind
from scorecard.models import Membership, SecurityEvent
from scorecard.services import audit, invitations, members
from scorecard.services.passwords import set_own_password
from scorecard.services.security_events import record
from scorecard.views import security_events as view
from tests.admin.form_data import send
from tests.page_reading import client_of, links, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(plan):
    return reverse("security_events", kwargs={"agency": plan.agency.slug})


@pytest.fixture
def happened(cast):
    """One event each of a member, of a stranger, and of nobody known."""
    SecurityEvent.objects.all().delete()
    record(Kind.LOGGED_IN, by=cast.staff)
    record(Kind.EXPORTED, by=cast.outsider, target="/theirs/105/plan.json")
    record(Kind.LOGIN_FAILED, account="nobody-known")


def test_admins_see_their_own_people_and_the_operator_everybody(cast, plan, url, happened):
    own = client_of(cast.admin).get(url)
    assert own.status_code == 200
    assert "staff 君" in text(own) and "登入" in text(own)
    everything = text(client_of(cast.superuser).get(reverse("site_security_events")))
    for theirs in ("outsider", "/theirs/105/plan.json", "不明帳號"):
        assert theirs not in text(own)
        assert theirs in everything
    assert "staff 君" in everything
    for client, leads_there in ((client_of(cast.superuser), True), (client_of(cast.admin), False)):
        assert (reverse("site_security_events") in links(client.get(reverse("admin:index")))) == leads_there


def test_what_happened_before_somebody_joined_stays_with_the_agency_of_then(cast, plan, url, happened):
    Membership.objects.create(user=cast.outsider, agency=plan.agency, role=Role.VIEWER)
    assert "theirs" not in text(client_of(cast.admin).get(url))
    record(Kind.DENIED, by=cast.outsider, target="/joined")
    assert "/joined" in text(client_of(cast.admin).get(url))


def test_what_a_member_does_in_another_agency_is_that_agencys_business(cast, plan, url):
    """Even where both have the person, and none of it once the membership is switched off."""
    Membership.objects.create(user=cast.outsider, agency=plan.agency, role=Role.VIEWER)
    there = cast.other_plan
    SecurityEvent.objects.all().delete()
    client = client_of(cast.outsider)
    for agency in (there.agency, plan.agency):
        assert client.get(f"/{agency.slug}/105/plan.json").status_code == 200
    refused = [
        f"/{there.agency.slug}/105/kpis/ZZ9.9/",
        f"/{there.agency.slug}/150/dashboard/",
        "/admin/scorecard/user/",
    ]
    refused += [f"/agencies/{there.agency.slug}/deputies/9/end/", f"/{plan.agency.slug}/150/map/"]
    for path in refused:
        assert client.get(path).status_code in (403, 404, 405), path
    seen = text(client_of(cast.admin).get(url))
    assert there.agency.slug not in seen and "/admin/" not in seen
    assert f"/{plan.agency.slug}/150/map/" in seen
    theirs = text(client.get(reverse("security_events", kwargs={"agency": there.agency.slug})))
    assert f"/{there.agency.slug}/150/dashboard/" in theirs
    assert f"/{plan.agency.slug}/" not in theirs and "/admin/" not in theirs
    assert "/admin/scorecard/user/" in text(client_of(cast.superuser).get(reverse("site_security_events")))
    Membership.objects.filter(user=cast.outsider, agency=plan.agency).update(is_active=False)
    record(Kind.LOGGED_OUT, by=cast.outsider, target="後來")
    set_own_password(by=cast.outsider, password="後來的一個夠長的密碼 1")
    assert "密碼" in text(client_of(cast.superuser).get(reverse("site_security_events")))
    assert "本人已變更" not in text(client_of(cast.admin).get(url))
    assert "後來" not in text(client_of(cast.admin).get(url))


def test_the_page_is_filtered_by_kind_and_text(cast, url, monkeypatch):
    SecurityEvent.objects.all().delete()
    record(Kind.LOGGED_IN, by=cast.staff)
    SecurityEvent.objects.update(address="203.0.113.7", request_id="0123456789abcdef")
    for number in range(3):
        record(Kind.DENIED, by=cast.viewer, target=f"/page/{number}")
    monkeypatch.setattr(view, "EVENTS_A_PAGE", 2)
    admin = client_of(cast.admin)
    for query, rows in {
        "kind=logged_in&q=staff": 1,
        "kind=denied": 2,
        "kind=denied&page=2": 1,
        "q=0123456789abcdef": 1,
        "q=203.0.113.7": 1,
        "q=staff": 1,
        "q=/page/1": 1,
        "kind=nonsense": 2,
        "page=999": 1,
        "q=" + "x" * 500: 2,
    }.items():
        page = admin.get(f"{url}?{query}")
        assert (page.status_code, len(page.context["page"].object_list)) == (200, rows), query
    assert "?kind=denied&page=2" in links(admin.get(f"{url}?kind=denied"))


def test_the_number_of_queries_does_not_grow_with_the_events(cast, url, django_assert_max_num_queries):
    for number in range(20):
        record(Kind.DENIED, by=cast.viewer, target=f"/{number}")
    admin = client_of(cast.admin)
    with django_assert_max_num_queries(12):
        admin.get(url)


def test_changes_of_people_roles_and_settings_are_events_of_the_agency(cast, plan):
    SecurityEvent.objects.all().delete()
    agency = plan.agency
    invitations.invite(by=cast.admin, agency=agency, email="new@example.gov.tw", name="新同仁", role=Role.VIEWER)
    membership = Membership.objects.get(user=cast.reviewer)
    members.change(by=cast.admin, membership=membership, role=Role.VIEWER)
    members.switch(by=cast.admin, membership=membership, is_active=False)
    members.remove(by=cast.admin, membership=membership)
    set_own_password(by=cast.viewer, password="a secret of nine words")
    client = client_of(cast.admin)
    assert (
        send(
            client, reverse("admin:scorecard_plan_change", args=[plan.pk]), display_cap="100", reason="依會議決議"
        ).status_code
        == 302
    )
    rows = [row for row in SecurityEvent.objects.listed().reverse() if row.kind != Kind.LOGGED_IN]
    assert [(row.kind, row.account) for row in rows] == [
        ("invited", "admin"),
        ("role_changed", "admin"),
        ("account_changed", "admin"),
        ("role_changed", "admin"),
        ("password_changed", "viewer"),
        ("settings_changed", "admin"),
    ]
    assert all([one.slug for one in row.agencies.all()] == [agency.slug] for row in rows)
    assert "角色：審核 → 檢視" in rows[1].target
    assert "secret" not in "".join(row.target for row in rows)


def test_a_plans_content_is_no_security_event(cast, plan, kpi):
    SecurityEvent.objects.all().delete()
    audit.record(by=cast.admin, action="changed", target=kpi, plan=plan, kpi=kpi, changes=[("名稱", "舊", "新")])
    audit.record(by=cast.admin, action="created", target=plan, plan=plan)
    assert not SecurityEvent.objects.exists()
