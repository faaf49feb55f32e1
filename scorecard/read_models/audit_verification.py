"""Whether the chain of audit events is whole; read in steps, so that memory does not grow with their number."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, connection
from django.db.models import Subquery, TextField
from django.db.models.functions import Cast

from scorecard.domain import audit_chain
from scorecard.models import AuditEvent, AuditHead

STEP = 1000

CHANGED = "這一筆與它的指紋不符：它曾被改過，或它前面的紀錄曾被刪除、插入或調換。"
UNREADABLE = "這一筆無法讀取：資料庫裡的內容已損壞或被改過。"
UNCHAINED = "這一筆不在稽核鏈中：不是由本系統寫入的。"
CUT = "這一筆之後的紀錄曾被刪除，或稽核鏈頭曾被改過：鏈頭記載共 {events} 筆、最後一筆第 {number} 號。"
HEADLESS = "稽核鏈頭不見了：無法得知最後的紀錄是否曾被刪除。"


@dataclass(frozen=True)
class Break:
    """Where the chain is broken first. number and at are None where the database has no event there to name."""

    number: int | None
    at: datetime | None
    what: str


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found.

    events: how many are whole, counted from the first; number and digest are the last one's. met: of the digests
    looked for, those that whole events have, with the event's number.
    """

    events: int
    number: int
    digest: str
    met: dict[str, int]
    broken: Break | None


def verify_chain(look_for=()):
    """Walk the chain from the first event to the head and return the Verdict; a query for every STEP events.

    look_for: digests that were printed or kept elsewhere. Others may go on writing meanwhile: the events are held
    against the head, and the highest number there was, of the moment when the walk began.
    """
    highest = AuditEvent.objects.order_by("-pk").values("pk")[:1]
    head = AuditHead.objects.annotate(highest=Subquery(highest)).filter(pk=AuditHead.ONLY).first()
    walk = _Walk(frozenset(look_for))
    if head is None:
        broken = Break(None, None, HEADLESS)
    else:
        broken = walk.broken_up_to(head.number) or _mismatch(head, walk)
    return Verdict(walk.events, walk.number, walk.digest, walk.met, broken)


def _mismatch(head, walk):
    """Where the head, or what stands beyond it, contradicts the events."""
    if (head.events, head.number, head.digest) != (walk.events, walk.number, walk.digest):
        return Break(walk.number or None, walk.at, CUT.format(events=head.events, number=head.number))
    if head.highest is not None and head.highest > head.number:
        beyond = AuditEvent.objects.filter(pk__gt=head.number, pk__lte=head.highest).order_by("pk")
        number = beyond.values_list("pk", flat=True).first()
        return Break(number, None, UNCHAINED)
    return None


class _Walk:
    """How far the chain was found whole."""

    def __init__(self, look_for):
        self.events, self.number, self.at = 0, 0, None
        self.digest = audit_chain.START
        self.look_for, self.met = look_for, {}

    def broken_up_to(self, last):
        """Go on to the event with the last number; the Break met on the way, or None."""
        rows = _rows().filter(pk__lte=last)
        after = None
        while batch := _read(rows.filter(pk__gt=after) if after is not None else rows):
            for row in batch:
                if broken := self._step(row):
                    return broken
            after = batch[-1]["id"]
        return None

    def _step(self, row):
        if "digest" not in row:
            return Break(row["id"], None, UNREADABLE)
        if not row["digest"]:
            return Break(row["id"], row["at"], UNCHAINED)
        if not _is_as_written(row) or row["digest"] != _digest_of(self.digest, row):
            return Break(row["id"], row["at"], CHANGED)
        self.events, self.number, self.at, self.digest = self.events + 1, row["id"], row["at"], row["digest"]
        if self.digest in self.look_for:
            self.met[self.digest] = self.number
        return None


def _rows():
    rows = AuditEvent.objects.order_by("pk").values(*audit_chain.FIELDS, "digest")
    if connection.vendor == "sqlite":
        # It keeps both as texts, and several texts are read as one value.
        rows = rows.annotate(at_as_kept=Cast("at", TextField()), changes_as_kept=Cast("changes", TextField()))
    return rows


def _read(rows):
    """The first rows; where one of them cannot be read, the readable ones before it and its number alone."""
    try:
        return list(rows[:STEP])
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, DatabaseError):
        readable = []
        for number in list(rows.values_list("pk", flat=True)[:STEP]):
            try:
                readable.append(rows.get(pk=number))
            except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, DatabaseError):
                return [*readable, {"id": number}]
        return readable


def _digest_of(previous, row):
    try:
        return audit_chain.digest_of(previous, row)
    except TypeError:
        # SQLite keeps bytes in any column; no event was ever written with them.
        return None


def _is_as_written(row):
    """Whether the texts in which SQLite keeps a value are the very ones that Django writes for it."""
    if "at_as_kept" not in row:
        return True
    at = connection.ops.adapt_datetimefield_value(row["at"])
    return row["at_as_kept"] == str(at) and row["changes_as_kept"] == json.dumps(row["changes"])
