"""徵詢科室: the one page of a draft that divisions see while it is shared, and what is done with their answers."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from scorecard import permissions
from scorecard.domain.choices import EditionCommentKind
from scorecard.domain.policies import RuleBroken
from scorecard.forms.consultation import AnswerForm, DecisionForm, EditionCommentForm
from scorecard.models import KPI, TargetProposal
from scorecard.read_models.consultation import build_consultation
from scorecard.services import consultation as consulting
from scorecard.services import edition_comments
from scorecard.views.years import act_on_year
from scorecard.web import access

DONE = {
    EditionCommentKind.COMMENT: "已新增意見。",
    EditionCommentKind.SENT_FOR_ADOPTION: "已送請核定，並通知管理者。",
    EditionCommentKind.SENT_BACK: "已退回修正，並通知審核人員。",
}


@require_http_methods(["GET", "HEAD", "POST"])
def consultation(request, agency, year):
    """Staff answer for their divisions while the draft is shared; reviewers and admins see who has answered."""
    plan = access.get_consulted_edition(request, agency, year)
    if permissions.can_comment_on_edition(request.user, plan.agency_id):
        if request.method == "POST":
            permissions.check_can_answer(request.user, plan.agency_id)
        shown = build_consultation(plan)
        return render(request, "scorecard/consultation/overview.html", {"plan": plan, "consultation": shown})
    if request.method != "POST":
        return _page(request, plan, AnswerForm(kpis=_own(request, plan).kpis))
    return _answer(request, plan)


def _own(request, plan):
    """The part of the person's divisions."""
    divisions = permissions.roles_by_agency(request.user)[plan.agency_id].division_ids
    return build_consultation(plan, division_ids=divisions)


def _page(request, plan, form, status=200, refusal=""):
    """refusal: why nothing was saved, beside the fields' errors."""
    context = {"plan": plan, "consultation": _own(request, plan), "form": form, "refusal": refusal}
    return render(request, "scorecard/consultation/page.html", context, status=status)


def _answer(request, plan):
    form = AnswerForm(request.POST, kpis=_own(request, plan).kpis)
    if not form.is_valid():
        return _page(request, plan, form, status=422)
    try:
        count = consulting.save_answers(by=request.user, plan=plan, targets=form.targets(), opinions=form.opinions())
    except consulting.ChangedMeanwhile as error:
        form.kpis = _own(request, plan).kpis
        form.show_conflict()
        return _page(request, plan, form, status=409, refusal=" ".join(error.messages))
    except RuleBroken as error:
        return _page(request, plan, form, status=422, refusal=" ".join(error.messages))
    messages.success(request, f"已送出 {count} 項建議與意見，審核人員會收到通知。" if count else "沒有需要送出的變更。")
    return redirect("consultation", agency=plan.agency.slug, year=plan.year)


@require_POST
def share(request, agency, year):
    """Share the draft until a day, or end it now."""
    edition = access.get_edition_to_share(request, agency, year)
    is_over = "share-end" in request.POST
    done = "徵詢已結束。" if is_over else "已儲存徵詢期限，並通知各科室的填報人員。"
    return act_on_year(request, edition, "share", consulting.share, done)


@require_POST
def comment(request, agency, year):
    """A comment on the edition or a KPI of it; 送請核定, 退回修正."""
    edition = access.get_edition(request, agency, year)
    permissions.check_can_comment_on_edition(request.user, edition.plan.agency_id)
    form = EditionCommentForm(request.POST)
    if not form.is_valid():
        return _refused(request, agency, year, _sentences(form), request.POST.get("text", ""))
    code = form.cleaned_data["kpi"]
    kind = form.cleaned_data["kind"]
    kpi = get_object_or_404(KPI.objects.select_related("division"), plan=edition.plan, code=code) if code else None
    text = form.cleaned_data["text"]
    try:
        edition_comments.comment(by=request.user, plan=edition.plan, kpi=kpi, kind=kind, text=text)
    except RuleBroken as error:
        return _refused(request, agency, year, " ".join(error.messages), text)
    messages.success(request, DONE[kind])
    return redirect("compare", agency=agency, year=year)


@require_POST
def decide(request, agency, year, proposal_id):
    """Take a division's proposal over, or decline it."""
    edition = access.get_edition(request, agency, year)
    permissions.check_can_comment_on_edition(request.user, edition.plan.agency_id)
    proposal = get_object_or_404(TargetProposal.objects.select_related("plan"), plan=edition.plan, pk=proposal_id)
    form = DecisionForm(request.POST)
    typed = request.POST.get("reason", "")
    if not form.is_valid():
        return _refused(request, agency, year, _sentences(form), typed)
    try:
        consulting.decide(by=request.user, proposal=proposal, **form.cleaned_data)
    except RuleBroken as error:
        return _refused(request, agency, year, " ".join(error.messages), typed)
    messages.success(request, f"建議目標值：{form.cleaned_data['decision'].label}。")
    return redirect("compare", agency=agency, year=year)


def _refused(request, agency, year, sentences, typed):
    """Back to the comparison with the reasons, and with what was typed, which is nowhere else any more."""
    messages.error(request, f"{sentences}您填寫的內容：「{typed}」" if typed.strip() else sentences)
    return redirect("compare", agency=agency, year=year)


def _sentences(form):
    """The errors of a form that is not shown again, each with the name of its field."""
    return " ".join(
        f"{form.fields[name].label or name}：{error}" for name, errors in form.errors.items() for error in errors
    )
