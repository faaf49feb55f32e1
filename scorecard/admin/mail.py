"""郵件: what was written and whether it was sent; to read, never to change."""

from django.contrib import admin

from scorecard.admin.base import MANAGERS, ScopedAdmin, site
from scorecard.models import OutgoingMail


@admin.register(OutgoingMail, site=site)
class OutgoingMailAdmin(ScopedAdmin):
    """The outbox. An admin reads what their own agency's business wrote; the operator everything."""

    agency_path = "agency"
    roles = MANAGERS
    view_roles = MANAGERS
    list_display = ["created_at", "kind", "recipient", "address", "subject", "state", "failure"]
    list_filter = ["kind"]
    search_fields = ["recipient__username", "recipient__name", "address", "subject"]
    date_hierarchy = "created_at"
    list_select_related = ["recipient"]
    fields = [
        "kind",
        "recipient",
        "address",
        "subject",
        "body",
        "state",
        "failure",
        "created_at",
        "claimed_at",
        "sent_at",
        "attempts",
    ]
    readonly_fields = fields

    @admin.display(description="狀態")
    def state(self, mail):
        """How far the mail came."""
        return mail.state_text

    def has_add_permission(self, request):
        """Written by the program alone."""
        return False

    def has_change_permission(self, request, obj=None):
        """A mail that was written stays as it was."""
        return False

    def has_delete_permission(self, request, obj=None):
        """A mail that was written stays."""
        return False
