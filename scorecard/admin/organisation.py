"""Admin pages of agencies, divisions, memberships, invitations and accounts."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from scorecard.admin.base import MANAGERS, NOBODY, ScopedAdmin, site
from scorecard.domain.agency_slugs import RESERVED_SENTENCE, is_reserved
from scorecard.domain.choices import PlanState
from scorecard.models import Agency, Division, Invitation, Membership, Plan, User
from scorecard.services import divisions, invitations, logins
from scorecard.services.agencies import follow_name
from scorecard.services.members import admins_kept, check_may_remove, check_may_switch, check_role_may_change
from scorecard.services.notices import take_back


class DivisionForm(forms.ModelForm):
    """A division that is there is renamed on its own page."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["name"].disabled = True


class DivisionInline(admin.TabularInline):
    """The present divisions."""

    model = Division
    form = DivisionForm
    extra = 0
    fields = ["name", "position"]
    show_change_link = True
    verbose_name_plural = "科室（改名請按「變更」到科室的頁面）"

    def get_queryset(self, request):
        return super().get_queryset(request).present()

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj=None):
        return site._registry[Division].has_add_permission(request)

    def has_change_permission(self, request, obj=None):
        return site._registry[Division].has_add_permission(request)

    has_delete_permission = has_change_permission


class AgencyForm(forms.ModelForm):
    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        if is_reserved(slug):
            raise ValidationError(RESERVED_SENTENCE)
        return slug


