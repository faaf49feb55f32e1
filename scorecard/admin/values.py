"""Targets, and the actuals of baseline years; actuals of plan years go through reporting and review alone."""

from django import forms
from django.contrib import admin

from scorecard.admin.base import ScopedAdmin, site
from scorecard.admin.closed_years import YearsLocked, frozen_years, tell_why_read_only
from scorecard.domain.choices import YearState
from scorecard.models import Measure, PlanYear, YearlyValue
from scorecard.models.frozen_rows import CLOSED


class YearlyValueForm(forms.ModelForm):
    """A yearly value, with the reason that a year already opened asks for (domain.md §5)."""

    reason = forms.CharField(
        label="變更理由", required=False, max_length=500, help_text="年度已開放或已關閉時必填，會記入稽核紀錄。"
    )

    class Meta:
        model = YearlyValue
        fields = ["measure", "year", "target", "target_note", "actual", "actual_note", "unmeasured"]

    def clean(self):
        """No change in an open or closed year without its reason."""
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
    """衡量項: edited with its KPI; here it is only looked up."""

    agency_path = "kpi__plan__agency"
    search_fields = ["kpi__code", "kpi__name", "label"]

    def has_module_permission(self, request):
        """Not listed."""
        return False

    def has_add_permission(self, request):
        """See KPI."""
        return False

    def has_change_permission(self, request, obj=None):
        """See KPI."""
        return False


@admin.register(YearlyValue, site=site)
class YearlyValueAdmin(YearsLocked, ScopedAdmin):
    """年度值: targets by measure and year, and the actuals of baseline years; a closed year's are only shown."""

    agency_path = "measure__kpi__plan__agency"
    form = YearlyValueForm
    list_display = ["measure", "year", "target", "target_note", "actual", "actual_note"]
    list_filter = ["measure__kpi__plan", "year", "measure__kpi__division"]
    search_fields = ["measure__kpi__code", "measure__kpi__name"]
    autocomplete_fields = ["measure"]
    list_select_related = ["measure__kpi"]

    def plan_of_page(self, request, object_id):
        """The plan of the value's measure."""
        if object_id:
            return YearlyValue.objects.filter(pk=object_id).values("measure__kpi__plan")
        measure = request.POST.get("measure", "")
        return Measure.objects.filter(pk=measure if measure.isdecimal() else None).values("kpi__plan")

    def has_change_permission(self, request, obj=None):
        """Nobody changes a closed year."""
        if obj is not None and obj.year in frozen_years(obj.measure.kpi.plan_id):
            return False
        return super().has_change_permission(request, obj)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """A closed year's page says why it cannot be edited."""
        if obj is not None and obj.year in frozen_years(obj.measure.kpi.plan_id):
            tell_why_read_only(request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_readonly_fields(self, request, obj=None):
        """The actuals of a plan year belong to its reports."""
        if obj is None:
            return ["actual", "actual_note", "unmeasured"]
        fixed = ["measure", "year"]
        is_baseline = obj.year < obj.measure.kpi.plan.first_year
        return fixed if is_baseline else [*fixed, "actual", "actual_note", "unmeasured"]

    def has_delete_permission(self, request, obj=None):
        """A value is emptied, not deleted."""
        return False
