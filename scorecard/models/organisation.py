"""Agencies, their divisions and their members."""

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from scorecard.domain.agency_slugs import RESERVED_AGENCY_SLUGS, RESERVED_SENTENCE
from scorecard.domain.choices import Role
from scorecard.domain.signatures import with_mark


class Agency(models.Model):
    """機關: owns plans. Agencies form a tree: the city (府級) is above its agencies (局級)."""

    name = models.CharField("名稱", max_length=100, unique=True)
    slug = models.SlugField("網址代稱", unique=True, help_text="英文小寫、數字與連字號，例如 taipei-secretariat。")
    parent = models.ForeignKey(
        "self", verbose_name="上級機關", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )

    class Meta:
        verbose_name = verbose_name_plural = "機關"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="agency_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                violation_error_message="機關不能是自己的上級機關。",
            ),
            models.CheckConstraint(
                name="agency_slug_not_reserved",
                condition=~Q(slug__in=sorted(RESERVED_AGENCY_SLUGS)),
                violation_error_message=RESERVED_SENTENCE,
            ),
        ]

    def __str__(self):
        return self.name


class DivisionQuerySet(models.QuerySet):
    def present(self):
        """Those without a successor: no other is offered for anything new."""
        return self.filter(successor__isnull=True)


class Division(models.Model):
    """科室、主辦單位: a unit of an agency.

    successor: the division that took over, directly, however often it was renamed since; None while this one is there.
    A division that a closed edition names keeps its name: a new name makes a successor. first_successor, succeeded_at:
    who took over then, and when, which stays; None where it was before they were kept.
    """

    agency = models.ForeignKey(Agency, verbose_name="機關", on_delete=models.CASCADE, related_name="divisions")
    name = models.CharField("名稱", max_length=60)
    position = models.PositiveSmallIntegerField("順序", default=0)
    successor = models.ForeignKey(
        "self",
        verbose_name="承接科室",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="succeeded",
    )
    first_successor = models.ForeignKey(
        "self",
        verbose_name="當時承接的科室",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    succeeded_at = models.DateTimeField("承接時間", null=True, blank=True, editable=False)

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "科室"
        ordering = ["agency", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "name"],
                name="division_name_unique_in_agency",
                violation_error_message="這個機關已有同名的科室。",
            ),
            models.CheckConstraint(
                name="division_not_its_own_successor",
                condition=Q(successor__isnull=True) | ~Q(successor=F("id")),
                violation_error_message="科室不能承接自己。",
            ),
        ]

    def __str__(self):
        return self.name


class User(AbstractUser):
    """A person who logs in. Only their memberships say what they may do."""

    first_name = last_name = None
    name = models.CharField("姓名", max_length=60, blank=True)
    email = models.EmailField("電子郵件", blank=True)
    must_change_password = models.BooleanField(
        "須先變更密碼", default=False, editable=False, help_text="本人變更密碼之前，不能使用其他頁面。"
    )
    device_generation = models.PositiveIntegerField(
        "裝置代次",
        default=0,
        editable=False,
        help_text="已知裝置的代次；加一之後，以前登入過的裝置都視為新的裝置。",
    )
    is_demo = models.BooleanField(
        "示範帳號", default=False, help_text="由示範資料指令建立；這個帳號填報的一切都是示範資料。"
    )

    # The Deputyship in which the person acts during a request; None: for themselves (middleware/deputies.py).
    deputyship = None

    class Meta:
        verbose_name = verbose_name_plural = "使用者"

    def __str__(self):
        return self.name or self.username

    def get_full_name(self):
        """As shown on pages and in the audit trail; the user name where there is no name."""
        return str(self)

    get_short_name = get_full_name

    @property
    def acting_for(self):
        """The person whom this one stands in for during a request, or None."""
        return self.deputyship.person if self.deputyship is not None else None

    @property
    def signature(self):
        """The name under what this person does in a request: 「王小明」, 「王小明（代）」."""
        return with_mark(self, self.deputyship is not None)

    @property
    def is_invited(self):
        """Never logged in, and without a password: made for an invitation before invitations had to be accepted."""
        return self.is_active and self.last_login is None and not self.has_usable_password()


class MembershipQuerySet(models.QuerySet):
    def able_admins(self):
        """Admins who can log in: switched on, and not waiting for their first password."""
        invited = Q(user__last_login__isnull=True, user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
        return self.switched_on().filter(role=Role.ADMIN).exclude(invited)

    def switched_on(self):
        """By the agency (the membership) and by the operator (the account)."""
        return self.filter(is_active=True, user__is_active=True)

    def with_people(self):
        """With user, agency and divisions, in the order of names; two queries."""
        return self.select_related("user", "agency").prefetch_related("divisions").order_by("user__name", "pk")


class Membership(models.Model):
    """A person's role in an agency; staff also name the divisions they report for (domain.md §6).

    It begins when the person accepts an Invitation. is_active: False where the agency's admin switched it off; the
    person's other agencies know nothing of it.
    """

    user = models.ForeignKey(User, verbose_name="使用者", on_delete=models.CASCADE, related_name="memberships")
    agency = models.ForeignKey(Agency, verbose_name="機關", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField("角色", max_length=10, choices=Role.choices)
    divisions = models.ManyToManyField(
        Division, verbose_name="填報科室", blank=True, related_name="memberships", help_text="角色為「填報」時必選。"
    )
    is_active = models.BooleanField(
        "有效", default=True, help_text="停用時，本人看不到這個機關；帳號與其他機關不受影響。"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "成員"
        ordering = ["agency", "role", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "agency"],
                name="one_membership_per_person_and_agency",
                violation_error_message="這個人已是這個機關的成員；請修改原有的角色。",
            ),
            models.CheckConstraint(
                name="membership_role_known",
                condition=Q(role__in=Role.values),
                violation_error_message="角色必須是檢視、填報、審核或管理。",
            ),
        ]

    def __str__(self):
        return f"{self.user}（{self.agency} {self.get_role_display()}）"
