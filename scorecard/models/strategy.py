"""Plans, perspectives, themes, objectives and their cause–effect links."""

import re
import unicodedata
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connections, models
from django.db.models import F, Q

from scorecard.domain.causality import cycle_made_by, cycle_text
from scorecard.domain.choices import DisplayCap
from scorecard.domain.roc_years import to_roc
from scorecard.models.organisation import Agency, Division, User

CODE_LENGTH = 30


def weight_field():
    """A weight in the roll-up of domain.md §4: above zero, 1 by default."""
    return models.DecimalField(
        "權重", max_digits=7, decimal_places=3, default=1, validators=[MinValueValidator(Decimal("0.001"))]
    )


def positive_weight(name):
    """Every model with a weight field needs this constraint."""
    return models.CheckConstraint(name=name, condition=Q(weight__gt=0), violation_error_message="權重必須大於 0。")


def unique_in_plan(name, what):
    """domain.md §3. what: the kind of row, as users know it."""
    return models.UniqueConstraint(
        fields=["plan", "code"], name=name, violation_error_message=f"這份計畫已有相同編號的{what}。"
    )


def code_fits_an_address(name):
    """Addresses of pages contain codes, and a slash would split the address."""
    return models.CheckConstraint(
        name=name,
        condition=~Q(code__contains="/") & ~Q(code__in=["", ".", ".."]),
        violation_error_message="編號會出現在網址中，不可含斜線「/」，也不可只有句點。",
    )


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


class PlanQuerySet(models.QuerySet):
    def versions_seen_by(self, user):
        """(slug, data version, role, the person's unread notices) of the plans of their agencies; one query."""
        # In SQL, because every repeat visit asks this, and the ORM took five times as long to build the query as the
        # database takes to answer it.
        with connections[self.db].cursor() as cursor:
            cursor.execute(
                "SELECT plan.slug, plan.data_version, membership.role, (SELECT COUNT(*) FROM scorecard_notice notice"
                " WHERE notice.recipient_id = membership.user_id AND notice.read_at IS NULL) FROM scorecard_plan plan"
                " JOIN scorecard_membership membership ON membership.agency_id = plan.agency_id"
                " WHERE membership.user_id = %s AND membership.is_active ORDER BY plan.id",
                [user.pk],
            )
            return cursor.fetchall()


