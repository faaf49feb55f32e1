"""Forms for members of an agency and for transfers of responsibility."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from scorecard.domain.choices import PlanState, Role
from scorecard.forms.fields import RowsField
from scorecard.forms.helpers import fields_only
from scorecard.models import Division, Plan, User
from scorecard.services.transfers import Owner, people_of


class MemberForm(forms.Form):
    """divisions: for staff only."""

    helper = fields_only()
    role = forms.ChoiceField(label="角色", choices=Role.choices)
    divisions = RowsField(
        label="填報科室",
        queryset=Division.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="角色為「填報」時必選，其他角色不適用。",
    )

    def __init__(self, data=None, *, agency, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["divisions"].queryset = agency.divisions.present()


class InviteForm(MemberForm):
    """username: with single sign-on only; otherwise the address is the user name."""

    email = forms.EmailField(label="電子郵件", max_length=254)
    name = forms.CharField(label="姓名", max_length=60)
    username = forms.CharField(
        label="單一登入帳號",
        max_length=150,
        validators=User._meta.get_field("username").validators,
        help_text="單一登入所用的帳號名稱；只有這個帳號可以接受邀請。",
    )
    field_order = ["email", "name", "username", "role", "divisions"]

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        if not settings.USES_SSO:
            del self.fields["username"]

    def clean_email(self):
        """Without single sign-on the address is also the user name, so it has to be valid as one."""
        email = self.cleaned_data["email"]
        if not settings.USES_SSO:
            field = User._meta.get_field("username")
            try:
                field.clean(email.lower(), None)
            except ValidationError as error:
                raise ValidationError("這個電子郵件不能作為帳號；請改用 150 字以內的一般電子郵件。") from error
        return email


DIVISION, PERSON = "division", "person"


class TransferForm(forms.Form):
    helper = fields_only()
    plan = forms.ModelChoiceField(
        label="年版", queryset=Plan.objects.none(), required=False, empty_label="未關閉的全部年版"
    )
    source = forms.ChoiceField(label="由")
    target_division = forms.ModelChoiceField(
        label="移交給科室", queryset=Division.objects.none(), required=False, empty_label="—"
    )
    target_person = forms.CharField(
        label="或移交給同仁", max_length=60, required=False, help_text="只有同仁主責的行動方案可以移交給同仁。"
    )

    # Asked below the preview of what would move.
    reason = forms.CharField(max_length=500, required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, agency, **kwargs):
        super().__init__(data, **kwargs)
        self.divisions = list(agency.divisions.all())
        self.fields["plan"].queryset = agency.plans.exclude(state=PlanState.CLOSED)
        self.fields["target_division"].queryset = agency.divisions.present()
        groups = [("科室", [(f"{DIVISION}:{row.pk}", row.name) for row in self.divisions])]
        people = people_of(agency)
        if people:
            groups.append(("主責同仁", [(f"{PERSON}:{name}", name) for name in people]))
        self.fields["source"].choices = [("", "選擇科室或同仁"), *groups]

    def clean_source(self):
        """Returns an Owner."""
        kind, _, value = self.cleaned_data["source"].partition(":")
        if kind == PERSON:
            return Owner(person=value)
        return Owner(division=next(row for row in self.divisions if str(row.pk) == value))

    def clean(self):
        """Adds "target", the Owner to transfer to."""
        cleaned = super().clean()
        source, division = cleaned.get("source"), cleaned.get("target_division")
        person = cleaned.get("target_person")
        if source is None or self.errors:
            return cleaned
        if source.division and person:
            self.add_error("target_person", "科室的 KPI 只能移交給科室；請清空這一欄。")
        if bool(division) == bool(person):
            self.add_error("target_division", "請選擇要移交給哪個科室或同仁（擇一）。")
        target = Owner(division, "" if division else person)
        if target == source:
            self.add_error("target_division", "移交的雙方相同；請選擇另一個科室或同仁。")
        cleaned["target"] = target
        return cleaned
