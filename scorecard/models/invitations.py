"""Invitations that nobody has accepted yet."""

from uuid import uuid4

from django.core import signing
from django.db import models
from django.db.models import Q
from django.utils import timezone

from scorecard.domain.choices import Role
from scorecard.models.organisation import Agency, Division, User

SIGNER = signing.TimestampSigner(salt="scorecard.invitation")


class InvitationQuerySet(models.QuerySet):
    def of_token(self, token, lasts):
        """The invitation whose link has this token; None for a token that is older than lasts or not ours."""
        try:
            nonce = SIGNER.unsign(token, max_age=lasts)
        except signing.BadSignature:
            return None
        return self.filter(nonce=nonce).with_divisions().first()

    def with_divisions(self):
        """With agency, inviter and divisions, in the order of addresses; two queries."""
        return self.select_related("agency", "invited_by").prefetch_related("divisions").order_by("email")


class Invitation(models.Model):
    """邀請: an address is asked to join an agency; the row goes once it is accepted, declined or withdrawn.

    It refers to no account, so that it says the same of people with and without one. name: as the inviter wrote it.
    username: with single sign-on, the only account that may accept; "" without. nonce: what the link is made of.
    """

    agency = models.ForeignKey(Agency, verbose_name="機關", on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField("電子郵件", max_length=254)
    name = models.CharField("姓名", max_length=60)
    username = models.CharField("單一登入帳號", max_length=150, blank=True)
    role = models.CharField("角色", max_length=10, choices=Role.choices)
    divisions = models.ManyToManyField(
        Division, verbose_name="填報科室", blank=True, related_name="+", help_text="角色為「填報」時必選。"
    )
    invited_by = models.ForeignKey(User, verbose_name="邀請人", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField("寄出時間", default=timezone.now)
    nonce = models.UUIDField(default=uuid4, unique=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "邀請"
        ordering = ["agency", "email"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "email"],
                name="one_invitation_per_address_and_agency",
                violation_error_message="這個電子郵件已在邀請中；請重寄或撤回原來的邀請。",
            ),
            models.CheckConstraint(
                name="invitation_role_known",
                condition=Q(role__in=Role.values),
                violation_error_message="角色必須是檢視、填報、審核或管理。",
            ),
        ]

    def __str__(self):
        return f"{self.name}（{self.email}）"

    def make_token(self):
        """For the link that proves the address. Made when the mail is sent, and kept nowhere."""
        return SIGNER.sign(self.nonce.hex)

    def is_expired(self, lasts):
        """Whether the link last sent has stopped working. lasts: a timedelta."""
        return self.sent_at + lasts < timezone.now()
