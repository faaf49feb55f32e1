"""The parts of an edition's map: perspectives, themes, objectives and their cause–effect links."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from scorecard.domain.causality import cycle_made_by, cycle_text
from scorecard.models.organisation import Division, User
from scorecard.models.plans import Lineage, Plan, lineage_once_in_plan

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
        fields=["plan", "code"], name=name, violation_error_message=f"這份年版已有相同編號的{what}。"
    )


def code_fits_an_address(name):
    """Addresses of pages contain codes, and a slash would split the address."""
    return models.CheckConstraint(
        name=name,
        condition=~Q(code__contains="/") & ~Q(code__in=["", ".", ".."]),
        violation_error_message="編號會出現在網址中，不可含斜線「/」，也不可只有句點。",
    )


class Perspective(Lineage):
    """構面: a row of the map. In the public sector the customer row is on top."""

    plan = models.ForeignKey(Plan, verbose_name="年版", on_delete=models.CASCADE, related_name="perspectives")
    code = models.CharField("編號", max_length=CODE_LENGTH)
    name = models.CharField("名稱", max_length=100)
    position = models.PositiveSmallIntegerField("順序", default=0)
    weight = weight_field()

    class Meta:
        verbose_name = verbose_name_plural = "構面"
        ordering = ["plan", "position", "id"]
        constraints = [
            unique_in_plan("perspective_code_unique_in_plan", "構面"),
            lineage_once_in_plan("perspective_lineage_once_in_plan", "構面"),
            positive_weight("perspective_weight_positive"),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"


class Theme(Lineage):
    """策略主題: a column of the map, each with a lead division 主辦單位."""

    plan = models.ForeignKey(Plan, verbose_name="年版", on_delete=models.CASCADE, related_name="themes")
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
            lineage_once_in_plan("theme_lineage_once_in_plan", "策略主題"),
            code_fits_an_address("theme_code_fits_an_address"),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"


class Objective(Lineage):
    """策略目標: in one theme × perspective cell of the map. A cell has any number of objectives."""

    plan = models.ForeignKey(Plan, verbose_name="年版", on_delete=models.CASCADE, related_name="objectives")
    theme = models.ForeignKey(Theme, verbose_name="策略主題", on_delete=models.PROTECT, related_name="objectives")
    perspective = models.ForeignKey(
        Perspective, verbose_name="構面", on_delete=models.PROTECT, related_name="objectives"
    )
    code = models.CharField("編號", max_length=CODE_LENGTH)
    name = models.CharField("名稱", max_length=200)
    position = models.PositiveSmallIntegerField("順序", default=0)
    weight = weight_field()

    class Meta:
        verbose_name = verbose_name_plural = "策略目標"
        ordering = ["plan", "perspective__position", "theme__position", "position", "id"]
        constraints = [
            unique_in_plan("objective_code_unique_in_plan", "策略目標"),
            lineage_once_in_plan("objective_lineage_once_in_plan", "策略目標"),
            code_fits_an_address("objective_code_fits_an_address"),
            positive_weight("objective_weight_positive"),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"

    def clean(self):
        """Theme and perspective must be of the objective's plan; the database has the same rule."""
        check_same_plan(self, theme="策略主題", perspective="構面")


class ObjectiveSupport(models.Model):
    """支持之府級目標: an objective of the parent agency's edition that an objective serves (form instruction 1).

    code, name: the parent's objective's, as they were when the support was recorded. supported: None once that
    objective was deleted.
    """

    objective = models.ForeignKey(Objective, verbose_name="策略目標", on_delete=models.CASCADE, related_name="supports")
    supported = models.ForeignKey(
        Objective,
        verbose_name="支持之上級目標",
        on_delete=models.SET_NULL,
        null=True,
        related_name="supported_by",
        help_text="上級機關年版中，這個目標所支持的府級目標（填表說明 1）。",
    )
    code = models.CharField("上級目標編號", max_length=CODE_LENGTH, editable=False)
    name = models.CharField("上級目標名稱", max_length=200, editable=False)
    reason = models.CharField("理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "支持之上級目標"
        ordering = ["objective", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["objective", "supported"],
                name="support_once_per_pair",
                violation_error_message="已支持這個上級目標。",
            )
        ]

    def __str__(self):
        return f"{self.objective.code} → {self.code}"

    def save(self, *args, **kwargs):
        """Keeps the code and the name that the supported objective has when the support begins."""
        if self._state.adding and self.supported is not None:
            self.code, self.name = self.supported.code, self.supported.name
        super().save(*args, **kwargs)


class ObjectiveLink(models.Model):
    """因果關係: cause → effect between two objectives of one plan, with a reason."""

    plan = models.ForeignKey(Plan, verbose_name="年版", on_delete=models.CASCADE, related_name="links")
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
            errors[field] = f"{label}屬於另一份年版；請選擇同一份年版的{label}。"
    if errors:
        raise ValidationError(errors)
