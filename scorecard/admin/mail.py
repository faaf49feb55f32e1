"""郵件: what was written and whether it was sent; to read, never to change."""

from django.contrib import admin

from scorecard.admin.base import ReadOnlyAdmin, site
from scorecard.models import OutgoingMail


@admin.register(OutgoingMail, site=site)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """The outbox. An admin reads what their own agency's business wrote; the operator everything."""

    agency_path = "agency"
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
