"""Django's admin for reference data: scoped to one's agencies, audited, in Chinese."""

from scorecard.admin import approvals, audit, mail, organisation, strategy, values  # noqa: F401  (registers)
from scorecard.admin.base import site

__all__ = ["site"]
