"""The chain of audit events: each one's digest covers its own fields and the digest before it.

So no event can be changed, removed, inserted or moved without every later digest, and the head's, telling.
"""

import json
from datetime import UTC
from hashlib import sha256

# What a digest covers, in no order of its own. Another field of the event needs a second form of the record beside
# this one: events written before it must still verify.
FIELDS = ("id", "at", "actor_id", "action", "agency_id", "plan_id", "kpi_id", "year", "target", "changes", "reason")

# The digest before the first event.
START = ""

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def canonical(event):
    """The event as the one ASCII text that every database and Python version makes of it.

    event: every one of FIELDS by name; at is an aware datetime, changes plain JSON.
    """
    at = event["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return _encode({name: event[name] for name in FIELDS} | {"at": at})


def digest_of(previous, event):
    """SHA-256, in 64 hexadecimal digits, of the digest before and the event's fields."""
    return sha256(f"{previous}\n{canonical(event)}".encode("ascii")).hexdigest()
