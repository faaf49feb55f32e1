"""Who had a hand in a report: entered or changed something in it, confirmed a figure, or submitted it.

The audit trail says so, which nobody can change: a person's role, division or membership may be another one since.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from scorecard.domain.choices import AuditAction
from scorecard.models import AuditEvent, Deputyship, Plan
from scorecard.models.audit import is_about_evidence

# A person's id, and the day on which they had a hand in a report.
Touch = tuple[int, date]

ENTERING = frozenset({AuditAction.SAVED, AuditAction.RESTORED})


@dataclass(frozen=True)
class Hands:
    """entered: the names of all who ever entered something, the first first. people: the ids of those who entered,
    changed, confirmed or submitted anything since the report was last approved; those who count as one with them, too.
    """

    entered: tuple[str, ...] = ()
    people: frozenset[int] = frozenset()

    @property
    def entered_text(self) -> str:
        """「王小明、李大華」; "" where nobody entered anything."""
        return "、".join(self.entered)


NO_HANDS = Hands()


def is_entry(event: AuditEvent) -> bool:
    """Whether it entered, changed or confirmed something in a report: figures, words, money, files."""
    return event.action in ENTERING or any(is_about_evidence(change) for change in event.changes)


def hands_on(plan: Plan, year: int, kpis: Collection[int]) -> dict[int, Hands]:
    """By KPI id, for each KPI of which there is an event. kpis: ids; year is Gregorian. Two queries."""
    events = AuditEvent.objects.filter(plan=plan, year=year, kpi__in=kpis)
    return hands_of(events.select_related("actor").order_by("id"), plan)


def hands_of(events: Iterable[AuditEvent], plan: Plan) -> dict[int, Hands]:
    """By KPI id. events: all of some KPIs' year with their actors, the oldest first. One query."""
    names: dict[int, dict[str, None]] = defaultdict(dict)
    touches: dict[int, set[Touch]] = defaultdict(set)
    for event in events:
        if event.kpi_id is None or event.actor_id is None:
            continue
        if event.action == AuditAction.APPROVED:
            touches[event.kpi_id].clear()
        elif is_entry(event) or event.action == AuditAction.SUBMITTED:
            day = timezone.localdate(event.at)
            touches[event.kpi_id].update(
                (person, day) for person in (event.actor_id, event.acting_for_id) if person is not None
            )
        if is_entry(event):
            names[event.kpi_id][event.actor_text] = None
    links = list(Deputyship.objects.filter(agency=plan.agency_id, first_day__lte=timezone.localdate()))
    return {kpi: Hands(tuple(names[kpi]), _as_one(touches[kpi], links)) for kpi in names.keys() | touches.keys()}


def _as_one(touches: Iterable[Touch], links: Collection[Deputyship]) -> frozenset[int]:
    """Those who touched, with their deputies and those whose deputies they were on that day or at any time since."""
    found = set()
    for person, day in touches:
        found.add(person)
        for link in links:
            if link.end_day >= day and person in (link.person_id, link.deputy_id):
                found |= {link.person_id, link.deputy_id}
    return frozenset(found)
