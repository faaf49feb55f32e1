"""Refuses a person's last passwords, as the baseline for government systems (資通系統防護基準) demands."""

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from scorecard.models.organisation import User

REMEMBERED_PASSWORDS = 3


class PasswordRecord(models.Model):
    """The hash of a password that a person had; the last REMEMBERED_PASSWORDS of each person are kept."""

    user = models.ForeignKey(User, verbose_name="使用者", on_delete=models.CASCADE, related_name="password_records")
    password = models.CharField("密碼雜湊", max_length=128)
    set_at = models.DateTimeField("設定時間", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "密碼紀錄"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.user} {self.set_at:%Y-%m-%d}"


class NoReuse:
    """For AUTH_PASSWORD_VALIDATORS: refuses a person's last REMEMBERED_PASSWORDS passwords."""

    def validate(self, password, user=None):
        """Raises ValidationError for a remembered password. Each hash takes a tenth of a second or more."""
        if user is None or user.pk is None:
            return
        had = list(user.password_records.values_list("password", flat=True)[:REMEMBERED_PASSWORDS])
        # The present password may be older than the records.
        if user.password and user.password not in had:
            had = [user.password, *had[: REMEMBERED_PASSWORDS - 1]]
        if any(check_password(password, encoded) for encoded in had):
            raise ValidationError(self.get_help_text(), code="password_reused")

    def password_changed(self, password, user=None):
        """Django calls this after it saved a new password."""
        if user is None or user.pk is None or not user.has_usable_password():
            return
        PasswordRecord.objects.create(user=user, password=user.password)
        last = user.password_records.order_by("-id").values_list("pk", flat=True)[:REMEMBERED_PASSWORDS]
        user.password_records.exclude(pk__in=list(last)).delete()

    def get_help_text(self):
        return f"不可與最近 {REMEMBERED_PASSWORDS} 次使用過的密碼相同。"
