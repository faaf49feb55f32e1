"""The admin site and the base class of its pages: limits rows by agency and audits every change."""

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
from scorecard.admin.completion import RowsInWords
from scorecard.admin.widgets import ChooseRow, ChooseRows
from scorecard.domain.choices import AuditAction, Role
from scorecard.domain.policies import RuleBroken
from scorecard.forms.fields import RowsField, is_key
from scorecard.models import KPI, Agency, Division, Membership, ObjectiveLink, Plan
from scorecard.models.triggers import sentence_of
from scorecard.services import audit

KEEPERS = (Role.REVIEWER, Role.ADMIN)
MANAGERS = (Role.ADMIN,)
# The operator alone.
NOBODY = ()

# What the filters of a list and its hierarchy of dates append to a field, each with its longest value.
LOOKUPS = {"": 18, "exact": 18, "id__exact": 18, "isnull": 5, "year": 4, "month": 2, "day": 2}
MAX_SEARCH_WORDS = 20


class Site(admin.AdminSite):
    """資料管理: for reviewers, admins and the operator; 404 for everyone else."""

    site_header = "平衡計分卡　資料管理"
    site_title = "資料管理"
    index_title = "資料管理"
    site_url = "/"

    def has_permission(self, request):
        """Reviewers and admins of any agency, and the operator."""
        user = request.user
        return user.is_active and (user.is_superuser or bool(permissions.agencies_with_role(user, *KEEPERS)))

    def admin_view(self, view, cacheable=False):
        """404 instead of Django's second login page for people without access."""
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
        """Redirects to the site's one login page, or to the index for people who are logged in."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
        if not self.has_permission(request):
            raise Http404
        return redirect("admin:index")

    def autocomplete_view(self, request):
        """Offers rows of the edition that the page names."""
        request.page_edition, request.page_row = self.edition_asked_for(request), None
        return RowsInWords.as_view(admin_site=self)(request)

    def edition_asked_for(self, request):
        """The edition of one's own agencies that the address names; None for none."""
        sent = request.GET.get("edition") or request.GET.get("plan", "")
        editions = self._registry[Plan].get_queryset(request).select_related("agency")
        return editions.filter(pk=sent).first() if is_key(sent) else None

    def password_change(self, request, extra_context=None):
        """Redirects to the site's own page, which counts wrong passwords, writes an event and a mail."""
        return redirect("password_change")

    def password_change_done(self, request, extra_context=None):
        """See password_change()."""
        return redirect("password_change_done")


def _refused(request, error):
    """Redirects to the page with the message of the broken rule or database trigger.

    Forms refuse what breaks a constraint, but for two people who send the same at once and for forms tampered with.
    """
    sentence = " ".join(error.messages) if isinstance(error, RuleBroken) else sentence_of(error)
    if not sentence:
        sentence = "內容與既有的資料重複或矛盾，可能有人剛改了同一筆；請重新整理這一頁後再試。"
    messages.error(request, f"沒有任何變更。{sentence}")
    return redirect(request.get_full_path())


site = Site(name="admin")


def plan_of(thing):
    """None for rows above plans."""
    if isinstance(thing, Plan):
        return thing
    for path in ("plan", "kpi", "measure", "action_plan", "objective"):
        if hasattr(thing, path):
            above = getattr(thing, path)
            return above if isinstance(above, Plan) else plan_of(above)
    return None


def agency_of(thing):
    """None for all rows but Agency, Division and Membership."""
    if isinstance(thing, Agency):
        return thing
    return thing.agency if isinstance(thing, Division | Membership) else None


def kpi_of(thing):
    """None for rows above KPIs."""
    if isinstance(thing, KPI):
        return thing
    for path in ("kpi", "measure", "action_plan"):
        if hasattr(thing, path):
            return kpi_of(getattr(thing, path))
    return None


