"""平衡計分卡: the scorecard's table, filtered and with chosen columns, as a page and as files of the same rows."""

from dataclasses import dataclass
from urllib.parse import quote

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from scorecard.documents.scorecard_columns import DEFAULT_GROUPS, EXTRA_GROUPS, ColumnGroup, ColumnKind, read_groups
from scorecard.documents.scorecard_csv import table_csv
from scorecard.documents.scorecard_pdf import table_pdf
from scorecard.documents.scorecard_table import ScorecardTable
from scorecard.documents.scorecard_workbook import table_ods, table_workbook
from scorecard.domain.roc_years import to_roc
from scorecard.forms.filters import ScorecardFilterForm
from scorecard.read_models.scorecard_filter import read_filter, select
from scorecard.spreadsheets.ods_writer import MIME_TYPE as ODS
from scorecard.spreadsheets.xlsx_writer import MIME_TYPE as XLSX
from scorecard.web.conditional import not_modified_if_same_version
from scorecard.web.file_response import file_response
from scorecard.web.plan_pages import get_scorecard

FILES = (("scorecard_xlsx", "Excel"), ("scorecard_ods", "ODS"), ("scorecard_csv", "CSV"), ("scorecard_pdf", "PDF"))


@dataclass(frozen=True)
class _Asked:
    """The table that the URL asks for. notices: sentences about parameters that were not understood."""

    table: ScorecardTable
    notices: tuple[str, ...]

    @property
    def query(self):
        """Query string for the same rows, columns and figures at another URL; "" if there is nothing to say."""
        return self._query(*self.table.selection.filter.query, *self._columns)

    @property
    def query_without_filter(self):
        """The same columns, all rows."""
        return self._query(*self._columns)

    @property
    def query_with_forms_columns(self):
        """The same rows, the agency form's own columns."""
        return self._query(*self.table.selection.filter.query)

    @property
    def _columns(self):
        groups = self.table.groups
        return () if groups == DEFAULT_GROUPS else (("columns", ",".join(g.value for g in ColumnGroup if g in groups)),)

    def _query(self, *pairs):
        provisional = (("provisional", "1"),) if self.table.scorecard.include_provisional else ()
        query = urlencode((*pairs, *provisional), doseq=False)
        return f"?{query}" if query else ""


def _read(request, agency, year):
    """404 unless the person may see the plan."""
    scorecard = get_scorecard(request, agency, year, with_action_plans=True)
    asked, notices = read_filter(request.GET, scorecard)
    groups, more = read_groups(request.GET.getlist("columns"))
    table = ScorecardTable(select(scorecard, asked), groups, _Addresses(agency, year, scorecard.include_provisional))
    return _Asked(table, notices + more)


class _Addresses:
    """Addresses of the cells' links. Reversing a URL for each of a hundred cells costs as much as a query."""

    def __init__(self, agency, year, include_provisional):
        def before(name, argument):
            return reverse(name, kwargs={"agency": agency, "year": year, argument: 0}).removesuffix("0/")

        self._objective, self._kpi = before("objective", "code"), before("kpi", "code")
        self._division = before("division", "division_id")
        self._end = "/?provisional=1" if include_provisional else "/"

    def __call__(self, kind, line):
        if kind == ColumnKind.DIVISION:
            return f"{self._division}{line.division_id}{self._end}"
        start = self._kpi if kind == ColumnKind.KPI else self._objective
        return f"{start}{quote(line.code, safe='')}{self._end}"


@require_safe
@not_modified_if_same_version
def scorecard(request, agency, year):
    """The rows that pass the filter, with their years, action plans and budgets."""
    asked = _read(request, agency, year)
    table = asked.table
    context = {
        "asked": asked,
        "table": table,
        "selection": table.selection,
        "scorecard": table.scorecard,
        "files": FILES,
        "filter_form": ScorecardFilterForm(table.scorecard, table.selection.filter.query),
        "groups": [(group, group in table.groups, group in EXTRA_GROUPS) for group in ColumnGroup],
    }
    return render(request, "scorecard/scorecard.html", context)


@require_safe
def scorecard_xlsx(request, agency, year):
    table = _read(request, agency, year).table
    return file_response(table_workbook(table), XLSX, _name(agency, year, table, "xlsx"))


@require_safe
def scorecard_ods(request, agency, year):
    table = _read(request, agency, year).table
    return file_response(table_ods(table), ODS, _name(agency, year, table, "ods"))


@require_safe
def scorecard_csv(request, agency, year):
    table = _read(request, agency, year).table
    return file_response(table_csv(table), "text/csv; charset=utf-8", _name(agency, year, table, "csv"))


@require_safe
def scorecard_pdf(request, agency, year):
    table = _read(request, agency, year).table
    pdf = table_pdf(table, made_at=timezone.localtime())
    return file_response(pdf, "application/pdf", _name(agency, year, table, "pdf"))


def _name(agency, year, table, suffix):
    """File name; "-selection" marks a filtered table."""
    part = "-selection" if table.selection.filter.is_active else ""
    return f"{agency}-{to_roc(year)}-scorecard{part}.{suffix}"
