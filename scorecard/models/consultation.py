"""徵詢科室: what divisions propose for a draft, and what is said about an edition before and after its adoption."""

from django.db import models
from django.db.models import Q

from scorecard.domain.choices import EditionCommentKind, ProposalDecision
from scorecard.domain.roc_years import year_text
from scorecard.models.kpis import FIGURE, KPI, Measure
from scorecard.models.organisation import User
from scorecard.models.plans import Plan

OPEN = ""


class TargetProposalQuerySet(models.QuerySet):
    def undecided(self):
        """Those that nobody took over or declined yet."""
        return self.filter(decision=OPEN)

    def of_plan(self, plan):
        """In the order of the scorecard and of years, with their measure and its KPI."""
        rows = self.filter(plan=plan).select_related("measure__kpi__division")
        return rows.order_by("measure__kpi__position", "measure__kpi__code", "measure__position", "year", "id")


class TargetProposal(models.Model):
    """建議目標值: what a division asks a draft's target of a year to be, in the unit that the measure had then.

    There is one undecided one for a measure and year. decision: "" until a reviewer took it over or declined it, once.
    by_name, decided_by_name: as they were then.
    """

    plan = models.ForeignKey(Plan, verbose_name="年版", on_delete=models.CASCADE, related_name="target_proposals")
    measure = models.ForeignKey(Measure, verbose_name="衡量項", on_delete=models.CASCADE, related_name="proposals")
    year = models.PositiveSmallIntegerField("年度（西元）")
    value = models.DecimalField("建議目標值", **FIGURE)
    unit = models.CharField("單位", max_length=30)
    reason = models.CharField("理由", max_length=500)
    by = models.ForeignKey(User, verbose_name="提出者", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField("提出者姓名", max_length=150)
    at = models.DateTimeField("提出時間", auto_now_add=True)
    decision = models.CharField("處理結果", max_length=10, choices=ProposalDecision.choices, blank=True, default=OPEN)
    decision_reason = models.CharField("處理說明", max_length=500, blank=True)
    decided_by = models.ForeignKey(
        User, verbose_name="處理者", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_by_name = models.CharField("處理者姓名", max_length=150, blank=True)
    decided_at = models.DateTimeField("處理時間", null=True, blank=True)

    objects = TargetProposalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "建議目標值"
        ordering = ["plan", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "year"],
                condition=Q(decision=OPEN),
                name="one_open_proposal_per_measure_and_year",
                violation_error_message="這個衡量項在這個年度已有待處理的建議目標值。",
            ),
            models.CheckConstraint(
                name="proposal_year_in_range",
                condition=Q(year__gte=1912, year__lte=2200),
                violation_error_message="年度須在西元 1912 至 2200 年間。",
            ),
            models.CheckConstraint(
                name="proposal_says_why",
                condition=~Q(reason=""),
                violation_error_message="請說明建議目標值的理由。",
            ),
            models.CheckConstraint(
                name="proposal_decision_names_its_person",
                condition=Q(decision=OPEN, decided_by__isnull=True, decided_at__isnull=True, decision_reason="")
                | Q(
                    decision__in=ProposalDecision.values,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                violation_error_message="處理結果只能是採納或不採納，並須記錄處理者與時間。",
            ),
            models.CheckConstraint(
                name="declined_proposal_says_why",
                condition=~Q(decision=ProposalDecision.DECLINED) | ~Q(decision_reason=""),
                violation_error_message="不採納時請說明理由。",
            ),
        ]

    def __str__(self):
        return f"{self.measure.kpi.code} {year_text(self.year)} 建議目標值"

    @property
    def is_open(self):
        return self.decision == OPEN

    @property
    def is_taken(self):
        return self.decision == ProposalDecision.TAKEN


class EditionComment(models.Model):
    """意見: about an edition, or about a KPI of it. Written once; a closed edition takes none.

    kpi: keeps its id if the KPI goes; about has its code and name as they were then, "" for the edition itself.
    division_name: of the division whose staff said it, as it was then; "" for reviewers and admins.
    """

    plan = models.ForeignKey(Plan, verbose_name="年版", on_delete=models.CASCADE, related_name="edition_comments")
    kpi = models.ForeignKey(
        KPI,
        verbose_name="KPI",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    about = models.CharField("對象", max_length=300, blank=True)
    kind = models.CharField(
        "種類", max_length=20, choices=EditionCommentKind.choices, default=EditionCommentKind.COMMENT
    )
    text = models.TextField("內容", max_length=2000)
    by = models.ForeignKey(User, verbose_name="發言者", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField("發言者姓名", max_length=150)
    division_name = models.CharField("發言科室", max_length=100, blank=True)
    at = models.DateTimeField("時間", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "意見"
        ordering = ["plan", "id"]
        constraints = [
            models.CheckConstraint(
                name="edition_comment_says_something",
                condition=~Q(text=""),
                violation_error_message="請輸入意見內容。",
            ),
            models.CheckConstraint(
                name="edition_comment_kind_known",
                condition=Q(kind__in=EditionCommentKind.values),
                violation_error_message="意見種類不明。",
            ),
        ]

    def __str__(self):
        return f"{self.by_name}：{self.text[:30]}"

    @property
    def is_of_a_division(self):
        """Whether staff said it, and not reviewers or admins."""
        return bool(self.division_name)

    @property
    def speaker(self):
        """「王小明（文書組）」."""
        return f"{self.by_name}（{self.division_name}）" if self.division_name else self.by_name
