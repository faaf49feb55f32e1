"""填報收執: a copy of what was submitted. The database refuses any change (models/triggers.py)."""

import json
from hashlib import sha256

from django.db import models
from django.utils import timezone

from scorecard.domain.roc_years import to_roc
from scorecard.domain.signatures import with_mark
from scorecard.models.organisation import Division, User
from scorecard.models.plans import Plan

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def digest_of(content):
    """SHA-256 in 64 hexadecimal digits, the same from every database and Python version.

    content: JSON of texts, whole numbers, booleans and None, without fractions.
    """
    return sha256(_encode(content).encode("ascii")).hexdigest()


class SubmissionQuerySet(models.QuerySet):
    def of_plan(self, plan):
        """The latest first."""
        rows = self.filter(plan=plan).select_related("plan", "division", "submitted_by")
        return rows.order_by("-serial")

    def latest_with(self, codes):
        """The first in order with all of these KPI codes; None where there is none, or codes is empty."""
        wanted = set(codes)
        return next((row for row in self if wanted and wanted <= set(row.codes)), None)


class Submission(models.Model):
    """填報收執: one submission of one division. serial counts from 1 without gaps in each edition.

    content: what was submitted (services/receipts.py writes it). digest: its digest_of(), the 驗證碼.
    """

    plan = models.ForeignKey(Plan, verbose_name="年版", on_delete=models.PROTECT, related_name="submissions")
    serial = models.PositiveIntegerField("流水號")
    division = models.ForeignKey(Division, verbose_name="科室", on_delete=models.PROTECT, related_name="submissions")
    submitted_by = models.ForeignKey(User, verbose_name="送出者", on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField("送出時間", default=timezone.now)
    content = models.JSONField("內容")
    digest = models.CharField("驗證碼", max_length=64)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "填報收執"
        ordering = ["plan", "serial"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "serial"],
                name="receipt_number_given_once",
                violation_error_message="這個收執編號已經用過。",
            )
        ]

    def __str__(self):
        return self.number

    @property
    def number(self):
        """「105-003」: ROC year and serial."""
        return f"{to_roc(self.plan.year)}-{self.serial:03d}"

    @property
    def codes(self):
        """The codes of the submitted KPIs."""
        return [kpi["code"] for kpi in self.content["kpis"]]

    @property
    def submitter(self):
        """The name as on the receipt: 「王小明」, 「王小明（代）」."""
        person = self.content["submitted_by"]
        return with_mark(person["name"], bool(person.get("acting_for")))

    @property
    def is_intact(self):
        """Whether the content still has its digest."""
        return digest_of(self.content) == self.digest
