"""Measures writing and verifying a chain of audit events, and the memory for verifying.

    .venv/bin/python benchmarks/audit.py [EVENTS]

Uses its own SQLite database, or the empty database that TEST_DATABASE_URL names.
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
BATCH = 1000


def set_up(folder):
    os.environ |= {
        "DEBUG": "off",
        "SECRET_KEY": "benchmark" * 8,
        "ALLOWED_HOSTS": "testserver",
        "DATABASE_URL": os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{folder}/db.sqlite3",
        "DJANGO_SETTINGS_MODULE": "bsc_site.settings",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def write(count):
    """Append events in batches, like an import."""
    from scorecard.models import AuditEvent

    change = {"what": "實際值", "old": None, "new": "93.5", "field": "actual", "measure": 7}
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        AuditEvent.objects.append(
            [AuditEvent(action="saved", target=f"AC1.1 指標 {n}", changes=[change, change], year=2016) for n in numbers]
        )


def write_singly(count):
    """Append events one by one, each in its own transaction."""
    from scorecard.models import AuditEvent

    for number in range(count):
        AuditEvent.objects.create(action="saved", target=f"AC1.1 指標 {number}", year=2016)


def timed(act, *arguments):
    """(result, seconds)."""
    start = time.perf_counter()
    return act(*arguments), time.perf_counter() - start


def main(count):
    from django.db import connection

    from scorecard.read_models.audit_verification import verify_chain

    _, singly = timed(write_singly, BATCH)
    print(f"{connection.vendor}: one event a transaction: {singly / BATCH * 1000:.2f} ms each")
    _, writing = timed(write, count - BATCH)
    print(f"{count - BATCH:,} events written in batches of {BATCH}: {writing:.1f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    verdict, verifying = timed(verify_chain)
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
    assert verdict.broken is None and verdict.events == count
    print(f"{count:,} events verified: {verifying:.2f} s, {more / 1024:.1f} MB more memory at the peak")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
