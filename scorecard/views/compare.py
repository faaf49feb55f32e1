"""版本比較: two editions of an agency side by side, as a table, two maps and files; reasons are typed beside it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from scorecard import permissions
from scorecard.domain.roc_years import YearError, parse_year, to_roc
from scorecard.forms.compare import AdoptionForm, TargetReasonForm
from scorecard.models import Revision
from scorecard.read_models.adoption_checks import adoption_checks
from scorecard.read_models.adoption_hints import adoption_hints
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.edition_comparison import compare_editions
from scorecard.read_models.edition_facts import load_edition_facts
from scorecard.read_models.head_approvals import head_approvals
from scorecard.read_models.strategy_map import build_strategy_map
from scorecard.services.editions import later_adopted
from scorecard.services.target_reasons import ReasonChanged, set_reason
from scorecard.views.revisions import files_of
from scorecard.web import access
from scorecard.web.compare_rows import FailedReason, anchor_of, compare_groups
from scorecard.web.conditional import not_modified_if_same_version
from scorecard.web.edition_talk import edition_talk
from scorecard.web.map_links import map_addresses
from scorecard.web.switches import state_text

CONFLICT = 409
UNPROCESSABLE = 422
MAPS = "maps"


def predecessor_of(edition):
    """前一版 among what the person sees; None for the first. No query."""
    earlier = [plan for plan in edition.of_agency if plan.year < edition.year and not plan.is_draft]
    return earlier[-1] if earlier else None


def other_edition(edition, typed):
    """The one of that ROC year to compare with, by default the one before; None where there is none to choose.

    404 for a year without an edition that the person may see: a draft is not there for most. A text that is no year,
    and the edition's own year, are ignored.
    """
    try:
        year = parse_year(typed)
    except YearError:
        year = edition.year
    if year == edition.year:
        return predecessor_of(edition)
    for plan in edition.of_agency:
        if plan.year == year:
            return plan
    raise Http404


@require_safe
@not_modified_if_same_version
def compare(request, agency, year):
    """?with=105 names the other edition, the one before by default; ?edition=107 the newer one; ?view=maps draws."""
    edition = access.get_edition(request, agency, year)
    newer = other_edition(edition, request.GET.get("edition", ""))
    if request.GET.get("edition") and newer is not None and newer.year > year:
        return redirect(_address(agency, newer.year, request.GET.get("with"), request.GET.get("view")))
    other = other_edition(edition, request.GET.get("with", ""))
    if other is not None and other.year > year:
        # The later one is always 修正後, at its own address.
        return redirect(_address(agency, other.year, to_roc(year), request.GET.get("view")))
    return compare_page(request, edition, other)


def _address(agency, year, other, view=""):
    query = {name: value for name, value in (("with", other), ("view", view)) if value}
    page = reverse("compare", args=[agency, year])
    return f"{page}?{urlencode(query)}" if query else page


def compare_page(request, edition, other, *, adoption_form=None, failed_reason=None, status=200):
    """other: the earlier edition, None for a first one. adoption_form, failed_reason: what was typed and not done."""
    plan = edition.plan
    comparison = None if other is None else compare_editions(other, plan)
    wants_maps = comparison is not None and request.GET.get("view") == MAPS
    can_edit = permissions.can_edit_strategy(request.user, plan.agency_id) and not plan.is_closed
    groups = compare_groups(comparison, can_edit=can_edit, failed=failed_reason) if comparison else ()
    is_shown = any(row.form and row.form.is_bound for each in groups for row in each.rows)
    context = {
        "plan": plan,
        "other": other,
        "comparison": comparison,
        "groups": groups,
        "lost_reason": failed_reason.form if failed_reason and not is_shown else None,
        "wants_maps": wants_maps,
        "maps": _maps(comparison) if wants_maps else (),
        "choices": _choices(edition),
        "query": f"?with={other.roc}" if other is not None else "",
        "can_edit": can_edit,
        "talk": edition_talk(request.user, plan),
        **(_adoption(request, edition, comparison, adoption_form) if plan.is_draft else _stamp(plan)),
    }
    return render(request, "scorecard/compare/page.html", context, status=status)


def _choices(edition):
    """(editions to compare with, newer ones). A closed edition's page does not depend on drafts or later editions."""
    plan = edition.plan
    choosable = [each for each in edition.of_agency if not (plan.is_closed and each.is_draft)]
    earlier = [each for each in choosable if each.year < plan.year]
    newer = [] if plan.is_closed else [each for each in choosable if each.year > plan.year]
    return {
        "earlier": [{"plan": each, "state": state_text(each)} for each in reversed(earlier)],
        "newer": [{"plan": each, "state": state_text(each)} for each in newer],
        "state": state_text(plan),
    }


