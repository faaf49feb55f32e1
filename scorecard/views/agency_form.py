"""機關原表: the agency's own form with the years that the reader chose, as Excel and ODS."""

from django.views.decorators.http import require_safe

from scorecard.exports.form import form_ods, form_xlsx
from scorecard.exports.ods import MIME_TYPE as ODS
from scorecard.exports.workbook import MIME_TYPE as XLSX
from scorecard.forms.form_years import FormYearsForm
from scorecard.reports.build import build_scorecard
from scorecard.views import access
from scorecard.views.downloads import downloads_page, file_response


@require_safe
def agency_form_xlsx(request, slug, year):
    """The form as a workbook."""
    return _file(request, slug, year, form_xlsx, XLSX, "xlsx")


@require_safe
def agency_form_ods(request, slug, year):
    """The form as an OpenDocument spreadsheet."""
    return _file(request, slug, year, form_ods, ODS, "ods")


def _file(request, slug, year, write, content_type, suffix):
    """The file; the page with the choice of years again where the choice is none."""
    scope = access.get_scope(request, slug, year)
    scorecard = build_scorecard(scope.plan, year, with_action_plans=True)
    form = FormYearsForm(request.GET, scorecard=scorecard)
    if not form.is_valid():
        return downloads_page(request, scorecard, form, status=400)
    return file_response(write(scorecard, form.chosen), content_type, f"{slug}-form.{suffix}")
