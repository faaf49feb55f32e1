"""Measures AuditEvent.objects.last_of() beside two million events: every kept report asks it.

    .venv/bin/python benchmarks/last_of.py [EVENTS]

Uses its own SQLite database, or the empty database that TEST_DATABASE_URL names. Fails where an answer takes more than
LIMIT milliseconds, the median of twenty. The events are of forty agencies; one of them has half of all, and a closed
edition with nine years of later events.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
LIMIT = 10
AGENCIES = 40
YEARS = range(2016, 2026)
BATCH = 100_000
REPEATS = 20
COLUMNS = "id, at, actor_name, action, agency_id, plan_id, kpi_id, year, target, changes, reason, digest"
# Half of the events are of the first agency; every hundredth is of an agency alone, but none of the first's after the
# first year.
FILL = """
INSERT INTO scorecard_auditevent ({columns})
WITH RECURSIVE numbers(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})
SELECT n, {now}, '', CASE WHEN n = {closing} THEN 'closed' ELSE 'saved' END,
CASE WHEN n % 2 = 0 OR n = {closing} THEN 1 ELSE 1 + n / 2 % {agencies} END, NULL,
CASE WHEN n = {closing} THEN NULL ELSE n % 1000 END,
CASE WHEN n % 101 = 0 AND n % 2 = 1 AND n <> {closing} THEN NULL ELSE {year} END, '測試', '[]', '', 'x'
FROM numbers
"""


def fill(count):
    """Events as an agency's years bring them: in the order of years."""
    from django.db import connection

    a_year = -(-count // len(YEARS))
    now = "now()" if connection.vendor == "postgresql" else "'2026-01-01 00:00:00'"
    changes = "'[]'::jsonb" if connection.vendor == "postgresql" else "'[]'"
    with connection.cursor() as cursor:
        for turn, year in enumerate(YEARS):
            first = turn * a_year + 1
            for start in range(first, min(first + a_year, count + 1), BATCH):
                last = min(start + BATCH - 1, first + a_year - 1, count)
                cursor.execute(
                    FILL.replace("'[]'", changes).format(
                        columns=COLUMNS,
                        first=start,
                        last=last,
                        now=now,
                        closing=a_year - 1,
                        agencies=AGENCIES,
                        year=year,
                    )
                )
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE scorecard_auditevent")


def editions():
    """{what: edition}, of the agency with half of the events, of a small one and of one without any. None is saved."""
    from scorecard.domain.choices import PlanState
    from scorecard.models import Agency, Plan

    agencies = [Agency.objects.create(name=f"機關 {n}", slug=f"agency-{n}") for n in range(AGENCIES + 1)]

    def edition(agency, year, state):
        return Plan(agency=agency, year=year, baseline_from=year, last_year=year, state=state)

    return {
        "a closed edition with many later events": edition(agencies[0], YEARS[0], PlanState.CLOSED),
        "an open edition of the same agency": edition(agencies[0], YEARS[-1], PlanState.OPEN),
        "an open edition of a small agency": edition(agencies[7], YEARS[-1], PlanState.OPEN),
        "an early edition of a small agency": edition(agencies[7], YEARS[0], PlanState.OPEN),
        "an edition without an event": edition(agencies[0], YEARS[0] - 1, PlanState.ADOPTED),
        "an edition of an agency without an event": edition(agencies[-1], YEARS[0], PlanState.ADOPTED),
    }


def timed(act):
    """(result, milliseconds of the median call)."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        result = act()
        times.append((time.perf_counter() - start) * 1000)
    return result, statistics.median(times)


def main(count):
    from django.db import connection

    from scorecard.models import AuditEvent, triggers

    plans = editions()
    # Events outside the chain: nothing here reads it.
    triggers.remove(connection)
    fill(count)
    print(f"{connection.vendor}: {AuditEvent.objects.count():,} events")
    late = []
    for what, plan in plans.items():
        event, milliseconds = timed(lambda: AuditEvent.objects.last_of(plan))  # noqa: B023
        print(f"{milliseconds:8.2f} ms  {what}: {event.pk if event else 'none'}")
        if milliseconds > LIMIT:
            late.append(what)
    if late:
        sys.exit(f"More than {LIMIT} ms: {', '.join(late)}")


if __name__ == "__main__":
    from benchmarks.audit import set_up

    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000)
