"""年度填報: staff enter their division's actuals of a year, check and submit them."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scorecard.domain import policies
from scorecard.domain.choices import Question, ReportState, Status
from scorecard.forms.reporting import KPIEntryForm, read_answer
from scorecard.forms.review import SeenForm
from scorecard.forms.unsaved_entries import changed_field_names, differences, show_unsaved
from scorecard.models import KPI, Division, FigureConfirmation, Submission, YearlyReport
from scorecard.permissions import roles_by_agency
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.read_models.consultation import drafts_shared_with
from scorecard.read_models.progress import build_tasks, count_states
from scorecard.services.reporting import Conflict, confirm_figures, submit_reports
from scorecard.services.unsaved_entries import find_unsaved, save_and_settle
from scorecard.web import access
from scorecard.web.reporting_rows import entry_forms, sent_forms

SENT = (ReportState.SUBMITTED, ReportState.APPROVED)


@require_safe
def reporting(request, agency, year):
    """The person's task list over all their divisions."""
    edition = access.get_edition_to_report(request, agency, year)
    own = Division.objects.filter(pk__in=roles_by_agency(request.user)[edition.plan.agency_id].division_ids)
    scorecard = build_scorecard(edition.plan, include_provisional=True)
    own_ids = {division.pk for division in own}
    tasks = build_tasks(scorecard, own_ids)
    returned = YearlyReport.objects.of_plan(edition.plan).filter(kpi__in=[kpi.id for kpi in tasks.returned])
    context = {
        "scorecard": scorecard,
        "plan": edition.plan,
        "is_assigned": bool(own),
        "divisions": [(line, count_states(line.kpis)) for line in scorecard.divisions if line.id in own_ids],
        "tasks": tasks,
        "comments": {report.kpi_id: report.return_comment for report in returned.prefetch_related("comments")},
        "open_editions": [plan for plan in edition.of_agency if plan.is_open and plan.year != year],
        "receipts": access.visible_receipts(request, edition),
        "consultations": drafts_shared_with(request.user, timezone.localdate()),
    }
    return render(request, "scorecard/reporting/tasks.html", context)


def _unsaved_shown(request, edition, division, forms):
    """Template context of the draft. unsaved_state: "applied" (its texts are in the fields), "offered", or ""."""
    unsaved = find_unsaved(by=request.user, plan=edition.plan, division=division)
    sent = request.POST.get("draft", "") if request.method == "POST" else request.GET.get("draft", "")
    if unsaved is None or sent == "applied":
        if unsaved and request.method != "POST":
            show_unsaved(forms, unsaved)
        return {"unsaved": unsaved, "unsaved_state": "applied" if unsaved else ""}
    found, lost = differences(forms, unsaved)
    state = "offered" if found or lost else ""
    return {"unsaved": unsaved, "unsaved_state": state, "differences": found, "without_field": lost}


