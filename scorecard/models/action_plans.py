"""Action plans of a KPI, and their budgets."""

from django.db import models
from django.db.models import F, Q

from scorecard.domain.choices import PlanState
from scorecard.models.kpis import KPI
from scorecard.models.organisation import Division
from scorecard.models.plans import Lineage, Plan, lineage_once_in_plan
from scorecard.models.strategy import CODE_LENGTH, check_same_plan, unique_in_plan

MAX_PER_KPI = 3


class ActionPlan(Lineage):
    """行動方案: at most three per KPI (form instruction 3). Its owner is a division or a person."""

    plan = models.ForeignKey(Plan, verbose_name="年版", on_delete=models.CASCADE, related_name="action_plans")
    kpi = models.ForeignKey(KPI, verbose_name="KPI", on_delete=models.CASCADE, related_name="action_plans")
    code = models.CharField("編號", max_length=CODE_LENGTH)
    description = models.TextField("內容")
    owner_division = models.ForeignKey(
        Division, verbose_name="主責科室", on_delete=models.PROTECT, null=True, blank=True, related_name="action_plans"
    )
    owner_person = models.CharField("主責同仁", max_length=60, blank=True, help_text="由同仁而非科室主責時填寫。")
    position = models.PositiveSmallIntegerField("順序", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "行動方案"
        ordering = ["kpi", "position"]
        constraints = [
            unique_in_plan("action_plan_code_unique_in_plan", "行動方案"),
            lineage_once_in_plan("action_plan_lineage_once_in_plan", "行動方案"),
            models.UniqueConstraint(
                fields=["kpi", "position"],
                name="action_plan_position_unique_in_kpi",
                violation_error_message="同一 KPI 的行動方案順序不可重複。",
            ),
            models.CheckConstraint(
                name="at_most_three_action_plans_per_kpi",
                condition=Q(position__gte=1, position__lte=MAX_PER_KPI),
                violation_error_message="1 項 KPI 之行動方案請勿超過 3 項（填表說明 3）；順序須為 1 至 3。",
            ),
            models.CheckConstraint(
                name="action_plan_has_one_owner",
                condition=Q(owner_division__isnull=False, owner_person="")
                | (Q(owner_division__isnull=True) & ~Q(owner_person="")),
                violation_error_message="請填主責科室或主責同仁其中之一。",
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.description}"

    def clean(self):
        """The KPI must be of the action plan's plan; the database has the same rule."""
        check_same_plan(self, kpi="KPI")

    @property
    def owner(self):
        """The name of the division or the person."""
        return self.owner_division.name if self.owner_division_id else self.owner_person


class ActionBudgetQuerySet(models.QuerySet):
    def before(self, plan):
        """Those of the years before the edition's own that it shows, each in the edition of that year.

        What an earlier edition planned for a year beyond its own is no figure of that year. Drafts are left out.
        """
        of_agency = self.filter(action_plan__plan__agency=plan.agency_id, year=F("action_plan__plan__year"))
        in_years = of_agency.filter(year__gte=plan.baseline_from, year__lt=plan.year)
        return in_years.exclude(action_plan__plan__state=PlanState.DRAFT)


class ActionBudget(models.Model):
    """行動方案預算: one action plan in one year, in NT$ whole dollars, without personnel cost (form instruction 2).

    executed: 執行數, None where it is not reported yet.
    """

    action_plan = models.ForeignKey(
        ActionPlan, verbose_name="行動方案", on_delete=models.CASCADE, related_name="budgets"
    )
    year = models.PositiveSmallIntegerField("年度（西元）")
    amount = models.PositiveBigIntegerField("預算（元）")
    executed = models.PositiveBigIntegerField("執行數（元）", null=True, blank=True)
    progress = models.TextField("執行情形", blank=True)

    objects = ActionBudgetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行動方案預算"
        ordering = ["action_plan", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["action_plan", "year"],
                name="one_budget_per_action_plan_and_year",
                violation_error_message="這個行動方案在這個年度已有預算。",
            ),
            models.CheckConstraint(
                name="budget_never_negative", condition=Q(amount__gte=0), violation_error_message="預算不可為負數。"
            ),
            models.CheckConstraint(
                name="executed_never_negative",
                condition=Q(executed__isnull=True) | Q(executed__gte=0),
                violation_error_message="執行數不可為負數。",
            ),
        ]

    def __str__(self):
        return f"{self.action_plan.code} {self.year}"
