"""The report of a KPI's year, its evidence and its comments."""

from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q

from scorecard.domain.choices import EDITABLE_STATES, REPORT_TRANSITIONS, ReportState
from scorecard.domain.roc_years import year_text
from scorecard.domain.signatures import with_mark
from scorecard.models.kpis import KPI
from scorecard.models.organisation import User

# A review changes the report, but its figures are still the submitter's.
REVIEWED = Q(state__in=[ReportState.APPROVED, ReportState.RETURNED])
ENTERED_BY_DEMO_ACCOUNT = (REVIEWED & Q(submitted_by__is_demo=True)) | (~REVIEWED & Q(changed_by__is_demo=True))


class YearlyReportQuerySet(models.QuerySet):
    def of_plan(self, plan):
        """Those of the edition, one a KPI."""
        return self.filter(kpi__plan=plan)

    def counting(self, *, include_provisional):
        """Those whose figures and words count: the approved ones, or all where pages include the others, marked."""
        return self if include_provisional else self.filter(state=ReportState.APPROVED)

    def awaiting_review(self):
        """The longest waiting first."""
        return self.filter(state=ReportState.SUBMITTED).order_by("submitted_at", "id")

    def with_evidence_mark(self):
        """Each with has_evidence: whether it has a file that was not removed."""
        present = Evidence.objects.filter(report=OuterRef("pk"), removed_at__isnull=True)
        return self.annotate(has_evidence=Exists(present))

    def with_sample_mark(self):
        """Each with is_sample: whether a demo account entered its figures last (示範資料)."""
        return self.annotate(is_sample=ExpressionWrapper(ENTERED_BY_DEMO_ACCOUNT, models.BooleanField()))

    def sample(self):
        """示範資料: a demo account entered the figures last, whoever reviewed them."""
        return self.filter(ENTERED_BY_DEMO_ACCOUNT)


