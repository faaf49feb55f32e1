"""The outbox: a mail is a row, written in the transaction of its cause and sent after the commit."""

from datetime import timedelta

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from scorecard.domain.choices import AT_MOST_ONCE, DAILY, MailKind
from scorecard.models.invitations import Invitation
from scorecard.models.organisation import Agency, User

MAX_ATTEMPTS = 5
# A mail claimed longer ago than this without a result was lost with its process.
CLAIM_LASTS = timedelta(minutes=10)
# A server that defers a mail is asked again after as long as the mail has waited already, within these bounds.
SHORTEST_DELAY = timedelta(minutes=5)
LONGEST_DELAY = timedelta(hours=4)


class OutgoingMailQuerySet(models.QuerySet):
    def waiting(self, now):
        """Mails to send now, the oldest first, and after them those that the server deferred before.

        A claimed reminder is never sent again, and none is sent once its person has one of a later day.
        """
        free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM_LASTS)
        is_due = Q(retry_at__isnull=True) | Q(retry_at__lte=now)
        same = {"recipient": OuterRef("recipient"), "kind": OuterRef("kind"), "kind__in": AT_MOST_ONCE}
        later = OutgoingMail.objects.filter(**same, day__gt=OuterRef("day"))
        return (
            self.unsent()
            .filter(free, is_due)
            .exclude(Exists(later))
            .order_by(F("retry_at").asc(nulls_first=True), "pk")
        )

    def unsent(self):
        """Mails that may still go out, now or later. A claimed reminder may be out already, and never goes again."""
        has_a_try = self.filter(sent_at__isnull=True, attempts__lt=MAX_ATTEMPTS).exclude(address="")
        return has_a_try.exclude(kind__in=AT_MOST_ONCE, claimed_at__isnull=False)

    def claim(self, pk, now):
        """Claim a mail for sending. True for one caller only, even if several ask at the same moment."""
        return self.filter(pk=pk).waiting(now).update(claimed_at=now, attempts=F("attempts") + 1) == 1

    def defer(self, mail, now, reason):
        """Give up the claim: the server did not take the mail now. That is no attempt; it is tried again later."""
        delay = min(max(now - mail.created_at, SHORTEST_DELAY), LONGEST_DELAY)
        attempts = mail.attempts - 1
        self.filter(pk=mail.pk).update(claimed_at=None, attempts=attempts, retry_at=now + delay, failure=reason)

    def of_agency(self, agency):
        """The agency's mails, newest first, with their recipients."""
        return self.filter(agency=agency).select_related("recipient").order_by("-pk")


class OutgoingMail(models.Model):
    """郵件: one plain text to one person.

    key: identifies the cause, so a repeated request makes one mail. day: of a reminder or of notices, None for other
    mails; a person gets one of each a day. address: "" where the person had none. agency: None where the mail is about
    several agencies, or about the recipient alone. recipient: None for an invitation, which goes to an address, whoever
    has it. invitation: None once it is accepted, declined or withdrawn. reply_to: addresses, separated by commas; ""
    for none. retry_at: not to be tried again before, since the server deferred it.
    """

    key = models.CharField("代號", max_length=200, unique=True, error_messages={"unique": "這件事已經寫過一封郵件。"})
    kind = models.CharField("種類", max_length=12, choices=MailKind.choices)
    agency = models.ForeignKey(Agency, verbose_name="機關", on_delete=models.PROTECT, null=True, related_name="+")
    recipient = models.ForeignKey(
        User, verbose_name="收件者", on_delete=models.PROTECT, null=True, related_name="mails"
    )
    invitation = models.ForeignKey(
        Invitation, verbose_name="邀請", on_delete=models.SET_NULL, null=True, related_name="mails", editable=False
    )
    day = models.DateField("日期", null=True)
    address = models.CharField("電子郵件", max_length=254, blank=True)
    reply_to = models.CharField("回覆位址", max_length=500, blank=True)
    subject = models.CharField("主旨", max_length=200)
    body = models.TextField("內容")
    created_at = models.DateTimeField("寫成時間", default=timezone.now)
    claimed_at = models.DateTimeField("交寄時間", null=True)
    sent_at = models.DateTimeField("寄出時間", null=True)
    retry_at = models.DateTimeField("延後到", null=True)
    attempts = models.PositiveSmallIntegerField("次數", default=0)
    failure = models.TextField("未寄出的原因", blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "郵件"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "kind", "day"],
                name="one_daily_mail_per_person_and_kind",
                violation_error_message="這個人今天已經有一封這種郵件了。",
            ),
            models.CheckConstraint(
                name="mail_kind_known",
                condition=Q(kind__in=MailKind.values),
                violation_error_message="郵件種類不明。",
            ),
            models.CheckConstraint(
                name="daily_mail_has_its_day",
                condition=Q(kind__in=sorted(DAILY), day__isnull=False)
                | (~Q(kind__in=sorted(DAILY)) & Q(day__isnull=True)),
                violation_error_message="提醒與通知須有日期；其他郵件沒有日期。",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}　{self.recipient or self.address}"

    @property
    def state_text(self):
        """The state in the words of the page."""
        if self.sent_at:
            return "已寄出"
        if not self.address or self.attempts >= MAX_ATTEMPTS:
            return "未寄出"
        if self.claimed_at and self.kind in AT_MOST_ONCE:
            return "未寄出" if self.failure else "結果不明"
        return "待重寄" if self.failure else "待寄"
