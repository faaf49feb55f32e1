"""Kills worker processes (kill -9) at random moments while they save, submit, review, close and reopen.

    .venv/bin/python benchmarks/kills.py [KILLS]
    .venv/bin/python tests/postgres.py .venv/bin/python benchmarks/kills.py [KILLS]

Uses its own SQLite file, or the server that tests/postgres.py starts. 500 kills by default. Each worker writes its
acknowledged actions into a pipe. Afterwards every row has to agree with the audit trail, every acknowledged action has
to be there, the audit chain has to be intact, receipts have no gap, and every closing has its snapshot. Otherwise the
exit status is 1.
"""

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.season import make_season, set_up, start

KILLS, AT_ONCE, LONGEST = 500, 4, 1.0


def work(pipe, seed, people):
    """Do random actions until the kill. Write the name and the result of each acknowledged one into the pipe."""
    from scorecard.models import KPI, Plan, User

    pick = random.Random(seed)
    by = {role: User.objects.get(pk=pk) for role, pk in people.items()}
    plan = Plan.objects.select_related("agency").get(agency__slug="test-agency", year=2016)
    kpis = list(KPI.objects.filter(plan=plan, code__startswith="A").select_related("plan", "division"))
    for count in range(1000):
        word = f"{seed}.{count}"
        name, act = pick.choices([*ACTS.items()], weights=[4, 4, 2, 2, 2, 2])[0]
        done = act(plan, by, pick.choice(kpis), word)
        if done:
            os.write(pipe, f"{name} {done}\n".encode())


def _refused():
    from scorecard.domain.policies import RuleBroken
    from scorecard.services.reporting import Conflict
    from scorecard.services.years import PlanChangedMeanwhile

    return RuleBroken, Conflict, PlanChangedMeanwhile


def save(plan, by, kpi, word):
    """Save figures and the word as explanation."""
    from tests import factories

    try:
        factories.fill(by["staff"], kpi, explanation=word)
    except _refused():
        return None
    return word


def submit(plan, by, kpi, word):
    """Submit a saved report; returns the serial of its receipt."""
    from scorecard.models import Submission
    from scorecard.services.reporting import submit_reports

    try:
        sent = submit_reports(by=by["staff"], plan=plan, kpis=[kpi])
    except _refused():
        return None
    receipts = [row for row in Submission.objects.order_by("-serial") if kpi.code in row.codes]
    return receipts[0].serial if sent else None


def _reviewed(kpi):
    from scorecard.models import YearlyReport

    return YearlyReport.objects.select_related("kpi__plan").filter(kpi=kpi).first()


def return_(plan, by, kpi, word):
    """Return a report, with a notice to its submitter."""
    from scorecard.services.reporting import return_report

    report = _reviewed(kpi)
    try:
        if report is None:
            return None
        return_report(by=by["reviewer"], report=report, version=report.version, comment=word)
    except _refused():
        return None
    return word


def comment(plan, by, kpi, word):
    """Write the word into the thread."""
    from scorecard.services.reporting import comment_on_report

    try:
        comment_on_report(by=by["staff"], kpi=kpi, text=word)
    except _refused():
        return None
    return word


def close(plan, by, kpi, word):
    """Close the year with its snapshot; the files are small here."""
    from tests import factories

    try:
        factories.close_year(by["admin"], plan, reason=word)
    except _refused():
        return None
    return word


def reopen(plan, by, kpi, word):
    """Reopen the year."""
    from scorecard.services import years
    from tests import factories

    try:
        years.reopen_year(by=by["admin"], plan=plan, due_date=factories.DUE, reason=word)
    except _refused():
        return None
    return word


ACTS = {"save": save, "submit": submit, "return": return_, "comment": comment, "close": close, "reopen": reopen}


