"""The benchmarks that fail when something is lost, each on a small scale and a database of its own."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings


@pytest.mark.parametrize(("name", "count"), [("kills", 20), ("races", 6)])
def test_nothing_is_lost_where_processes_are_killed_or_race(name, count, db):
    program = Path(settings.BASE_DIR, "benchmarks", f"{name}.py")
    done = subprocess.run([sys.executable, program, str(count)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
