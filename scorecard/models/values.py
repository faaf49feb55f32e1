"""Targets and actuals of each year, and the answers to questions about them."""

from django.db import models
from django.db.models import Q

from scorecard.domain.choices import Question
from scorecard.domain.roc_years import year_text
from scorecard.models.kpis import FIGURE, Measure
from scorecard.models.organisation import User


class YearlyValueQuerySet(models.QuerySet):
    def reported(self):
        """Those with a number, or with a reason for having none."""
        return self.filter(Q(actual__isnull=False) | Q(unmeasured=True))


class YearlyValue(models.Model):
    """年度值: one measure in one year, figures in the measure's unit.

    None means no figure, never zero. target_reason: why the target is softer than the edition before had planned, or
    was changed after opening. unmeasured: reported without a number (無統計); the note has the reason.
    numerator, denominator: of ratio measures, both or neither; the actual is then their quotient, rounded half-up
    (services/report_figures.py).
    """

    measure = models.ForeignKey(Measure, verbose_name="衡量項", on_delete=models.CASCADE, related_name="values")
    year = models.PositiveSmallIntegerField("年度（西元）")
    target = models.DecimalField("目標值", **FIGURE, null=True, blank=True)
    target_note = models.CharField("目標備註", max_length=500, blank=True)
    target_reason = models.CharField(
        "放寬理由", max_length=500, blank=True, help_text="目標比前一版原訂的寬鬆，或開放填報後變更時必填。"
    )
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
        """{(measure id, question, figure)} of all answers about these KPIs' figures of the year."""
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
