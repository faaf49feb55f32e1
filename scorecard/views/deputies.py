"""職務代理: who stands in for whom in an agency, and acting as somebody's deputy."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from scorecard import permissions
from scorecard.domain.policies import RuleBroken
from scorecard.forms.deputies import DeputyForm
from scorecard.models import Deputyship
from scorecard.services.deputies import end_deputyship, name_deputy
from scorecard.web import access
from scorecard.web import deputies as chosen

OVER_SHOWN = 20


def _page(request, agency, form=None, status=200):
    rows = list(access.visible_deputyships(request, agency))
    over = [row for row in rows if row.is_over]
    names_others = permissions.can_keep_members(request.user, agency.pk)
    context = {
        "agency": agency,
        "current": [(row, _may_end(request.user, row)) for row in rows if not row.is_over],
        "over": over[:OVER_SHOWN],
        "stands_in": Deputyship.objects.in_force().with_people().filter(agency=agency, deputy=request.user),
        "form": form or DeputyForm(agency=agency, person=request.user, names_others=names_others),
    }
    return render(request, "scorecard/deputies.html", context, status=status)


def _may_end(user, row):
    return user.deputyship is None and (
        row.deputy_id == user.pk or permissions.can_name_deputy(user, row.agency_id, row.person)
    )


@require_safe
def deputies(request, agency):
    return _page(request, access.get_agency(request, agency))


@require_POST
def add(request, agency):
    agency = access.get_agency(request, agency)
    names_others = permissions.can_keep_members(request.user, agency.pk)
    form = DeputyForm(request.POST, agency=agency, person=request.user, names_others=names_others)
    if not form.is_valid():
        return _page(request, agency, form, status=422)
    try:
        made = name_deputy(by=request.user, agency=agency, **form.cleaned_data)
    except RuleBroken as error:
        form.add_error(None, error)
        return _page(request, agency, form, status=422)
    messages.success(request, f"已指定：{made}，{made.days_text}。")
    return redirect("deputies", agency=agency.slug)


@require_POST
def end(request, agency, deputyship_id):
    agency = access.get_agency(request, agency)
    row = get_object_or_404(access.visible_deputyships(request, agency), pk=deputyship_id)
    end_deputyship(by=request.user, deputyship=row)
    messages.success(request, f"已終止：{row}。")
    return redirect("deputies", agency=agency.slug)


@require_POST
def begin(request, agency, deputyship_id):
    """Act as the deputy from now on, in this session."""
    agency = access.get_agency(request, agency)
    in_force = Deputyship.objects.in_force().filter(agency=agency, deputy=request.user)
    row = get_object_or_404(in_force.with_people(), pk=deputyship_id)
    chosen.begin(request, row)
    messages.success(request, f"您現在代理 {row.person}；所做的一切以「{request.user}（代）」記錄。")
    return redirect("home")


@require_POST
def stop(request):
    """Act for oneself again."""
    chosen.stop(request)
    messages.success(request, "已結束代理，恢復您自己的身分。")
    return redirect("home")
