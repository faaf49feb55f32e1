"""Who changed what: append-only (domain.md §5); models/triggers.py has the database refuse update and delete."""

from django.db import models

from scorecard.choices import AuditAction
from scorecard.models.kpis import KPI
from scorecard.models.organisation import Agency, User
from scorecard.models.strategy import Plan


class AuditEventQuerySet(models.QuerySet):
    """Questions over audit events."""

    def of_kpi(self, kpi):
        """Everything that happened to a KPI and what hangs on it, newest first."""
        return self.filter(kpi=kpi).select_related("actor").order_by("-id")

    def of_year(self, plan, year):
        """What happened to a plan's Gregorian year itself, newest first."""
        return self.filter(plan=plan, year=year, kpi__isnull=True).select_related("actor").order_by("-id")


class AuditEvent(models.Model):
    """One act of one person, written in the transaction of the change itself.

    changes is a list of {"what", "old", "new"} as a reader would see them; None stands for no value. actor is None
    for a command run on the server; agency is None for what belongs to none, such as an account. The KPI's row may
    be deleted later: its number stays, and target names it.
    """

    at = models.DateTimeField("時間", auto_now_add=True)
    actor = models.ForeignKey(User, verbose_name="何人", on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField("動作", max_length=20, choices=AuditAction.choices)
    agency = models.ForeignKey(
        Agency, verbose_name="機關", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    plan = models.ForeignKey(Plan, verbose_name="計畫", on_delete=models.PROTECT, null=True, related_name="+")
    kpi = models.ForeignKey(
        KPI, verbose_name="KPI", on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    year = models.PositiveSmallIntegerField("年度（西元）", null=True)
    target = models.CharField("對象", max_length=300)
    changes = models.JSONField("內容", default=list)
    reason = models.TextField("理由", blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "稽核紀錄"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.get_action_display()} {self.target}"
