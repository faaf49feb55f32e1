"""核定紀錄 and 更正說明, read-only: they are recorded on 年度管理 and never change."""

from django.contrib import admin

from scorecard.admin.base import ReadOnlyAdmin, site
from scorecard.models import Correction, HeadApproval


@admin.register(HeadApproval, site=site)
class HeadApprovalAdmin(ReadOnlyAdmin):
    list_display = ["plan", "act", "approved_on", "title", "number_text", "recorded_by_name", "recorded_at"]
    list_filter = ["plan"]
    search_fields = ["title", "document_number", "no_number_reason"]
    fields = ["plan", "act", "approved_on", "title", "number_text", "recorded_by_name", "recorded_at"]
    readonly_fields = fields
    list_select_related = ["plan"]

    @admin.display(description="事項", ordering="closing")
    def act(self, approval):
        return f"第 {approval.closing} 次關閉" if approval.closing else "核定年版"

    @admin.display(description="文號")
    def number_text(self, approval):
        return approval.number_text


@admin.register(Correction, site=site)
class CorrectionAdmin(ReadOnlyAdmin):
    list_display = ["plan", "dated", "document_number", "text", "by_name", "at"]
    list_filter = ["plan"]
    search_fields = ["text", "document_number"]
    fields = ["plan", "dated", "document_number", "text", "by_name", "at"]
    readonly_fields = fields
    list_select_related = ["plan"]
