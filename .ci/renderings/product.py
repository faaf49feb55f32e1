"""Starts the Django project of the checkout that is the current folder, at a moment that stands still.

Of the project it knows what outlives a rebuilding: the settings' module, manage.py's commands, app label and model
names, and addresses.
"""

import importlib
import os
from datetime import UTC, datetime, timedelta

# Pages are drawn at this moment; the sample rows come about in the two weeks before it.
DRAWN_AT = datetime(2017, 12, 20, 2, 0, tzinfo=UTC)
FILLED_FROM = DRAWN_AT - timedelta(days=14)


def start(clock=lambda: DRAWN_AT):
    """Set Django up with `clock` in place of django.utils.timezone.now(), for models' defaults as well."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bsc_site.settings"
    from django.utils import timezone

    timezone.now = clock
    from django.conf import settings

    # Names without hashes, and no collectstatic; whitenoise serves the sources to the browser.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    # A mail is written down before its page is answered, and not some time after.
    settings.MAIL_IN_BACKGROUND = False
    importlib.import_module("django").setup()


def ticking_clock():
    """A clock for filling the database: a second goes by at each look, so that no two rows are of one moment."""
    seconds = iter(range(10_000_000))
    return lambda: FILLED_FROM + timedelta(seconds=next(seconds))


def model(name):
    """A model of the product by its name."""
    from django.apps import apps

    return apps.get_model("scorecard", name)


def client(session=None):
    """A test client, with the session of somebody who is logged in or without; errors become pages."""
    from django.conf import settings
    from django.test import Client

    made = Client(raise_request_exception=False, SERVER_NAME="localhost")
    if session:
        made.cookies[settings.SESSION_COOKIE_NAME] = session
    return made
