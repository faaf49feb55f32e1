"""Pages whose rows belong to an edition: choices within it, a reason once it is adopted, read-only once closed."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction

from scorecard.admin.base import ScopedAdmin, choices, plan_of, site
from scorecard.domain.choices import PlanState
from scorecard.domain.policies import RuleBroken, check_not_closed, check_reason_given
from scorecard.forms.fields import is_key
from scorecard.models import Plan
from scorecard.models.frozen_rows import CLOSED


class ReasonField(forms.CharField):
    """Why something changes; adopted and open editions ask for it (domain.md §5)."""

    def __init__(self):
        super().__init__(label="變更理由", required=False, max_length=500, help_text="年版核定後必填，會記入稽核紀錄。")


class EditionForm(forms.ModelForm):
    """Any form of a row of an edition. A closed edition takes no new row."""

    reason = ReasonField()

    def clean(self):
        cleaned = super().clean()
        edition = self.edition(cleaned)
        if edition is None or not set(self.changed_data) - {"reason"}:
            return cleaned
        if edition.is_closed:
            self.add_error(None, CLOSED)
            return cleaned
        try:
            check_reason_given(edition, cleaned.get("reason", ""))
        except RuleBroken as error:
            self.add_error("reason", error)
        return cleaned

    def edition(self, cleaned):
        """Of the row, or of what is chosen for a new one; None where nothing is chosen."""
        chosen = cleaned.get("plan") or cleaned.get("measure")
        return plan_of(chosen or self.instance)


class RowsOfAnEdition(forms.BaseInlineFormSet):
    """Rows on the page of another row, whose reason is theirs."""

    def clean(self):
        super().clean()
        edition = plan_of(self.instance)
        if edition is None or not any(self.asks_reason(form) for form in self.forms):
            return
        check_reason_given(edition, self.data.get("reason", "").strip())

    def asks_reason(self, form):
        """Whether a row is changed, added or deleted without a reason of its own."""
        return form.has_changed()


class EditionRows(admin.TabularInline):
    """Inline rows; whoever may change the page may change them."""

    extra = 0
    formset = RowsOfAnEdition

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


class EditionAdmin(ScopedAdmin):
    """A page of rows of editions. edition_path: lookup from the model to its edition."""

    form = EditionForm
    edition_path = "plan"
    delete_confirmation_template = "admin/delete_with_reason.html"
    delete_selected_confirmation_template = "admin/delete_selected_with_reason.html"

    def has_change_permission(self, request, obj=None):
        """Nobody changes a row of a closed edition; the database refuses it, too."""
        if obj is not None and plan_of(obj).is_closed:
            return False
        return super().has_change_permission(request, obj)

    def offered(self, request, queryset):
        """Rows of the page's edition; of all that are not closed where the page has none yet."""
        if request.page_edition is not None:
            return queryset.filter(**{self.edition_path: request.page_edition.pk})
        path = "" if self.edition_path == "pk" else f"{self.edition_path}__"
        return queryset.exclude(**{f"{path}state": PlanState.CLOSED})

    def get_list_filter(self, request):
        """Filters over rows of editions are offered once an edition is chosen: their names repeat from year to year."""
        filters = super().get_list_filter(request)
        if f"{self.edition_path}__id__exact" in request.GET:
            return filters
        return [each for each in filters if self._path(each) == self.edition_path or not self._leads_to_rows(each)]

    def _path(self, each):
        return each[0] if isinstance(each, tuple) else each

    def _leads_to_rows(self, each):
        related = admin.utils.get_fields_from_path(self.model, self._path(each))[-1].related_model
        return isinstance(site._registry.get(related), EditionAdmin)

    def get_fields(self, request, obj=None):
        """The reason comes last, and only where something can be changed."""
        fields = [name for name in super().get_fields(request, obj) if name != "reason"]
        may_change = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return [*fields, "reason"] if may_change else fields

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Locks the agency's editions before a write, so that none is closed between the check and the change."""
        with transaction.atomic():
            if request.method == "POST":
                self._lock(self._agencies_of_page(request, object_id))
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        with transaction.atomic():
            if request.method == "POST":
                self._lock(self._agencies_of_page(request, object_id))
            return super().delete_view(request, object_id, extra_context)

    def _agencies_of_page(self, request, object_id):
        """Queryset of the keys of the page's agency."""
        if object_id is not None:
            key = object_id if is_key(object_id) else None
            return self.model.objects.filter(pk=key).values(self.agency_path)
        sent = request.POST.get("plan", "")
        return Plan.objects.filter(pk=sent if is_key(sent) else None).values("agency")

    def _lock(self, agencies):
        editions = Plan.objects.select_for_update(of=("self",), no_key=True).filter(agency__in=agencies)
        list(editions.order_by("agency", "year"))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and plan_of(obj).is_closed and request.method == "GET":
            messages.warning(request, CLOSED)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def render_delete_form(self, request, context):
        asks = not plan_of(context["object"]).is_draft
        return super().render_delete_form(request, context | {"asks_reason": asks})

    def delete_model(self, request, obj):
        """A row of an adopted or open edition is deleted with a reason."""
        edition, reason = plan_of(obj), request.POST.get("reason", "").strip()
        check_not_closed(edition)
        check_reason_given(edition, reason)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        with transaction.atomic():
            self._lock(queryset.order_by().values(self.agency_path))
            # Read again, now that the editions are locked.
            super().delete_queryset(request, queryset.all())


def check_constraints(form):
    """All constraints of a form's row: Django skips those with a field that is read-only or the page's own."""
    try:
        form.instance.validate_constraints()
    except ValidationError as error:
        form._update_errors(error)