def render_table(request, edition, division, scorecard, forms, status=200):
    """The reporting table with these forms and the person's draft."""
    unsaved_context = _unsaved_shown(request, edition, division, forms)
    errors = [
        (field, error)
        for form in forms
        if form.is_bound
        for field in form
        for error in field.errors
        if not field.is_hidden
    ]
    previous = [line for line in scorecard.years if line.year < edition.year]
    context = unsaved_context | {
        "division": division,
        "scorecard": scorecard,
        "plan": edition.plan,
        "forms": forms,
        "errors": errors,
        "conflicts": [form for form in forms if form.conflict],
        "last_year": previous[-1] if previous else None,
        "states": count_states([form.line for form in forms]),
        "unfilled": sum(form.line.status == Status.PENDING for form in forms),
        "without_target": [
            line for line in scorecard.kpis if line.division_id == division.id and line.report_state is None
        ],
        "is_any_editable": edition.plan.is_open and any(form.is_editable for form in forms),
    }
    return render(request, "scorecard/reporting/table.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def table(request, agency, year, division_id):
    """The division's table. A POST saves all rows that were changed, or none."""
    edition = access.get_edition(request, agency, year)
    division = access.get_own_division(request, edition, division_id)
    scorecard = build_scorecard(edition.plan, include_provisional=True, with_action_plans=True)
    if request.method != "POST":
        return render_table(request, edition, division, scorecard, entry_forms(scorecard, edition, division))
    forms = sent_forms(scorecard, edition, division, request.POST)
    if not all([form.is_valid() for form in forms]):
        return render_table(request, edition, division, scorecard, forms, status=422)
    touched = [form for form in forms if form.is_touched]
    shown = request.POST.get("draft", "")
    try:
        saved = save_and_settle(
            by=request.user,
            plan=edition.plan,
            division=division,
            report_entries=[form.report_entry() for form in touched],
            rows=changed_field_names(forms, everything=shown == "applied"),
            beside=shown == "offered",
        )
    except Conflict as conflict:
        return _show_conflict(request, edition, division, forms, conflict)
    except policies.RuleBroken as error:
        messages.error(request, " ".join(error.messages) + "您輸入的內容還在這一頁，但沒有儲存。")
        return render_table(request, edition, division, scorecard, forms, status=409)
    if request.POST.get("then") == "check":
        return redirect("reporting_check", agency=agency, year=year, division_id=division.pk)
    messages.success(request, f"已儲存 {len(saved)} 項 KPI。" if saved else "沒有需要儲存的變更。")
    return redirect("reporting_table", agency=agency, year=year, division_id=division.pk)


def _show_conflict(request, edition, division, forms, conflict):
    """The same page, status 409, with both versions of each KPI in conflict. Nothing is saved."""
    scorecard = build_scorecard(edition.plan, include_provisional=True, with_action_plans=True)
    current = {report.kpi_id: report for report in conflict.reports}
    for form in forms:
        if form.line.id in current:
            form.show_conflict(scorecard.kpis_by_code[form.line.code], current[form.line.id])
    return render_table(request, edition, division, scorecard, forms, status=409)


@require_safe
def light(request, agency, year, division_id, code):
    """HTML fragment: light, working and questions of a measure with the figure being typed. Nothing is saved."""
    edition = access.get_edition(request, agency, year)
    access.get_own_division(request, edition, division_id)
    line = build_scorecard(edition.plan, include_provisional=True).kpis_by_code.get(code)
    measure = next((m for m in line.measures if str(m.id) == request.GET.get("measure")), None) if line else None
    if measure is None or line.division_id != division_id:
        raise Http404
    answered = FigureConfirmation.objects.answers_of([line.id], year)
    form = KPIEntryForm(request.GET, line=line, report=None, answered=answered)
    form.is_valid()
    outcome = form.outcome(measure, edition.plan.warning_threshold)
    context = {"outcome": outcome, "cap": edition.plan.display_cap, "row": form.fields_of(measure)}
    return render(request, "scorecard/reporting/_light.html", context)


def _what_is_missing(form):
    """(sentence, id of the field in the reporting table) for each reason why the KPI cannot be submitted."""
    line = form.line
    missing = []
    for m in line.measures:
        state = (m.label, m.cell.target is not None, m.cell.actual is not None or m.cell.unmeasured)
        sentences = policies.missing_for_submission(line.code, [state], is_missed=False, is_explained=True)
        first = "numerator" if m.is_ratio else "actual"
        missing += [(sentence, form[f"{first}_{m.id}"].auto_id) for sentence in sentences]
    is_explained = bool(form.report and form.report.explanation)
    sentences = policies.missing_for_submission(line.code, [], is_missed=line.is_missed, is_explained=is_explained)
    return missing + [(sentence, form["explanation"].auto_id) for sentence in sentences]


@require_http_methods(["GET", "HEAD", "POST"])
def check(request, agency, year, division_id):
    """The check before submitting. A POST submits the KPIs chosen, all or none."""
    edition = access.get_edition(request, agency, year)
    division = access.get_own_division(request, edition, division_id)
    scorecard = build_scorecard(edition.plan, include_provisional=True)
    status = 200
    if request.method == "POST":
        codes = request.POST.getlist("offered" if request.POST.get("all") else "kpi")
        chosen = list(KPI.objects.filter(plan=edition.plan, division=division, code__in=codes))
        if len(chosen) != len(set(codes)):
            raise Http404
        try:
            submitted = submit_reports(by=request.user, plan=edition.plan, kpis=chosen)
        except policies.RuleBroken as error:
            status = 422
            for sentence in error.messages:
                messages.error(request, sentence)
        else:
            return _after_submitting(request, edition, division, codes, submitted)
    rows = [(form, _what_is_missing(form)) for form in entry_forms(scorecard, edition, division) if form.is_editable]
    asking = [form for form, _ in rows if form.report and form.open_questions]
    context = {
        "division": division,
        "scorecard": scorecard,
        "plan": edition.plan,
        "ready": [form for form, missing in rows if form.report and not missing and form not in asking],
        "asking": asking,
        "incomplete": [(form, missing) for form, missing in rows if missing],
        "sent": [line for line in scorecard.due_kpis if line.division_id == division.pk and line.report_state in SENT],
    }
    return render(request, "scorecard/reporting/check.html", context, status=status)


def _after_submitting(request, edition, division, codes, submitted):
    """Redirects to the receipt, also if the POST was sent twice; to the table if there is none."""
    receipts = Submission.objects.of_plan(edition.plan).filter(division=division)
    receipt = receipts.latest_with([report.kpi.code for report in submitted] or codes)
    if submitted:
        codes_text = "、".join(report.kpi.code for report in submitted)
        messages.success(request, f"已送出 {len(submitted)} 項 KPI（{codes_text}），等候審核。")
    elif receipt:
        messages.info(request, "選取的 KPI 先前已經送出，這是當時的收執。")
    else:
        messages.error(request, "沒有選取可送出的 KPI。")
        return redirect("reporting_table", agency=edition.agency.slug, year=edition.year, division_id=division.pk)
    return redirect("reporting_receipt", agency=edition.agency.slug, year=edition.year, serial=receipt.serial)


@require_POST
def confirm(request, agency, year, division_id, code):
    """「數字無誤」: answers a question of the check page, then redirects there."""
    edition = access.get_edition(request, agency, year)
    division = access.get_own_division(request, edition, division_id)
    kpi = get_object_or_404(
        KPI.objects.select_related("plan", "division"), plan=edition.plan, division=division, code=code
    )
    names = {f"kpi{kpi.pk}-confirm_{m.pk}_{q.value}": (m.pk, q) for m in kpi.measures.all() for q in Question}
    answers = [answer for name in names for answer in read_answer(*names[name], request.POST.get(name))]
    form = SeenForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else -1
    try:
        kept = confirm_figures(by=request.user, kpi=kpi, version=version, answers=answers)
    except Conflict:
        messages.error(request, f"{code} 剛剛有人變更，沒有確認；下面是目前的數字，請再看一次。")
    except policies.RuleBroken as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"已確認 {code} 的數字無誤。" if kept else "沒有需要確認的數字。")
    return redirect("reporting_check", agency=agency, year=year, division_id=division.pk)
