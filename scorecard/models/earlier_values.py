"""Figures of the years before an edition's own, looked up and never typed twice (docs/decisions/0028).

A figure's home is the agency's first edition of that year or later that has its measure, by lineage: the edition of the
year itself, where staff reported it, or a later one that began after that year and has it as a baseline.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, Q

from scorecard.domain.choices import PlanState, ReportState
from scorecard.models.kpis import KPI
from scorecard.models.plans import Plan
from scorecard.models.values import YearlyValue

_REPORT = "measure__kpi__reports"
_PLAN = "measure__kpi__plan"
_REVIEWED = (ReportState.APPROVED, ReportState.RETURNED)


class EarlierValue(NamedTuple):
    """A figure as its home has it, with the definitions that it was judged by there.

    report_state: of the home's report; "" where there is none. changed_by_demo, submitted_by_demo: of that report.
    """

    kpi_lineage: UUID
    measure_lineage: UUID
    home_year: int
    year: int
    target: Decimal | None
    target_note: str
    actual: Decimal | None
    actual_note: str
    unmeasured: bool
    numerator: Decimal | None
    denominator: Decimal | None
    label: str
    unit: str
    direction: str
    tolerance: Decimal | None
    factor: int
    warning_threshold: Decimal
    display_cap: int
    report_state: str | None
    changed_by_demo: bool | None
    submitted_by_demo: bool | None

    @property
    def is_baseline(self) -> bool:
        """Whether its year was over before the edition that has it: nobody reported it in this system."""
        return self.home_year != self.year

    @property
    def counts(self) -> bool:
        """Whether it is shown without being asked for: a baseline, or of an approved report."""
        return self.is_baseline or self.report_state == ReportState.APPROVED

    @property
    def is_sample(self) -> bool:
        """Whether a demo account entered it last (示範資料), whoever reviewed it."""
        if self.is_baseline or not self.report_state:
            return False
        return bool(self.submitted_by_demo if self.report_state in _REVIEWED else self.changed_by_demo)


_FIELDS = (
    "measure__kpi__lineage",
    "measure__lineage",
    f"{_PLAN}__year",
    "year",
    "target",
    "target_note",
    "actual",
    "actual_note",
    "unmeasured",
    "numerator",
    "denominator",
    "measure__label",
    "measure__unit",
    "measure__direction",
    "measure__tolerance",
    "measure__factor",
    f"{_PLAN}__warning_threshold",
    f"{_PLAN}__display_cap",
    f"{_REPORT}__state",
    f"{_REPORT}__changed_by__is_demo",
    f"{_REPORT}__submitted_by__is_demo",
)


def earlier_values(plan: Plan, *, since: int | None = None, kpis: object = None) -> Iterator[EarlierValue]:
    """Of each measure and year before the edition's own the one at its home, in the order of homes. One query.

    Also of measures that the edition's KPIs no longer have: their KPI's lineage is enough. since: the first year, the
    edition's baseline_from by default. kpis: a queryset of the edition's KPIs, all of them by default; an edition that
    is not saved needs them.
    """
    own = KPI.objects.filter(plan=plan) if kpis is None else kpis
    rows = (
        YearlyValue.objects.filter(
            ~Q(**{f"{_PLAN}__state": PlanState.DRAFT}) | Q(**{f"{_PLAN}_id": plan.pk}),
            **{f"{_PLAN}__agency": plan.agency_id, f"{_PLAN}__year__lte": plan.year},
            year__gte=plan.baseline_from if since is None else since,
            year__lt=plan.year,
            year__lte=F(f"{_PLAN}__year"),
            measure__kpi__lineage__in=own.values("lineage"),
        )
        .order_by(f"{_PLAN}__year", "measure__kpi_id", "measure__position", "year")
        .values_list(*_FIELDS)
    )
    seen = set()
    for row in rows:
        value = EarlierValue(*row)
        key = (value.measure_lineage, value.year)
        if key not in seen:
            seen.add(key)
            yield value


def has_earlier_home(value: YearlyValue) -> bool:
    """Whether an earlier edition is the home of the figure, so that this one cannot have it. One query."""
    plan = value.measure.kpi.plan
    homes = Plan.objects.not_drafts().filter(agency=plan.agency_id, year__gte=value.year, year__lt=plan.year)
    return homes.filter(kpis__measures__lineage=value.measure.lineage).exists()