def _maps(comparison):
    """Both maps without results, the newer first; each with the addresses behind its cards."""
    maps = []
    for plan, facts in ((comparison.new_plan, comparison.new), (comparison.old_plan, comparison.old)):
        place = (plan.agency.slug, plan.year)
        drawn = build_strategy_map(build_scorecard(plan, with_links=True, with_earlier=False))
        url = reverse("strategy_map", args=place)
        maps.append({"title": facts.title, "url": url, "map": drawn, "addresses": map_addresses(*place)})
    return maps


def _stamp(plan):
    """That an edition is adopted, with the files of the comparison as it was then."""
    adoption = Revision.objects.listed().filter(plan=plan, number=0).first()
    return {
        "approval": head_approvals(plan).adopted,
        "adoption": adoption,
        "files": files_of(adoption) if adoption else [],
    }


def _hints(plan):
    """What to look at again before the adoption, each place with its page."""
    scorecard = build_scorecard(plan)
    found = [check for check in adoption_hints(scorecard) if check.findings]
    return {
        "hint_count": sum(len(check.findings) for check in found),
        "hints": [
            {"title": check.title, "findings": [_finding(plan, finding) for finding in check.findings]}
            for check in found
        ],
    }


def _finding(plan, finding):
    has_page = finding.kind in ("kpi", "objective", "theme")
    url = reverse(finding.kind, args=[plan.agency.slug, plan.year, finding.code]) if has_page else ""
    return {"finding": finding, "url": url}


def _adoption(request, edition, comparison, form):
    """What stands beside the comparison of a draft: whether and how it is adopted."""
    plan = edition.plan
    before = predecessor_of(edition)
    is_with_predecessor = before is None or (comparison is not None and comparison.old_plan == before)
    facts = load_edition_facts(plan) if comparison is None else comparison.new
    of_adoption = comparison if is_with_predecessor or before is None else compare_editions(before, plan)
    checks = adoption_checks(
        facts,
        lacking_reason=of_adoption.lacking_reason if of_adoption else (),
        later=later_adopted(plan.agency_id, plan.year),
    )
    seen = comparison.digest if comparison is not None and is_with_predecessor else ""
    if form is None:
        form = AdoptionForm(initial={"seen": seen})
    elif form.is_bound and form.data.get("seen") != seen:
        form.show_present(seen)
    return {
        "checks": [
            {"check": check, "missing": [_missing(plan, each, is_with_predecessor) for each in check.missing]}
            for check in checks
        ],
        "unmet": sum(not check.is_met for check in checks),
        "can_adopt": permissions.can_manage(request.user, plan.agency_id),
        "adoption_form": form,
        "before": before,
        "is_with_predecessor": is_with_predecessor,
        **_hints(plan),
    }


def _missing(plan, missing, is_on_page):
    """A line of a check with the place where it is mended."""
    place = anchor_of(missing.difference) if missing.difference else ""
    if place:
        page = "" if is_on_page else reverse("compare", args=[plan.agency.slug, plan.year])
        return {"text": missing.text, "url": f"{page}#{place}"}
    url = reverse("kpi", args=[plan.agency.slug, plan.year, missing.kpi.code]) if missing.kpi else ""
    return {"text": missing.text, "url": url}


@require_POST
def reason(request, agency, year):
    """Keep why a target is softer, typed beside its row. Where somebody else wrote one meanwhile both are shown."""
    edition = access.get_edition_to_edit_strategy(request, agency, year)
    other = other_edition(edition, request.GET.get("with", ""))
    form = TargetReasonForm(request.POST)
    if not form.is_valid():
        return compare_page(request, edition, other, failed_reason=FailedReason(form), status=UNPROCESSABLE)
    typed = form.cleaned_data
    try:
        set_reason(
            by=request.user,
            plan=edition.plan,
            measure=typed["measure"],
            year=typed["year"],
            text=typed["reason"],
            seen=typed["seen"],
        )
    except ReasonChanged as error:
        form.add_error("reason", error)
        failed = FailedReason(form, error.present)
        return compare_page(request, edition, other, failed_reason=failed, status=CONFLICT)
    except ValidationError as error:
        form.add_error("reason", error.messages)
        return compare_page(request, edition, other, failed_reason=FailedReason(form), status=UNPROCESSABLE)
    messages.success(request, "已儲存理由。" if typed["reason"] else "已刪除理由。")
    place = f"#target-{typed['measure']}-{typed['year']}"
    return redirect(_address(agency, year, request.GET.get("with")) + place)