class Plan(models.Model):
    """策略計畫: one agency's map and scorecard for a span of plan years.

    Years are Gregorian. Baseline years before first_year may have actuals; they are PlanYears, closed from the start.
    """

    agency = models.ForeignKey(Agency, verbose_name="機關", on_delete=models.PROTECT, related_name="plans")
    slug = models.SlugField("網址代稱", unique=True, help_text="英文小寫、數字與連字號，例如 taipei-secretariat-105。")
    first_year = models.PositiveSmallIntegerField("第一個計畫年度（西元）")
    last_year = models.PositiveSmallIntegerField("最後一個計畫年度（西元）")
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
    data_version = models.PositiveBigIntegerField(
        "資料版本", default=1, editable=False, help_text="每次有稽核紀錄的變更加一。"
    )

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "策略計畫"
        ordering = ["agency", "-first_year"]
        constraints = [
            models.CheckConstraint(
                name="plan_years_in_order",
                condition=Q(first_year__gte=1912, last_year__gte=F("first_year"), last_year__lte=2200),
                violation_error_message="計畫年度須在西元 1912 至 2200 年間，且最後年度不早於第一年度。",
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
        return f"{self.agency} {self.title}"

    @property
    def title(self):
        """Without the agency: 「105–107 年策略計畫」."""
        first, last = to_roc(self.first_year), to_roc(self.last_year)
        return f"{first} 年策略計畫" if first == last else f"{first}–{last} 年策略計畫"

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


class Perspective(models.Model):
    """構面: a row of the map. In the public sector the customer row is on top."""

    plan = models.ForeignKey(Plan, verbose_name="計畫", on_delete=models.CASCADE, related_name="perspectives")
    code = models.CharField("編號", max_length=CODE_LENGTH)
    name = models.CharField("名稱", max_length=100)
    position = models.PositiveSmallIntegerField("順序", default=0)
    weight = weight_field()

    class Meta:
        verbose_name = verbose_name_plural = "構面"
        ordering = ["plan", "position", "id"]
        constraints = [
            unique_in_plan("perspective_code_unique_in_plan", "構面"),
            positive_weight("perspective_weight_positive"),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"


class Theme(models.Model):
    """策略主題: a column of the map, each with a lead division 主辦單位."""

    plan = models.ForeignKey(Plan, verbose_name="計畫", on_delete=models.CASCADE, related_name="themes")
    code = models.CharField("編號", max_length=CODE_LENGTH)
    name = models.CharField("名稱", max_length=100)
    lead_division = models.ForeignKey(
        Division, verbose_name="主辦單位", on_delete=models.PROTECT, null=True, blank=True, related_name="led_themes"
    )
    position = models.PositiveSmallIntegerField("順序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "策略主題"
        ordering = ["plan", "position", "id"]
        constraints = [
            unique_in_plan("theme_code_unique_in_plan", "策略主題"),
            code_fits_an_address("theme_code_fits_an_address"),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"


class Objective(models.Model):
    """策略目標: in one theme × perspective cell of the map. A cell has any number of objectives."""

    plan = models.ForeignKey(Plan, verbose_name="計畫", on_delete=models.CASCADE, related_name="objectives")
    theme = models.ForeignKey(Theme, verbose_name="策略主題", on_delete=models.PROTECT, related_name="objectives")
    perspective = models.ForeignKey(
        Perspective, verbose_name="構面", on_delete=models.PROTECT, related_name="objectives"
    )
    code = models.CharField("編號", max_length=CODE_LENGTH)
    name = models.CharField("名稱", max_length=200)
    position = models.PositiveSmallIntegerField("順序", default=0)
    weight = weight_field()
    supports = models.ManyToManyField(
        "self",
        verbose_name="支持之上級目標",
        symmetrical=False,
        blank=True,
        related_name="supported_by",
        help_text="上級機關計畫中，這個目標所支持的府級目標（填表說明 1）。",
    )

    class Meta:
        verbose_name = verbose_name_plural = "策略目標"
        ordering = ["plan", "perspective__position", "theme__position", "position", "id"]
        constraints = [
            unique_in_plan("objective_code_unique_in_plan", "策略目標"),
            code_fits_an_address("objective_code_fits_an_address"),
            positive_weight("objective_weight_positive"),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"

    def clean(self):
        """Theme and perspective must be of the objective's plan; the database has the same rule."""
        check_same_plan(self, theme="策略主題", perspective="構面")


class ObjectiveLink(models.Model):
    """因果關係: cause → effect between two objectives of one plan, with a reason."""

    plan = models.ForeignKey(Plan, verbose_name="計畫", on_delete=models.CASCADE, related_name="links")
    cause = models.ForeignKey(Objective, verbose_name="因", on_delete=models.CASCADE, related_name="effect_links")
    effect = models.ForeignKey(Objective, verbose_name="果", on_delete=models.CASCADE, related_name="cause_links")
    reason = models.CharField("理由", max_length=300)
    created_by = models.ForeignKey(
        User, verbose_name="建立者", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "因果關係"
        ordering = ["plan", "cause", "effect"]
        constraints = [
            models.UniqueConstraint(
                fields=["cause", "effect"],
                name="link_once_per_pair",
                violation_error_message="這兩個目標已有因果關係。",
            ),
            models.CheckConstraint(
                name="link_never_to_itself",
                condition=~Q(cause=F("effect")),
                violation_error_message="策略目標不能是自己的因或果。",
            ),
            models.CheckConstraint(
                name="link_has_a_reason", condition=~Q(reason=""), violation_error_message="請說明因果關係的理由。"
            ),
        ]

    def __str__(self):
        return f"{self.cause.code} → {self.effect.code}"

    def clean(self):
        """Both ends must be of the link's plan, and no chain of links may lead from the effect back to the cause.

        The database has the first rule, too. The second takes one query, and it is safe against links added at the same
        moment only while the plan's row is locked (services/objective_links.py).
        """
        check_same_plan(self, cause="因", effect="果")
        if not (self.plan_id and self.cause_id and self.effect_id) or self.cause_id == self.effect_id:
            return
        others = ObjectiveLink.objects.filter(plan=self.plan_id).exclude(pk=self.pk)
        links = others.values_list("cause__code", "effect__code")
        cycle = cycle_made_by(links, self.cause.code, self.effect.code)
        if cycle:
            raise ValidationError(cycle_text(cycle))


def check_same_plan(instance, **references):
    """Raise ValidationError at each field that refers to a row of another plan. references: field=its label.

    The database has the same rule (models/triggers.py); this gives forms their message.
    """
    errors = {}
    for field, label in references.items():
        if getattr(instance, f"{field}_id") and getattr(instance, field).plan_id != instance.plan_id:
            errors[field] = f"{label}屬於另一份計畫；請選擇同一份計畫的{label}。"
    if errors:
        raise ValidationError(errors)