def form_changes(form):
    """[(label, old, new)] in words, of a saved form. The reason of the whole change is left out."""
    own = {field.name for field in form._meta.model._meta.get_fields()}
    changes = []
    for name in form.changed_data:
        field = form.fields[name]
        if name == "reason" and name not in own:
            continue
        changes.append(
            # str(): Django's own labels are lazy translations, and the event stores text.
            (
                str(field.label or name),
                _in_words(field, form.initial.get(name)),
                _in_words(field, form.cleaned_data[name]),
            )
        )
    return changes


def _in_words(field, value):
    """Rows by their names, choices by their labels; None for an empty value."""
    if value is None or value == "":
        return None
    if hasattr(field, "queryset"):
        rows = value if isinstance(value, (list, tuple)) or hasattr(value, "all") else [value]
        named = [str(row) if hasattr(row, "pk") else str(field.queryset.filter(pk=row).first() or row) for row in rows]
        return "、".join(named) or None
    choices = dict(getattr(field, "choices", ()))
    return str(choices.get(value, value)) if choices else value


class ScopedAdmin(admin.ModelAdmin):
    """A page with the rows of one's own agencies.

    agency_path: lookup from the model to its agency. roles may change rows, view_roles may see them. The operator
    (superuser) may do both everywhere. Every change records an audit event in its transaction.
    """

    agency_path = "plan__agency"
    roles = KEEPERS
    view_roles = KEEPERS
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER

    def agencies(self, request, roles):
        """Ids of agencies in which the person has one of the roles; None for all agencies."""
        return None if request.user.is_superuser else permissions.agencies_with_role(request.user, *roles)

    def _may(self, request, roles):
        agencies = self.agencies(request, roles)
        return request.user.is_active and (agencies is None or bool(agencies))

    def has_module_permission(self, request):
        return self._may(request, self.view_roles)

    def has_view_permission(self, request, obj=None):
        """get_queryset() limits the rows."""
        return self._may(request, self.view_roles)

    def has_add_permission(self, request):
        return self._may(request, self.roles)

    def has_change_permission(self, request, obj=None):
        """A row may be changed in agencies where the person has one of the roles."""
        agencies = self.agencies(request, self.roles)
        if obj is None or agencies is None:
            return self._may(request, self.roles)
        return type(obj)._default_manager.filter(pk=obj.pk, **{f"{self.agency_path}__in": agencies}).exists()

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)

    def get_queryset(self, request):
        return scoped(self, request, super().get_queryset(request), self.view_roles)

    def get_choices(self, request, roles):
        """Rows that a page may refer to. roles: those who may change that page."""
        return self.offered(request, scoped(self, request, super().get_queryset(request), roles))

    def offered(self, request, queryset):
        """Those of the rows that a page, or completion, offers for something new."""
        return queryset

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Fields and rows of the page find their choices by request.page_edition and request.page_row."""
        request.page_row = obj
        request.page_edition = plan_of(obj) if obj is not None else self.admin_site.edition_asked_for(request)
        return super().get_form(request, obj, change, **kwargs)

    def get_list_filter(self, request):
        """Filters over related rows offer only rows in one's own list; Django's would show those of all agencies."""
        return [
            (path, admin.RelatedOnlyFieldListFilter) if get_fields_from_path(self.model, path)[-1].is_relation else path
            for path in self.list_filter
        ]

    def lookup_allowed(self, lookup, value, request):
        """False, which is answered with 400, for what no link of a list contains.

        Databases fail at some that Django would let pass, such as an unfinished regular expression.
        """
        for path in (*self.list_filter, self.date_hierarchy):
            if path and (lookup == path or lookup.startswith(f"{path}__")):
                return len(str(value)) <= LOOKUPS.get(lookup.removeprefix(path).removeprefix("__"), -1)
        return False

    def get_search_results(self, request, queryset, search_term):
        """Every word costs a condition for each searched field, and databases have a limit."""
        is_completion = request.resolver_match.url_name == "autocomplete"
        if is_completion:
            queryset = self.offered(request, queryset)
        if len(search_term.split()) > MAX_SEARCH_WORDS:
            if not is_completion:
                messages.error(request, f"搜尋最多 {MAX_SEARCH_WORDS} 個字詞；請刪去一些再搜尋。")
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return super().formfield_for_foreignkey(db_field, request, **choices(self, self, db_field, request, kwargs))

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        kwargs = choices(self, self, db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, form_class=RowsField, **kwargs)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404

    def history_view(self, request, object_id, extra_context=None):
        """404: the audit trail is the history, and Django's own log is empty."""
        raise Http404

    def get_reason(self, form):
        """ "" if the form has no such field."""
        return form.cleaned_data.get("reason", "")

    def record(self, request, action, thing, changes=(), reason=""):
        audit.record(
            by=request.user,
            action=action,
            target=thing,
            plan=plan_of(thing),
            agency=agency_of(thing),
            kpi=kpi_of(thing),
            changes=changes,
            reason=reason,
        )

    def changes_of(self, form):
        """What the audit trail keeps of the saved form of the page's row."""
        return form_changes(form)

    def save_related(self, request, form, formsets, change):
        """Audits the form and its inlines after all of them are saved."""
        super().save_related(request, form, formsets, change)
        changes = self.changes_of(form)
        if changes or not change:
            action = AuditAction.CHANGED if change else AuditAction.CREATED
            self.record(request, action, form.instance, changes, self.get_reason(form))
        for formset in formsets:
            self._record_rows(request, formset, self.get_reason(form))

    def _record_rows(self, request, formset, reason):
        """reason: of the page; a causal link may have its own."""
        for row in formset.new_objects:
            own = row.reason if isinstance(row, ObjectiveLink) else ""
            self.record(request, AuditAction.CREATED, row, reason=own or reason)
        changed = {row.pk for row, _ in formset.changed_objects}
        for inline in formset.initial_forms:
            if inline.instance.pk in changed:
                own = inline.cleaned_data["reason"] if "reason" in inline.changed_data else ""
                self.record(request, AuditAction.CHANGED, inline.instance, form_changes(inline), own or reason)
        for row in formset.deleted_objects:
            self.record(request, AuditAction.DELETED, row, reason=reason)

    def delete_model(self, request, obj):
        """The event is recorded before the deletion."""
        with transaction.atomic(), audit.held_back():
            reason = request.POST.get("reason", "").strip()
            self.record(request, AuditAction.DELETED, obj, reason=reason)
            super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        """Each row has its own event."""
        with transaction.atomic(), audit.held_back():
            for row in queryset:
                self.delete_model(request, row)

    # The audit trail has everything with old and new values, so Django's own log stays empty.
    def log_addition(self, request, obj, message):
        pass

    def log_change(self, request, obj, message):
        pass

    def log_deletions(self, request, queryset):
        pass


class ReadOnlyAdmin(ScopedAdmin):
    """Rows that only the program writes and nobody changes."""

    roles = MANAGERS
    view_roles = MANAGERS

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


def scoped(model_admin, request, queryset, roles):
    agencies = model_admin.agencies(request, roles)
    if agencies is None:
        return queryset
    return queryset.filter(**{f"{model_admin.agency_path}__in": agencies})


def choices(model_admin, shown_in, db_field, request, kwargs):
    """kwargs of a form field, with its choices limited to agencies where the person may change the page, and to the
    page's edition.

    shown_in: the page itself, or the inline with the field.
    """
    related = model_admin.admin_site._registry.get(db_field.related_model)
    if db_field.name in shown_in.get_autocomplete_fields(request):
        widget = ChooseRows if db_field.many_to_many else ChooseRow
        kwargs["widget"] = widget(db_field, model_admin.admin_site, using=kwargs.get("using"))
        kwargs["widget"].edition = request.page_edition
    if related is not None and "queryset" not in kwargs:
        kwargs["queryset"] = related.get_choices(request, model_admin.roles)
    return kwargs
