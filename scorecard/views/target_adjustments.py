"""歷年目標值調整一覽: what targets were adopted otherwise than planned, or changed since, over the years up to here."""

from dataclasses import dataclass

from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from scorecard.documents.target_adjustments_sheet import TITLE, adjustments_ods, adjustments_xlsx
from scorecard.domain.roc_years import to_roc
from scorecard.forms.filters import AdjustmentFilterForm
from scorecard.models import Plan
from scorecard.read_models.adjustment_filter import AdjustmentFilter, divisions_of, read_filter
from scorecard.read_models.target_adjustments import TargetAdjustment, adjustments_over
from scorecard.spreadsheets.ods_writer import MIME_TYPE as ODS
from scorecard.spreadsheets.xlsx_writer import MIME_TYPE as XLSX
from scorecard.web import access
from scorecard.web.file_response import file_response

FILES = (("target_adjustments_xlsx", "Excel"), ("target_adjustments_ods", "ODS"))


@dataclass(frozen=True)
class _Asked:
    """rows: those that pass the filter, of all. notices: sentences about parameters that were not understood."""

    plan: Plan
    all: tuple[TargetAdjustment, ...]
    rows: tuple[TargetAdjustment, ...]
    filter: AdjustmentFilter
    notices: tuple[str, ...]

    @property
    def query(self):
        """Query string of the same rows at another URL."""
        return f"?{urlencode(self.filter.query)}" if self.filter.is_active else ""

    @property
    def title(self):
        """「106 年版 歷年目標值調整一覽（至 106 年）」, with the filter in words, and 草案 of a draft."""
        draft = "草案" if self.plan.is_draft else ""
        words = f"（{'、'.join(self.filter.words)}）" if self.filter.is_active else ""
        return f"{TITLE}（至 {self.plan.title}{draft}）{words}"


def _read(request, agency, year):
    """404 unless the person may see the edition. It looks at editions up to this one, drafts before it left out."""
    edition = access.get_edition(request, agency, year)
    plan = edition.plan
    rows = adjustments_over(edition.up_to_now)
    asked, notices = read_filter(request.GET, rows)
    return _Asked(plan, rows, asked.select(rows), asked, notices)


@require_safe
def target_adjustments(request, agency, year):
    asked = _read(request, agency, year)
    context = {
        "asked": asked,
        "plan": asked.plan,
        "files": FILES,
        "filter_form": AdjustmentFilterForm(divisions_of(asked.all), asked.filter.query),
    }
    return render(request, "scorecard/target_adjustments.html", context)


@require_safe
def target_adjustments_xlsx(request, agency, year):
    return _file(_read(request, agency, year), adjustments_xlsx, XLSX, "xlsx")


@require_safe
def target_adjustments_ods(request, agency, year):
    return _file(_read(request, agency, year), adjustments_ods, ODS, "ods")


def _file(asked, write, mime_type, extension):
    plan = asked.plan
    content = write(plan.agency_name, asked.rows, title=asked.title)
    return file_response(content, mime_type, f"{plan.agency.slug}-{to_roc(plan.year)}-target-adjustments.{extension}")
