"""Who changed what: append-only (domain.md §5) and hash-chained; docs/decisions/0006 tells what that proves.

models/triggers.py has the database refuse update and delete.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone

from scorecard.domain import audit_chain
from scorecard.domain.choices import AuditAction
from scorecard.domain.value_text import WORDS_OF_TRUTH
from scorecard.models.kpis import KPI
from scorecard.models.organisation import Agency, User
from scorecard.models.strategy import Plan

# The fields of a yearly value whose changes can be taken back.
RESTORABLE = ("actual", "numerator", "denominator", "actual_note", "unmeasured")
FIGURES = RESTORABLE[:3]
# A word in the chained changes of events, so it cannot be replaced by a code.
EVIDENCE = "佐證"


def is_about_evidence(change):
    """Whether a change of an event is a file attached or taken away."""
    return change["what"] == EVIDENCE


@dataclass(frozen=True)
class Before:
    """What one field of a yearly value was before an event: a Decimal or None, a note, or whether it was 無統計."""

    measure_id: int
    field: str
    value: Decimal | str | bool | None


class AuditHead(models.Model):
    """The end of the chain of audit events: how many there are, the last one's number and its digest.

    There is one row, number ONLY. Locking it makes writers append one after the other, so take it last: whoever holds
    it must not wait for a row that somebody locked who waits for it.
    """

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    events = models.PositiveBigIntegerField("筆數", default=0)
    number = models.PositiveBigIntegerField("最後一筆的編號", default=0)
    digest = models.CharField("指紋", max_length=64, default=audit_chain.START, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "稽核鏈頭"

    def __str__(self):
        return f"{self.events} 筆 {self.digest}"


class AuditEventQuerySet(models.QuerySet):
    """Questions over audit events."""

    def of_kpi(self, kpi):
        """Everything that happened to a KPI and what hangs on it, newest first."""
        return self.filter(kpi=kpi).select_related("actor").order_by("-id")

    def append(self, events):
        """Write new events in this order at the end of the chain, which stays locked until the transaction ends.

        Four queries, however many events. Their numbers rise by one and have no gaps, whatever was rolled back.
        """
        with transaction.atomic():
            # NO KEY: nothing that is written meanwhile may have to wait for a row that merely refers to it.
            head = AuditHead.objects.select_for_update(no_key=True).get(pk=AuditHead.ONLY)
            # A row that somebody wrote past the chain must not keep everybody from working; verify_audit names it.
            number = max(head.number, self.model.objects.aggregate(last=Max("pk"))["last"] or 0)
            for event in events:
                number += 1
                event.pk = number
                event.digest = head.digest = audit_chain.digest_of(head.digest, event.chained_fields())
            head.events, head.number = head.events + len(events), number
            self.bulk_create(events)
            head.save(force_update=True)

    def last_of(self, plan):
        """The latest event that changed what a plan's pages show, of the plan or its agency; None without any."""
        is_of_plan = models.Q(plan=plan) | models.Q(plan=None, agency=plan.agency_id)
        return self.filter(is_of_plan).order_by("-id").first()

    def of_year(self, plan, year):
        """What happened to a plan's Gregorian year itself, newest first."""
        return self.filter(plan=plan, year=year, kpi__isnull=True).select_related("actor").order_by("-id")


class AuditEvent(models.Model):
    """One act of one person, written in the transaction of the change itself.

    changes is a list of {"what", "old", "new"} as a reader would see them; None stands for no value. A change of one
    field of a yearly value also has "field" and "measure", the field's name and the measure's number. digest chains
    the event to the one before it. actor is None
    for a command run on the server; agency is None for what belongs to none, such as an account. The KPI's row may
    be deleted later: its number stays, and target names it.
    """

    at = models.DateTimeField("時間", default=timezone.now, editable=False)
    actor = models.ForeignKey(User, verbose_name="何人", on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField("動作", max_length=20, choices=AuditAction.choices)
    agency = models.ForeignKey(
        Agency, verbose_name="機關", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    plan = models.ForeignKey(Plan, verbose_name="計畫", on_delete=models.PROTECT, null=True, related_name="+")
    kpi = models.ForeignKey(
        KPI, verbose_name="KPI", on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    year = models.PositiveSmallIntegerField("年度（西元）", null=True)
    target = models.CharField("對象", max_length=300)
    changes = models.JSONField("內容", default=list)
    reason = models.TextField("理由", blank=True)
    digest = models.CharField("指紋", max_length=64, default="", editable=False)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "稽核紀錄"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.get_action_display()} {self.target}"

    def save(self, *args, **kwargs):
        """Append a new event to the chain; one that stands already is refused by the database."""
        if self._state.adding:
            type(self).objects.append([self])
        else:
            super().save(*args, **kwargs)

    def chained_fields(self):
        """The fields that the digest covers, as the database will return them."""
        fields = {field.attname: field for field in self._meta.concrete_fields}
        return {name: fields[name].to_python(getattr(self, name)) for name in audit_chain.FIELDS}

    def before(self, index):
        """What the change with this index replaced, as Before; None where it is no change of a figure, or not told."""
        change = self.changes[index] if 0 <= index < len(self.changes) else {}
        field, old = change.get("field"), change.get("old")
        if field not in RESTORABLE or "measure" not in change:
            return None
        if field in FIGURES:
            value = None if old is None else Decimal(old)
        else:
            value = old == WORDS_OF_TRUTH[True] if field == "unmeasured" else old or ""
        return Before(change["measure"], field, value)
