"""Editions (年版): one agency's strategy of one year, its version, and what the head and the admin said of it."""

import re
import unicodedata
from decimal import Decimal
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connections, models
from django.db.models import F, Q

from scorecard.domain.choices import PLAN_TRANSITIONS, DisplayCap, PlanState
from scorecard.domain.roc_years import to_roc, year_text
from scorecard.models.organisation import Agency, User

REMINDER_DAYS = "-14,-7,-1,0,3,7,14"
MAX_REMINDER_DAYS = 366


def parse_reminder_days(text):
    """Sorted days relative to the due date, negative before it. Raises ValidationError."""
    typed = unicodedata.normalize("NFKC", text).replace("、", ",").replace("\u2212", "-")
    parts = [part.strip() for part in typed.split(",") if part.strip()]
    if not all(re.fullmatch(r"[+-]?[0-9]{1,3}", part) and abs(int(part)) <= MAX_REMINDER_DAYS for part in parts):
        raise ValidationError(
            f"提醒日請填 -{MAX_REMINDER_DAYS} 至 {MAX_REMINDER_DAYS} 的整數，以逗號分隔，例如 {REMINDER_DAYS}。"
        )
    return tuple(sorted({int(part) for part in parts}))


def lines(text):
    """The lines that are not blank, stripped."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class Lineage(models.Model):
    """沿革: lineage is the same for what is the same in every edition, whatever its code, name or place there."""

    lineage = models.UUIDField("沿革", default=uuid4, editable=False, db_index=True)

    class Meta:
        abstract = True


def lineage_once_in_plan(name, what):
    """what: the kind of row, as users know it."""
    return models.UniqueConstraint(
        fields=["plan", "lineage"], name=name, violation_error_message=f"這份年版已有同一沿革的{what}。"
    )


class PlanQuerySet(models.QuerySet):
    def not_drafts(self):
        """Those that count: adopted, open and closed ones."""
        return self.exclude(state=PlanState.DRAFT)

    def shared_on(self, day):
        """Drafts about which divisions have their say on that day."""
        return self.filter(state=PlanState.DRAFT, consultation_until__gte=day)

    def get_locked(self, pk):
        """With its agency; locked until the transaction ends. Lock several in the order of years."""
        return self.select_for_update(of=("self",), no_key=True).select_related("agency").get(pk=pk)

    def versions_seen_by(self, user, day):
        """(agency slug, year, data version, 更正說明, agency's name, role, unread notices, until) of each; one query.

        A closed edition keeps its version, but not the number of its 更正說明. Drafts are there for those who may edit
        strategy. Staff have those that are shared until a day not before the given one, with the version 0: their pages
        tell that there is one and nothing of it.
        """
        # In SQL, because every repeat visit asks this, and the ORM took five times as long to build the query as the
        # database takes to answer it.
        with connections[self.db].cursor() as cursor:
            cursor.execute(
                "SELECT agency.slug, plan.year,"
                " CASE WHEN plan.state = 'draft' AND membership.role = 'staff' THEN 0 ELSE version.data_version END,"
                " (SELECT COUNT(*) FROM scorecard_correction correction WHERE correction.plan_id = plan.id),"
                " agency.name, membership.role,"
                " (SELECT COUNT(*) FROM scorecard_notice notice"
                " WHERE notice.recipient_id = membership.user_id AND notice.read_at IS NULL),"
                " plan.consultation_until"
                " FROM scorecard_plan plan JOIN scorecard_planversion version ON version.plan_id = plan.id"
                " JOIN scorecard_agency agency ON agency.id = plan.agency_id"
                " JOIN scorecard_membership membership ON membership.agency_id = plan.agency_id"
                " WHERE membership.user_id = %s AND membership.is_active"
                " AND (plan.state <> 'draft' OR membership.role IN ('reviewer', 'admin')"
                " OR membership.role = 'staff' AND plan.consultation_until >= %s) ORDER BY plan.id",
                [user.pk, day],
            )
            return cursor.fetchall()


class Plan(models.Model):
    """N 年版: one agency's map and scorecard for one year, as one filled form has them.

    Years are Gregorian. After year, to last_year, there are targets and budgets alone (分年目標值, the outlook); before
    it, from baseline_from, actuals. agency_name: as it was when the edition last could change. closings: how often the
    year was closed, each time with a snapshot (models/snapshots.py). former_slug: its address before there were
    editions. contact: whom staff may phone while it is open. consultation_until: the last day on which divisions see
    their KPIs of the draft (徵詢科室).
    """

    agency = models.ForeignKey(Agency, verbose_name="機關", on_delete=models.PROTECT, related_name="plans")
    year = models.PositiveSmallIntegerField("年度（西元）")
    baseline_from = models.PositiveSmallIntegerField("最早的實際值年度（西元）")
    last_year = models.PositiveSmallIntegerField("目標訂至（西元）")
    state = models.CharField("版本狀態", max_length=10, choices=PlanState.choices, default=PlanState.DRAFT)
    due_date = models.DateField("填報截止日", null=True, blank=True)
    contact = models.CharField("聯絡窗口", max_length=100, blank=True, help_text="姓名與分機，顯示在填報頁上方。")
    consultation_until = models.DateField("徵詢科室至", null=True, blank=True, editable=False)
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
    agency_name = models.CharField("機關名稱", max_length=100, blank=True, editable=False)
    former_slug = models.CharField("原網址代稱", max_length=50, blank=True, editable=False)
    mission = models.TextField("使命", blank=True, help_text="每行一項。")
    vision = models.TextField("願景", blank=True)
    core_values = models.TextField("核心價值", blank=True, help_text="每行一項。")
    instructions = models.TextField("填表說明", blank=True, help_text="每行一點，印在計分卡與年度報告之後。")
    warning_threshold = models.DecimalField(
        "接近門檻",
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.9"),
        validators=[MinValueValidator(Decimal("0.0001")), MaxValueValidator(Decimal("1"))],
        help_text="達成率達到這個比例（但未達 1）時為「接近」；預設 0.9，即 90%。",
    )
    display_cap = models.PositiveSmallIntegerField(
        "達成率顯示上限",
        choices=DisplayCap.choices,
        default=DisplayCap.OFF,
        help_text="只影響顯示；計分一律以 100% 為上限。",
    )
    reminder_days = models.CharField(
        "提醒日",
        max_length=200,
        blank=True,
        default=REMINDER_DAYS,
        validators=[parse_reminder_days],
        help_text="在填報截止日的幾天前（負數）、當天（0）與幾天後寄信提醒填報人員，以逗號分隔；留白則不定時提醒。",
    )

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年版"
        ordering = ["agency", "-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "year"],
                name="one_edition_per_agency_and_year",
                violation_error_message="這個機關已有這個年度的年版。",
            ),
            models.CheckConstraint(
                name="plan_years_in_order",
                condition=Q(
                    baseline_from__gte=1912, year__gte=F("baseline_from"), last_year__gte=F("year"), last_year__lte=2200
                ),
                violation_error_message="年度須在西元 1912 至 2200 年間；最早的實際值年度不晚於年版的年度，"
                "目標訂至的年度不早於年版的年度。",
            ),
            models.CheckConstraint(
                name="plan_state_known",
                condition=Q(state__in=PlanState.values),
                violation_error_message="版本狀態必須是草案、已核定、開放填報或已關閉。",
            ),
            models.CheckConstraint(
                name="open_plan_has_due_date",
                condition=~Q(state=PlanState.OPEN) | Q(due_date__isnull=False),
                violation_error_message="開放填報的年度必須有截止日。",
            ),
            models.CheckConstraint(
                name="only_a_draft_is_shared",
                condition=Q(consultation_until__isnull=True) | Q(state=PlanState.DRAFT),
                violation_error_message="只有草案可以徵詢科室意見。",
            ),
            models.CheckConstraint(
                name="plan_warning_threshold_is_a_share",
                condition=Q(warning_threshold__gt=0, warning_threshold__lte=1),
                violation_error_message="接近門檻須大於 0、不超過 1。",
            ),
            models.CheckConstraint(
                name="plan_display_cap_known",
                condition=Q(display_cap__in=DisplayCap.values),
                # Django fills the message with the % operator.
                violation_error_message="達成率顯示上限只能是不設上限、100%%、120%% 或 150%%。",
            ),
        ]

    def __str__(self):
        return f"{self.agency_name} {self.title}"

    def save(self, *args, **kwargs):
        """A new edition gets its version and the name that its agency has now."""
        is_new = self._state.adding
        if is_new and not self.agency_name:
            self.agency_name = self.agency.name
        super().save(*args, **kwargs)
        if is_new:
            self.version = PlanVersion.objects.create(plan=self)

    @property
    def slug(self):
        """For file names, JSON and commands: 「taipei-secretariat-105」."""
        return f"{self.agency.slug}-{self.roc}"

    @property
    def roc(self):
        return to_roc(self.year)

    @property
    def year_text(self):
        """「105 年」."""
        return year_text(self.year)

    @property
    def title(self):
        """Without the agency: 「105 年版」."""
        return f"{self.year_text}版"

    @property
    def subtitle(self):
        """「目標訂至 107 年」; "" where there are no targets of later years."""
        return f"目標訂至 {year_text(self.last_year)}" if self.last_year > self.year else ""

    @property
    def years(self):
        """Every year that it shows: of actuals before it, its own, and of targets after it."""
        return range(self.baseline_from, self.last_year + 1)

    @property
    def data_version(self):
        """It rises with every audited change of what the edition's pages show."""
        return self.version.data_version

    @property
    def is_draft(self):
        return self.state == PlanState.DRAFT

    @property
    def is_open(self):
        return self.state == PlanState.OPEN

    def is_shared_on(self, day):
        """Whether divisions have their say on that day: it is a draft, and the last day has not passed."""
        return self.is_draft and self.consultation_until is not None and day <= self.consultation_until

    @property
    def is_reopened(self):
        return self.is_open and self.closings > 0

    @property
    def is_closed(self):
        """The database refuses every change of the edition's rows (models/frozen_rows.py)."""
        return self.state == PlanState.CLOSED

    @property
    def predecessor(self):
        """前一版: the agency's latest earlier edition that is no draft, or None. One query."""
        return Plan.objects.not_drafts().filter(agency=self.agency_id, year__lt=self.year).order_by("-year").first()

    def may_become(self, state):
        """Whether an edition in this state ever moves to the other."""
        return state in PLAN_TRANSITIONS[PlanState(self.state)]

    @property
    def mission_lines(self):
        """使命."""
        return lines(self.mission)

    @property
    def core_value_lines(self):
        """核心價值."""
        return lines(self.core_values)

    @property
    def instruction_lines(self):
        """填表說明."""
        return lines(self.instructions)


class PlanVersion(models.Model):
    """資料版本: a row of its own, so that who saves a figure need not wait for the edition's row."""

    plan = models.OneToOneField(
        Plan, verbose_name="年版", on_delete=models.CASCADE, primary_key=True, related_name="version"
    )
    data_version = models.PositiveBigIntegerField("資料版本", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "資料版本"

    def __str__(self):
        return str(self.data_version)


class HeadApprovalQuerySet(models.QuerySet):
    def of_plan(self, plan):
        """{closing: HeadApproval}, the latest of each: 0 the edition's adoption, others the closings'. One query."""
        return {row.closing: row for row in self.filter(plan=plan).order_by("pk")}


class HeadApproval(models.Model):
    """核定: the head's act, as the admin records it when the edition is adopted or its year closed.

    closing: which closing, 0 for the adoption. document_number (文號), or why there is none. recorded_by: None for a
    command on the server. recorded_by_name: as it was then.
    """

    plan = models.ForeignKey(Plan, verbose_name="年版", on_delete=models.CASCADE, related_name="head_approvals")
    closing = models.PositiveSmallIntegerField("第幾次關閉", default=0)
    approved_on = models.DateField("核定日期")
    title = models.CharField("核定人職稱", max_length=60)
    document_number = models.CharField("文號", max_length=100, blank=True)
    no_number_reason = models.CharField("免文號的理由", max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        User, verbose_name="登錄者", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_by_name = models.CharField("登錄者姓名", max_length=150)
    recorded_at = models.DateTimeField("登錄時間", auto_now_add=True)

    objects = HeadApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "核定紀錄"
        ordering = ["plan", "id"]
        constraints = [
            models.CheckConstraint(
                name="head_approval_has_a_number_or_says_why_not",
                condition=(~Q(document_number="") & Q(no_number_reason=""))
                | (Q(document_number="") & ~Q(no_number_reason="")),
                violation_error_message="請填文號；沒有文號時，請勾選免文號並說明理由。",
            ),
            models.CheckConstraint(
                name="head_approval_names_the_title",
                condition=~Q(title=""),
                violation_error_message="請填核定人職稱。",
            ),
        ]

    def __str__(self):
        return f"{self.plan} {self.approved_on} {self.title}"

    @property
    def number_text(self):
        """「北市秘文字第 1053000000 號」, or 「免文號（理由）」."""
        return self.document_number or f"免文號（{self.no_number_reason}）"


class Correction(models.Model):
    """更正說明: a text beside a closed year. The year, its pages and its frozen files stay as they are."""

    plan = models.ForeignKey(Plan, verbose_name="年版", on_delete=models.CASCADE, related_name="corrections")
    text = models.TextField("說明")
    dated = models.DateField("日期")
    document_number = models.CharField("文號", max_length=100)
    by = models.ForeignKey(User, verbose_name="登錄者", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField("登錄者姓名", max_length=150)
    at = models.DateTimeField("登錄時間", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "更正說明"
        ordering = ["plan", "id"]
        constraints = [
            models.CheckConstraint(
                name="correction_says_something",
                condition=~Q(text="") & ~Q(document_number=""),
                violation_error_message="請填更正的說明與文號。",
            )
        ]

    def __str__(self):
        return f"{self.plan} {self.dated} {self.document_number}"
