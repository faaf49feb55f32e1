"""Who had a hand in a report: entered or changed something in it, confirmed a figure, or submitted it.

The audit trail says so, which nobody can change: a person's role, division or membership may be another one since.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from scorecard.domain.choices import AuditAction
from scorecard.models import AuditEvent, Plan
from scorecard.models.audit import is_about_evidence

ENTERING = frozenset({AuditAction.SAVED, AuditAction.RESTORED})


@dataclass(frozen=True)
class Hands:
    """entered: the names of all who ever entered something, the first first. people: the ids of those who entered,
    changed, confirmed or submitted anything since the report was last approved.
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
    """By KPI id, for each KPI of which there is an event. kpis: ids; year is Gregorian. One query."""
    events = AuditEvent.objects.filter(plan=plan, year=year, kpi__in=kpis)
    return hands_of(events.select_related("actor").order_by("id"))


def hands_of(events: Iterable[AuditEvent]) -> dict[int, Hands]:
    """By KPI id. events: all of some KPIs' year with their actors, the oldest first. No query."""
    names: dict[int, dict[str, None]] = defaultdict(dict)
    people: dict[int, set[int]] = defaultdict(set)
    for event in events:
        if event.kpi_id is None or event.actor_id is None:
            continue
        if event.action == AuditAction.APPROVED:
            people[event.kpi_id].clear()
        elif is_entry(event):
            names[event.kpi_id][str(event.actor)] = None
            people[event.kpi_id].add(event.actor_id)
        elif event.action == AuditAction.SUBMITTED:
            people[event.kpi_id].add(event.actor_id)
    return {kpi: Hands(tuple(names[kpi]), frozenset(people[kpi])) for kpi in names.keys() | people.keys()}
