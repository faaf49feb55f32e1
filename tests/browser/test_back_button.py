"""Back after the end of a login shows the login page, whether the person logged out or the login ran out."""

import pytest
from playwright.sync_api import expect

from scorecard.models import LoginSession
from tests.browser.conftest import FLAGS, browser_path
from tests.page_reading import address


@pytest.fixture(scope="module")
def chromium(chromium):
    """A Chromium that keeps pages in memory for Back, as people's do; Playwright switches that off."""
    kept = chromium.browser_type.launch(
        executable_path=browser_path(), args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield kept
    kept.close()


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_no_page_of_a_login_that_ended_comes_back(browse, plan, cast, java_script_enabled):
    page = browse(cast.reviewer, java_script_enabled=java_script_enabled)
    for name in ("strategy_map", "scorecard", "review"):
        page.goto(address(plan, name))
    if java_script_enabled:
        page.get_by_role("button", name="登出").click()
    else:
        # The login ran out on the server; the browser knows nothing of it.
        LoginSession.objects.all().delete()
    for _ in range(2):
        page.go_back()
        expect(page.get_by_role("heading", name="登入平衡計分卡")).to_be_visible()
        assert "指標 AC1.1" not in page.content()
