"""職務代理: who stands in for whom, from which day to which."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from scorecard.domain.roc_years import date_text
from scorecard.models.organisation import Agency, User


class DeputyshipQuerySet(models.QuerySet):
    def in_force(self, day=None):
        """On the day, today by default: both are members of the agency, switched on, and nobody ended it."""
        day = day or timezone.localdate()
        # In one call, so that agency and switch are those of the same membership.
        return self.filter(
            first_day__lte=day,
            last_day__gte=day,
            ended_at__isnull=True,
            person__is_active=True,
            deputy__is_active=True,
            person__memberships__agency=F("agency"),
            person__memberships__is_active=True,
            deputy__memberships__agency=F("agency"),
            deputy__memberships__is_active=True,
        )

    def with_people(self):
        """With person, deputy and agency, the latest first."""
        return self.select_related("person", "deputy", "agency", "named_by").order_by("-last_day", "-pk")


class Deputyship(models.Model):
    """職務代理: the deputy may do in the agency what the person may, from first_day to last_day, both included.

    Rows stay: who stood in for whom decides who may approve. ended_at: when it was ended before its last day.
    """

    agency = models.ForeignKey(Agency, verbose_name="機關", on_delete=models.PROTECT, related_name="deputyships")
    person = models.ForeignKey(User, verbose_name="被代理人", on_delete=models.PROTECT, related_name="deputyships")
    deputy = models.ForeignKey(User, verbose_name="代理人", on_delete=models.PROTECT, related_name="stands_in")
    first_day = models.DateField("起日")
    last_day = models.DateField("迄日")
    named_by = models.ForeignKey(User, verbose_name="指定者", on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField("指定時間", auto_now_add=True)
    ended_by = models.ForeignKey(
        User, verbose_name="終止者", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField("終止時間", null=True, blank=True)

    objects = DeputyshipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "職務代理"
        ordering = ["agency", "-last_day", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="nobody_is_their_own_deputy",
                condition=~Q(person=F("deputy")),
                violation_error_message="代理人不能是本人。",
            ),
            models.CheckConstraint(
                name="deputyship_ends_after_it_begins",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message="代理迄日不能早於起日。",
            ),
            models.CheckConstraint(
                name="ended_deputyship_names_its_person",
                condition=Q(ended_by__isnull=True, ended_at__isnull=True)
                | Q(ended_by__isnull=False, ended_at__isnull=False),
                violation_error_message="終止代理須記錄終止者與時間。",
            ),
        ]

    def __str__(self):
        return f"{self.deputy} 代理 {self.person}"

    @property
    def days_text(self):
        """「106 年 1 月 5 日至 106 年 1 月 9 日」."""
        return f"{date_text(self.first_day)}至 {date_text(self.last_day)}"

    @property
    def end_day(self):
        """The last day on which it was in force."""
        if self.ended_at is None:
            return self.last_day
        return min(self.last_day, timezone.localdate(self.ended_at))

    @property
    def is_over(self):
        """Whether it was ended, or its last day has passed."""
        return self.ended_at is not None or self.last_day < timezone.localdate()
