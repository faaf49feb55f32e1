"""Audit events: append-only (domain.md §5) and hash-chained; docs/decisions/0006 says what that proves.

The database refuses update and delete (models/triggers.py).
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone

from scorecard.domain import audit_chain
from scorecard.domain.choices import AuditAction
from scorecard.domain.signatures import KEPT_NAME_LENGTH, with_mark
from scorecard.domain.value_text import WORDS_OF_TRUTH
from scorecard.models.kpis import KPI
from scorecard.models.organisation import Agency, User
from scorecard.models.plans import Plan

# The fields of a yearly value that can be restored.
RESTORABLE = ("actual", "numerator", "denominator", "actual_note", "unmeasured")
FIGURES = RESTORABLE[:3]
# A word in the chained changes of events, so it cannot be replaced by a code.
EVIDENCE = "佐證"


def is_about_evidence(change):
    """Whether a change of an event is about a file attached or removed."""
    return change["what"] == EVIDENCE


@dataclass(frozen=True)
class Before:
    """The value of one field of a yearly value before an event: a figure or None, a note, or whether it was 無統計."""

    measure_id: int
    field: str
    value: Decimal | str | bool | None


class AuditHead(models.Model):
    """The end of the chain of audit events: how many there are, and the number and the digest of the last.

    There is one row, with the id ONLY. Every writer of events locks it, so lock it last: a transaction that waits for
    another lock while it holds this one may deadlock.
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


