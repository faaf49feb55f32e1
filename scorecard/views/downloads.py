"""報告下載: the list of files, the JSON files and the frozen files. Other files have their own views."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from scorecard import permissions
from scorecard.documents.plan_json import plan_json as as_json
from scorecard.documents.scorecard_json import scorecard_json
from scorecard.domain.roc_years import to_roc
from scorecard.forms.agency_form import FormYearsForm
from scorecard.forms.annual_report import AnnualChoicesForm
from scorecard.models import YearSnapshot
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.spreadsheets.xlsx_writer import MIME_TYPE
from scorecard.web import access
from scorecard.web.file_response import file_response
from scorecard.web.plan_pages import get_scorecard


@require_safe
def downloads(request, agency, year):
    edition = access.get_edition(request, agency, year)
    scorecard = build_scorecard(edition.plan)
    return downloads_page(request, scorecard, FormYearsForm(scorecard=scorecard))


def downloads_page(request, scorecard, form, *, choices=None, status=200):
    """form: the years of the agency's form. choices: those of the annual report, None for the defaults."""
    choices = choices or AnnualChoicesForm(scorecard=scorecard)
    snapshots = YearSnapshot.objects.listed().filter(plan_year=request.edition.plan)
    can_edit = permissions.can_edit_strategy(request.user, request.edition.plan.agency_id)
    context = {"scorecard": scorecard, "form": form, "choices": choices, "snapshots": snapshots, "can_edit": can_edit}
    return render(request, "scorecard/downloads.html", context, status=status)


# {name in the address: (field of YearSnapshot, content type)}.
SNAPSHOT_FILES = {
    "report.pdf": ("report", "application/pdf"),
    "scorecard.xlsx": ("workbook", MIME_TYPE),
    "data.json": ("document", "application/json"),
}


@require_safe
def snapshot(request, agency, year, number, file):
    """A file of the year's closing. number: 1 for the first closing of the year, 2 for the next."""
    edition = access.get_edition(request, agency, year)
    if file not in SNAPSHOT_FILES:
        raise Http404
    field, content_type = SNAPSHOT_FILES[file]
    frozen = get_object_or_404(YearSnapshot.objects.only(field), plan=edition.plan, number=number)
    name = f"{agency}-{to_roc(year)}-frozen-{number}-{file}"
    return file_response(bytes(getattr(frozen, field)), content_type, name)


@require_safe
def plan_json(request, agency, year):
    document = as_json(get_scorecard(request, agency, year, with_action_plans=True))
    return file_response(document, "application/json", f"{agency}-{to_roc(year)}.json")


@require_safe
def scores_json(request, agency, year):
    document = scorecard_json(get_scorecard(request, agency, year))
    return file_response(document, "application/json", f"{agency}-{to_roc(year)}-scores.json")
