"""Admin pages of targets and baseline actuals. Actuals of the edition's own year come from reporting alone."""

from django.contrib import admin

from scorecard.admin.base import site
from scorecard.admin.editions import EditionAdmin, EditionForm
from scorecard.domain.policies import RuleBroken
from scorecard.forms.fields import is_key
from scorecard.models import Measure, YearlyValue
from scorecard.models.earlier_values import has_earlier_home
from scorecard.models.edition_rules import PAST
from scorecard.services.changed_targets import for_programs, keep_reason

TARGET = ["target", "target_note", "target_reason"]
ACTUAL = ["actual", "actual_note", "unmeasured"]


class YearlyValueForm(EditionForm):
    """A year before the edition's own has no target.

    A target that must say why takes 放寬理由, or where that is left as it was the reason of the page.
    """

    class Meta:
        model = YearlyValue
        fields = ["measure", "year", *TARGET, *ACTUAL]

    def clean(self):
        cleaned = super().clean()
        edition, year = self.edition(cleaned), cleaned.get("year") or self.instance.year
        if edition is None or year is None:
            return cleaned
        if year >= edition.year:
            return self._with_reason(cleaned, year)
        for name in TARGET:
            if cleaned.get(name):
                self.add_error(name, PAST)
        return cleaned

    def _with_reason(self, cleaned, year):
        if "target" not in self.changed_data or self.errors:
            return cleaned
        measure = cleaned.get("measure") or self.instance.measure
        own = cleaned.get("target_reason", "") if "target_reason" in self.changed_data else ""
        value = YearlyValue(measure=measure, year=year, target=cleaned.get("target"))
        value.target_reason = cleaned.get("target_reason", "")
        try:
            keep_reason(value, self.initial.get("target"), own or cleaned.get("reason", ""))
        except RuleBroken as error:
            self.add_error("target_reason", error)
        return {**cleaned, "target_reason": value.target_reason}


@admin.register(Measure, site=site)
class MeasureAdmin(EditionAdmin):
    """衡量項: only for autocomplete fields; measures are edited with their KPI."""

    agency_path = "kpi__plan__agency"
    edition_path = "kpi__plan"
    search_fields = ["kpi__code", "kpi__name", "label"]

    def has_module_permission(self, request):
        return False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(YearlyValue, site=site)
class YearlyValueAdmin(EditionAdmin):
    """年度值: targets and baseline actuals by measure and year."""

    agency_path = "measure__kpi__plan__agency"
    edition_path = "measure__kpi__plan"
    form = YearlyValueForm
    list_display = ["measure", "year", "target", "target_note", "actual", "actual_note", "edition"]
    list_filter = ["measure__kpi__plan", "year", "measure__kpi__division"]
    search_fields = ["measure__kpi__code", "measure__kpi__name"]
    autocomplete_fields = ["measure"]
    list_select_related = ["measure__kpi__plan"]

    @admin.display(description="年版", ordering="measure__kpi__plan__year")
    def edition(self, value):
        return value.measure.kpi.plan.title

    def _agencies_of_page(self, request, object_id):
        if object_id is not None:
            return super()._agencies_of_page(request, object_id)
        measure = request.POST.get("measure", "")
        return Measure.objects.filter(pk=measure if is_key(measure) else None).values("kpi__plan__agency")

    def get_readonly_fields(self, request, obj=None):
        """Actuals of the edition's own year come from reporting, those of earlier ones stand at their home alone."""
        if obj is None:
            return ACTUAL
        fixed = ["measure", "year"]
        if obj.year >= obj.measure.kpi.plan.year:
            return [*fixed, *ACTUAL]
        fixed += TARGET
        return [*fixed, *ACTUAL] if has_earlier_home(obj) else fixed

    def changes_of(self, form):
        """A changed target is told to programs as well: it is listed over the years."""
        changes = super().changes_of(form)
        label = str(form.fields["target"].label) if "target" in form.fields else ""
        told = for_programs(form.instance, form.initial.get("target_reason") or "")
        return [(*change, told) if change[0] == label else change for change in changes]

    def has_delete_permission(self, request, obj=None):
        """Values are emptied, not deleted."""
        return False
