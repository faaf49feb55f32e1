"""稽核紀錄, read-only."""

from django.contrib import admin
from django.utils.html import format_html_join

from scorecard.admin.base import ReadOnlyAdmin, site
from scorecard.models import AuditEvent


@admin.register(AuditEvent, site=site)
class AuditEventAdmin(ReadOnlyAdmin):
    agency_path = "agency"
    list_display = ["at", "actor_text", "action", "target", "year", "reason"]
    list_filter = ["action", "plan", "year"]
    search_fields = ["target", "actor__username", "actor__name", "reason"]
    date_hierarchy = "at"
    list_select_related = ["actor__kept_name"]
    fields = [
        "at",
        "actor",
        "acting_for",
        "action",
        "agency",
        "plan",
        "kpi",
        "year",
        "target",
        "changes_in_words",
        "reason",
    ]
    readonly_fields = fields

    @admin.display(description="何人", ordering="actor")
    def actor_text(self, event):
        return event.actor_text

    @admin.display(description="內容")
    def changes_in_words(self, event):
        """One line per change: old → new."""
        rows = ((c["what"], c["old"] or "（空白）", c["new"] or "（空白）") for c in event.changes)
        return format_html_join("", "<div>{}：{} → {}</div>", rows) or "—"
