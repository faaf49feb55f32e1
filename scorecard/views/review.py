"""審核: the review queue and its actions (approve, return, comment)."""

from urllib.parse import quote

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from scorecard import permissions
from scorecard.domain.choices import ReportState
from scorecard.domain.policies import RuleBroken
from scorecard.forms.filters import QueueFilterForm
from scorecard.forms.review import ApproveForm, CommentForm, ReturnForm
from scorecard.models import YearlyReport
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.data_checks import build_data_checks
from scorecard.read_models.progress import build_progress, total_progress
from scorecard.read_models.review_queue import FILTERS, build_queue, read_queue_filter
from scorecard.services.reminders import last_reminded
from scorecard.services.reporting import Conflict, approve_reports, comment_on_report, return_report
from scorecard.web import access

# Keys of the data checks, by the page where their findings are corrected.
OF_KPIS_IN_ADMIN = {"no_measure", "no_formula"}
OF_TARGETS_IN_ADMIN = {"no_target", "part_target"}
OF_THE_QUEUE = {"unexplained", "no_evidence"}


def _queue_page(request, edition, failed=None, chosen=(), status=200):
    """failed: {(kind, report id): bound form with errors}. chosen: ids of the reports that are ticked."""
    scorecard = build_scorecard(edition.plan, include_provisional=True, with_action_plans=True)
    asked, notices = read_queue_filter(request.GET, scorecard)
    queue = build_queue(scorecard, edition.plan, asked)
    cases = [_case(request, edition, case, failed or {}) for case in queue.cases]
    context = {
        "scorecard": scorecard,
        "plan": edition.plan,
        "last_reminded": last_reminded(edition.plan),
        "progress": build_progress(scorecard),
        "total": total_progress(scorecard),
        "queue": queue,
        "query": _query(queue.query),
        "filter_form": QueueFilterForm(scorecard, asked.query),
        "notices": notices,
        "cases": cases,
        "approvable": sum(item["can_approve"] for item in cases),
        "chosen": [i["case"].report.pk for i in cases if i["can_approve"]] if _wants_all(request) else chosen,
        "checks": [
            (check, _mended_at(edition, request.user, check)) for check in build_data_checks(scorecard, edition.plan)
        ],
        "can_manage": permissions.can_manage(request.user, edition.plan.agency_id),
    }
    return render(request, "scorecard/review/queue.html", context, status=status)


def _wants_all(request):
    """Whether 全選 was followed as a link, without JavaScript."""
    return request.GET.get("select") == "all"


def _case(request, edition, case, failed):
    """A case with the person's possible actions."""
    report = case.report
    is_open = edition.plan.is_open
    may_approve = case.is_submitted and permissions.can_approve(request.user, report, case.hands.people)
    return {
        "case": case,
        "can_approve": is_open and may_approve,
        "is_own": case.is_submitted and not may_approve,
        "return_form": _return_form(report, failed) if is_open and _may_return(report) else None,
        "comment_form": _comment_form(report, failed) if report is not None else None,
    }


def _may_return(report):
    return report is not None and report.may_become(ReportState.RETURNED)


def _return_form(report, failed):
    fresh = ReturnForm(initial={"version": report.version}, auto_id=f"id_{report.pk}_%s")
    return failed.get(("return", report.pk)) or fresh


def _comment_form(report, failed):
    return failed.get(("comment", report.pk)) or CommentForm(auto_id=f"id_{report.pk}_%s")


def _mended_at(edition, user, check):
    """(finding, address of the page where it is corrected) of each finding."""
    return [(finding, _address(edition, user, check.key, finding)) for finding in check.findings]


def _address(edition, user, key, finding):
    here = [edition.agency.slug, edition.year]
    if key in OF_KPIS_IN_ADMIN:
        return reverse("admin:scorecard_kpi_change", args=[finding.id])
    if key in OF_TARGETS_IN_ADMIN:
        query = {"measure__kpi__plan__id__exact": edition.plan.pk, "year": edition.year, "q": finding.code}
        return f"{reverse('admin:scorecard_yearlyvalue_changelist')}?{urlencode(query)}"
    if key in OF_THE_QUEUE:
        return f"{reverse('review', args=here)}?state=#{quote(finding.code)}"
    if finding.kind == "kpi":
        return reverse("kpi", args=[*here, finding.code])
    if finding.kind == "objective":
        query = {"plan": edition.plan.pk, "objective": finding.id}
        return f"{reverse('admin:scorecard_kpi_add')}?{urlencode(query)}"
    if permissions.can_manage(user, edition.plan.agency_id):
        return reverse("admin:scorecard_membership_changelist")
    return reverse("division", args=[*here, finding.id])


