"""Admin pages of targets and baseline actuals. Actuals of the edition's own year come from reporting alone."""

from django.contrib import admin

from scorecard.admin.base import site
from scorecard.admin.editions import EditionAdmin, EditionForm
from scorecard.forms.fields import is_key
from scorecard.models import Measure, YearlyValue
from scorecard.models.earlier_values import has_earlier_home
from scorecard.models.edition_rules import PAST

ACTUAL = ["actual", "actual_note", "unmeasured"]


class YearlyValueForm(EditionForm):
    """A year before the edition's own has no target."""

    class Meta:
        model = YearlyValue
        fields = ["measure", "year", "target", "target_note", *ACTUAL]

    def clean(self):
        cleaned = super().clean()
        edition, year = self.edition(cleaned), cleaned.get("year") or self.instance.year
        if edition is None or year is None or year >= edition.year:
            return cleaned
        for name in ("target", "target_note"):
            if cleaned.get(name):
                self.add_error(name, PAST)
        return cleaned


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
        fixed += ["target", "target_note"]
        return [*fixed, *ACTUAL] if has_earlier_home(obj) else fixed

    def has_delete_permission(self, request, obj=None):
        """Values are emptied, not deleted."""
        return False
