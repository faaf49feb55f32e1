"""Eight processes save the same few reports at the same time, sixty times each, and repeat after a conflict.

    .venv/bin/python benchmarks/races.py [SAVES]
    .venv/bin/python tests/postgres.py .venv/bin/python benchmarks/races.py [SAVES]

Uses its own SQLite file, or the server that tests/postgres.py starts. A save is complete: version check, locks, rows,
audit event, commit. After a conflict a process reads the current version and saves again, like a person. The run fails
unless every acknowledged save is in the audit trail, the figures are the last acknowledged ones, and there is no error.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.season import make_season, percentile, set_up, start

PROCESSES, SAVES, SHARED = 8, 60, ("AC1.1", "AC1.2", "AF1.1")


def work(log, number, person, saves):
    """Write a line per acknowledged save into the log: code, version, figure, seconds, conflicts before it."""
    from scorecard.models import KPI, User
    from scorecard.services.reporting import Conflict
    from tests import factories

    by = User.objects.get(pk=person)
    kpis = [KPI.objects.select_related("plan", "division").get(code=code) for code in SHARED]
    lines = []
    for count in range(saves):
        kpi, figure, conflicts = kpis[(count + number) % len(kpis)], number * 1000 + count + 1, 0
        while True:
            draft = factories.report_entry(kpi, actuals=figure, explanation=f"{number}:{count}")
            start_of_save = time.perf_counter()
            try:
                factories.reporting.save_reports(by=by, plan=kpi.plan, report_entries=[draft])
            except Conflict:
                conflicts += 1
                continue
            seconds = time.perf_counter() - start_of_save
            lines.append([kpi.code, draft.version + 1, figure, seconds, conflicts])
            break
    Path(log).write_text(json.dumps(lines))


def check(saves):
    """Sentences about acknowledged saves that are missing in the audit trail or the rows."""
    from scorecard.models import AuditEvent, YearlyReport, YearlyValue
    from scorecard.read_models.audit_verification import verify_chain

    lost = []
    for code in SHARED:
        recorded = [
            {change["what"]: change["new"] for change in event.changes}["實際值"]
            for event in AuditEvent.objects.filter(action="saved", target__startswith=code).order_by("pk")
        ]
        own = sorted((version, figure) for name, version, figure, *_ in saves if name == code)
        # Each save raises the version by one, and the trail has them in that order.
        if [str(figure) for _, figure in own] != recorded or [version for version, _ in own] != [
            *range(1, len(own) + 1)
        ]:
            lost.append(f"{code}: {len(recorded)} in the trail, {len(own)} acknowledged")
        value = YearlyValue.objects.get(measure__kpi__code=code, year=2016)
        if value.actual != own[-1][1] or YearlyReport.objects.get(kpi__code=code).version != own[-1][0]:
            lost.append(f"{code}: {value.actual} stands, {own[-1]} was the last acknowledged")
    assert verify_chain().broken is None
    return lost


def main(folder, saves_each, processes=PROCESSES):
    """Returns the exit status."""
    from django.db import connection

    _, cast = make_season()
    logs = [f"{folder}/{number}.json" for number in range(processes)]
    began = time.perf_counter()
    numbers = [start(work, log, number, cast.staff.pk, saves_each) for number, log in enumerate(logs)]
    failed = sum(os.waitpid(number, 0)[1] != 0 for number in numbers)
    seconds = time.perf_counter() - began
    saves = [line for log in logs if Path(log).exists() for line in json.loads(Path(log).read_text())]
    lost = check(saves)
    times, conflicts = [line[3] for line in saves], sum(line[4] for line in saves)
    print(f"{connection.vendor}: {processes} processes, {len(saves)} saves of {len(SHARED)} reports in {seconds:.1f} s")
    print(f"lost {len(lost)}, errors and deadlocks {failed}, conflicts tried again {conflicts}")
    print(f"a save takes {percentile(times, 0.5) * 1000:.0f} ms (half), {percentile(times, 0.95) * 1000:.0f} ms (p95)")
    print(*lost, sep="\n")
    return 1 if lost or failed or len(saves) != processes * saves_each else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        set_up(scratch)
        sys.exit(main(scratch, int(sys.argv[1]) if len(sys.argv) > 1 else SAVES))
