"""年度績效報告: as PDF, made on request in a process of its own, and as a page."""

from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from scorecard.documents.annual_report_pdf import annual_report_job, data_time
from scorecard.domain.roc_years import datetime_text, to_roc
from scorecard.forms.agency_form import FormYearsForm
from scorecard.forms.annual_report import AnnualChoicesForm
from scorecard.pdf import jobs
from scorecard.read_models.annual_report import NoSuchPart, build_annual_report
from scorecard.read_models.annual_report_part import read_choices
from scorecard.read_models.build_scorecard import build_scorecard
from scorecard.views.downloads import downloads_page
from scorecard.web import access
from scorecard.web.file_response import file_response


class Unknown(Exception):
    """Raised when the query asks for a part or an appendix that does not exist."""


@require_safe
def annual_report(request, agency, year):
    """The report as PDF, from the cache or made now. 503 while too many others are being made."""
    edition = access.get_edition(request, agency, year)
    try:
        choices = _choices(request.GET)
        content = jobs.get_or_make(*annual_report_job(edition.plan, choices))
    except (Unknown, NoSuchPart):
        return _choose_again(request, edition, request.GET)
    is_safe_in_name = choices.part.isascii() and choices.part.replace("-", "").isalnum()
    part = f"-{choices.part}" if is_safe_in_name else ""
    return file_response(content, "application/pdf", f"{agency}-{to_roc(year)}-annual-report{part}.pdf")


@require_safe
def making(request, agency, year):
    """The state of the PDF: not made yet, being made, failed, or ready."""
    edition = access.get_edition(request, agency, year)
    try:
        choices = _choices(request.GET)
        key, _ = annual_report_job(edition.plan, choices)
        report = build_annual_report(edition.plan, choices)
    except (Unknown, NoSuchPart):
        return _choose_again(request, edition, request.GET)
    context = {
        "scorecard": report.scorecard,
        "title": report.title,
        "making": jobs.making(key),
        "choices": choices,
        "query": urlencode(choices.query),
    }
    response = render(request, "scorecard/annual_report/making.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def make(request, agency, year):
    """Start making the PDF of the choices sent, and redirect to the page of its state."""
    edition = access.get_edition(request, agency, year)
    form = AnnualChoicesForm(request.POST, scorecard=build_scorecard(edition.plan))
    if not form.is_valid():
        return _choose_again(request, edition, request.POST, status=422)
    jobs.start(*annual_report_job(edition.plan, form.choices))
    return _to_making(agency, year, form.choices)


@require_POST
def cancel(request, agency, year):
    """Stop making the PDF of the choices sent."""
    edition = access.get_edition(request, agency, year)
    form = AnnualChoicesForm(request.POST, scorecard=build_scorecard(edition.plan))
    if not form.is_valid():
        return _choose_again(request, edition, request.POST, status=422)
    jobs.cancel(annual_report_job(edition.plan, form.choices)[0])
    return _to_making(agency, year, form.choices)


@require_safe
def annual_report_page(request, agency, year):
    edition = access.get_edition(request, agency, year)
    try:
        choices = _choices(request.GET)
        report = build_annual_report(edition.plan, choices)
    except (Unknown, NoSuchPart):
        return _choose_again(request, edition, request.GET)
    context = {
        "report": report,
        "scorecard": report.scorecard,
        "made": datetime_text(data_time(edition.plan)),
        "query": urlencode(choices.query),
    }
    return render(request, "scorecard/annual_report/page.html", context)


def _choices(query):
    choices = read_choices(query)
    if choices is None:
        raise Unknown
    return choices


def _choose_again(request, edition, data, status=400):
    """The page of files with the errors of the choices."""
    scorecard = build_scorecard(edition.plan)
    choices = AnnualChoicesForm(data, scorecard=scorecard)
    return downloads_page(request, scorecard, FormYearsForm(scorecard=scorecard), choices=choices, status=status)


def _to_making(agency, year, choices):
    address = reverse("report_making", kwargs={"agency": agency, "year": year})
    return HttpResponseRedirect(f"{address}?{urlencode(choices.query)}" if choices.query else address)
