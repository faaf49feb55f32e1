"""Snapshots of closed years: written once with the closing, and kept after a reopening."""

from hashlib import sha256

from django.db import models
from django.db.models.functions import Length

from scorecard.models.organisation import User
from scorecard.models.plans import Plan

# The fields that hold a snapshot's files. Those of the first versions have the first three alone.
FILES = ("document", "report", "workbook", "opendocument", "form", "map")


class YearSnapshotQuerySet(models.QuerySet):
    def listed(self):
        """The latest of each year first, without their files, with the edition and its agency."""
        return self.defer(*FILES).select_related("plan__agency").order_by("plan", "-number")

    def with_sizes(self):
        """The same with each file's size in bytes: report_size and so on, None for a file that is not there."""
        return self.listed().annotate(**{f"{name}_size": Length(name) for name in FILES})


class YearSnapshot(models.Model):
    """年度定稿檔: the files of a closed year as they were at its number-th closing.

    document: JSON in UTF-8. report: the annual report as PDF. workbook, opendocument: the scorecard as XLSX and ODS.
    form: the filled agency form as XLSX. map: SVG. Each has its SHA-256 in hexadecimal, "" for a file that is not
    there. closed_by_name: as it was then. data_version: the edition's at that time. audit_number, audit_digest: the
    end of the audit chain then, 0 and "" before the first event. The database refuses every change, and every deletion
    of what no demo account closed (models/frozen_rows.py).
    """

    plan = models.ForeignKey(Plan, verbose_name="年版", on_delete=models.PROTECT, related_name="snapshots")
    number = models.PositiveSmallIntegerField("第幾次關閉")
    closed_by = models.ForeignKey(User, verbose_name="關閉者", on_delete=models.PROTECT, related_name="+")
    closed_by_name = models.CharField("關閉者姓名", max_length=150)
    closed_at = models.DateTimeField("關閉時間")
    reason = models.TextField("理由", blank=True)
    data_version = models.PositiveBigIntegerField("資料版本")
    audit_number = models.PositiveBigIntegerField("稽核紀錄編號")
    audit_digest = models.CharField("稽核紀錄指紋", max_length=64, blank=True)
    document = models.BinaryField("資料檔")
    document_sha256 = models.CharField("資料檔雜湊值", max_length=64)
    report = models.BinaryField("年度報告")
    report_sha256 = models.CharField("年度報告雜湊值", max_length=64)
    workbook = models.BinaryField("計分卡")
    workbook_sha256 = models.CharField("計分卡雜湊值", max_length=64)
    opendocument = models.BinaryField("計分卡（ODS）", null=True)
    opendocument_sha256 = models.CharField("計分卡（ODS）雜湊值", max_length=64, blank=True)
    form = models.BinaryField("機關表單", null=True)
    form_sha256 = models.CharField("機關表單雜湊值", max_length=64, blank=True)
    map = models.BinaryField("策略地圖", null=True)
    map_sha256 = models.CharField("策略地圖雜湊值", max_length=64, blank=True)

    objects = YearSnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度定稿檔"
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="one_snapshot_per_closing",
                violation_error_message="這個年度的這次關閉已有定稿檔。",
            ),
        ]

    def __str__(self):
        return f"{self.plan} 第 {self.number} 次關閉"

    def damaged_files(self):
        """The fields whose file does not have its SHA-256."""
        return [name for name in FILES if self._digest_of(name) != getattr(self, f"{name}_sha256")]

    def _digest_of(self, name):
        content = getattr(self, name)
        return "" if content is None else sha256(content).hexdigest()
