"""The annual report: time and memory, cold and kept, beside what WeasyPrint and LibreOffice need; and under load.

    .venv/bin/python benchmarks/report.py

All in one run, on a database of its own with the Secretariat's plan and the demo data, in processes of their own.
Beside wall time stands processor time, which other programs on the machine change little.

- "bare": WeasyPrint writes the finished HTML, a Python process that does nothing else; the best of three.
- "cold": what a request does, from the database to the bytes, with an empty cache, its child included; the best of
  three. "kept": the same again, the median and the slowest of twenty.
- "peak": the most memory that a child or the bare process really used.
- "tenfold": a plan of ten times the KPIs, all parts.
- "load": ten requests at once for reports of ten parts on a server of two workers, and the map page's 95th percentile
  meanwhile beside its quiet one.
"""

import http.client
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.demo_site import set_up

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3
PLAN = "/taipei-secretariat/105"
WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
BARE = """
import pickle, sys
from scorecard.pdf.writer import write_pdf
document = pickle.load(open(sys.argv[1], "rb"))
open(sys.argv[2], "wb").write(write_pdf(document))
"""


def the_plan():
    """The edition of 105 as reports want it."""
    from scorecard.models import Plan

    return Plan.objects.select_related("agency", "version").get(year=2016)


def ten_times():
    """Give every objective ten times its KPIs, with their measures, values, reports, action plans and budgets."""
    from django.db import connection

    from scorecard.models import KPI, ActionBudget, ActionPlan, Measure, YearlyReport, YearlyValue, triggers

    # Rows cannot be added to a closed year.
    triggers.remove(connection)

    def copies(row, **changed):
        fields = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}
        return type(row)(**(fields | changed))

    def copy_all(model, rows, **changed):
        return model.objects.bulk_create([copies(row, **changed) for row in rows])

    for kpi in list(KPI.objects.all()):
        for turn in range(1, 10):
            twin = copies(kpi, code=f"{kpi.code}.{turn}", lineage=uuid4())
            KPI.objects.bulk_create([twin])
            for measure in Measure.objects.filter(kpi=kpi):
                (own,) = copy_all(Measure, [measure], kpi_id=twin.pk, lineage=uuid4())
                copy_all(YearlyValue, YearlyValue.objects.filter(measure=measure), measure_id=own.pk)
            copy_all(YearlyReport, YearlyReport.objects.filter(kpi=kpi), kpi_id=twin.pk)
            for plan in ActionPlan.objects.filter(kpi=kpi):
                (own,) = copy_all(ActionPlan, [plan], kpi_id=twin.pk, code=f"{plan.code}.{turn}", lineage=uuid4())
                copy_all(ActionBudget, ActionBudget.objects.filter(action_plan=plan), action_plan_id=own.pk)


def run(*command):
    """(seconds of processor time, of wall time, peak megabytes) of a process of its own; exits where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime, time.perf_counter() - start, used.ru_maxrss / 1024


def empty_cache():
    """Empty the cache of finished PDFs."""
    from django.conf import settings

    shutil.rmtree(settings.PDF_FOLDER, ignore_errors=True)


def measure_cold():
    """The same of a report from the database to its bytes, and these; the peak is that of all children so far."""
    from scorecard.documents.annual_report_pdf import annual_report_pdf

    empty_cache()
    start, worked = time.perf_counter(), processor_time()
    content = annual_report_pdf(the_plan())
    seconds, worked = time.perf_counter() - start, processor_time() - worked
    return worked, seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, content


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def processor_time():
    """Seconds that this process and its children that ended have worked."""
    return sum(time_of.ru_utime + time_of.ru_stime for time_of in map(resource.getrusage, WHO))


def measure_size(folder, name, rounds=ROUNDS):
    """Print the times of one plan's report; return the processor time."""
    import pickle

    from pypdf import PdfReader

    from scorecard.documents.annual_report_pdf import annual_report_job, annual_report_pdf

    measured = [measure_cold() for _ in range(rounds)]
    cold, peak = min(measured)[:2], measured[-1][2]
    kept = sorted(timed(lambda: annual_report_pdf(the_plan())) for _ in range(20))
    document = Path(folder, f"{name}.pickle")
    document.write_bytes(pickle.dumps(annual_report_job(the_plan())[1]()))
    bare = [run(sys.executable, "-c", BARE, str(document), f"{folder}/{name}.pdf") for _ in range(rounds)]
    Path(folder, "ours.pdf").write_bytes(measured[-1][3])
    pages = len(PdfReader(f"{folder}/ours.pdf").pages)
    best = min(bare)
    print(f"{name}: {pages} pages, peak {peak:.0f} MB (bare {best[2]:.0f} MB)")
    print(f"    kept: {1000 * kept[10]:.0f} ms, worst {1000 * kept[-1]:.0f} ms")
    for what, ours, theirs in zip(("processor", "wall"), cold, best, strict=False):
        print(f"    cold, {what} time {ours:.2f} s = {ours / theirs:.2f} × bare {theirs:.2f} s")
    return cold[0]


