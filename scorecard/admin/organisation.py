"""Admin pages of agencies, divisions, users and memberships."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db import transaction
from django.db.models import Q

from scorecard.admin.base import MANAGERS, ScopedAdmin, site
from scorecard.models import Agency, Division, Membership, User
from scorecard.services import passwords
from scorecard.services.members import admins_kept


class DivisionInline(admin.TabularInline):
    model = Division
    extra = 0
    fields = ["name", "position"]

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj=None):
        return site._registry[Division].has_add_permission(request)

    def has_change_permission(self, request, obj=None):
        return site._registry[Division].has_add_permission(request)

    has_delete_permission = has_change_permission


@admin.register(Agency, site=site)
class AgencyAdmin(ScopedAdmin):
    """機關: the operator adds and deletes them, their admins change them."""

    agency_path = "pk"
    roles = MANAGERS
    list_display = ["name", "parent", "slug"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["parent"]
    inlines = [DivisionInline]

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser

    def get_readonly_fields(self, request, obj=None):
        """Only the operator changes the agencies' tree and the slugs in addresses."""
        return [] if request.user.is_superuser else ["parent", "slug"]


@admin.register(Division, site=site)
class DivisionAdmin(ScopedAdmin):
    agency_path = "agency"
    roles = MANAGERS
    list_display = ["name", "agency", "position"]
    list_filter = ["agency"]
    search_fields = ["name"]


@admin.register(Membership, site=site)
class MembershipAdmin(ScopedAdmin):
    """成員."""

    agency_path = "agency"
    roles = MANAGERS
    view_roles = MANAGERS
    list_display = ["user", "agency", "role", "division_names"]
    list_filter = ["role", "agency", "divisions"]
    search_fields = ["user__username", "user__name"]
    autocomplete_fields = ["user", "divisions"]

    @admin.display(description="填報科室")
    def division_names(self, membership):
        return "、".join(division.name for division in membership.divisions.all())

    def save_model(self, request, obj, form, change):
        """admins_kept() refuses a change that leaves an agency without an admin who can log in."""
        with admins_kept({obj.agency_id, *Membership.objects.filter(pk=obj.pk).values_list("agency", flat=True)}):
            super().save_model(request, obj, form, change)

    def delete_model(self, request, obj):
        """admins_kept() refuses a change that leaves an agency without an admin who can log in."""
        with transaction.atomic(), admins_kept({obj.agency_id}):
            super().delete_model(request, obj)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user", "agency").prefetch_related("divisions")


@admin.register(User, site=site)
class UserAdmin(ScopedAdmin, DjangoUserAdmin):
    """使用者: admins change the accounts of their own members; only the operator changes others."""

    roles = MANAGERS
    view_roles = MANAGERS
    list_display = ["username", "name", "email", "is_active", "is_demo", "last_login"]
    list_filter = ["is_active", "is_demo", "memberships__role"]
    search_fields = ["username", "name", "email"]
    ordering = ["username"]
    filter_horizontal = []
    readonly_fields = ["is_demo", "last_login", "date_joined"]
    add_fieldsets = [(None, {"fields": ["username", "name", "email", "usable_password", "password1", "password2"]})]

    def get_fieldsets(self, request, obj=None):
        """Only the operator sees is_superuser."""
        if obj is None:
            return self.add_fieldsets
        own = ["username", "password", "name", "email", "is_active"]
        power = ["is_superuser"] if request.user.is_superuser else []
        return [(None, {"fields": own + power}), ("紀錄", {"fields": ["is_demo", "last_login", "date_joined"]})]

    def get_queryset(self, request):
        """Members of one's agencies, and accounts without a membership."""
        queryset = super(ScopedAdmin, self).get_queryset(request)
        agencies = self.agencies(request, self.view_roles)
        if agencies is None:
            return queryset
        is_near = Q(memberships__agency__in=agencies) | Q(memberships__isnull=True)
        return queryset.filter(is_near, is_superuser=False).distinct()

    def get_choices(self, request, roles):
        """Everyone in the list can become a member."""
        return self.get_queryset(request)

    def user_change_password(self, request, id, form_url=""):
        """Django's page that sets a password, with its audit event in the same transaction."""
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)

    def log_change(self, request, obj, message):
        """Audits a password that an admin set: Django's page for it does not call save_related()."""
        if request.resolver_match.url_name == "auth_user_password_change":
            passwords.note_reset(by=request.user, user=obj)

    def save_model(self, request, obj, form, change):
        """A new account has to change its password. See MembershipAdmin for admins_kept()."""
        if not change:
            obj.must_change_password = passwords.is_initial(by=request.user, user=obj)
        with admins_kept(set(Membership.objects.filter(user=obj.pk).values_list("agency", flat=True))):
            super().save_model(request, obj, form, change)

    def has_change_permission(self, request, obj=None):
        """False for members of another agency too: their password would give access to that agency."""
        agencies = self.agencies(request, self.roles)
        if obj is None or agencies is None:
            return self._may(request, self.roles)
        return not obj.is_superuser and not obj.memberships.exclude(agency__in=agencies).exists()

    def has_delete_permission(self, request, obj=None):
        """Accounts are switched off, not deleted: the audit trail refers to them."""
        return False
