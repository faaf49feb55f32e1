"""The admin site, and the base of its pages: who sees which rows, and the audit event of every change."""

from functools import update_wrapper

from django.contrib import admin, messages
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse

from scorecard import permissions
from scorecard.domain.choices import AuditAction, Role
from scorecard.domain.policies import RuleBroken
from scorecard.models import KPI, Agency, Division, Membership, Plan
from scorecard.models.triggers import sentence_of
from scorecard.services import audit

KEEPERS = (Role.REVIEWER, Role.ADMIN)
MANAGERS = (Role.ADMIN,)


class Site(admin.AdminSite):
    """資料管理: for reviewers, admins and the operator; for everyone else it does not exist."""

    site_header = "平衡計分卡　資料管理"
    site_title = "資料管理"
    index_title = "資料管理"
    site_url = "/"

    def has_permission(self, request):
        """Whether the person keeps reference data of any agency, or operates the system."""
        user = request.user
        return user.is_active and (user.is_superuser or bool(permissions.agencies_with_role(user, *KEEPERS)))

    def admin_view(self, view, cacheable=False):
        """404 for those who have no business here, instead of a second login page."""
        inner = super().admin_view(view, cacheable)

        def guarded(request, *args, **kwargs):
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            try:
                return inner(request, *args, **kwargs)
            except (IntegrityError, RuleBroken) as error:
                return _refused(request, error)

        return update_wrapper(guarded, inner)

    @login_not_required
    def login(self, request, extra_context=None):
        """The site has one login page; whoever is logged in already has no business here but the index."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
        if not self.has_permission(request):
            raise Http404
        return redirect("admin:index")


def _refused(request, error):
    """Back to the page, with the words of the rule or trigger that refused the change; any other error goes on."""
    sentence = " ".join(error.messages) if isinstance(error, RuleBroken) else sentence_of(error)
    if not sentence:
        raise error
    messages.error(request, f"沒有任何變更。{sentence}")
    return redirect(request.get_full_path())


site = Site(name="admin")


def plan_of(thing):
    """The plan that a row belongs to; None for what stands above plans."""
    if isinstance(thing, Plan):
        return thing
    for path in ("plan", "kpi", "measure", "action_plan"):
        if hasattr(thing, path):
            above = getattr(thing, path)
            return above if isinstance(above, Plan) else plan_of(above)
    return None


def agency_of(thing):
    """The agency that a row above plans belongs to; None for any other row."""
    if isinstance(thing, Agency):
        return thing
    return thing.agency if isinstance(thing, Division | Membership) else None


def kpi_of(thing):
    """The KPI that a row belongs to, or is; None for what stands above KPIs."""
    if isinstance(thing, KPI):
        return thing
    for path in ("kpi", "measure", "action_plan"):
        if hasattr(thing, path):
            return kpi_of(getattr(thing, path))
    return None


def form_changes(form):
    """What a saved form changed, as (label, old, new) in words."""
    changes = []
    for name in form.changed_data:
        field = form.fields[name]
        if name == "reason" or name.startswith("password"):
            continue
        changes.append(
            # Django's own labels are lazy translations; the event keeps the words.
            (
                str(field.label or name),
                _in_words(field, form.initial.get(name)),
                _in_words(field, form.cleaned_data[name]),
            )
        )
    return changes


def _in_words(field, value):
    """A value as a reader knows it: rows by their names, choices by their labels."""
    if value is None or value == "":
        return None
    if hasattr(field, "queryset"):
        rows = value if isinstance(value, (list, tuple)) or hasattr(value, "all") else [value]
        named = [str(row) if hasattr(row, "pk") else str(field.queryset.filter(pk=row).first() or row) for row in rows]
        return "、".join(named) or None
    choices = dict(getattr(field, "choices", ()))
    return str(choices.get(value, value)) if choices else value


class ScopedAdmin(admin.ModelAdmin):
    """A page over the rows of one's own agencies.

    agency_path leads from the model to its agency; roles may change rows, view_roles may see them; the operator
    (superuser) may do both everywhere. Every change leaves an audit event in its transaction.
    """

    agency_path = "plan__agency"
    roles = KEEPERS
    view_roles = KEEPERS
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER

    def agencies(self, request, roles):
        """Ids of the agencies in which the person has one of the roles; None stands for all of them."""
        return None if request.user.is_superuser else permissions.agencies_with_role(request.user, *roles)

    def _may(self, request, roles):
        agencies = self.agencies(request, roles)
        return request.user.is_active and (agencies is None or bool(agencies))

    def has_module_permission(self, request):
        """Whether the model is listed."""
        return self._may(request, self.view_roles)

    def has_view_permission(self, request, obj=None):
        """Whether rows may be seen; which ones, get_queryset() says."""
        return self._may(request, self.view_roles)

    def has_add_permission(self, request):
        """Whether rows may be added."""
        return self._may(request, self.roles)

    def has_change_permission(self, request, obj=None):
        """Whether a row may be changed: in an agency where the person has the role for it."""
        agencies = self.agencies(request, self.roles)
        if obj is None or agencies is None:
            return self._may(request, self.roles)
        return type(obj)._default_manager.filter(pk=obj.pk, **{f"{self.agency_path}__in": agencies}).exists()

    def has_delete_permission(self, request, obj=None):
        """Whoever may change a row may delete it."""
        return self.has_change_permission(request, obj)

    def get_queryset(self, request):
        """The rows of one's agencies."""
        return scoped(self, request, super().get_queryset(request), self.view_roles)

    def get_choices(self, request, roles):
        """The rows that a page kept by these roles may refer to: seeing a row elsewhere does not make it one's own."""
        return scoped(self, request, super().get_queryset(request), roles)

    def get_list_filter(self, request):
        """A filter over related rows offers those that occur in one's own list; Django's would name everybody's."""
        return [
            (path, admin.RelatedOnlyFieldListFilter) if get_fields_from_path(self.model, path)[-1].is_relation else path
            for path in self.list_filter
        ]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Only rows of one's agencies can be chosen."""
        return super().formfield_for_foreignkey(db_field, request, **choices(self, db_field, request, kwargs))

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """Only rows of one's agencies can be chosen."""
        return super().formfield_for_manytomany(db_field, request, **choices(self, db_field, request, kwargs))

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404

    def history_view(self, request, object_id, extra_context=None):
        """The audit trail is the history; Django's own log stays empty."""
        raise Http404

    def get_reason(self, form):
        """The reason stated in the form, where it asks for one."""
        return form.cleaned_data.get("reason", "")

    def record(self, request, action, thing, changes=(), reason=""):
        """Write the audit event of one row's change."""
        audit.record(
            by=request.user,
            action=action,
            target=thing,
            plan=plan_of(thing),
            agency=agency_of(thing),
            kpi=kpi_of(thing),
            year=getattr(thing, "year", None),
            changes=changes,
            reason=reason,
        )

    def save_related(self, request, form, formsets, change):
        """After rows and relations are saved, tell what changed in each of them."""
        super().save_related(request, form, formsets, change)
        changes = form_changes(form)
        if changes or not change:
            action = AuditAction.CHANGED if change else AuditAction.CREATED
            self.record(request, action, form.instance, changes, self.get_reason(form))
        for formset in formsets:
            for row in formset.new_objects:
                self.record(request, AuditAction.CREATED, row)
            changed = {row.pk for row, _ in formset.changed_objects}
            for inline in formset.initial_forms:
                if inline.instance.pk in changed:
                    self.record(request, AuditAction.CHANGED, inline.instance, form_changes(inline))
            for row in formset.deleted_objects:
                self.record(request, AuditAction.DELETED, row)

    def delete_model(self, request, obj):
        """Delete one row; the event names it."""
        with transaction.atomic(), audit.held_back():
            plan_is_gone = isinstance(obj, Plan)
            if not plan_is_gone:
                self.record(request, AuditAction.DELETED, obj)
            super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        """Delete several rows, each with its event."""
        with transaction.atomic(), audit.held_back():
            for row in queryset:
                self.delete_model(request, row)

    # The audit trail tells everything with old and new values; Django's own log would be a second, poorer one.
    def log_addition(self, request, obj, message):
        """Nothing: see record()."""

    def log_change(self, request, obj, message):
        """Nothing: see record()."""

    def log_deletions(self, request, queryset):
        """Nothing: see record()."""


class ReadOnlyAdmin(ScopedAdmin):
    """Rows that the program alone writes, and that stay as they were."""

    roles = MANAGERS
    view_roles = MANAGERS

    def has_add_permission(self, request):
        """Nobody."""
        return False

    def has_change_permission(self, request, obj=None):
        """Nobody."""
        return False

    def has_delete_permission(self, request, obj=None):
        """Nobody."""
        return False


def scoped(model_admin, request, queryset, roles):
    """The rows whose agency is one of the person's."""
    agencies = model_admin.agencies(request, roles)
    if agencies is None:
        return queryset
    return queryset.filter(**{f"{model_admin.agency_path}__in": agencies})


def choices(model_admin, db_field, request, kwargs):
    """The keyword arguments of a form field with its choices limited to rows of agencies where one keeps the page."""
    related = model_admin.admin_site._registry.get(db_field.related_model)
    if related is not None and "queryset" not in kwargs:
        kwargs["queryset"] = related.get_choices(request, model_admin.roles)
    return kwargs
