"""Headless Chromium against a live server.

A test asks for `browse`, and opens a page as somebody: `page = browse(user)`; nobody is `browse()`.
"""

import os
import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from tests import factories

# Playwright's synchronous interface runs an event loop in this thread, so Django takes every query of a
# test for one inside asynchronous code. It is not: test and server have a thread, and a connection, each.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

HERE = Path(__file__).resolve().parent
FAILURES = HERE / "failures"
FONTS = settings.BASE_DIR / "static" / "fonts" / "fonts.conf"
# Without a window of its own, whose tabs and buttons take a second of the processor for each page that a test opens.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Whatever a test waits for ends the waiting; this is for what never comes. A busy machine takes many times what a quiet
# one does, and a page that makes a PDF before it answers takes longest.
MILLISECONDS, PDF_MILLISECONDS = 60_000, 600_000
expect.set_options(timeout=MILLISECONDS)
FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items):
    """Mark the tests of this folder, so that `-m "not browser"` leaves them out."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Remember a failure, for the picture that `browse` takes of it."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


def browser_path():
    """None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def chromium():
    """The browser, started once for each worker; fails, never skips, where there is none."""
    path = browser_path()
    if path is None:
        pytest.fail(
            "找不到 Chromium。請執行 make setup-test，或由系統管理者執行 apt-get install chromium-headless-shell。",
            pytrace=False,
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=FLAGS,
            # Chinese is legible on a machine without any Chinese font.
            env=os.environ | {"FONTCONFIG_FILE": str(FONTS)},
        )
        yield browser
        browser.close()


def watch(page, origin, problems):
    """Append to `problems` what goes wrong in the page without the test looking: scripts, CSP, resources."""

    def console(message):
        # What failed to load is judged in `response`: a test may well open a page that answers 404.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            problems.append(f"console: {message.text}")

    def request(sent):
        if not sent.url.startswith((f"{origin}/", "data:", "blob:", "about:")):
            problems.append(f"external request: {sent.url}")

    def response(received):
        if received.status >= 400 and received.request.resource_type not in {"document", "xhr", "fetch"}:
            problems.append(f"{received.status}: {received.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: problems.append(f"script: {error}"))
    page.on("request", request)
    page.on("response", response)


def sign_in(context, user, url):
    """Give the browser context a session of `user`, without the login page."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url, "httpOnly": True}])


@pytest.fixture
def browse(request, chromium, live_server, transactional_db):
    """Return a function that opens a blank page as `user` (None is nobody), in a context of its own.

    Paths are relative to the live server: `browse(user).goto("/")`. Keywords go to Playwright's new_context,
    for instance `java_script_enabled=False` or `viewport={"width": 360, "height": 740}`. At the end the test
    fails for script errors, CSP violations, missing static files and requests to other hosts.
    """
    contexts, problems = [], []

    def browse_as(user=None, **options):
        options = {
            "base_url": live_server.url,
            "locale": "zh-TW",
            "timezone_id": settings.TIME_ZONE,
            "viewport": {"width": 1280, "height": 900},
            # No transition half-way through when axe measures contrast.
            "reduced_motion": "reduce",
        } | options
        context = chromium.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(MILLISECONDS)
        context.on("page", lambda page: watch(page, live_server.url, problems))
        if user is not None:
            sign_in(context, user, live_server.url)
        return context.new_page()

    yield browse_as

    pages = [page for context in contexts for page in context.pages]
    if request.node.stash.get(FAILED, False):
        FAILURES.mkdir(exist_ok=True)
        for number, page in enumerate(pages, 1):
            name = re.sub(r"\W+", "-", request.node.name)
            page.screenshot(path=FAILURES / f"{name}-{number}.png", full_page=True)
    # Before the database is emptied: no request may be under way then.
    for context in contexts:
        context.close()
    assert not problems, "\n".join(problems)


@pytest.fixture
def plan(transactional_db):
    """A small plan with everything that a map can show."""
    return factories.make_plan()


@pytest.fixture
def cast(plan):
    """The cast; 2016 is open."""
    cast = factories.make_cast(plan)
    factories.open_year(cast.admin, plan)
    return cast
