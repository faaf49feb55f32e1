"""Plan years, and the targets and actuals of each year."""

from django.db import models
from django.db.models import Q

from scorecard.domain.choices import Question, YearState
from scorecard.domain.roc_years import year_text
from scorecard.models.kpis import FIGURE, Measure
from scorecard.models.organisation import User
from scorecard.models.strategy import Plan


class PlanYearQuerySet(models.QuerySet):
    def get_locked(self, plan, year):
        """Locked until the transaction ends. year is Gregorian."""
        return self.select_for_update(no_key=True).get(plan=plan, year=year)


class PlanYear(models.Model):
    """One year of a plan: not open → open → closed (domain.md §5). Years before the plan's first are closed baselines.

    contact: whom staff may phone while the year is open. closings: how often the year was closed, each time with a
    snapshot (models/snapshots.py); 0 for baseline years.
    """

    plan = models.ForeignKey(Plan, verbose_name="計畫", on_delete=models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField("年度（西元）")
    state = models.CharField("狀態", max_length=10, choices=YearState.choices, default=YearState.NOT_OPEN)
    due_date = models.DateField("填報截止日", null=True, blank=True)
    contact = models.CharField("聯絡窗口", max_length=100, blank=True, help_text="姓名與分機，顯示在填報頁上方。")
    closings = models.PositiveSmallIntegerField("關閉次數", default=0, editable=False)
    changed_by = models.ForeignKey(
        User,
        verbose_name="最後變更者",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    objects = PlanYearQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "計畫年度"
        ordering = ["plan", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "year"], name="plan_year_once", violation_error_message="這份計畫已有這個年度。"
            ),
            models.CheckConstraint(
                name="plan_year_in_range",
                condition=Q(year__gte=1912, year__lte=2200),
                violation_error_message="年度須在西元 1912 至 2200 年間。",
            ),
            models.CheckConstraint(
                name="plan_year_state_known",
                condition=Q(state__in=YearState.values),
                violation_error_message="年度狀態必須是未開放、填報開放中或已關閉。",
            ),
            models.CheckConstraint(
                name="open_year_has_due_date",
                condition=~Q(state=YearState.OPEN) | Q(due_date__isnull=False),
                violation_error_message="開放填報的年度必須有截止日。",
            ),
        ]

    def __str__(self):
        return f"{self.plan} {year_text(self.year)}"

    @property
    def is_open(self):
        return self.state == YearState.OPEN

    @property
    def is_closed(self):
        """Also of baseline years."""
        return self.state == YearState.CLOSED

    @property
    def is_frozen(self):
        """Whether the database refuses every change of the year's rows (models/frozen_rows.py).

        Baseline years never are.
        """
        return self.is_closed and self.closings > 0


class YearlyValueQuerySet(models.QuerySet):
    def reported(self):
        """Those with a number, or with a reason for having none."""
        return self.filter(Q(actual__isnull=False) | Q(unmeasured=True))


class YearlyValue(models.Model):
    """年度值: one measure in one year, figures in the measure's unit.

    None means no figure, never zero. unmeasured: reported without a number (無統計); the note has the reason.
    numerator, denominator: of ratio measures, both or neither; the actual is then their quotient, rounded half-up
    (services/report_figures.py).
    """

    measure = models.ForeignKey(Measure, verbose_name="衡量項", on_delete=models.CASCADE, related_name="values")
    year = models.PositiveSmallIntegerField("年度（西元）")
    target = models.DecimalField("目標值", **FIGURE, null=True, blank=True)
    target_note = models.CharField("目標備註", max_length=500, blank=True)
    actual = models.DecimalField("實際值", **FIGURE, null=True, blank=True)
    actual_note = models.CharField("實際備註", max_length=500, blank=True)
    unmeasured = models.BooleanField("無統計", default=False)
    numerator = models.DecimalField("分子", **FIGURE, null=True, blank=True)
    denominator = models.DecimalField("分母", **FIGURE, null=True, blank=True)

    objects = YearlyValueQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度值"
        ordering = ["measure", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "year"],
                name="one_value_per_measure_and_year",
                violation_error_message="這個衡量項在這個年度已有年度值。",
            ),
            models.CheckConstraint(
                name="yearly_value_year_in_range",
                condition=Q(year__gte=1912, year__lte=2200),
                violation_error_message="年度須在西元 1912 至 2200 年間。",
            ),
            models.CheckConstraint(
                name="value_or_note_where_reported",
                condition=Q(unmeasured=False) | (Q(actual__isnull=True) & ~Q(actual_note="")),
                violation_error_message="無統計時不填實際值，但須在備註說明原因。",
            ),
            models.CheckConstraint(
                name="denominator_not_zero",
                condition=Q(denominator__isnull=True) | ~Q(denominator=0),
                violation_error_message="分母不可為 0。",
            ),
            models.CheckConstraint(
                name="ratio_has_both_parts_and_its_quotient",
                condition=Q(numerator__isnull=True, denominator__isnull=True)
                | Q(numerator__isnull=False, denominator__isnull=False, actual__isnull=False),
                violation_error_message="分子與分母須同時填寫，並有算出的實際值；或同時留白。",
            ),
        ]

    def __str__(self):
        return f"{self.measure} {year_text(self.year)}"

    @property
    def is_reported(self):
        """Whether it has a number, or a reason for having none."""
        return self.actual is not None or self.unmeasured


class FigureConfirmationQuerySet(models.QuerySet):
    def answers_of(self, kpis, year):
        """{(measure id, question, figure)} of all answers about these KPIs. year is Gregorian."""
        rows = self.filter(value__measure__kpi__in=kpis, value__year=year)
        answers = rows.values_list("value__measure", "question", "actual")
        return {(measure, Question(question), actual) for measure, question, actual in answers}


class FigureConfirmation(models.Model):
    """數字確認: the answer 「數字無誤」 to a question about a figure.

    actual: the figure that the question is about, in the measure's unit. A changed figure raises the question again.
    """

    value = models.ForeignKey(
        YearlyValue, verbose_name="年度值", on_delete=models.CASCADE, related_name="confirmations"
    )
    question = models.CharField("問題", max_length=10, choices=Question.choices)
    actual = models.DecimalField("確認的實際值", **FIGURE)
    confirmed_by = models.ForeignKey(User, verbose_name="確認者", on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField("確認時間", auto_now_add=True)

    objects = FigureConfirmationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "數字確認"
        # By id alone: an order by value would join seven tables, which is too slow on PostgreSQL.
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["value", "question", "actual"],
                name="question_about_a_figure_answered_once",
                violation_error_message="這個數字的這個問題已經確認過。",
            ),
            models.CheckConstraint(
                name="question_known",
                condition=Q(question__in=Question.values),
                violation_error_message="沒有這種問題。",
            ),
        ]

    def __str__(self):
        return f"{self.value} {self.get_question_display()}"
