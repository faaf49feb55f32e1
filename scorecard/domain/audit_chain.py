"""The chain of audit events: each one's digest covers its own fields and the digest before it.

No event can be changed, removed, inserted or moved without changing every later digest, the head's included.
"""

import json
from collections.abc import Mapping
from datetime import UTC
from hashlib import sha256
from typing import Any

# What a digest covers; their order does not matter. Another field of the event needs a second form of the record beside
# this one: events written before it must still verify.
FIELDS = ("id", "at", "actor_id", "action", "agency_id", "plan_id", "kpi_id", "year", "target", "changes", "reason")

# The digest before the first event.
START = ""

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def canonical(event: Mapping[str, Any]) -> str:
    """The event as one ASCII text, the same on every database and Python version.

    event: every one of FIELDS by name; at is an aware datetime, changes plain JSON.
    """
    at = event["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return _encode({name: event[name] for name in FIELDS} | {"at": at})


def digest_of(previous: str, event: Mapping[str, Any]) -> str:
    """SHA-256, in 64 hexadecimal digits, of the digest before and the event's fields."""
    return sha256(f"{previous}\n{canonical(event)}".encode("ascii")).hexdigest()
