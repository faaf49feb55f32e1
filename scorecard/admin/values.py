"""Admin pages of targets and baseline actuals. Actuals of plan years come from reporting and review only."""

from django import forms
from django.contrib import admin

from scorecard.admin.base import ScopedAdmin, site
from scorecard.admin.closed_years import YearsLocked, frozen_years, tell_why_read_only
from scorecard.domain.choices import YearState
from scorecard.forms.fields import is_key
from scorecard.models import Measure, PlanYear, YearlyValue
from scorecard.models.frozen_rows import CLOSED


class YearlyValueForm(forms.ModelForm):
    """reason: required for years that were opened (domain.md §5)."""

    reason = forms.CharField(
        label="變更理由", required=False, max_length=500, help_text="年度已開放或已關閉時必填，會記入稽核紀錄。"
    )

    class Meta:
        model = YearlyValue
        fields = ["measure", "year", "target", "target_note", "actual", "actual_note", "unmeasured"]

    def clean(self):
        """A change in an open or closed year needs a reason; a closed year takes no new value."""
        cleaned = super().clean()
        year = cleaned.get("year") or self.instance.year
        measure = cleaned.get("measure") or (self.instance.measure if self.instance.measure_id else None)
        if measure and not self.instance.pk and year in frozen_years(measure.kpi.plan_id):
            self.add_error("year", CLOSED)
        elif measure and year and set(self.changed_data) - {"reason"} and not cleaned.get("reason"):
            states = PlanYear.objects.filter(plan=measure.kpi.plan, year=year).exclude(state=YearState.NOT_OPEN)
            if states.exists():
                self.add_error("reason", "這個年度已開放或已關閉，變更時請說明理由。")
        return cleaned


@admin.register(Measure, site=site)
class MeasureAdmin(ScopedAdmin):
    """衡量項: only for autocomplete fields; measures are edited with their KPI."""

    agency_path = "kpi__plan__agency"
    search_fields = ["kpi__code", "kpi__name", "label"]

    def has_module_permission(self, request):
        return False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(YearlyValue, site=site)
class YearlyValueAdmin(YearsLocked, ScopedAdmin):
    """年度值: targets and baseline actuals by measure and year. Closed years are read-only."""

    agency_path = "measure__kpi__plan__agency"
    form = YearlyValueForm
    list_display = ["measure", "year", "target", "target_note", "actual", "actual_note"]
    list_filter = ["measure__kpi__plan", "year", "measure__kpi__division"]
    search_fields = ["measure__kpi__code", "measure__kpi__name"]
    autocomplete_fields = ["measure"]
    list_select_related = ["measure__kpi"]

    def plan_of_page(self, request, object_id):
        if object_id:
            return YearlyValue.objects.filter(pk=object_id).values("measure__kpi__plan")
        measure = request.POST.get("measure", "")
        return Measure.objects.filter(pk=measure if is_key(measure) else None).values("kpi__plan")

    def has_change_permission(self, request, obj=None):
        if obj is not None and obj.year in frozen_years(obj.measure.kpi.plan_id):
            return False
        return super().has_change_permission(request, obj)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and obj.year in frozen_years(obj.measure.kpi.plan_id):
            tell_why_read_only(request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_readonly_fields(self, request, obj=None):
        """Actuals of plan years are read-only: they come from reporting."""
        if obj is None:
            return ["actual", "actual_note", "unmeasured"]
        fixed = ["measure", "year"]
        is_baseline = obj.year < obj.measure.kpi.plan.first_year
        return fixed if is_baseline else [*fixed, "actual", "actual_note", "unmeasured"]

    def has_delete_permission(self, request, obj=None):
        """Values are emptied, not deleted."""
        return False
