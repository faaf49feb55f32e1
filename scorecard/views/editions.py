"""年度管理: an edition's beginning and end before it counts: carried forward, opened at once, withdrawn, discarded."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from scorecard.domain.policies import RuleBroken
from scorecard.forms.years import DiscardForm
from scorecard.services import editions
from scorecard.views.years import act_on_year, carry_form, latest_counting, open_next_form, year_page
from scorecard.web import access

UNPROCESSABLE = 422


@require_POST
def carry_forward(request, agency, year):
    """Make the draft of a year as a copy of the agency's latest edition that is no draft."""
    edition = access.get_edition_to_edit_strategy(request, agency, year)
    form = carry_form(edition, request.POST)
    if form is None:
        messages.error(request, "這個機關還沒有核定的年版可以沿用；請匯入填好的機關表單。沒有任何變更。")
        return redirect("plan_year", agency=agency, year=year)
    if not form.is_valid():
        return year_page(request, edition, {"carry": form}, status=UNPROCESSABLE)
    try:
        draft = editions.carry_forward(by=request.user, agency=edition.agency, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return year_page(request, edition, {"carry": form}, status=UNPROCESSABLE)
    messages.success(
        request, f"已沿用 {latest_counting(edition).title}建立 {draft.title}草案；核定前只有審核人員與管理者看得到。"
    )
    return redirect("plan_year", agency=agency, year=draft.year)


@require_POST
def open_next(request, agency, year):
    """Carry the agency's latest edition forward to the year after it, adopt the new one and open it."""
    edition = access.get_edition_to_manage(request, agency, year)
    latest = edition.of_agency[-1]
    form = open_next_form(edition, request.POST)
    if latest != edition.plan or form is None:
        messages.error(request, f"已有 {latest.title}；請到最後一個年度的「年度管理」。沒有任何變更。")
        return redirect("plan_year", agency=agency, year=latest.year)
    if not form.is_valid():
        return year_page(request, edition, {"open_next": form}, status=UNPROCESSABLE)
    try:
        made = editions.open_without_edition(
            by=request.user, agency=edition.agency, year=edition.year + 1, **form.cleaned_data
        )
    except RuleBroken as error:
        form.add_error(None, error)
        return year_page(request, edition, {"open_next": form}, status=UNPROCESSABLE)
    messages.success(request, f"已沿用 {edition.plan.title} 建立 {made.title}，並開放填報。")
    return redirect("plan_year", agency=agency, year=made.year)


@require_POST
def withdraw(request, agency, year):
    """退回草案: an adopted edition that was never opened is a draft again."""
    edition = access.get_edition_to_manage(request, agency, year)
    done = f"{edition.plan.title}已退回草案；核定紀錄保留在年度紀錄中。"
    return act_on_year(request, edition, "withdraw", editions.withdraw, done)


@require_POST
def discard(request, agency, year):
    """The draft goes with everything in it, once its year is typed."""
    edition = access.get_edition_to_edit_strategy(request, agency, year)
    plan = edition.plan
    if not plan.is_draft:
        messages.error(request, f"{plan.title}不是草案，不能捨棄；沒有任何變更。")
        return redirect("plan_year", agency=agency, year=year)
    form = DiscardForm(request.POST, plan=plan)
    if not form.is_valid():
        return year_page(request, edition, {"discard": form}, status=UNPROCESSABLE)
    try:
        editions.discard(by=request.user, plan=plan)
    except RuleBroken as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"已捨棄 {plan.title}草案；{plan.year_text}沒有年版，可以重新建立。")
    others = [other for other in edition.of_agency if other != plan]
    return redirect("plan_year", agency=agency, year=others[-1].year) if others else redirect("home")