class KeptName(models.Model):
    """The name of who acted before events kept their actors' names, as it was when migration 0018 came.

    None is added, changed or deleted afterwards: a later event has its own actor_name (models/triggers.py).
    """

    user = models.OneToOneField(
        User, verbose_name="何人", primary_key=True, on_delete=models.PROTECT, related_name="kept_name"
    )
    name = models.CharField("姓名", max_length=KEPT_NAME_LENGTH)
    kept_at = models.DateTimeField("留存時間", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "稽核紀錄留存的姓名"

    def __str__(self):
        return self.name


class AuditEventQuerySet(models.QuerySet):
    def with_actors(self):
        """Each with what actor_text reads."""
        return self.select_related("actor__kept_name")

    def of_kpi(self, kpi):
        """Events of a KPI and its rows in its edition, newest first.

        Of the same KPI's rows in other editions those of this edition's year: events from before there were editions
        name the first edition's row, whatever year they are about.
        """
        rows = KPI.objects.filter(lineage=kpi.lineage, plan__agency=kpi.plan.agency_id).values("pk")
        of_its_year = models.Q(kpi__in=rows, year=kpi.plan.year)
        return self.filter(models.Q(kpi=kpi) | of_its_year).with_actors().order_by("-id")

    def over_editions(self, rows):
        """Events of a KPI in its edition and in those before, newest first.

        rows: the KPI's row of each edition up to its own, which is the last. An event of no year is of its row's.
        """
        *before, own = rows
        up_to_its_year = models.Q(year__lte=own.plan.year) | models.Q(year=None)
        of_lineage = models.Q(kpi=own) | models.Q(up_to_its_year, kpi__in=before)
        return self.filter(of_lineage).select_related("actor").order_by("-id")

    def of_targets(self, plans, actions):
        """Events of the KPIs of the editions' years that may have changed targets. plans: of one agency."""
        years = [plan.year for plan in plans]
        rows = self.filter(agency__in={plan.agency_id for plan in plans}, year__in=years, action__in=actions)
        return rows.filter(kpi__isnull=False).select_related("actor").order_by("id")

    def append(self, events):
        """Write new events at the end of the chain, which stays locked until the transaction ends.

        Four queries for any number of events. Numbers rise by one without gaps, also after a rollback.
        """
        with transaction.atomic():
            # NO KEY: writers of rows that only refer to this one need not wait.
            head = AuditHead.objects.select_for_update(no_key=True).get(pk=AuditHead.ONLY)
            # A row written outside the chain must not stop everybody's work; verify_audit reports it.
            number = max(head.number, self.model.objects.aggregate(last=Max("pk"))["last"] or 0)
            for event in events:
                number += 1
                event.pk = number
                event.digest = audit_chain.digest_of(head.digest, event.chained_fields())
                head.digest = event.digest
            head.events += len(events)
            head.number = number
            self.bulk_create(events)
            head.save(force_update=True)

    def last_of(self, plan):
        """The latest event of the edition's year or of its agency, whose changes its pages show; None for none.

        Of a closed edition none after its last closing. By agency and year, since events from before there were
        editions name another plan. An index answers each of the parts.
        """
        own = self.filter(agency=plan.agency_id)
        of_year = own.filter(year=plan.year)
        if plan.is_closed:
            # A reopened year is closed in memory alone while its files are made (documents/year_snapshot_json.py).
            moves = of_year.filter(action__in=[AuditAction.CLOSED, AuditAction.REOPENED], kpi=None)
            last = moves.order_by("-id").first()
            if last is not None and last.action == AuditAction.CLOSED:
                return last
        # By year, too, though there is one: PostgreSQL reads the index backwards for an order that is the index's own.
        candidates = (rows.order_by("-year", "-id").first() for rows in (of_year, own.filter(year=None)))
        return max((event for event in candidates if event is not None), key=lambda event: event.pk, default=None)

    def of_year(self, plan):
        """Events of the edition itself, not of its KPIs, newest first; of a closed one none after its last closing."""
        rows = self.filter(agency=plan.agency_id, year=plan.year, kpi__isnull=True)
        closing = self.last_of(plan) if plan.is_closed else None
        if closing is not None:
            rows = rows.filter(pk__lte=closing.pk)
        return rows.with_actors().order_by("-id")


class AuditEvent(models.Model):
    """One action of one person, written in the transaction of its changes.

    changes: a list of {"what", "old", "new"} in the words of the pages; None for no value. A change of one field of a
    yearly value also has "field", the field's name, and "measure", the measure's id. digest: chains the event to the
    one before. actor: None for a command on the server; acting_for: whom the actor stood in for, None for themselves.
    actor_name: as it was then; "" for a command and in events from before names were kept, whose actors have a
    KeptName. agency: None for what belongs to none, such as an account. plan, kpi: keep their ids if the row is deleted
    later; target has its name. year: the edition's, Gregorian; None for what belongs to the agency.
    """

    at = models.DateTimeField("時間", default=timezone.now, editable=False)
    actor = models.ForeignKey(User, verbose_name="何人", on_delete=models.PROTECT, null=True, related_name="+")
    acting_for = models.ForeignKey(
        User, verbose_name="代理何人", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    action = models.CharField("動作", max_length=20, choices=AuditAction.choices)
    agency = models.ForeignKey(
        Agency, verbose_name="機關", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    actor_name = models.CharField("何人（姓名）", max_length=150, blank=True, default="", editable=False)
    plan = models.ForeignKey(
        Plan, verbose_name="年版", on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
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
        indexes = [models.Index(fields=["agency", "year", "id"], name="audit_of_agency_and_year")]

    def __str__(self):
        return f"{self.get_action_display()} {self.target}"

    def save(self, *args, **kwargs):
        """Append a new event to the chain. The database refuses to change an old one."""
        if self._state.adding:
            type(self).objects.append([self])
        else:
            super().save(*args, **kwargs)

    @property
    def actor_text(self):
        """「王小明」, 「王小明（代）」; 「系統」 for a command. No query for events that come with_actors()."""
        if not self.actor_id:
            return "系統"
        name = self.actor_name or getattr(self.actor, "kept_name", self.actor)
        return with_mark(name, self.acting_for_id is not None)

    def chained_fields(self):
        """The fields that the digest covers, with values as the database returns them."""
        fields = {field.attname: field for field in self._meta.concrete_fields}
        return {name: fields[name].to_python(getattr(self, name)) for name in audit_chain.ALL_FIELDS}

    def before(self, index):
        """What the change with this index replaced; None where it is no change of a yearly value's field."""
        change = self.changes[index] if 0 <= index < len(self.changes) else {}
        field = change.get("field")
        old = change.get("old")
        if field not in RESTORABLE or "measure" not in change:
            return None
        if field in FIGURES:
            value = None if old is None else Decimal(old)
        elif field == "unmeasured":
            value = old == WORDS_OF_TRUTH[True]
        else:
            value = old or ""
        return Before(change["measure"], field, value)
