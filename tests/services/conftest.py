"""What tests of services share, besides the rows of tests/conftest.py."""

from scorecard.domain.choices import Role
from scorecard.models import User

ROLES = ("viewer", "staff", "other_staff", "reviewer", "admin", "outsider", "superuser")


def in_another_role(user, role):
    """The same person after their membership became another one, as a new request would meet them."""
    user.memberships.update(role=Role(role))
    return User.objects.get(pk=user.pk)
