"""職務代理 in the browser: naming, standing in for the session, and what the pages say of it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from scorecard.models import AuditEvent, Deputyship
from tests.deputyships import stand_in
from tests.page_reading import address, body, client_of, form_to, text


@pytest.fixture
def page(open_plan):
    """The address of the agency's deputies."""
    return reverse("deputies", args=[open_plan.agency.slug])


@pytest.fixture
def made(cast, open_plan):
    """The viewer stands in for the staff for a week."""
    return stand_in(cast.viewer, cast.staff, open_plan.agency)


def begin(client, deputyship):
    return client.post(reverse("deputy_begin", args=[deputyship.agency.slug, deputyship.pk]), follow=True)


def fill_in(client, page, values, **options):
    """Open the page, choose the values, and send the form that names a deputy."""
    form = form_to(client.get(page), f"{page}add/")
    return client.post(form.action, form.filled(**values), **options)


def last_day(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_staff_name_their_own_deputy_and_an_admin_names_anybodys(cast, page):
    staff, admin = client_of(cast.staff), client_of(cast.admin)
    assert 'name="person"' not in body(staff.get(page)), "staff name their own alone"
    chosen = {"deputy": str(cast.viewer.pk), "last_day": last_day(5)}
    assert "viewer 君 代理 staff 君" in text(fill_in(staff, page, chosen, follow=True))
    chosen = {"person": str(cast.reviewer.pk), "deputy": str(cast.viewer.pk), "last_day": last_day(5)}
    assert "viewer 君 代理 reviewer 君" in text(fill_in(admin, page, chosen, follow=True))
    assert {(row.person, row.named_by) for row in Deputyship.objects.all()} == {
        (cast.staff, cast.staff),
        (cast.reviewer, cast.admin),
    }
    # Each sees their own; the admin sees all.
    listed = [text(client.get(page)).split("指定代理人")[0] for client in (staff, admin)]
    assert ["reviewer 君" in said for said in listed] == [False, True]


def test_what_is_wrong_stands_at_the_form_with_what_was_typed(cast, page):
    answer = fill_in(client_of(cast.staff), page, {"deputy": str(cast.viewer.pk), "last_day": last_day(-1)})
    assert (answer.status_code, Deputyship.objects.count()) == (422, 0)
    assert "代理迄日不能早於起日" in text(answer) and last_day(-1) in body(answer)


def test_somebody_elses_person_slipped_into_the_form_changes_nothing(cast, page):
    sent = {"person": cast.admin.pk, "deputy": cast.viewer.pk, "first_day": last_day(0), "last_day": last_day(5)}
    client_of(cast.staff).post(f"{page}add/", sent)
    assert Deputyship.objects.get().person == cast.staff


def test_a_deputy_stands_in_until_they_stop_and_every_page_says_so(cast, open_plan, made):
    client = client_of(cast.viewer)
    table = address(open_plan, "reporting_table", division_id=open_plan.agency.divisions.first().pk)
    assert client.get(table).status_code == 404
    begun = begin(client, made)
    assert "您正在代理 staff 君" in text(begun) and "結束代理" in text(begun)
    assert client.get(table).status_code == 200
    stopped = client.post(reverse("deputy_stop"), follow=True)
    assert "您正在代理" not in text(stopped)
    assert client.get(table).status_code == 404


def test_a_kept_page_is_not_taken_for_that_of_the_other_identity(cast, open_plan, made):
    client = client_of(cast.viewer)
    url = address(open_plan, "dashboard")
    etag = client.get(url)["ETag"]
    begin(client, made)
    client.get(url)
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 200


def test_standing_in_ends_at_once_with_the_deputyship(cast, open_plan, made):
    client = client_of(cast.viewer)
    begin(client, made)
    review = reverse("deputy_end", args=[open_plan.agency.slug, made.pk])
    assert client_of(cast.admin).post(review).status_code == 302
    shown = client.get(address(open_plan, "dashboard"))
    assert "您正在代理" not in text(shown)
    assert begin(client, made).status_code == 404


def test_nobody_stands_in_for_whom_they_were_not_named(cast, made, open_plan):
    for role in ("staff", "other_staff", "reviewer", "admin", "outsider", "superuser"):
        client = client_of(getattr(cast, role))
        assert begin(client, made).status_code == 404, role
        client.get("/")
    # Another agency's address does not help.
    url = reverse("deputy_begin", args=[cast.other_agency.slug, made.pk])
    assert client_of(cast.viewer).post(url).status_code == 404


def test_a_deputy_looks_and_acts_but_never_with_the_persons_account(cast, open_plan, made, kpi):
    client = client_of(cast.viewer)
    begin(client, made)
    client.post(address(open_plan, "kpi_comment", code="AC1.1"), {"text": "留言"})
    assert not AuditEvent.objects.filter(actor=cast.staff, action="commented").exists()
    assert "viewer 君" in text(client.get(reverse("logins")))
