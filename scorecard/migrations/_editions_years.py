"""Which years of the plans of an older database become editions, and what stops the migration (docs/decisions/0028)."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.core.management.base import CommandError
from django.db.models import Q

CLOSED = "closed"
HAS_ACTUAL = (
    Q(actual__isnull=False)
    | ~Q(actual_note="")
    | Q(unmeasured=True)
    | Q(numerator__isnull=False)
    | Q(denominator__isnull=False)
)
HAS_TARGET = Q(target__isnull=False) | ~Q(target_note="")
IS_EXECUTED = Q(executed__isnull=False) | ~Q(progress="")
FACTS_OF_YEARS = (
    ("YearlyReport", "kpi__plan", "year", Q()),
    ("Submission", "plan", "year", Q()),
    ("YearSnapshot", "plan_year__plan", "plan_year__year", Q()),
    ("EntryDraft", "plan_year__plan", "plan_year__year", Q()),
    ("ActionBudget", "action_plan__plan", "year", IS_EXECUTED),
)
# As the constraint of 0017 has them.
RESERVED_SLUGS = [
    "account",
    "admin",
    "agencies",
    "api",
    "healthz",
    "help",
    "media",
    "metrics",
    "notices",
    "oidc",
    "operator",
    "plans",
    "public",
    "readyz",
    "security",
    "static",
    "style",
]
UNTOUCHED = "資料庫沒有任何變更。"


@dataclass
class OldPlan:
    """A plan of several years. states: of its PlanYears. used: its years that become editions whatever happens."""

    pk: int
    agency: int
    agency_name: str
    first_year: int
    last_year: int
    states: dict = field(default_factory=dict)
    used: set = field(default_factory=set)

    @property
    def title(self):
        return f"{self.agency_name} {self.first_year - 1911}–{self.last_year - 1911} 年策略計畫（編號 {self.pk}）"

    @property
    def baseline_from(self):
        return min([self.first_year, *self.states])

    def is_closed(self, year):
        return self.states.get(year) == CLOSED


def can_read(apps):
    """Whether the database has all the tables that read_plans() asks; the first versions had not."""
    names = {model.__name__ for model in apps.get_models()}
    return {name for name, *_ in FACTS_OF_YEARS} <= names


def has_plans(apps):
    """False also for a database without tables."""
    return any(model.__name__ == "Plan" and model.objects.exists() for model in apps.get_models())


def read_plans(apps, first_year):
    """In the order of agencies and first years. first_year: the field's name in this state of the migrations."""
    rows = apps.get_model("scorecard", "Plan").objects.order_by("agency", first_year, "pk")
    names = ("pk", "agency_id", "agency__name", first_year, "last_year")
    plans = {row[0]: OldPlan(*row) for row in rows.values_list(*names)}
    for plan, year, state in apps.get_model("scorecard", "PlanYear").objects.values_list("plan", "year", "state"):
        plans[plan].states[year] = state
        if year >= plans[plan].first_year and state != "not_open":
            plans[plan].used.add(year)
    values = ("YearlyValue", "measure__kpi__plan", "year", HAS_ACTUAL)
    for name, plan_field, year_field, condition in (*FACTS_OF_YEARS, values):
        rows = apps.get_model("scorecard", name).objects.filter(condition).order_by()
        for plan, year in rows.values_list(plan_field, year_field).distinct():
            if year >= plans[plan].first_year:
                plans[plan].used.add(year)
    return list(plans.values())


def editions_of(plans):
    """{plan id: its editions' years, ascending}. Raises CommandError where two plans hold the same year.

    Every used year is one. A first year is one unless another plan of the agency uses it; a plan without a used year
    then becomes the edition of its next year that is free.
    """
    taken = {}
    for plan in plans:
        for year in sorted(plan.used):
            other = taken.setdefault((plan.agency, year), plan)
            if other is not plan:
                raise CommandError(
                    f"{other.title}與{plan.title}都有 {year - 1911} 年的填報資料；一個機關一年只能有一個年版。"
                    f"請先以升級前的版本移除其中一份計畫在這一年的資料，再升級。{UNTOUCHED}"
                )
    for plan in plans:
        taken.setdefault((plan.agency, plan.first_year), plan)
    for plan in plans:
        if plan not in taken.values():
            years = range(plan.first_year, plan.last_year + 1)
            free = next((year for year in years if (plan.agency, year) not in taken), None)
            if free is None:
                raise CommandError(
                    f"{plan.title}的各年度都已有同一機關其他計畫的年版，這份計畫沒有自己的年度。"
                    f"請先以升級前的版本延長這份計畫的最後年度，再升級。{UNTOUCHED}"
                )
            taken[plan.agency, free] = plan
    years_of = defaultdict(list)
    for (_, year), plan in sorted(taken.items(), key=lambda item: item[0]):
        years_of[plan.pk].append(year)
    return dict(years_of)


def check(apps, plans):
    """Raise CommandError, before anything is written, for what the editions' rules would refuse."""
    _check_slugs(apps)
    _check_before_first_year(apps, plans)
    _check_order_of_closing(plans, editions_of(plans))


def _check_slugs(apps):
    agency = apps.get_model("scorecard", "Agency").objects.filter(slug__in=RESERVED_SLUGS).order_by("pk").first()
    if agency is not None:
        raise CommandError(
            f"機關「{agency.name}」的網址代稱 {agency.slug} 是系統保留的字。"
            f"請先以升級前的版本在後台改為其他代稱，再升級。{UNTOUCHED}"
        )


def _check_before_first_year(apps, plans):
    by_id = {plan.pk: plan for plan in plans}
    values = ("YearlyValue", "measure__kpi__plan", "year", HAS_TARGET)
    budgets = ("ActionBudget", "action_plan__plan", "year", Q())
    opened = ("PlanYear", "plan", "year", Q(state="open") | Q(closings__gt=0))
    words = {"YearlyValue": "目標值或目標備註", "ActionBudget": "行動方案預算"}
    for name, plan_field, year_field, condition in (*FACTS_OF_YEARS[:4], opened, budgets, values):
        rows = apps.get_model("scorecard", name).objects.filter(condition).order_by()
        for pk, year in sorted(rows.values_list(plan_field, year_field).distinct()):
            plan = by_id[pk]
            if year < plan.first_year:
                cure = "請先以升級前的版本在後台把計畫的第一個計畫年度改為這一年"
                if name in words:
                    cure = f"請先以升級前的版本在後台清除，或{cure.removeprefix('請先以升級前的版本在後台')}"
                raise CommandError(
                    f"{plan.title}：{year - 1911} 年早於計畫的第一個年度，只能有實際值，"
                    f"卻有{words.get(name, '填報資料')}。{cure}，再升級。{UNTOUCHED}"
                )


def _check_order_of_closing(plans, years_of):
    agencies = defaultdict(list)
    for plan in plans:
        agencies[plan.agency] += [(year, plan) for year in years_of[plan.pk]]
    for editions in agencies.values():
        not_closed = None
        for year, plan in sorted(editions, key=lambda edition: edition[0]):
            if not plan.is_closed(year):
                not_closed = not_closed or (year, plan)
            elif not_closed is not None:
                earlier, its_plan = not_closed
                raise CommandError(
                    f"{plan.title}的 {year - 1911} 年已關閉，較早的 {earlier - 1911} 年（{its_plan.title}）"
                    f"卻還沒有關閉；年度須依序關閉。請先以升級前的版本關閉 {earlier - 1911} 年，"
                    f"或重新開放 {year - 1911} 年，再升級。{UNTOUCHED}"
                )
