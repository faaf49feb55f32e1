"""上傳填報表: checks a division's fill-in workbook and puts it into the reporting table as a draft."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from scorecard.domain import policies
from scorecard.domain.roc_years import year_text
from scorecard.fill_in.reader import NotAFillIn, read_fill_in
from scorecard.forms.fill_in import FillInForm, rows_of
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.services.unsaved_entries import keep_unsaved
from scorecard.spreadsheets.grid import UnreadableFile
from scorecard.spreadsheets.reader import read_sheets
from scorecard.uploaded_files.upload_handler import left_out
from scorecard.views.form_import import PAYLOAD_TOO_LARGE, TOO_LARGE
from scorecard.web import access
from scorecard.web.reporting_rows import entry_forms

OTHER_TABLE = "這份填報表不是{division} {year}度的；請確認選對檔案，或重新下載填報表。"


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request, agency, year, division_id):
    """A POST puts the file's texts into the person's draft and redirects to the table, which offers the draft.

    No figure is written. The person saves the table, with its checks and conflicts.
    """
    edition = access.get_edition(request, agency, year)
    division = access.get_own_division(request, edition, division_id)
    scorecard = build_scorecard(edition.plan, include_provisional=True, with_action_plans=True)
    page = {"scorecard": scorecard, "division": division, "plan": edition.plan, "form": FillInForm()}
    if request.method != "POST":
        return render(request, "scorecard/reporting/fill_in.html", page)
    form = FillInForm(request.POST, request.FILES)
    refused = _refused(request, form)
    wrong = ()
    status = PAYLOAD_TOO_LARGE if left_out(request) else 422
    read = None
    if not refused:
        read, refused = _read(form.cleaned_data["file"], edition, division)
        wrong = read.messages if read else ()
    if not refused and not wrong:
        rows, without_row = rows_of(read, entry_forms(scorecard, edition, division))
        try:
            policies.check_year_is_open(edition.plan)
            keep_unsaved(by=request.user, plan=edition.plan, division=division, rows=rows, beside=True)
        except policies.RuleBroken as error:
            refused, status = error.messages, 409
        else:
            return _filled(request, rows, without_row, {"agency": agency, "year": year, "division_id": division.pk})
    page |= {"form": form, "errors": refused, "wrong": wrong}
    return render(request, "scorecard/reporting/fill_in.html", page, status=status)


def _refused(request, form):
    if left_out(request):
        return [TOO_LARGE]
    return [] if form.is_valid() else [text for texts in form.errors.values() for text in texts]


def _read(file, edition, division):
    """(ParsedFillIn or None, errors of the whole file)."""
    try:
        read = read_fill_in(read_sheets(file))
    except (UnreadableFile, NotAFillIn) as refusal:
        return None, [str(refusal)]
    if (read.plan, read.year, read.division_id) != (edition.plan.slug, edition.year, division.pk):
        return None, [OTHER_TABLE.format(division=division.name, year=year_text(edition.year))]
    return read, []


def _filled(request, rows, without_row, where):
    for message in without_row:
        messages.warning(request, f"{message.cell}：{message.text}")
    if rows:
        messages.info(request, f"填報表有 {len(rows)} 項 KPI 的新內容，還沒有儲存；請看過差異，再套用到表格。")
    else:
        messages.info(request, "填報表的內容與目前的相同，沒有需要儲存的變更。")
    address = reverse("reporting_table", kwargs=where)
    return redirect(f"{address}#typed" if rows else address)
