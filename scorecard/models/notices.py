"""What a person is told in the product, and in one mail a day at most."""

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone

from scorecard.domain.choices import NoticeKind
from scorecard.models.mail import OutgoingMail
from scorecard.models.organisation import Agency, User


class NoticeQuerySet(models.QuerySet):
    def unread(self):
        return self.filter(read_at__isnull=True)

    def unread_count_of(self, path):
        """An expression for another query. path: from its rows to the person. Null for none."""
        of_person = self.unread().filter(recipient=OuterRef(path)).order_by().values("recipient")
        return Subquery(of_person.annotate(count=Count("pk")).values("count"))

    def to_mail(self):
        """Those that are neither read nor in a mail, the oldest first."""
        return self.unread().filter(mail__isnull=True).order_by("pk")


class Notice(models.Model):
    """通知: one thing told to one person.

    key: identifies the cause, so a repeated request makes one notice. path: of the page that it is about, "" where
    there is none. agency: None where it is about the account. mail: the mail that it went into, None before.
    """

    recipient = models.ForeignKey(User, verbose_name="對象", on_delete=models.CASCADE, related_name="notices")
    agency = models.ForeignKey(Agency, verbose_name="機關", on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField("種類", max_length=12, choices=NoticeKind.choices)
    key = models.CharField("代號", max_length=200)
    subject = models.CharField("主旨", max_length=200)
    text = models.TextField("內容", blank=True)
    path = models.CharField("頁面", max_length=300, blank=True)
    created_at = models.DateTimeField("時間", default=timezone.now)
    read_at = models.DateTimeField("已讀時間", null=True)
    mail = models.ForeignKey(
        OutgoingMail, verbose_name="郵件", on_delete=models.SET_NULL, null=True, related_name="notices"
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "key"],
                name="one_notice_per_person_and_cause",
                violation_error_message="這件事已經通知過這個人。",
            ),
            models.CheckConstraint(
                name="notice_kind_known",
                condition=Q(kind__in=NoticeKind.values),
                violation_error_message="通知種類不明。",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}　{self.subject}"
