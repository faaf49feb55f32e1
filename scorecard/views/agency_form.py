"""機關原表: the agency's own form with the years that the reader chose, as Excel and ODS."""

from django.views.decorators.http import require_safe

from scorecard.agency_form.writing.form_file import form_ods, form_xlsx
from scorecard.domain.roc_years import to_roc
from scorecard.forms.agency_form import FormYearsForm
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.spreadsheets.ods_writer import MIME_TYPE as ODS
from scorecard.spreadsheets.xlsx_writer import MIME_TYPE as XLSX
from scorecard.views.downloads import downloads_page
from scorecard.web import access
from scorecard.web.file_response import file_response


@require_safe
def agency_form_xlsx(request, agency, year):
    return _file(request, agency, year, form_xlsx, XLSX, "xlsx")


@require_safe
def agency_form_ods(request, agency, year):
    return _file(request, agency, year, form_ods, ODS, "ods")


def _file(request, agency, year, write, content_type, suffix):
    """The file. 400 with the page of files and its errors if the years chosen are invalid."""
    edition = access.get_edition(request, agency, year)
    scorecard = build_scorecard(edition.plan, with_action_plans=True)
    form = FormYearsForm(request.GET, scorecard=scorecard)
    if not form.is_valid():
        return downloads_page(request, scorecard, form, status=400)
    return file_response(write(scorecard, form.chosen), content_type, f"{agency}-{to_roc(year)}-form.{suffix}")
