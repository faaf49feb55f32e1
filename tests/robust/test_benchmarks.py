"""The benchmarks that fail when something is lost, each on a database of its own: on a small scale, and on a large one
with --hypothesis-profile=thorough.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.robust.conftest import is_thorough


@pytest.mark.parametrize(("name", "few", "many"), [("kills", 12, 500), ("races", 4, 60)])
def test_nothing_is_lost_where_processes_are_killed_or_race(name, few, many, db):
    program = Path(settings.BASE_DIR, "benchmarks", f"{name}.py")
    count = many if is_thorough() else few
    done = subprocess.run([sys.executable, program, str(count)], capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stdout + done.stderr