class YearlyReport(models.Model):
    """年度填報: one KPI of an edition. version rises with every change, so nobody overwrites another person's entry.

    submitted_by_name, reviewed_by_name: as they were when it was done; "" before, and for acts of the time before names
    were kept.
    """

    kpi = models.ForeignKey(KPI, verbose_name="KPI", on_delete=models.CASCADE, related_name="reports")
    state = models.CharField("狀態", max_length=10, choices=ReportState.choices, default=ReportState.PENDING)
    explanation = models.TextField("差異說明", blank=True)
    improvement = models.TextField("改善措施", blank=True)
    version = models.PositiveIntegerField("版次", default=0, editable=False)
    changed_by = models.ForeignKey(
        User, verbose_name="最後變更者", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    changed_at = models.DateTimeField("最後變更時間", null=True, editable=False)
    submitted_by = models.ForeignKey(
        User, verbose_name="送出者", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    submitted_for = models.ForeignKey(
        User, verbose_name="代理何人送出", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    submitted_by_name = models.CharField("送出者姓名", max_length=150, blank=True, editable=False)
    submitted_at = models.DateTimeField("送出時間", null=True, editable=False)
    reviewed_by = models.ForeignKey(
        User, verbose_name="審核者", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    reviewed_for = models.ForeignKey(
        User, verbose_name="代理何人審核", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    reviewed_by_name = models.CharField("審核者姓名", max_length=150, blank=True, editable=False)
    reviewed_at = models.DateTimeField("審核時間", null=True, editable=False)

    objects = YearlyReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度填報"
        ordering = ["kpi"]
        constraints = [
            models.UniqueConstraint(
                fields=["kpi"], name="one_report_per_kpi", violation_error_message="這項 KPI 已有填報。"
            ),
            models.CheckConstraint(
                name="report_state_known",
                condition=Q(state__in=ReportState.values),
                violation_error_message="填報狀態不明。",
            ),
            models.CheckConstraint(
                name="submitted_report_names_its_submitter",
                condition=~Q(state__in=[ReportState.SUBMITTED, ReportState.APPROVED])
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                violation_error_message="已送出的填報須有送出者與時間。",
            ),
            models.CheckConstraint(
                name="nobody_approves_their_own_submission",
                condition=~Q(state=ReportState.APPROVED)
                | (Q(reviewed_by__isnull=False, reviewed_at__isnull=False) & ~Q(reviewed_by=F("submitted_by"))),
                violation_error_message="自己送出的填報，須由另一位審核人員審核。",
            ),
        ]

    def __str__(self):
        return f"{self.kpi.code} {year_text(self.kpi.plan.year)} {self.get_state_display()}"

    @property
    def submitter(self):
        """The name of who submitted it: 「王小明」, 「王小明（代）」."""
        return with_mark(self.submitted_by_name, self.submitted_for_id is not None)

    @property
    def reviewer(self):
        """The name of who reviewed it last: 「王小明」, 「王小明（代）」."""
        return with_mark(self.reviewed_by_name, self.reviewed_for_id is not None)

    @property
    def is_editable(self):
        """Whether its own state lets staff change it; the year's state counts, too."""
        return self.state in EDITABLE_STATES

    @property
    def is_submitted(self):
        """Submitted and not reviewed yet."""
        return self.state == ReportState.SUBMITTED

    @property
    def is_approved(self):
        return self.state == ReportState.APPROVED

    @property
    def return_comment(self):
        """The reviewer's comment of a returned report, else None. No query if comments are prefetched."""
        if self.state != ReportState.RETURNED:
            return None
        return next((c for c in reversed(self.comments.all()) if c.author_id == self.reviewed_by_id), None)

    def may_become(self, state):
        """Whether the workflow of domain.md §5 allows the change of state."""
        return state in REPORT_TRANSITIONS[ReportState(self.state)]


def evidence_path(evidence, filename):
    """A random name: nobody can guess it, and the uploaded file's own name has no effect."""
    return f"evidence/{evidence.token}"


class EvidenceQuerySet(models.QuerySet):
    def present(self):
        """Those not removed, in the order of upload, with their uploaders."""
        return self.filter(removed_at__isnull=True).select_related("uploaded_by")


class Evidence(models.Model):
    """佐證: a file that supports a report. Removal only marks it: what was reviewed never disappears.

    digest: the file's SHA-256, "" for files from before digests were kept.
    """

    report = models.ForeignKey(YearlyReport, verbose_name="填報", on_delete=models.PROTECT, related_name="evidence")
    token = models.UUIDField("代號", unique=True, editable=False)
    file = models.FileField("檔案", upload_to=evidence_path)
    name = models.CharField("檔名", max_length=255)
    size = models.PositiveBigIntegerField("大小（位元組）")
    content_type = models.CharField("類型", max_length=100)
    digest = models.CharField("SHA-256", max_length=64, blank=True, default="", editable=False)
    uploaded_by = models.ForeignKey(User, verbose_name="上傳者", on_delete=models.PROTECT, related_name="+")
    uploaded_by_name = models.CharField("上傳者姓名", max_length=150, editable=False)
    uploaded_at = models.DateTimeField("上傳時間", auto_now_add=True)
    removed_by = models.ForeignKey(
        User, verbose_name="移除者", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_at = models.DateTimeField("移除時間", null=True, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "佐證"
        ordering = ["report", "uploaded_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="evidence_removal_names_its_person",
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                violation_error_message="移除佐證須記錄移除者與時間。",
            )
        ]

    def __str__(self):
        return self.name


class Comment(models.Model):
    """留言: by reviewers and staff, about a report."""

    report = models.ForeignKey(YearlyReport, verbose_name="填報", on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, verbose_name="留言者", on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField("留言者姓名", max_length=150, editable=False)
    text = models.TextField("內容")
    written_at = models.DateTimeField("時間", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "留言"
        ordering = ["report", "written_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="comment_says_something", condition=~Q(text=""), violation_error_message="請輸入留言內容。"
            )
        ]

    def __str__(self):
        return f"{self.author_name}：{self.text[:30]}"
