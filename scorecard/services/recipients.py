"""Who of an agency is told of something: only members who are switched on."""

from collections.abc import Collection, Iterable

from scorecard.domain.choices import Role
from scorecard.models import Division, Membership, User


def members_of(agency_id: int) -> list[Membership]:
    """With their divisions, in the order of the people's keys; two queries."""
    members = Membership.objects.filter(agency=agency_id).switched_on()
    return list(members.select_related("user").prefetch_related("divisions").order_by("user"))


def staff_of(members: Iterable[Membership], divisions: Iterable[Division]) -> list[User]:
    """Those of the divisions, or of the ones that took over from them since."""
    own = {pk for division in divisions for pk in (division.pk, division.successor_id)}
    return [
        row.user
        for row in members
        if row.role == Role.STAFF and own & {division.pk for division in row.divisions.all()}
    ]


def reviewers_of(members: Collection[Membership]) -> list[User]:
    """The admins where there are none."""
    return with_role(members, Role.REVIEWER) or with_role(members, Role.ADMIN)


def with_role(members: Iterable[Membership], *roles: Role) -> list[User]:
    return [row.user for row in members if row.role in roles]
