"""The annual report as PDF: its content, and the key under which the finished file is kept."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from scorecard.agency_form.writing.form_file import choose_years, form_xlsx
from scorecard.documents.watermarks import watermarks
from scorecard.domain.roc_years import datetime_text
from scorecard.models import AuditEvent
from scorecard.pdf.document import pdf_document
from scorecard.pdf.jobs import cache_key, get_or_make, pdf_bytes
from scorecard.pdf.writer import Attached
from scorecard.read_models.annual_report import WHOLE, build_annual_report, build_official_report

STYLESHEETS = (
    "css/pdf/base.css",
    "css/pdf/annual-report.css",
    "css/pdf/annual-report-summary.css",
    "css/pdf/annual-report-tables.css",
)
# The map's area in css/pdf/annual-report-summary.css, in millimetres.
MAP_WIDTH, MAP_HEIGHT = 275, 153
# Replaces the time in the key of an edition without any event.
NO_TIME = datetime(2000, 1, 1)


def annual_report_pdf(plan, choices=WHOLE, *, wait_seconds=0):
    """The finished file if it is kept, otherwise made now. Raises what annual_report_job() and get_or_make() raise."""
    return get_or_make(*annual_report_job(plan, choices), wait_seconds=wait_seconds)


def annual_report_job(plan, choices=WHOLE):
    """(key, build) for pdf/jobs.py; build() reads the edition and returns the Document. One query, two if closed.

    The key has everything that decides the bytes: the edition's data version and last audit event (and their database),
    its state, the choices and the version of the program. Nothing of it changes once the edition is closed. An edition
    without any event was loaded from a file and may be a different one with the same number: then the report is built
    at once, and its content without the time is the key. Only this case raises here what build() raises: NoSuchPart.
    """
    event = AuditEvent.objects.last_of(plan)
    if event is None:
        report = build_annual_report(plan, choices)
        timeless = annual_report_document(report, made_at=NO_TIME)
        return cache_key(timeless.digest), lambda: annual_report_document(report, made_at=_time_of(None))

    def build():
        return annual_report_document(build_annual_report(plan, choices), made_at=_time_of(event))

    database = settings.DATABASES["default"]
    data = (str(database["NAME"]), database.get("HOST"), plan.pk, plan.data_version, event.pk, event.digest)
    return cache_key("annual report", data, plan.state, choices), build


def official_report_pdf(plan, *, audit_event, approvals, wait_seconds=0):
    """The report to freeze with the year. plan: as build_official_report() takes it."""
    report = build_official_report(plan, audit_event=audit_event, approvals=approvals)
    return pdf_bytes(annual_report_document(report, made_at=_time_of(audit_event)), wait_seconds=wait_seconds)


def data_time(plan):
    """The local time of the edition's last change: a report shows the data up to then. One query, two if closed."""
    return _time_of(AuditEvent.objects.last_of(plan))


def _time_of(event):
    return timezone.localtime(event.at if event else None)


def annual_report_document(report, *, made_at):
    """Bookmarked; 草稿 is across its pages until the year is closed, and then 非正式版本 but for the frozen report.

    made_at: the local time of the data, printed too.

    The report of the whole plan has the filled form inside, but not without appendix, and not with figures that are not
    approved: the form never shows them.
    """
    scorecard = report.scorecard
    stylesheets = [*STYLESHEETS, *watermarks(scorecard)]
    is_attached = report.with_appendix and not report.part and not scorecard.include_provisional
    context = {"report": report, "scorecard": scorecard, "made_at": made_at, "made": datetime_text(made_at)}
    return pdf_document(
        "pdf/annual_report.html",
        context | {"is_attached": is_attached},
        stylesheets=stylesheets,
        css=_link_places(report.map),
        attachments=[_form(scorecard)] if is_attached else [],
        made_at=made_at,
    )


def _form(scorecard):
    content = form_xlsx(scorecard, choose_years(scorecard, with_actuals=True))
    return Attached(f"form-{scorecard.year.roc}.xlsx", content, "填好的機關原表（策略地圖與平衡計分卡）")


def _link_places(strategy_map):
    """Style that puts each card's link over the card: links inside a drawing do not become links of a PDF."""
    layout = strategy_map.layout
    scale = min(MAP_WIDTH / layout.width, MAP_HEIGHT / layout.height)
    left = (MAP_WIDTH - layout.width * scale) / 2
    top = (MAP_HEIGHT - layout.height * scale) / 2
    rules = []
    for card in strategy_map.cards:
        place = card.place
        rules.append(
            f"#card-{card.objective.id}{{left:{left + place.x * scale:.2f}mm;top:{top + place.y * scale:.2f}mm;"
            f"width:{place.w * scale:.2f}mm;height:{place.h * scale:.2f}mm}}"
        )
    return "".join(rules)