@require_safe
def queue(request, agency, year):
    """Progress by division, data checks, and the reports that pass the filter."""
    return _queue_page(request, access.get_edition_to_review(request, agency, year))


def _query(pairs):
    return f"?{urlencode(pairs)}" if pairs else ""


def _back(request, agency, year, place="queue"):
    """Redirects to the queue with its filters kept. place: the fragment of the address."""
    kept = [(name, request.GET[name]) for name in FILTERS if name in request.GET]
    return redirect(f"{reverse('review', kwargs={'agency': agency, 'year': year})}{_query(kept)}#{quote(place)}")


@require_POST
def approve(request, agency, year):
    """All reports chosen are approved, or none."""
    edition = access.get_edition_to_review(request, agency, year)
    form = ApproveForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["report"]))
        return _back(request, agency, year)
    versions = form.cleaned_data["report"]
    reports = list(YearlyReport.objects.of_plan(edition.plan).filter(pk__in=versions).select_related("kpi"))
    if len(reports) != len(versions):
        raise Http404
    try:
        chosen = [(report, versions[report.pk]) for report in reports]
        changed = approve_reports(by=request.user, plan=edition.plan, chosen=chosen)
    except RuleBroken as error:
        messages.error(request, " ".join(error.messages))
    except Conflict as conflict:
        messages.error(request, _changed_by_other(conflict))
        left = set(versions) - {report.pk for report in conflict.reports}
        return _queue_page(request, edition, chosen=left, status=409)
    else:
        _add_messages(request, [report.kpi.code for report in changed], [report.kpi.code for report in reports])
    return _back(request, agency, year)


def _add_messages(request, changed, chosen):
    if len(changed) > 1:
        messages.success(request, f"{len(changed)} 項 KPI（{'、'.join(changed)}）審核通過。")
    elif changed:
        messages.success(request, f"{changed[0]} 審核通過。")
    before = [code for code in chosen if code not in changed]
    if before:
        messages.info(request, f"{'、'.join(before)} 先前已經審核通過，這次沒有變更。")


def _changed_by_other(conflict):
    """A sentence with the current states of the reports in conflict."""
    sentences = [
        f"{report.kpi.code} 在您審閱時已由{report.changed_by}變更，目前是「{report.get_state_display()}」；"
        for report in conflict.reports
    ]
    return "".join(sentences) + "您的動作沒有執行。"


def _get_report(edition, code):
    reports = YearlyReport.objects.of_plan(edition.plan).select_related("kpi__plan", "kpi__division")
    return get_object_or_404(reports, kpi__code=code)


@require_POST
def return_(request, agency, year, code):
    """Return a report with a comment, or withdraw its approval."""
    edition = access.get_edition_to_review(request, agency, year)
    report = _get_report(edition, code)
    form = ReturnForm(request.POST, auto_id=f"id_{report.pk}_%s")
    if not form.is_valid():
        return _queue_page(request, edition, {("return", report.pk): form}, status=422)
    try:
        return_report(by=request.user, report=report, **form.cleaned_data)
    except RuleBroken as error:
        messages.error(request, " ".join(error.messages))
    except Conflict as conflict:
        messages.error(request, _changed_by_other(conflict))
    else:
        messages.success(request, f"已退回 {code}，主責科室會看到需補正的內容。")
        return _back(request, agency, year)
    comment = form.cleaned_data["comment"]
    messages.warning(request, f"您寫的補正內容：{comment}")
    report.refresh_from_db()
    # The page shows the current report, so the reviewer judges this version next.
    fresh = ReturnForm({"version": report.version, "comment": comment}, auto_id=f"id_{report.pk}_%s")
    return _queue_page(request, edition, {("return", report.pk): fresh}, status=409)


@require_POST
def comment(request, agency, year, code):
    edition = access.get_edition_to_review(request, agency, year)
    report = _get_report(edition, code)
    form = CommentForm(request.POST, auto_id=f"id_{report.pk}_%s")
    if not form.is_valid():
        return _queue_page(request, edition, {("comment", report.pk): form}, status=422)
    comment_on_report(by=request.user, kpi=report.kpi, text=form.cleaned_data["text"])
    messages.success(request, f"已在 {code} 新增留言。")
    return _back(request, agency, year, code)
