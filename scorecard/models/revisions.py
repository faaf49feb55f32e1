"""第 n 次修正: what an edition says at its adoption and after each numbered revision, with its frozen files."""

from hashlib import sha256

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

from scorecard.models.organisation import User
from scorecard.models.plans import Plan

# The fields that hold the comparison's files, and what was attached to the adoption.
REVISION_FILES = ("pdf", "xlsx", "ods")
BINARIES = (*REVISION_FILES, "attachment")


class RevisionQuerySet(models.QuerySet):
    def listed(self):
        """In their order, without files and facts, with each file's size in bytes: pdf_size, None for none."""
        sizes = {f"{name}_size": Length(name) for name in BINARIES}
        return self.defer(*BINARIES, "facts").annotate(**sizes).order_by("plan", "number")


class Revision(models.Model):
    """number 0: the adoption itself; n: 第 n 次修正, changes of an adopted or open edition gathered into one.

    facts: what the edition said then, as EditionFacts.text. pdf, xlsx, ods: the comparison with what it said before,
    of number 0 with the edition before; none where there was nothing to compare, or nobody made them (decision 0030).
    first_event, last_event: numbers of the audit events since the one before; 0 for none. attachment: what the head
    signed, where the admin added it. Each file has its SHA-256 in hexadecimal, "" for a file that is not there.
    document_number (文號), or why there is none; both blank, and dated None, where the adoption was not recorded.
    by_name: as it was then; by None for a command. The database refuses every change, and every deletion once the
    edition is adopted (models/frozen_rows.py).
    """

    plan = models.ForeignKey(Plan, verbose_name="年版", on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveSmallIntegerField("第幾次修正")
    title = models.CharField("名稱", max_length=100)
    dated = models.DateField("日期", null=True, blank=True)
    document_number = models.CharField("文號", max_length=100, blank=True)
    no_number_reason = models.CharField("免文號的理由", max_length=200, blank=True)
    reason = models.TextField("理由", blank=True)
    facts = models.TextField("當時的內容")
    first_event = models.PositiveBigIntegerField("第一筆稽核紀錄", default=0)
    last_event = models.PositiveBigIntegerField("最後一筆稽核紀錄", default=0)
    pdf = models.BinaryField("對照表（PDF）", null=True)
    pdf_sha256 = models.CharField("對照表（PDF）雜湊值", max_length=64, blank=True)
    xlsx = models.BinaryField("對照表（Excel）", null=True)
    xlsx_sha256 = models.CharField("對照表（Excel）雜湊值", max_length=64, blank=True)
    ods = models.BinaryField("對照表（ODS）", null=True)
    ods_sha256 = models.CharField("對照表（ODS）雜湊值", max_length=64, blank=True)
    attachment = models.BinaryField("附件", null=True)
    attachment_sha256 = models.CharField("附件雜湊值", max_length=64, blank=True)
    attachment_name = models.CharField("附件檔名", max_length=200, blank=True)
    by = models.ForeignKey(User, verbose_name="登錄者", on_delete=models.PROTECT, null=True, related_name="+")
    by_name = models.CharField("登錄者姓名", max_length=150)
    at = models.DateTimeField("登錄時間", auto_now_add=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "修正"
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="revision_numbered_once_in_plan",
                violation_error_message="這份年版已有這個次數的修正。",
            ),
            models.CheckConstraint(
                name="revision_has_a_number_or_says_why_not",
                condition=Q(number=0)
                | (~Q(document_number="") & Q(no_number_reason=""))
                | (Q(document_number="") & ~Q(no_number_reason="")),
                violation_error_message="請填文號；沒有文號時，請說明免文號的理由。",
            ),
            models.CheckConstraint(
                name="revision_says_what_when_and_why",
                condition=Q(number=0) | (~Q(title="") & ~Q(reason="") & Q(dated__isnull=False)),
                violation_error_message="請填修正的名稱、日期與理由。",
            ),
        ]

    def __str__(self):
        return f"{self.plan} {self.name}"

    @property
    def name(self):
        """「核定」, 「第 1 次修正」."""
        return f"第 {self.number} 次修正" if self.number else "核定"

    @property
    def number_text(self):
        """「北市秘文字第 1053000000 號」, 「免文號（理由）」, "" where nothing is recorded."""
        if self.no_number_reason:
            return f"免文號（{self.no_number_reason}）"
        return self.document_number

    def is_damaged(self, name):
        """Whether one of BINARIES does not have its SHA-256."""
        content = getattr(self, name)
        digest = "" if content is None else sha256(content).hexdigest()
        return digest != getattr(self, f"{name}_sha256")
