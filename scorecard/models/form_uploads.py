"""Uploaded forms that wait to be checked and imported (services/import_uploads.py)."""

from datetime import timedelta
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from scorecard.models.organisation import Agency, User
from scorecard.models.plans import Plan

# Long enough for a holiday. The audit trail keeps what was imported for ever.
UPLOAD_RETENTION = timedelta(days=30)


class FormUploadQuerySet(models.QuerySet):
    def expired(self, now):
        """Those to delete."""
        return self.filter(uploaded_at__lte=now - UPLOAD_RETENTION)

    def kept(self, now):
        """Those not expired."""
        return self.filter(uploaded_at__gt=now - UPLOAD_RETENTION)

    def unfinished(self, agency, now):
        """The agency's uploads that wait for import, newest first, without their files."""
        rows = self.kept(now).filter(agency=agency, applied_at__isnull=True).defer("content")
        return rows.select_related("plan", "uploaded_by").order_by("-uploaded_at", "-pk")


class FormUpload(models.Model):
    """上傳的表單: the original file, and corrections of its cells.

    plan: the edition that it went into; None before the import.
    corrections: {"工作表!B13": text}. matches: {kind and code of a row: lineage of the row that it is, or "new"}
    (agency_form/matching.py). version rises with every change of them.
    """

    token = models.UUIDField("代號", unique=True, default=uuid4, editable=False)
    agency = models.ForeignKey(Agency, verbose_name="機關", on_delete=models.CASCADE, related_name="+")
    plan = models.ForeignKey(
        Plan, verbose_name="年版", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    name = models.CharField("檔名", max_length=255)
    size = models.PositiveIntegerField("大小（位元組）")
    digest = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField("檔案")
    corrections = models.JSONField("更正", default=dict)
    matches = models.JSONField("沿用", default=dict)
    version = models.PositiveIntegerField("版次", default=0)
    uploaded_by = models.ForeignKey(User, verbose_name="上傳者", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上傳時間", default=timezone.now)
    applied_by = models.ForeignKey(User, verbose_name="匯入者", on_delete=models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField("匯入時間", null=True)

    objects = FormUploadQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上傳的表單"
        ordering = ["-uploaded_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="form_taken_in_names_person_and_plan",
                condition=Q(applied_at__isnull=True, applied_by__isnull=True)
                | Q(applied_at__isnull=False, applied_by__isnull=False, plan__isnull=False),
                violation_error_message="匯入表單須記錄匯入者、時間與年版。",
            )
        ]

    def __str__(self):
        return self.name
