"""The comparison of two editions as files: what the page shows, as PDF, .xlsx and .ods."""

from django.http import Http404
from django.utils import timezone
from django.views.decorators.http import require_safe

from scorecard.documents.comparison_files import comparison_ods, comparison_pdf, comparison_xlsx
from scorecard.read_models.edition_comparison import compare_editions
from scorecard.spreadsheets import ods_writer, xlsx_writer
from scorecard.views.compare import other_edition
from scorecard.web import access
from scorecard.web.file_response import file_response


def _file(request, agency, year, write, content_type, ending):
    """404 as the page, and for a first edition, which has nothing to compare with."""
    edition = access.get_edition(request, agency, year)
    other = other_edition(edition, request.GET.get("with", ""))
    if other is None:
        raise Http404
    comparison = compare_editions(other, edition.plan)
    content = write(comparison, made_at=timezone.localtime())
    name = f"{agency}-{comparison.new_plan.roc}-compared-{comparison.old_plan.roc}.{ending}"
    return file_response(content, content_type, name)


@require_safe
def compare_pdf(request, agency, year):
    return _file(request, agency, year, comparison_pdf, "application/pdf", "pdf")


@require_safe
def compare_xlsx(request, agency, year):
    return _file(request, agency, year, comparison_xlsx, xlsx_writer.MIME_TYPE, "xlsx")


@require_safe
def compare_ods(request, agency, year):
    return _file(request, agency, year, comparison_ods, ods_writer.MIME_TYPE, "ods")
