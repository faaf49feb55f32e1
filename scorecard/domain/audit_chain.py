"""The chain of audit events: each one's digest covers its own fields and the digest before it.

No event can be changed, removed, inserted or moved without changing every later digest, the head's included.
"""

import json
from collections.abc import Mapping
from datetime import UTC
from hashlib import sha256
from typing import Any

# What a digest covers; their order does not matter. Another field of the event needs a second form of the record beside
# these: events written before it must still verify.
FIELDS = ("id", "at", "actor_id", "action", "agency_id", "plan_id", "kpi_id", "year", "target", "changes", "reason")

# Kept since later than the first events: covered where the event has them, so that events from before still verify.
# None and "" are none.
LATER_FIELDS = ("acting_for_id", "actor_name")
ALL_FIELDS = (*FIELDS, *LATER_FIELDS)

# The digest before the first event.
START = ""

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def canonical(event: Mapping[str, Any]) -> str:
    """The event as one ASCII text, the same on every database and Python version.

    event: every one of FIELDS by name, and those of LATER_FIELDS that it has; at is an aware datetime, changes plain
    JSON.
    """
    at = event["at"].astimezone(UTC).isoformat(timespec="microseconds")
    fields = (*FIELDS, *(name for name in LATER_FIELDS if event.get(name)))
    return _encode({name: event[name] for name in fields} | {"at": at})


def digest_of(previous: str, event: Mapping[str, Any]) -> str:
    """SHA-256, in 64 hexadecimal digits, of the digest before and the event's fields."""
    return sha256(f"{previous}\n{canonical(event)}".encode("ascii")).hexdigest()