def kill(kills, people):
    """Start workers and kill them, AT_ONCE at a time. Returns ([(action, result)] acknowledged, exit codes counted)."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    pick = random.Random(1)
    running = []
    output = b""
    ended = Counter()
    for seed in range(kills):
        running.append((start(work, writing, seed, people), time.monotonic() + pick.uniform(0, LONGEST)))
        if len(running) == AT_ONCE or seed == kills - 1:
            for number, moment in sorted(running, key=lambda pair: pair[1]):
                time.sleep(max(0, moment - time.monotonic()))
                os.kill(number, signal.SIGKILL)
                ended[os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])] += 1
            running = []
            output += _read(reading)
    os.close(writing)
    return [tuple(line.split(" ", 1)) for line in output.decode().splitlines()], ended


def _read(pipe):
    output = b""
    while True:
        try:
            part = os.read(pipe, 65536)
        except BlockingIOError:
            return output
        if not part:
            return output
        output += part


def lost(acknowledged):
    """Acknowledged actions that are missing in the database."""
    from scorecard.models import AuditEvent, Submission

    reasons = set(AuditEvent.objects.values_list("reason", flat=True))
    words = {change["new"] for event in AuditEvent.objects.all() for change in event.changes}
    serials = {str(serial) for serial in Submission.objects.values_list("serial", flat=True)}
    kept = {"save": words, "comment": words, "submit": serials}
    return [(name, word) for name, word in acknowledged if word not in kept.get(name, reasons)]


def versions():
    """{edition: its data version less the events that raised it}, which nothing may change.

    Every event of an edition raises its version and those of later ones, which show its figures.
    """
    from scorecard.models import AuditEvent, Plan

    editions = Plan.objects.filter(agency__slug="test-agency").select_related("agency", "version")
    events = AuditEvent.objects.filter(agency__slug="test-agency")
    return {plan: plan.data_version - events.filter(year__lte=plan.year).count() for plan in editions}


def torn(plan, first_versions):
    """Sentences about rows that do not agree with the audit trail."""
    from scorecard.domain.choices import NoticeKind
    from scorecard.models import AuditEvent, Comment, Notice, Plan, Submission, YearlyReport
    from scorecard.read_models.audit_verification import verify_chain

    found = []

    def agree(what, rows, events):
        if rows != events:
            found.append(f"{what}: {rows} in the rows, {events} in the audit trail")

    events = AuditEvent.objects.filter(plan=plan)
    count = Counter(events.values_list("action", flat=True))
    agree("data versions", versions(), first_versions)
    agree("comments", Comment.objects.count(), count["commented"] + count["returned"])
    agree("notices", Notice.objects.filter(kind=NoticeKind.RETURNED).count(), count["returned"])
    agree(
        "receipts",
        list(Submission.objects.order_by("serial").values_list("serial", flat=True)),
        list(range(1, count["submitted"] + 1)),
    )
    states = {"saved": "draft", "submitted": "submitted", "returned": "returned"}
    for report in YearlyReport.objects.select_related("kpi"):
        own = list(events.filter(kpi=report.kpi).exclude(action="commented").order_by("pk"))
        agree(f"{report} version", report.version, len(own))
        agree(f"{report} state", report.state, states[own[-1].action])
    _agree_on_the_year(Plan.objects.get(pk=plan.pk), events, agree)
    if verify_chain().broken:
        found.append(f"audit chain: {verify_chain().broken}")
    return found


def _agree_on_the_year(plan, events, agree):
    from scorecard.models import YearSnapshot

    count = events.filter(action="closed").count()
    last = events.filter(action__in=["opened", "closed", "reopened"]).first()
    agree("the year is closed", plan.is_closed, last.action == "closed")
    agree("closings", plan.closings, count)
    snapshots = YearSnapshot.objects.filter(plan=plan).order_by("number")
    agree("snapshots", [row.number for row in snapshots], list(range(1, count + 1)))
    agree("damaged files", [name for row in snapshots for name in row.damaged_files()], [])


def main(kills):
    """Returns the exit status."""
    from django.db import connection

    from tests import factories

    plan, cast = make_season()
    factories.next_edition(cast.admin, plan)
    first_versions = versions()
    people = {role: getattr(cast, role).pk for role in ("staff", "reviewer", "admin")}
    # Once here, so that the forked processes do not have to import anything.
    for name, act in ACTS.items():
        assert act(plan, {role: getattr(cast, role) for role in people}, factories.kpi(plan, "AC1.1"), name)
    acknowledged, ended = kill(kills, people)
    gone = lost(acknowledged)
    wrong = torn(plan, first_versions)
    acts = ", ".join(f"{name} {count}" for name, count in sorted(Counter(name for name, _ in acknowledged).items()))
    print(f"{connection.vendor}: {ended[-signal.SIGKILL]} killed, {len(acknowledged)} acts acknowledged ({acts})")
    print(f"torn {len(wrong)}, acknowledged but lost {len(gone)}")
    print(*wrong, *gone, sep="\n")
    return 1 if wrong or gone or ended[-signal.SIGKILL] != kills else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        set_up(scratch)
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else KILLS))
