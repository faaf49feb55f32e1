"""Back after the end of a login shows the login page, whether the person logged out or the login ran out."""

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from scorecard.models import LoginSession
from tests.browser import firefox
from tests.browser.conftest import FLAGS, browser_path
from tests.page_reading import address, client_of

HEADING = "登入平衡計分卡"
# The last of three pages has the button.
VISITED = ("strategy_map", "scorecard", "review")
LONG = pytest.mark.long


@pytest.fixture(scope="module")
def chromium(chromium):
    """A Chromium that keeps pages in memory for Back, as people's do; Playwright switches that off."""
    kept = chromium.browser_type.launch(
        executable_path=browser_path(), args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield kept
    kept.close()


def reach_the_idle_limit():
    """The login runs out on the server; the browser knows nothing of it."""
    LoginSession.objects.update(expire_date=timezone.now())


@pytest.mark.parametrize(
    ("java_script_enabled", "logs_out"),
    [
        (True, True),
        (False, False),
        pytest.param(True, False, marks=LONG),
        pytest.param(False, True, marks=LONG),
    ],
)
def test_no_page_of_a_login_that_ended_comes_back(browse, plan, cast, java_script_enabled, logs_out):
    page = browse(cast.reviewer, java_script_enabled=java_script_enabled)
    for name in VISITED:
        page.goto(address(plan, name))
    if logs_out:
        page.get_by_role("button", name="登出").click()
        expect(page.get_by_role("heading", name=HEADING)).to_be_visible()
    else:
        reach_the_idle_limit()
    for _ in range(2):
        page.go_back()
        expect(page.get_by_role("heading", name=HEADING)).to_be_visible()
        assert "指標 AC1.1" not in page.content()


@LONG
@pytest.mark.parametrize("logs_out", [True, False])
@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_no_page_of_a_login_that_ended_comes_back_in_firefox(
    live_server, tmp_path, plan, cast, java_script_enabled, logs_out
):
    cookie = client_of(cast.reviewer).cookies[settings.SESSION_COOKIE_NAME]
    with firefox.start(tmp_path, java_script_enabled=java_script_enabled) as page:
        page.add_cookie(cookie.key, cookie.value, live_server.url)
        for name in VISITED:
            page.goto(live_server.url + address(plan, name))
            assert "登出" in page.content
        if logs_out:
            page.press(".whoami form button")
            page.expect(HEADING)
        else:
            reach_the_idle_limit()
        for _ in range(2):
            page.go_back()
            assert "指標 AC1.1" not in page.expect(HEADING)
