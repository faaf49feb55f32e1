"""KPIs and their measures."""

from django.db import models
from django.db.models import F, Q

from scorecard.domain.choices import Direction
from scorecard.models.organisation import Division
from scorecard.models.plans import Lineage, Plan, lineage_once_in_plan
from scorecard.models.strategy import (
    CODE_LENGTH,
    Objective,
    check_same_plan,
    code_fits_an_address,
    positive_weight,
    unique_in_plan,
    weight_field,
)

# SQLite stores decimals as floating point, which returns at most fifteen significant digits exactly.
FIGURE = {"max_digits": 15, "decimal_places": 4}


class KPIQuerySet(models.QuerySet):
    def of_lineage(self, agency_id, lineage):
        """The KPI's row of each of the agency's editions, in the order of years.

        With plan, agency and division, and report_state: that of its report, None where nobody began one.
        """
        rows = self.filter(plan__agency=agency_id, lineage=lineage).annotate(report_state=F("reports__state"))
        return rows.select_related("plan__agency", "division").order_by("plan__year")


class KPI(Lineage):
    """關鍵績效指標: measures an objective; owned by one division, supported by others."""

    plan = models.ForeignKey(Plan, verbose_name="年版", on_delete=models.CASCADE, related_name="kpis")
    objective = models.ForeignKey(Objective, verbose_name="策略目標", on_delete=models.PROTECT, related_name="kpis")
    code = models.CharField("編號", max_length=CODE_LENGTH)
    name = models.CharField("名稱", max_length=200)
    formula = models.TextField("計算公式", blank=True)
    division = models.ForeignKey(Division, verbose_name="主責科室", on_delete=models.PROTECT, related_name="kpis")
    supporting_divisions = models.ManyToManyField(
        Division, verbose_name="協辦科室", blank=True, related_name="supported_kpis"
    )
    position = models.PositiveSmallIntegerField("順序", default=0)
    weight = weight_field()

    objects = KPIQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "KPI"
        ordering = ["plan", "objective__perspective__position", "objective__theme__position", "objective__position"]
        ordering += ["position", "id"]
        constraints = [
            unique_in_plan("kpi_code_unique_in_plan", " KPI"),
            lineage_once_in_plan("kpi_lineage_once_in_plan", " KPI"),
            code_fits_an_address("kpi_code_fits_an_address"),
            positive_weight("kpi_weight_positive"),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"

    def clean(self):
        """The objective must be of the KPI's plan; the database has the same rule."""
        check_same_plan(self, objective="策略目標")


class Measure(Lineage):
    """衡量項: what a KPI counts, in one unit. Almost every KPI has one; GF1.1 has two.

    tolerance: in the measure's unit, set only where the direction is a band. A measure with a numerator_label is a
    ratio. factor: multiplies the quotient (100 for a percentage).
    """

    kpi = models.ForeignKey(KPI, verbose_name="KPI", on_delete=models.CASCADE, related_name="measures")
    label = models.CharField("名稱", max_length=200, blank=True, help_text="只有一個衡量項時可留白。")
    unit = models.CharField("單位", max_length=30)
    direction = models.CharField("方向", max_length=6, choices=Direction.choices, default=Direction.HIGHER)
    tolerance = models.DecimalField("容許差", **FIGURE, null=True, blank=True, help_text="目標值上下可容許的差距。")
    numerator_label = models.CharField("分子名稱", max_length=200, blank=True)
    denominator_label = models.CharField("分母名稱", max_length=200, blank=True)
    factor = models.PositiveIntegerField("乘數", default=1)
    position = models.PositiveSmallIntegerField("順序", default=1)
    weight = weight_field()

    class Meta:
        verbose_name = verbose_name_plural = "衡量項"
        ordering = ["kpi", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kpi", "position"],
                name="measure_position_unique_in_kpi",
                violation_error_message="同一 KPI 的衡量項順序不可重複。",
            ),
            models.UniqueConstraint(
                fields=["kpi", "lineage"],
                name="measure_lineage_once_in_kpi",
                violation_error_message="這項 KPI 已有同一沿革的衡量項。",
            ),
            models.CheckConstraint(
                name="measure_direction_known",
                condition=Q(direction__in=Direction.values),
                violation_error_message="方向必須是越高越好、越低越好或落在範圍內。",
            ),
            models.CheckConstraint(
                name="measure_tolerance_exactly_for_band",
                # A check passes where it is NULL, so tolerance >= 0 alone would allow none.
                condition=Q(direction=Direction.BAND, tolerance__isnull=False, tolerance__gte=0)
                | (~Q(direction=Direction.BAND) & Q(tolerance__isnull=True)),
                violation_error_message="方向為「落在範圍內」時須填不小於 0 的容許差；其他方向不填。",
            ),
            models.CheckConstraint(
                name="measure_ratio_names_both_parts",
                condition=Q(numerator_label="", denominator_label="")
                | (~Q(numerator_label="") & ~Q(denominator_label="")),
                violation_error_message="分子與分母名稱須同時填寫或同時留白。",
            ),
            models.CheckConstraint(
                name="measure_factor_positive", condition=Q(factor__gt=0), violation_error_message="乘數必須大於 0。"
            ),
            positive_weight("measure_weight_positive"),
        ]

    def __str__(self):
        return f"{self.kpi.code} {self.label or self.unit}"

    @property
    def is_ratio(self):
        return bool(self.numerator_label)
