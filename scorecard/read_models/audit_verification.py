"""Whether the chain of audit events is whole. Reads in steps: memory does not grow with the number of events."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from scorecard.domain import audit_chain
from scorecard.models import AuditEvent, AuditHead

STEP = 1000

Row = dict[str, Any]

CHANGED = "這一筆與它的指紋不符：它曾被改過，或它前面的紀錄曾被刪除、插入或調換。"
UNREADABLE = "這一筆無法讀取：資料庫裡的內容已損壞或被改過。"
UNCHAINED = "這一筆不在稽核鏈中：不是由本系統寫入的。"
CUT = "這一筆之後的紀錄曾被刪除，或稽核鏈頭曾被改過：鏈頭記載共 {events} 筆、最後一筆第 {number} 號。"
HEADLESS = "稽核鏈頭不見了：無法得知最後的紀錄是否曾被刪除。"


@dataclass(frozen=True)
class Break:
    """Where the chain is broken first. number and at are None where the database has no event to name."""

    number: int | None
    at: datetime | None
    what: str


@dataclass(frozen=True)
class Verdict:
    """events: how many are whole, counted from the first; number and digest are the last one's.

    met: the digests looked for that whole events have, with the event's number.
    """

    events: int
    number: int
    digest: str
    met: dict[str, int]
    broken: Break | None


def verify_chain(look_for: Iterable[str] = ()) -> Verdict:
    """Walk the chain from the first event to the head; a query for every STEP events.

    look_for: digests that were printed or saved elsewhere. Others may go on writing meanwhile: the head and the highest
    number are those of the moment when the walk began.
    """
    highest = AuditEvent.objects.order_by("-pk").values("pk")[:1]
    head = AuditHead.objects.annotate(highest=Subquery(highest)).filter(pk=AuditHead.ONLY).first()
    walk = _Walk(frozenset(look_for))
    if head is None:
        broken: Break | None = Break(None, None, HEADLESS)
    else:
        broken = walk.broken_up_to(head.number) or _mismatch(head, walk)
    return Verdict(walk.events, walk.number, walk.digest, walk.met, broken)


def _mismatch(head: Any, walk: "_Walk") -> Break | None:
    """Where the head, or an event beyond it, contradicts the events."""
    if (head.events, head.number, head.digest) != (walk.events, walk.number, walk.digest):
        return Break(walk.number or None, walk.at, CUT.format(events=head.events, number=head.number))
    if head.highest is not None and head.highest > head.number:
        beyond = AuditEvent.objects.filter(pk__gt=head.number, pk__lte=head.highest).order_by("pk")
        number = beyond.values_list("pk", flat=True).first()
        return Break(number, None, UNCHAINED)
    return None


class _Walk:
    """How far the chain is whole."""

    def __init__(self, look_for: frozenset[str]) -> None:
        self.events = 0
        self.number = 0
        self.at: datetime | None = None
        self.digest = audit_chain.START
        self.look_for = look_for
        self.met: dict[str, int] = {}

    def broken_up_to(self, last: int) -> Break | None:
        """Go on to the event with the number `last`. Returns the first Break, or None."""
        rows = _rows().filter(pk__lte=last)
        after = None
        while batch := _read(rows.filter(pk__gt=after) if after is not None else rows):
            for row in batch:
                if broken := self._step(row):
                    return broken
            after = batch[-1]["id"]
        return None

    def _step(self, row: Row) -> Break | None:
        if "digest" not in row:
            return Break(row["id"], None, UNREADABLE)
        if not row["digest"]:
            return Break(row["id"], row["at"], UNCHAINED)
        if not _is_as_written(row) or row["digest"] != _digest_of(self.digest, row):
            return Break(row["id"], row["at"], CHANGED)
        self.events += 1
        self.number = row["id"]
        self.at = row["at"]
        self.digest = row["digest"]
        if self.digest in self.look_for:
            self.met[self.digest] = self.number
        return None


def _rows() -> QuerySet[AuditEvent, Row]:
    rows = AuditEvent.objects.order_by("pk").values(*audit_chain.ALL_FIELDS, "digest")
    if connection.vendor == "sqlite":
        # SQLite stores both as text, and different texts may be read as the same value.
        rows = rows.annotate(at_as_kept=Cast("at", TextField()), changes_as_kept=Cast("changes", TextField()))
    return rows


def _read(rows: QuerySet[AuditEvent, Row]) -> list[Row]:
    """The first rows. Where a row cannot be read: the readable ones before it, then its number alone."""
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


def _digest_of(previous: str, row: Row) -> str | None:
    try:
        return audit_chain.digest_of(previous, row)
    except TypeError:
        # SQLite allows bytes in any column; no event is ever written with them.
        return None


def _is_as_written(row: Row) -> bool:
    """Whether SQLite has stored a value in exactly the text that Django writes for it."""
    if "at_as_kept" not in row:
        return True
    at = connection.ops.adapt_datetimefield_value(row["at"])
    return row["at_as_kept"] == str(at) and row["changes_as_kept"] == json.dumps(row["changes"])
