"""Admin pages of editions, perspectives, themes, objectives, links, KPIs and action plans."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q

from scorecard.admin.base import MANAGERS, plan_of, site
from scorecard.admin.editions import EditionAdmin, EditionForm, EditionRows, RowsOfAnEdition, check_constraints
from scorecard.domain.roc_years import year_text
from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    Measure,
    Objective,
    ObjectiveLink,
    ObjectiveSupport,
    Perspective,
    Plan,
    Theme,
    YearlyValue,
)
from scorecard.services.editions import keep_baseline
from scorecard.services.strategy_changes import begin_series, check_kpi_may_go, check_measure_may_go


@admin.register(Plan, site=site)
class PlanAdmin(EditionAdmin):
    """年版: its texts and settings. It begins, and moves from state to state, on 年度管理."""

    agency_path = "agency"
    edition_path = "pk"
    roles = MANAGERS
    list_display = ["title", "agency_name", "state", "due_date"]
    list_filter = ["agency", "state"]
    search_fields = ["agency__slug", "agency_name", "agency__name"]
    readonly_fields = ["agency_name", "title", "state", "due_date", "contact", "first_baseline_year", "outlook"]
    fields = [
        *readonly_fields,
        "mission",
        "vision",
        "core_values",
        "instructions",
        "warning_threshold",
        "display_cap",
        "reminder_days",
        "reason",
    ]

    @admin.display(description="年版", ordering="year")
    def title(self, plan):
        return plan.title

    @admin.display(description="最早的實際值年度")
    def first_baseline_year(self, plan):
        return year_text(plan.baseline_from)

    @admin.display(description="目標訂至")
    def outlook(self, plan):
        return year_text(plan.last_year)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class CodedForm(EditionForm):
    """Checks all constraints of a changed row: Django skips those with the plan, which is read-only then."""

    def _post_clean(self):
        super()._post_clean()
        if self.instance.pk and not self.errors:
            check_constraints(self)


class CodedAdmin(EditionAdmin):
    """Base of rows with a code in an edition."""

    form = CodedForm
    list_filter = ["plan"]
    search_fields = ["code", "name"]
    list_select_related = True

    def get_readonly_fields(self, request, obj=None):
        """A row never moves to another edition; the database refuses it too."""
        return ["plan"] if obj else []


@admin.register(Perspective, site=site)
class PerspectiveAdmin(CodedAdmin):
    list_display = ["code", "name", "position", "weight", "plan"]


@admin.register(Theme, site=site)
class ThemeAdmin(CodedAdmin):
    list_display = ["code", "name", "lead_division", "position", "plan"]
    autocomplete_fields = ["lead_division"]


class CauseForm(forms.ModelForm):
    """Checks all constraints of a link: Django skips those with the objective of the page."""

    def _post_clean(self):
        super()._post_clean()
        if self.instance.effect_id and not self.errors:
            check_constraints(self)


class CauseRows(RowsOfAnEdition):
    """A new link's own reason is that of the change, and so is a new reason of an old one."""

    def asks_reason(self, form):
        changed = set(form.changed_data)
        return bool(changed) and ("DELETE" in changed or "reason" not in changed)


class CauseInline(EditionRows):
    model = ObjectiveLink
    form = CauseForm
    formset = CauseRows
    fk_name = "effect"
    fields = ["plan", "cause", "reason"]
    autocomplete_fields = ["plan", "cause"]
    verbose_name_plural = "由哪些目標促成（因）"


class SupportForm(forms.ModelForm):
    """Keeps the code and the name that the parent's objective has when it is chosen."""

    def clean_supported(self):
        supported = self.cleaned_data["supported"]
        self.instance.code, self.instance.name = supported.code, supported.name
        return supported

    def _post_clean(self):
        super()._post_clean()
        if self.instance.objective_id and not self.errors:
            check_constraints(self)


