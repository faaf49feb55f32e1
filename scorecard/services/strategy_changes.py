"""What a change of an edition's KPIs and measures brings with it, whichever way it is made.

No figure is lost, and figures of two units never stand in one series.
"""

from uuid import uuid4

from scorecard.domain.choices import ReportState
from scorecard.domain.policies import RuleBroken
from scorecard.models import KPI, Measure, YearlyReport, YearlyValue
from scorecard.services.editions import keep_baseline


def begin_series(measure: Measure) -> None:
    """Give a measure whose unit changes a lineage of its own; the caller saves its other fields.

    Baseline figures of the former lineage go to the next edition that has it. The caller has locked the editions.
    """
    with keep_baseline(Measure.objects.filter(pk=measure.pk)):
        measure.lineage = uuid4()
        Measure.objects.filter(pk=measure.pk).update(lineage=measure.lineage)


def check_kpi_may_go(kpi: KPI) -> None:
    """Raises RuleBroken for a KPI that somebody reported on."""
    if YearlyReport.objects.filter(kpi=kpi).exclude(state=ReportState.PENDING, version=0).exists():
        raise RuleBroken(f"{kpi.code} 已有填報，不能刪除；如不再評核，請從下一年的年版刪除。")


def check_measure_may_go(measure: Measure) -> None:
    """Raises RuleBroken for a measure whose figure of the edition's own year is reported."""
    own = YearlyValue.objects.reported().filter(measure=measure, year=measure.kpi.plan.year)
    if own.exists():
        raise RuleBroken(f"「{measure}」已有填報的實際值，不能刪除；如不再衡量，請從下一年的年版刪除。")
