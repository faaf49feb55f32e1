"""What a person typed into a reporting table and has not saved: raw text, neither audited nor counted."""

from django.db import models

from scorecard.models.organisation import Division, User
from scorecard.models.plans import Plan


class UnsavedEntries(models.Model):
    """自動保存的草稿: one for each person, division and edition.

    rows: {KPI id: {"version": the report's as the person saw it, "fields": {field name: text as typed}}}, without
    unchanged fields. A ticked box is "on", one no longer ticked "".
    """

    user = models.ForeignKey(User, verbose_name="填報人員", on_delete=models.CASCADE, related_name="+")
    plan = models.ForeignKey(Plan, verbose_name="年版", on_delete=models.CASCADE, related_name="+")
    division = models.ForeignKey(Division, verbose_name="科室", on_delete=models.CASCADE, related_name="+")
    rows = models.JSONField("輸入的內容", default=dict)
    saved_at = models.DateTimeField("保存時間", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "填報草稿"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "plan", "division"],
                name="one_unsaved_entries_per_person_and_division",
                violation_error_message="這個人在這個年度與科室已有草稿。",
            )
        ]

    def __str__(self):
        return f"{self.user} {self.division} {self.plan}"