class SupportInline(EditionRows):
    model = ObjectiveSupport
    form = SupportForm
    fk_name = "objective"
    fields = ["supported"]
    autocomplete_fields = ["supported"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Supported objectives belong to the parent agency, where the person need not be a member."""
        if db_field.name == "supported":
            row = request.page_row
            kept = Q(supported_by__objective=row) if row is not None else Q(pk=None)
            chosen = Objective.objects.filter(kept | Q(pk__in=supportable(request).values("pk")))
            kwargs["queryset"] = chosen.distinct()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def supportable(request):
    """Objectives of the direct parent agency's latest edition up to the page's year that is no draft."""
    edition = request.page_edition
    if edition is None:
        return Objective.objects.none()
    above = Plan.objects.not_drafts().filter(agency=edition.agency.parent_id, year__lte=edition.year)
    return Objective.objects.filter(plan=above.order_by("-year").first())


@admin.register(Objective, site=site)
class ObjectiveAdmin(CodedAdmin):
    list_display = ["code", "name", "theme", "perspective", "weight", "plan"]
    list_filter = ["plan", "perspective", "theme"]
    search_fields = ["code", "name", "theme__name", "perspective__name"]
    autocomplete_fields = ["theme", "perspective"]
    inlines = [SupportInline, CauseInline]

    def offered(self, request, queryset):
        """What may be supported where completion asks for a support."""
        is_completion = request.resolver_match.url_name == "autocomplete"
        if is_completion and request.GET.get("field_name") == "supported":
            return supportable(request).select_related("theme", "perspective", "plan")
        return super().offered(request, queryset)

    def save_formset(self, request, form, formset, change):
        for inline in formset.forms:
            if isinstance(inline.instance, ObjectiveLink) and not inline.instance.pk:
                inline.instance.created_by = request.user
        super().save_formset(request, form, formset, change)


class MeasureInline(EditionRows):
    """Stacked: a measure has too many fields for one line."""

    model = Measure
    template = "admin/edit_inline/stacked.html"
    fields = ["position", "label", "unit", "direction", "tolerance", "numerator_label", "denominator_label", "factor"]
    fields += ["weight"]
    extra = 0


@admin.register(KPI, site=site)
class KPIAdmin(CodedAdmin):
    list_display = ["code", "name", "objective", "division", "weight", "plan"]
    list_filter = ["plan", "division", "objective__perspective", "objective__theme"]
    search_fields = ["code", "name", "formula"]
    autocomplete_fields = ["objective", "division", "supporting_divisions"]
    inlines = [MeasureInline]

    def save_formset(self, request, form, formset, change):
        """Figures of measures that go stay where a later edition shows them; another unit begins another series."""
        gone = [inline.instance for inline in formset.deleted_forms if inline.instance.pk]
        for measure in gone:
            check_measure_may_go(measure)
        for inline in formset.initial_forms:
            if "unit" in inline.changed_data and inline.instance not in gone:
                begin_series(inline.instance)
        with keep_baseline(Measure.objects.filter(pk__in=[measure.pk for measure in gone])):
            super().save_formset(request, form, formset, change)

    def get_deleted_objects(self, objs, request):
        """Measures and their values, which are deleted nowhere else, go with their KPI."""
        shown, counts, lacking, protected = super().get_deleted_objects(objs, request)
        own = {Measure._meta.verbose_name, YearlyValue._meta.verbose_name}
        return shown, counts, lacking - own, protected

    def delete_model(self, request, obj):
        check_kpi_may_go(obj)
        with keep_baseline(Measure.objects.filter(kpi=obj)):
            super().delete_model(request, obj)


class BudgetForm(forms.ModelForm):
    """No edition has a budget of a year before its own."""

    def clean_year(self):
        year, edition = self.cleaned_data["year"], plan_of(self.instance)
        if edition is not None and year < edition.year:
            raise ValidationError(f"{edition.title}的預算從 {year_text(edition.year)}起填列。")
        return year


class BudgetInline(EditionRows):
    """Executed amounts come from reporting and are read-only here."""

    model = ActionBudget
    form = BudgetForm
    fields = ["year", "amount", "executed"]
    readonly_fields = ["executed"]


@admin.register(ActionPlan, site=site)
class ActionPlanAdmin(CodedAdmin):
    list_display = ["code", "description", "kpi", "owner", "plan"]
    list_filter = ["plan", "owner_division"]
    search_fields = ["code", "description", "owner_person", "owner_division__name"]
    autocomplete_fields = ["kpi", "owner_division"]
    inlines = [BudgetInline]

    @admin.display(description="主責")
    def owner(self, action_plan):
        return action_plan.owner
