"""Security events: who came in, was refused, took something out, or changed what others may do."""

from django.db import models
from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.utils import timezone

from scorecard.domain.choices import SecurityEventKind
from scorecard.models.organisation import Agency, User


class SecurityEventQuerySet(models.QuerySet):
    def of_agency(self, agency):
        """Events that the agency's admins may see, newest first."""
        return self.filter(agencies=agency).listed()

    def listed(self):
        """With people and agencies, newest first; two queries."""
        return self.select_related("user").prefetch_related("agencies").order_by("-pk")

    def matching(self, kind, text):
        """Of the kind, and with the text in account, name, address, request's number or target; "" for all."""
        found = self.filter(kind=kind) if kind else self
        if not text:
            return found
        in_row = Q(account__icontains=text) | Q(target__icontains=text) | Q(user__name__icontains=text)
        # An address is no text in PostgreSQL.
        return found.annotate(address_text=Cast("address", CharField())).filter(
            in_row | Q(request_id=text) | Q(address_text__startswith=text)
        )

    def older_than(self, moment):
        """Those to delete: nothing like them happened since."""
        return self.filter(last_at__lt=moment)


class SecurityEvent(models.Model):
    """資安事件: it may be pruned, and proves nothing by itself; the audit trail (models/audit.py) stays for ever.

    account: the user name at that time; of a failed login with an unknown name a fingerprint of it. agencies: those of
    the person at that time, whose admins may see the event; none for what is the operator's alone. times: how often it
    happened from at to last_at.
    """

    kind = models.CharField("種類", max_length=20, choices=SecurityEventKind.choices)
    at = models.DateTimeField("時間", default=timezone.now)
    last_at = models.DateTimeField("最後一次", default=timezone.now)
    times = models.PositiveIntegerField("次數", default=1)
    user = models.ForeignKey(User, verbose_name="何人", on_delete=models.SET_NULL, null=True, related_name="+")
    account = models.CharField("帳號", max_length=150, blank=True)
    agencies = models.ManyToManyField(Agency, verbose_name="機關", related_name="+")
    address = models.GenericIPAddressField("來源位址", null=True)
    request_id = models.CharField("請求編號", max_length=64, blank=True)
    target = models.CharField("對象", max_length=300, blank=True)

    objects = SecurityEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "資安事件"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["kind", "last_at"], name="security_event_kind_last_at"),
            models.Index(fields=["last_at"], name="security_event_last_at"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.account}"
