"""The scene of the acts, made once for all tests here and put back before each."""

import math
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone
from hypothesis import settings as hypothesis_settings

from scorecard.middleware import logins
from tests.robust.whole_database import keep, number_from_here, put_back
from tests.robust.write_actions import make_scene

USUAL_EXAMPLES = 100
_made = {}


def is_thorough():
    """Whether this is the long look: --hypothesis-profile=thorough (make test-long)."""
    return hypothesis_settings().max_examples > USUAL_EXAMPLES


@pytest.fixture
def scene(transactional_db, tmp_path_factory):
    """See tests/robust/write_actions.py; scene_again() makes it what it was."""
    if not _made:
        _made["scene"] = make_scene()
        _made["rows"] = keep()
        _made["files"] = tmp_path_factory.mktemp("uploads") / "media"
        shutil.copytree(settings.MEDIA_ROOT, _made["files"])
    scene_again()
    return _made["scene"]


@pytest.fixture
def still_clock(scene, monkeypatch):
    """Where whole databases are compared: a minute that ends during the test, or a day, makes no difference.

    The time stands, and no request notes that a login is in use.
    """
    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)
    monkeypatch.setattr(logins, "SECONDS_BETWEEN_NOTES", math.inf)


def scene_again():
    """Put rows and files of the scene back, and empty the outbox."""
    put_back(_made["rows"])
    number_from_here()
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    shutil.copytree(_made["files"], Path(settings.MEDIA_ROOT))
    mail.outbox.clear()
