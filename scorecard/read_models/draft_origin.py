"""Where a draft comes from: what its band says on every page."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from scorecard.domain.choices import AuditAction
from scorecard.models import AuditEvent, Plan


@dataclass(frozen=True)
class DraftOrigin:
    """carried_from: title of the edition that was copied, "" where it was none. changed_at: None before any change."""

    carried_from: str
    begun_at: datetime
    begun_by: str
    changed_at: datetime | None
    changed_by: str


def draft_origin(plan: Plan) -> DraftOrigin | None:
    """By the first and the last event of the draft; None where nothing was recorded. One query."""
    own = AuditEvent.objects.filter(plan=plan).values("pk")
    changes = own.exclude(action=AuditAction.COMMENTED).order_by("-pk")
    ends = Q(pk=own.order_by("pk")[:1]) | Q(pk=changes[:1])
    events = list(AuditEvent.objects.filter(ends).with_actors().order_by("pk"))
    if not events:
        return None
    first, last = events[0], events[-1]
    carried = first.changes[0]["new"] if first.action == AuditAction.CARRIED else ""
    is_changed = first.pk != last.pk
    return DraftOrigin(
        carried,
        first.at,
        first.actor_text,
        last.at if is_changed else None,
        last.actor_text if is_changed else "",
    )
