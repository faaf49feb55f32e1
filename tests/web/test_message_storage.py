"""Notices for the next page, where there is HTTPS."""

import pytest
from django.contrib.messages import INFO
from django.http import HttpResponse

from scorecard.web.message_storage import HostMessages


def test_a_notice_waits_in_a_secure_cookie_of_this_host_and_goes_once_it_was_read(rf, settings):
    settings.SESSION_COOKIE_SECURE = True
    request, response = rf.get("/", secure=True), HttpResponse()
    request.session = {}
    notices = HostMessages(request)
    notices.add(INFO, "已儲存。")
    notices.update(response)
    cookie = response.cookies["__Host-messages"]
    assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")
    request.COOKIES = {"__Host-messages": cookie.value}
    notices, response = HostMessages(request), HttpResponse()
    assert [str(notice) for notice in notices] == ["已儲存。"]
    notices.update(response)
    gone = response.cookies["__Host-messages"]
    # A browser ignores the order to forget such a cookie unless that is secure as well.
    assert (gone.value, gone["max-age"], gone["secure"]) == ("", 0, True)


@pytest.mark.parametrize("forged", ["", "no-signature", '[["__json_message",0,20,"forged"]]:1x:abc'])
def test_a_forged_notice_is_not_shown(rf, forged):
    request = rf.get("/")
    request.COOKIES = {"__Host-messages": forged}
    request.session = {}
    assert list(HostMessages(request)) == []
