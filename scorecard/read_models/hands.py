"""Who had a hand in a report: entered or changed something in it, confirmed a figure, or submitted it.

The audit trail says so, which nobody can change: a person's role, division or membership may be another one since.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from scorecard.domain.choices import AuditAction
from scorecard.models import KPI, AuditEvent, Deputyship, Plan
from scorecard.models.audit import is_about_evidence

# A person's id, and the day on which they had a hand in a report.
Touch = tuple[int, date]
# The id of a KPI in the edition, and an event about it.
KPIEvent = tuple[int, AuditEvent]

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


def events_of(plan: Plan, kpis: Collection[int]) -> list[KPIEvent]:
    """Of the edition's year, the oldest first. kpis: ids of the edition's. One query.

    By lineage and year: events from before there were editions name the KPI's row in the first of them.
    """
    own = KPI.objects.filter(plan=plan, pk__in=kpis)
    rows = (
        AuditEvent.objects.filter(kpi__plan__agency=plan.agency_id, year=plan.year)
        .filter(kpi__lineage__in=own.values("lineage"))
        .annotate(own_kpi=Subquery(own.filter(lineage=OuterRef("kpi__lineage")).values("pk")[:1]))
    )
    return [(event.own_kpi, event) for event in rows.with_actors().order_by("id")]


def hands_on(plan: Plan, kpis: Collection[int]) -> dict[int, Hands]:
    """By KPI id, for each KPI of which there is an event. kpis: ids of the edition's. Two queries."""
    return hands_of(events_of(plan, kpis), plan)


def hands_of(events: Iterable[KPIEvent], plan: Plan) -> dict[int, Hands]:
    """By KPI id. events: from events_of(). One query."""
    names: dict[int, dict[str, None]] = defaultdict(dict)
    touches: dict[int, set[Touch]] = defaultdict(set)
    for kpi_id, event in events:
        if event.actor_id is None:
            continue
        if event.action == AuditAction.APPROVED:
            touches[kpi_id].clear()
        elif is_entry(event) or event.action == AuditAction.SUBMITTED:
            day = timezone.localdate(event.at)
            touches[kpi_id].update(
                (person, day) for person in (event.actor_id, event.acting_for_id) if person is not None
            )
        if is_entry(event):
            names[kpi_id][event.actor_text] = None
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
