"""郵件 with their state, read-only."""

from django.contrib import admin

from scorecard.admin.base import ReadOnlyAdmin, site
from scorecard.models import OutgoingMail


@admin.register(OutgoingMail, site=site)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """The outbox. Admins see the mails of their agency, the operator all."""

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
        "reply_to",
        "subject",
        "body",
        "state",
        "failure",
        "created_at",
        "claimed_at",
        "sent_at",
        "retry_at",
        "attempts",
    ]
    readonly_fields = fields

    @admin.display(description="狀態")
    def state(self, mail):
        return mail.state_text
