"""What is not approved stands on no page and in no file unless asked for, and is then marked (decision 0003)."""

import json
import re
from io import BytesIO
from zipfile import ZipFile

import pytest

from scorecard.documents.year_snapshot_json import report_rows
from scorecard.models import ActionBudget
from scorecard.services import reporting
from scorecard.services.reporting import Execution, ReportEntry
from tests import factories
from tests.factories import FIRST_YEAR
from tests.page_reading import address, client_of
from tests.pdf.pdf_reading import open_pdf, squeezed

pytestmark = pytest.mark.django_db

# What the staff entered for AC1.1, each a text that stands nowhere else. A page writes a number with or without commas.
FIGURE, NOTE, EXPLANATION, IMPROVEMENT = "7654321", "備註未核", "說明未核", "措施未核"
EXECUTED, PROGRESS, FILE = "9876543", "進度未核", "佐證未核.txt"
ENTERED = (FIGURE, NOTE, EXPLANATION, IMPROVEMENT, EXECUTED, PROGRESS, FILE)
MARKS = ("尚未審核", '"provisional": true')
# What pages say of all that they show; it marks nothing.
SAID_OF_ALL = "含尚未審核數值"
# Pages and files of readers, each with what it shows of ENTERED where that is asked for.
SHOWN = {
    "dashboard": (EXECUTED,),
    "strategy_map": (),
    "map_svg": (),
    "scorecard": (FIGURE,),
    "scorecard?columns=executed": (EXECUTED,),
    "scorecard_csv?columns=executed,results": (FIGURE, EXECUTED),
    "scorecard_xlsx?columns=executed,results": (FIGURE, EXECUTED),
    "scorecard_ods?columns=executed,results": (FIGURE, EXECUTED),
    "scores_json": (FIGURE,),
    "plan_json": (FIGURE, EXECUTED),
    "annual_report_page": (FIGURE, EXECUTED, PROGRESS),
    "objective": (FIGURE, EXECUTED, PROGRESS),
    "theme": (EXECUTED, PROGRESS),
    "division": (FIGURE, EXECUTED, PROGRESS),
    "division_pdf": (FIGURE, EXECUTED, PROGRESS),
    "kpi": ENTERED,
    "kpi_pdf": (FIGURE, EXPLANATION, IMPROVEMENT, EXECUTED, PROGRESS),
    "search?q=AC1": (),
    "downloads": (),
    "agency_form_xlsx": (),
}


@pytest.fixture
def entered(cast, kpi):
    """AC1.1 of 2016 filled in and not submitted: above its target, with every kind of text."""
    budget = ActionBudget.objects.get(action_plan__code="AC1.1.1", year=FIRST_YEAR)
    entry = factories.report_entry(kpi, actuals=FIGURE, explanation=EXPLANATION, improvement=IMPROVEMENT)
    entries = (reporting.Entry(entry.entries[0].measure_id, entry.entries[0].actual, NOTE),)
    executions = (Execution(budget.pk, int(EXECUTED), PROGRESS),)
    entry = ReportEntry(kpi, 0, entries, EXPLANATION, IMPROVEMENT, executions)
    reporting.save_reports(by=cast.staff, plan=kpi.plan, report_entries=[entry])
    factories.attach(cast.staff, kpi, names=(FILE,))
    return kpi


def told(response):
    """All that a page or file says, without white space and commas."""
    content = response.content
    if content.startswith(b"%PDF"):
        said = squeezed(open_pdf(content))
    elif content.startswith(b"PK"):
        with ZipFile(BytesIO(content)) as files:
            said = "".join(files.read(name).decode() for name in files.namelist() if name.endswith(".xml"))
    else:
        said = content.decode()
    return said.replace(",", "")


def look(person, plan, name, query=""):
    own = {"objective": {"code": "AC1"}, "theme": {"code": "A"}, "kpi": {"code": "AC1.1"}, "kpi_pdf": {"code": "AC1.1"}}
    name, _, asked = name.partition("?")
    division = {"division_id": plan.agency.divisions.first().pk} if name.startswith(("division", "reporting_")) else {}
    url = address(plan, name, **own.get(name, division))
    response = client_of(person).get(f"{url}?{asked}{query}")
    assert response.status_code == 200, url
    return told(response)


@pytest.mark.one_database
@pytest.mark.parametrize("name", SHOWN)
def test_what_is_not_approved_is_left_out_and_marked_where_asked_for(cast, entered, name):
    said = look(cast.viewer, entered.plan, name)
    assert not [words for words in ENTERED if words in said]
    said = look(cast.viewer, entered.plan, name, "&provisional=1")
    for words in SHOWN[name]:
        assert words in said
    if SHOWN[name]:
        said = said.replace(SAID_OF_ALL, "")
        assert any(mark in said for mark in MARKS)


@pytest.mark.one_database
def test_a_snapshot_has_neither_words_nor_files_nor_money_of_a_report_that_is_not_approved(cast, entered):
    said = json.dumps(report_rows(entered.plan), ensure_ascii=False)
    assert '"state": "draft"' in said
    assert not [words for words in ENTERED if words in said]


@pytest.mark.one_database
def test_those_who_enter_and_review_see_the_history_with_its_mark_and_strangers_see_no_page(cast, entered):
    for person in (cast.staff, cast.reviewer, cast.admin):
        assert FIGURE in look(person, entered.plan, "kpi")
    for person in (cast.viewer, cast.other_staff):
        assert "填報內容尚未審核未列入" in look(person, entered.plan, "kpi").replace("，", "")
    assert client_of(cast.outsider).get(address(entered.plan, "kpi", code="AC1.1")).status_code == 404


@pytest.mark.one_database
def test_beside_the_next_years_figure_it_is_marked_too(cast, entered):
    """Where a page of the next edition looks it up as last year's: withheld until it is approved."""
    later = factories.open_year(cast.admin, factories.next_edition(cast.admin, entered.plan))
    factories.approved(cast, factories.kpi(later, "AC1.1"), actuals=50, explanation="需求減少")
    for role, name in (
        ("viewer", "dashboard"),
        ("viewer", "annual_report_page"),
        ("viewer", "division_pdf"),
        ("viewer", "kpi"),
        ("staff", "reporting_table"),
        ("reviewer", "review"),
    ):
        said = look(getattr(cast, role), later, name, "state=&provisional=1")
        if role == "viewer":
            assert FIGURE not in look(cast.viewer, later, name)
        shown = re.sub(r"\s+", "", re.sub(r"<svg.*?</svg>|<ul class=\"history\">.*|<[^>]+>", "", said, flags=re.DOTALL))
        places = [match.end() for match in re.finditer(FIGURE, shown)]
        assert places, name
        assert [shown[end : end + 8] for end in places if "尚未審核" not in shown[end : end + 8]] == [], name
    factories.approved(cast, entered, actuals=FIGURE, explanation=EXPLANATION, improvement=IMPROVEMENT)
    assert FIGURE in look(cast.viewer, later, "kpi")