def measure_office(folder):
    """Print the time that LibreOffice needs to turn the exported workbook into PDF."""
    from scorecard.documents.scorecard_workbook import scorecard_workbook
    from scorecard.read_models.build_scorecard import build_scorecard

    office = shutil.which("soffice") or shutil.which("libreoffice")
    if not office:
        print("LibreOffice: not installed")
        return
    workbook = Path(folder, "scorecard.xlsx")
    workbook.write_bytes(scorecard_workbook(build_scorecard(the_plan(), with_action_plans=True)))
    command = [office, f"-env:UserInstallation=file://{folder}/office", "--headless", "--convert-to", "pdf"]
    times = [run(*command, "--outdir", folder, str(workbook)) for _ in range(ROUNDS)]
    worked, seconds, peak = min(times)
    print(f"LibreOffice, workbook to PDF: processor time {worked:.2f} s, wall time {seconds:.2f} s, peak {peak:.0f} MB")


def get(port, path, cookie):
    """(status, Retry-After, seconds) of one request."""
    start = time.perf_counter()
    connection = http.client.HTTPConnection("localhost", port, timeout=300)
    connection.request("GET", path, headers={"Cookie": cookie})
    response = connection.getresponse()
    response.read()
    return response.status, response.headers.get("Retry-After"), time.perf_counter() - start


def percentile(times):
    """The 95th percentile in milliseconds."""
    return 1000 * sorted(times)[int(len(times) * 0.95)]


def measure_load():
    """Print how ten requests at once are answered, and how long the map page takes meanwhile."""
    from benchmarks.pages import cookie_of

    empty_cache()
    with socket.create_server(("localhost", 0)) as server:
        port = server.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "bsc_site.wsgi", "--bind", f"localhost:{port}", "--workers", "2"]
    command += ["--worker-class", "gthread", "--threads", "4", "--timeout", "120", "--no-control-socket"]
    server = subprocess.Popen([*command, "--log-level", "warning"], cwd=ROOT)
    try:
        cookie = cookie_of("demo-reviewer")
        for _ in range(100):
            try:
                get(port, "/healthz", "")
                break
            except OSError:
                time.sleep(0.2)
        page = f"{PLAN}/map/"
        for _ in range(10):
            get(port, page, cookie)
        quiet = [get(port, page, cookie)[2] for _ in range(60)]
        paths = [f"{PLAN}/report.pdf?part=theme-{code}" for code in "ABCDEFGH"]
        paths += [f"{PLAN}/report.pdf", f"{PLAN}/report.pdf?appendix=0"]
        answers = []
        threads = [threading.Thread(target=lambda p=p: answers.append(get(port, p, cookie))) for p in paths]
        for thread in threads:
            thread.start()
        meanwhile = []
        while any(thread.is_alive() for thread in threads):
            meanwhile.append(get(port, page, cookie)[2])
        answered = sorted((status, retry or "") for status, retry, _ in answers)
        print(f"ten at once: {[f'{status} Retry-After {retry}' if retry else status for status, retry in answered]}")
        before, under = percentile(quiet), percentile(meanwhile)
        print(f"map page p95: quiet {before:.0f} ms, meanwhile {under:.0f} ms ({len(meanwhile)} requests)")
        print(f"{'':>12} {under / before:.2f} × the quiet one")
    finally:
        server.terminate()
        server.wait()


def main(folder):
    set_up(folder)
    cold = measure_size(folder, "Secretariat")
    measure_office(folder)
    measure_load()
    ten_times()
    tenfold = measure_size(folder, "tenfold", rounds=1)
    print(f"tenfold: {tenfold / cold:.1f} × the processor time")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(temporary)
