"""Admin pages of plans, perspectives, themes, objectives, links, KPIs and action plans."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from scorecard.admin.base import MANAGERS, ScopedAdmin, choices, site
from scorecard.admin.closed_years import BudgetForm, YearsLocked, frozen_years, tell_why_read_only
from scorecard.domain.roc_years import year_text
from scorecard.models import (
    KPI,
    ActionBudget,
    ActionPlan,
    Measure,
    Objective,
    ObjectiveLink,
    Perspective,
    Plan,
    PlanYear,
    Theme,
)


class RowsOf(admin.TabularInline):
    """Inline rows; whoever may change the page may change them."""

    extra = 0

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        page = site._registry[self.parent_model]
        return super().formfield_for_foreignkey(db_field, request, **choices(page, self, db_field, request, kwargs))

    def has_view_permission(self, request, obj=None):
        return True

    def has_change_permission(self, request, obj=None):
        return site._registry[self.parent_model].has_change_permission(request, obj)

    def has_add_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)


class PlanYearInline(RowsOf):
    """Years are opened and closed on 年度管理, not here."""

    model = PlanYear
    fields = ["year", "state", "due_date", "contact"]
    readonly_fields = ["state", "due_date", "contact"]

    def has_change_permission(self, request, obj=None):
        """Existing years are changed on 年度管理 only."""
        return False

    def has_add_permission(self, request, obj=None):
        return site._registry[Plan].has_change_permission(request, obj)


@admin.register(Plan, site=site)
class PlanAdmin(ScopedAdmin):
    agency_path = "agency"
    roles = MANAGERS
    list_display = ["title", "agency", "slug", "first_year", "last_year"]
    list_filter = ["agency"]
    search_fields = ["slug", "agency__name"]
    inlines = [PlanYearInline]

    @admin.display(description="計畫")
    def title(self, plan):
        return plan.title


class CodedForm(forms.ModelForm):
    """Checks all constraints of a changed row: Django skips those with the plan, which is read-only then."""

    def _post_clean(self):
        super()._post_clean()
        if self.instance.pk and not self.errors:
            _check_constraints(self)


def _check_constraints(form):
    try:
        form.instance.validate_constraints()
    except ValidationError as error:
        form._update_errors(error)


class CodedAdmin(ScopedAdmin):
    """Base of rows with a code in a plan."""

    form = CodedForm
    list_filter = ["plan"]
    search_fields = ["code", "name"]
    list_select_related = True

    def get_readonly_fields(self, request, obj=None):
        """A row never moves to another plan; the database refuses it too."""
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
            _check_constraints(self)


class CauseInline(RowsOf):
    model = ObjectiveLink
    form = CauseForm
    fk_name = "effect"
    fields = ["plan", "cause", "reason"]
    autocomplete_fields = ["plan", "cause"]
    verbose_name_plural = "由哪些目標促成（因）"


@admin.register(Objective, site=site)
class ObjectiveAdmin(CodedAdmin):
    list_display = ["code", "name", "theme", "perspective", "weight", "plan"]
    list_filter = ["plan", "perspective", "theme"]
    autocomplete_fields = ["theme", "perspective", "supports"]
    inlines = [CauseInline]

    def get_supportable(self, request):
        """Objectives of the direct parent agencies, and those that are supported already."""
        agencies = self.agencies(request, self.roles)
        if agencies is None:
            return Objective.objects.all()
        is_above = Q(plan__agency__children__in=agencies) | Q(supported_by__plan__agency__in=agencies)
        return Objective.objects.filter(is_above).distinct()

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """Supported objectives belong to the parent agency, where the person need not be a member."""
        if db_field.name == "supports":
            kwargs["queryset"] = self.get_supportable(request)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_search_results(self, request, queryset, search_term):
        """The same choices for the autocomplete."""
        match = request.resolver_match
        if match.view_name == "admin:autocomplete" and request.GET.get("field_name") == "supports":
            queryset = self.get_supportable(request)
        return super().get_search_results(request, queryset, search_term)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Locks the plan before links are checked for cycles, like services/objective_links.py."""
        with transaction.atomic():
            if request.method == "POST" and object_id:
                plans = Plan.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
                list(plans.filter(pk__in=Objective.objects.filter(pk=object_id).values("plan")))
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_formset(self, request, form, formset, change):
        for inline in formset.forms:
            if isinstance(inline.instance, ObjectiveLink) and not inline.instance.pk:
                inline.instance.created_by = request.user
        super().save_formset(request, form, formset, change)


class MeasureInline(RowsOf):
    """Stacked: a measure has too many fields for one line."""

    model = Measure
    template = "admin/edit_inline/stacked.html"
    fields = ["position", "label", "unit", "direction", "tolerance", "numerator_label", "denominator_label", "factor"]
    fields += ["weight"]
    extra = 0


@admin.register(KPI, site=site)
class KPIAdmin(YearsLocked, CodedAdmin):
    list_display = ["code", "name", "objective", "division", "weight"]
    list_filter = ["plan", "division", "objective__perspective", "objective__theme"]
    search_fields = ["code", "name", "formula"]
    autocomplete_fields = ["objective", "division", "supporting_divisions"]
    inlines = [MeasureInline]


class BudgetInline(RowsOf):
    """Executed amounts come from reporting and are read-only here."""

    model = ActionBudget
    form = BudgetForm
    fields = ["year", "amount", "executed"]
    readonly_fields = ["executed"]

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.frozen_years = frozen_years(obj.plan_id) if obj else frozenset()
        return formset


@admin.register(ActionPlan, site=site)
class ActionPlanAdmin(YearsLocked, CodedAdmin):
    list_display = ["code", "description", "kpi", "owner"]
    list_filter = ["plan", "owner_division"]
    search_fields = ["code", "description", "owner_person", "owner_division__name"]
    autocomplete_fields = ["kpi", "owner_division"]
    inlines = [BudgetInline]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Adds a message if budgets of closed years cannot be edited."""
        years = sorted(frozen_years(obj.plan_id)) if obj else ()
        if years:
            closed = "、".join(year_text(year) for year in years)
            tell_why_read_only(request, f"{closed}的預算不能變更：年度已關閉；如需更正，請管理者重新開放年度。")
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description="主責")
    def owner(self, action_plan):
        return action_plan.owner