@admin.register(Agency, site=site)
class AgencyAdmin(ScopedAdmin):
    """機關: the operator adds and deletes them, their admins change them."""

    agency_path = "pk"
    roles = MANAGERS
    form = AgencyForm
    list_display = ["name", "parent", "slug"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["parent"]
    inlines = [DivisionInline]

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser

    def get_readonly_fields(self, request, obj=None):
        """Only the operator changes the tree of agencies, and slugs only while no year is closed that names them."""
        if not request.user.is_superuser:
            return ["parent", "slug"]
        is_named = obj is not None and Plan.objects.filter(agency=obj, state=PlanState.CLOSED).exists()
        return ["slug"] if is_named else []

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change and "name" in form.changed_data:
            follow_name(obj)


@admin.register(Division, site=site)
class DivisionAdmin(ScopedAdmin):
    agency_path = "agency"
    roles = MANAGERS
    list_display = ["name", "agency", "position", "successor"]
    list_filter = ["agency"]
    search_fields = ["name"]
    list_select_related = ["agency", "successor"]

    def has_change_permission(self, request, obj=None):
        """A division that another one succeeded stays as it is."""
        return super().has_change_permission(request, obj) and (obj is None or obj.successor_id is None)

    def get_readonly_fields(self, request, obj=None):
        return ["agency"] if obj else []

    def offered(self, request, queryset):
        """Present ones, of the page's agency where it has one, and those that the page's row names already."""
        row, edition = request.page_row, request.page_edition
        present = Q(successor__isnull=True)
        if edition is not None:
            present &= Q(agency=edition.agency_id)
        elif isinstance(row, Membership):
            present &= Q(agency=row.agency_id)
        return queryset.filter(present | Q(pk__in=divisions_named_by(row)))

    def save_model(self, request, obj, form, change):
        """Another name is the service's: a division that a closed year or a receipt names gets a successor."""
        if change and "name" in form.changed_data:
            wanted, obj.name = obj.name, form.initial["name"]
            named = divisions.rename(by=request.user, division=obj, name=wanted)
            # The service records it.
            form.changed_data.remove("name")
            if named.pk != obj.pk:
                messages.info(
                    request,
                    f"「{obj.name}」載於已關閉的年度或填報收執，名稱保留；已新增「{wanted}」承接，"
                    "成員與未關閉年版的 KPI、行動方案都已改由它負責。",
                )
                return
            obj.name = wanted
        super().save_model(request, obj, form, change)


def divisions_named_by(row):
    """Keys of the divisions that a row refers to; none for no row."""
    if row is None or row.pk is None:
        return []
    keys = [getattr(row, field.attname) for field in row._meta.fields if field.related_model is Division]
    for field in row._meta.many_to_many:
        if field.related_model is Division:
            keys += getattr(row, field.name).values_list("pk", flat=True)
    return [key for key in keys if key is not None]


@admin.register(Membership, site=site)
class MembershipAdmin(ScopedAdmin):
    """成員: changed and removed here; nobody becomes one but by accepting an invitation."""

    agency_path = "agency"
    roles = MANAGERS
    view_roles = MANAGERS
    list_display = ["user", "agency", "role", "division_names", "is_active"]
    list_filter = ["role", "agency", "divisions", "is_active"]
    search_fields = ["user__username", "user__name"]
    fields = ["user", "agency", "role", "divisions", "is_active"]
    readonly_fields = ["user", "agency"]
    autocomplete_fields = ["divisions"]

    @admin.display(description="填報科室")
    def division_names(self, membership):
        return "、".join(division.name for division in membership.divisions.all())

    def has_add_permission(self, request):
        return False

    def save_model(self, request, obj, form, change):
        """The rules are those of the agency's own page.

        admins_kept() refuses a change that leaves an agency without an admin who can log in.
        """
        if "is_active" in form.changed_data:
            check_may_switch(request.user, obj)
        if {"role", "divisions"}.intersection(form.changed_data):
            check_role_may_change(request.user, obj)
        with admins_kept({obj.agency_id}):
            super().save_model(request, obj, form, change)
        if not obj.is_active:
            take_back(user=obj.user, agency=obj.agency)

    def delete_model(self, request, obj):
        """See save_model()."""
        check_may_remove(request.user, obj)
        with transaction.atomic(), admins_kept({obj.agency_id}):
            take_back(user=obj.user, agency=obj.agency)
            super().delete_model(request, obj)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user", "agency").prefetch_related("divisions")


class OperatorAdmin(ScopedAdmin):
    """A page of the operator alone: no role of an agency leads to it."""

    roles = NOBODY
    view_roles = NOBODY

    def has_change_permission(self, request, obj=None):
        return self._may(request, self.roles)


@admin.register(Invitation, site=site)
class InvitationAdmin(OperatorAdmin):
    """邀請: how the operator brings in an agency's first admin. An agency's admins invite on its page of members."""

    agency_path = "agency"
    list_display = ["email", "name", "agency", "role", "invited_by", "sent_at"]
    list_filter = ["agency", "role"]
    search_fields = ["email", "name"]
    fields = ["agency", "email", "name", "username", "role", "divisions"]
    autocomplete_fields = ["agency", "divisions"]

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser

    def save_model(self, request, obj, form, change):
        """The service writes row, event and mail."""
        invitation = invitations.invite(by=request.user, **form.cleaned_data)
        obj.pk = invitation.pk

    def save_related(self, request, form, formsets, change):
        """Nothing is left to save."""

    def delete_model(self, request, obj):
        invitations.withdraw(by=request.user, invitation=obj)


@admin.register(User, site=site)
class UserAdmin(OperatorAdmin):
    """使用者: an account is its person's own. The operator corrects and switches it off; nobody sets its password."""

    agency_path = "memberships__agency"
    list_display = ["username", "name", "email", "is_active", "is_demo", "last_login"]
    list_filter = ["is_active", "is_demo", "memberships__role"]
    search_fields = ["username", "name", "email"]
    ordering = ["username"]
    readonly_fields = ["is_demo", "last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "name", "email", "is_active", "is_superuser"]}),
        ("紀錄", {"fields": ["is_demo", "last_login", "date_joined"]}),
    ]

    def has_add_permission(self, request):
        """An account begins when its person accepts an invitation."""
        return False

    def has_delete_permission(self, request, obj=None):
        """Accounts are switched off, not deleted: the audit trail refers to them."""
        return False

    def save_model(self, request, obj, form, change):
        """See MembershipAdmin for admins_kept()."""
        with admins_kept(set(Membership.objects.filter(user=obj.pk).values_list("agency", flat=True))):
            super().save_model(request, obj, form, change)
        if "email" in form.changed_data and form.initial["email"]:
            logins.tell_of_new_address(by=request.user, user=obj, old=form.initial["email"])
