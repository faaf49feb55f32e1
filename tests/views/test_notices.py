"""通知 as a person meets it."""

from django.urls import reverse
from django.utils import timezone

from scorecard.domain.choices import NoticeKind
from scorecard.models import Notice
from tests.page_reading import address, client_of, links, text


def tell(user, subject, **fields):
    """Something the person has not read."""
    return Notice.objects.create(recipient=user, kind=NoticeKind.COMMENT, key=subject, subject=subject, **fields)


def test_the_list_shows_ones_own_notices_and_no_others(plan, cast):
    tell(cast.viewer, "給檢視者", agency=plan.agency, path="/x/", text="第一行\n<b>")
    tell(cast.outsider, "給別人")
    page = client_of(cast.viewer).get(reverse("notices"))
    assert "給檢視者" in text(page) and plan.agency.name in text(page) and "給別人" not in text(page)
    assert "/x/" in links(page) and "&lt;b&gt;" in page.content.decode()


def test_every_page_says_how_many_are_unread_and_reading_them_is_an_act(plan, cast):
    client, url = client_of(cast.viewer), address(plan, "strategy_map")
    first = client.get(url)
    assert "（1）" not in text(first)
    notice = tell(cast.viewer, "新的")
    tell(cast.outsider, "別人的")
    second = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert second.status_code == 200 and "通知（1）" in text(second)
    assert "通知（1）" in text(client.get(reverse("notices")))
    assert client.get(reverse("notices_read")).status_code == 405
    page = client.post(reverse("notices_read"), follow=True)
    assert "未讀" not in text(page) and "通知（1）" not in text(page)
    notice.refresh_from_db()
    assert notice.read_at <= timezone.now()
    assert not Notice.objects.filter(recipient=cast.outsider, read_at__isnull=False).exists()


def test_a_person_without_an_agency_has_notices_too(cast):
    tell(cast.superuser, "帳號的事")
    page = client_of(cast.superuser).get(reverse("notices"))
    assert "帳號的事" in text(page) and "通知（1）" in text(page)
