"""成員: the members of an agency and their roles, and its open invitations."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scorecard.domain.policies import RuleBroken
from scorecard.forms.members import InviteForm, MemberForm
from scorecard.models import Invitation, Membership, OutgoingMail
from scorecard.services import invitations, members
from scorecard.web import access

MAILS_A_PAGE = 50


def _list_page(request, agency, form=None, status=200):
    lasts = invitations.link_lasts()
    waiting = Invitation.objects.filter(agency=agency).with_divisions()
    context = {
        "agency": agency,
        "memberships": Membership.objects.filter(agency=agency).with_people(),
        "invitations": [{"row": row, "is_expired": row.is_expired(lasts)} for row in waiting],
        "link_days": lasts.days,
        "form": form or InviteForm(agency=agency),
    }
    return render(request, "scorecard/members/list.html", context, status=status)


def _get_membership(agency, membership_id):
    return get_object_or_404(Membership.objects.with_people(), pk=membership_id, agency=agency)


@require_safe
def members_list(request, agency):
    return _list_page(request, access.get_agency_to_manage(request, agency))


@require_POST
def invite(request, agency):
    agency = access.get_agency_to_manage(request, agency)
    form = InviteForm(request.POST, agency=agency)
    if form.is_valid():
        try:
            invitation = invitations.invite(by=request.user, agency=agency, **form.cleaned_data)
        except RuleBroken as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"已寄邀請給 {invitation}，本人接受後加入。")
            return redirect("members", agency=agency.slug)
    return _list_page(request, agency, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def member(request, agency, membership_id):
    agency = access.get_agency_to_manage(request, agency)
    membership = _get_membership(agency, membership_id)
    given = {"role": membership.role, "divisions": list(membership.divisions.all())}
    form = MemberForm(request.POST if request.method == "POST" else None, agency=agency, initial=given)
    if form.is_bound and form.is_valid():
        try:
            members.change(by=request.user, membership=membership, **form.cleaned_data)
        except RuleBroken as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"已儲存 {membership.user} 的角色。")
            return redirect("members", agency=agency.slug)
    status = 422 if form.errors else 200
    context = {"agency": agency, "membership": membership, "form": form}
    return render(request, "scorecard/members/member.html", context, status=status)


def _act(request, agency, membership_id, act, done, **arguments):
    agency = access.get_agency_to_manage(request, agency)
    membership = _get_membership(agency, membership_id)
    try:
        act(by=request.user, membership=membership, **arguments)
    except RuleBroken as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"{done} {membership.user}。")
    return redirect("members", agency=agency.slug)


@require_POST
def remove(request, agency, membership_id):
    return _act(request, agency, membership_id, members.remove, "已移除成員")


def _act_on_invitation(request, agency, invitation_id, act, done):
    agency = access.get_agency_to_manage(request, agency)
    invitation = get_object_or_404(Invitation.objects.with_divisions(), pk=invitation_id, agency=agency)
    try:
        act(by=request.user, invitation=invitation)
    except RuleBroken as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"{done} {invitation}。")
    return redirect("members", agency=agency.slug)


@require_POST
def invite_again(request, agency, invitation_id):
    return _act_on_invitation(request, agency, invitation_id, invitations.send_again, "已重寄邀請給")


@require_POST
def withdraw_invitation(request, agency, invitation_id):
    return _act_on_invitation(request, agency, invitation_id, invitations.withdraw, "已撤回邀請：")


@require_POST
def switch_off(request, agency, membership_id):
    return _act(request, agency, membership_id, members.switch, "已停用", is_active=False)


@require_POST
def switch_on(request, agency, membership_id):
    return _act(request, agency, membership_id, members.switch, "已啟用", is_active=True)


@require_safe
def mails(request, agency):
    """The mails that the agency's work caused, newest first."""
    agency = access.get_agency_to_manage(request, agency)
    page = Paginator(OutgoingMail.objects.of_agency(agency), MAILS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "scorecard/members/mails.html", {"agency": agency, "page": page})
