"""Single sign-on by OpenID Connect in a real browser: to the provider and back, and log-out at both ends."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import MILLISECONDS
from tests.middleware.test_oidc import provider, provider_process  # noqa: F401 (the fixtures)
from tests.page_reading import address


@pytest.fixture
def page(chromium, live_server, transactional_db):
    """A page of a context that may leave the site, as `browse` forbids; the policy's complaints become failures."""
    context = chromium.new_context(base_url=live_server.url, locale="zh-TW")
    context.set_default_timeout(MILLISECONDS)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    yield page
    context.close()
    assert complaints == []


def test_a_person_logs_in_at_the_provider_and_out_at_both_ends(page, provider, plan, cast):  # noqa: F811
    wanted = address(plan, "strategy_map")
    page.goto(wanted)
    assert_accessible(page)
    page.get_by_role("link", name="以機關帳號登入").click()
    assert page.url.startswith(provider)
    page.get_by_role("button", name="viewer", exact=True).click()
    expect(page.get_by_role("link", name="viewer 君")).to_be_visible()
    assert page.url.endswith(wanted)
    page.get_by_role("button", name="登出").click()
    page.get_by_role("button", name="End session").click()
    page.wait_for_url("**/account/login/")
    page.goto(wanted)
    expect(page.get_by_role("link", name="以機關帳號登入")).to_be_visible()


def test_a_person_without_an_account_meets_a_page_that_says_so(page, provider, plan, cast):  # noqa: F811
    page.goto("/account/login/")
    page.get_by_role("link", name="以機關帳號登入").click()
    page.get_by_role("button", name="stranger", exact=True).click()
    expect(page.get_by_text("「stranger」在本系統沒有啟用中的帳號")).to_be_visible()
    assert_accessible(page)
