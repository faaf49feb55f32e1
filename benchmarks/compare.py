"""Measures the comparison of two editions in an agency with ten of them.

    .venv/bin/python benchmarks/compare.py [KPIS]

Uses its own SQLite database, or the empty database that TEST_DATABASE_URL names. Ten editions of KPIS (100) each,
every one carried forward from the one before; each changes a tenth of its targets, names and budgets, and one KPI comes
and one goes. Fails where a comparison takes more than LIMIT milliseconds of the processor, the median of REPEATS, or
where the number of queries is another one for the first two editions than for the last two.
"""

import statistics
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
LIMIT = 500
EDITIONS = 10
REPEATS = 5


def make_editions(kpis):
    """The agency's editions in the order of years."""
    from scorecard.domain.choices import PlanState
    from scorecard.models import Plan
    from scorecard.services import editions
    from tests import factories

    plans = [factories.make_plan(kpis=kpis)]
    boss = factories.make_member("boss", plans[0].agency, "admin")
    for _ in range(EDITIONS - 1):
        before = plans[-1]
        draft = editions.carry_forward(by=boss, agency=before.agency, year=before.year + 1)
        change(draft)
        Plan.objects.filter(pk=draft.pk).update(state=PlanState.ADOPTED)
        plans.append(Plan.objects.select_related("agency", "version").get(pk=draft.pk))
    return plans


def change(draft):
    """Something of every tenth KPI; its outlook goes on as it was."""
    from scorecard.models import KPI, ActionBudget, Measure, YearlyValue

    for number, kpi in enumerate(KPI.objects.filter(plan=draft)):
        measure = kpi.measures.first()
        last = YearlyValue.objects.filter(measure=measure, year=draft.last_year - 1).first()
        if last is not None:
            YearlyValue.objects.create(measure=measure, year=draft.last_year, target=last.target)
        if number % 10 == draft.year % 10:
            YearlyValue.objects.filter(measure=measure, year=draft.year).update(target=number)
            KPI.objects.filter(pk=kpi.pk).update(name=f"{kpi.name} {draft.roc}")
            ActionBudget.objects.filter(action_plan__kpi=kpi).update(amount=number * 1000)
    gone = KPI.objects.filter(plan=draft).last()
    new = KPI.objects.create(
        plan=draft, code=f"N{draft.roc}", name="新", objective=gone.objective, division=gone.division
    )
    gone.delete()
    Measure.objects.create(kpi=new, unit="件")


def timed(act):
    """(result, milliseconds of the processor in the median call)."""
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        result = act()
        times.append((time.process_time() - start) * 1000)
    return result, statistics.median(times)


def main(kpis):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from scorecard.documents.comparison_files import comparison_ods, comparison_pdf, comparison_xlsx
    from scorecard.read_models.edition_comparison import compare_editions

    plans = make_editions(kpis)
    print(f"{connection.vendor}: {len(plans)} editions of {kpis} KPIs")
    late, queries = [], set()
    for old, new in ((plans[0], plans[1]), (plans[-2], plans[-1]), (plans[0], plans[-1])):
        with CaptureQueriesContext(connection) as captured:
            compare_editions(old, new)
        queries.add(len(captured))
        comparison, milliseconds = timed(lambda: compare_editions(old, new))  # noqa: B023
        _, of_digest = timed(lambda: compare_editions(old, new).digest)  # noqa: B023
        print(
            f"{milliseconds:8.0f} ms  {new.roc} with {old.roc}: {len(comparison.differences)} differences, "
            f"{len(captured)} queries; {of_digest - milliseconds:.0f} ms more for the digest"
        )
        late += [new.roc] if milliseconds > LIMIT else []
    for name, make in (("xlsx", comparison_xlsx), ("ods", comparison_ods), ("pdf", comparison_pdf)):
        start = time.perf_counter()
        size = len(make(comparison, made_at=datetime(2026, 1, 1)))
        print(f"{(time.perf_counter() - start) * 1000:8.0f} ms  {name}, {size:,} bytes")
    if late or len(queries) > 1:
        sys.exit(f"More than {LIMIT} ms: {late}; queries: {queries}")


if __name__ == "__main__":
    from benchmarks.audit import set_up

    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
