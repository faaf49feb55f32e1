"""編輯因果關係: reviewers add, reword and remove a plan's links.

Without JavaScript a card of the map leads to the same page with its code in the query. static/js/links.js avoids that
request.
"""

from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from scorecard.forms.links import AddLinkForm, ReasonForm, RemoveLinkForm
from scorecard.models import Objective, ObjectiveLink
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.strategy_map import build_strategy_map
from scorecard.services.objective_links import add_link, change_reason, remove_link
from scorecard.web import access
from scorecard.web.map_links import map_addresses

PAGE = "strategy_map_links"


def _page(request, edition, *, add_form=None, failed=None, status=200):
    """failed: (link, its bound form with errors), None if no form failed."""
    scorecard = build_scorecard(edition.plan, with_links=True, with_earlier=False)
    add_form = add_form or AddLinkForm(scorecard=scorecard, initial=_picked(request.GET, scorecard))
    picked = {name: add_form[name].value() or "" for name in ("cause", "effect")}
    places = {line.code: place for place, line in enumerate(scorecard.objectives)}
    links = ObjectiveLink.objects.filter(plan=edition.plan).select_related("cause", "effect", "created_by")
    context = {
        "scorecard": scorecard,
        "map": build_strategy_map(scorecard),
        "addresses": _addresses(edition, picked),
        "picked": picked,
        "hint": _hint(**picked),
        "add_form": add_form,
        "failed": failed,
        "rows": [
            (link, *_forms(link, failed))
            for link in sorted(links, key=lambda link: (places[link.cause.code], places[link.effect.code]))
        ],
    }
    return render(request, "scorecard/map/links.html", context, status=status)


def _forms(link, failed):
    """(ReasonForm, RemoveLinkForm) of the link; the failed one is bound."""
    failed_form = failed[1] if failed and failed[0].pk == link.pk else None
    reason = failed_form if isinstance(failed_form, ReasonForm) else ReasonForm(link=link)
    removal = failed_form if isinstance(failed_form, RemoveLinkForm) else RemoveLinkForm(link=link)
    return reason, removal


def _picked(query, scorecard):
    """Codes of existing objectives in the query, as {"cause": code, "effect": code}; unknown ones are left out."""
    return {name: query[name] for name in ("cause", "effect") if query.get(name) in scorecard.objectives_by_code}


def _hint(cause, effect):
    """What to do next on the map; static/js/links.js says the same as cards are picked."""
    if cause and effect:
        return f"{cause} → {effect}。請輸入理由，然後新增。"
    if cause:
        return f"因：{cause}。請在地圖上點選果，或從清單選擇。"
    return "在地圖上依序點選因、果兩張卡片，或從清單選擇。"


def _addresses(edition, picked):
    """Cards fill the form: the first click the cause, the second the effect, the third the next link's cause."""
    addresses = map_addresses(edition.agency.slug, edition.year)
    here = reverse(PAGE, args=[edition.agency.slug, edition.year])
    if picked["cause"] and not picked["effect"]:
        cause = urlencode({"cause": picked["cause"]})
        return replace(addresses, card_start=f"{here}?{cause}&effect=", card_end="#add", verb="選為果：")
    return replace(addresses, card_start=f"{here}?cause=", card_end="#add", verb="選為因：")


@require_safe
def links(request, agency, year):
    """?cause=AL1&effect=AP1 fills the form for a new link."""
    return _page(request, access.get_edition_to_edit_strategy(request, agency, year))


@require_POST
def add(request, agency, year):
    edition = access.get_edition_to_edit_strategy(request, agency, year)
    scorecard = build_scorecard(edition.plan, with_earlier=False)
    form = AddLinkForm(request.POST, scorecard=scorecard)
    if not form.is_valid() or not _try(form, add_link, by=request.user, plan=edition.plan, **_chosen(edition, form)):
        return _page(request, edition, add_form=form, status=422)
    data = form.cleaned_data
    messages.success(request, f"已新增因果關係 {data['cause']} → {data['effect']}。")
    return redirect(PAGE, agency=agency, year=year)


def _chosen(edition, form):
    """The valid form's data with Objective rows instead of codes."""
    data = form.cleaned_data
    by_code = {row.code: row for row in Objective.objects.filter(plan=edition.plan)}
    return {"cause": by_code[data["cause"]], "effect": by_code[data["effect"]], "reason": data["reason"]}


@require_POST
def change(request, agency, year, link_id):
    edition, link = _get_link(request, agency, year, link_id)
    form = ReasonForm(request.POST, link=link)
    if not form.is_valid() or not _try(form, change_reason, by=request.user, link=link, **form.cleaned_data):
        form.show_present(ObjectiveLink.objects.filter(pk=link.pk).values_list("reason", flat=True).first() or "")
        return _page(request, edition, failed=(link, form), status=422)
    messages.success(request, f"已更新 {link} 的理由。")
    return redirect(PAGE, agency=agency, year=year)


@require_POST
def remove(request, agency, year, link_id):
    edition, link = _get_link(request, agency, year, link_id)
    form = RemoveLinkForm(request.POST, link=link)
    if not form.is_valid() or not _try(form, remove_link, by=request.user, link=link, **form.cleaned_data):
        return _page(request, edition, failed=(link, form), status=422)
    messages.success(request, f"已移除因果關係 {link}。")
    return redirect(PAGE, agency=agency, year=year)


def _get_link(request, agency, year, link_id):
    edition = access.get_edition_to_edit_strategy(request, agency, year)
    links = ObjectiveLink.objects.filter(plan=edition.plan).select_related("plan", "cause", "effect")
    return edition, get_object_or_404(links, pk=link_id)


def _try(form, act, **arguments):
    """True if the service succeeded. A ValidationError is added to the form."""
    try:
        act(**arguments)
    except ValidationError as error:
        for field, sentences in getattr(error, "error_dict", {NON_FIELD_ERRORS: error}).items():
            form.add_error(field if field in form.fields else None, sentences)
        return False
    return True
