"""The scorecard's filter and columns on the page: everything in the URL, nothing lost on the way, no dead end."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.page_reading import address, body, client_of, forms, links, text

FILES = ("scorecard_xlsx", "scorecard_ods", "scorecard_csv", "scorecard_pdf")
EVERYTHING = {
    "perspective": "C",
    "theme": "A",
    "light": "pending",
    "state": "pending",
    "q": "指標 1.1",
    "provisional": "1",
}


@pytest.fixture
def client(cast):
    """A viewer of the plan."""
    return client_of(cast.viewer)


@pytest.fixture
def url(open_plan):
    """The scorecard of 105, which is open."""
    return address(open_plan, "scorecard")


def filter_form(page):
    (form,) = [form for form in forms(page) if form.action == "#filters"]
    return form


def kpis(page):
    return re.findall(r'<th scope="row" class="c-kpi"[^>]*>\s*<a [^>]*>([^<]+)</a>', body(page))


def cleared(page):
    """The query that clearing the filter leads to."""
    (found,) = set(re.findall(r'href="[^"?]*/scorecard/(?:\?([^"#]*))?#filters">清除篩選<', body(page)))
    return {name: values[0] for name, values in parse_qs(unescape(found)).items()}


def query_to(page, path):
    """The query of the page's one link to the path."""
    (found,) = {urlsplit(link).query for link in links(page) if urlsplit(link).path == path}
    return {name: values[0] for name, values in parse_qs(found).items()}


def test_a_filter_hides_rows_and_says_how_many_are_left(client, url):
    whole, part = client.get(url), client.get(url, {"perspective": "C"})
    assert len(kpis(whole)) == 10
    assert kpis(part) == ["AC1.1", "AC1.2", "BC1.1", "BC1.2"]
    assert "顯示 4／10 項 KPI 構面：顧客構面 得分與燈號統計仍以全部 KPI 計算。" in text(part)
    assert "顯示 10／10" not in text(whole)


def test_the_plans_score_and_lights_stay_as_they_are(client, url, cast, kpi):
    factories.approved(cast, kpi, actuals=95)
    facts = r'<dl class="facts">.*?</dl>'
    whole = re.search(facts, body(client.get(url)), re.DOTALL)[0]
    assert re.search(facts, body(client.get(url, {"theme": "B"})), re.DOTALL)[0] == whole
    assert "95 ／100" in text(client.get(url, {"theme": "B"}))


def test_text_is_found_whatever_its_width(client, url):
    assert kpis(client.get(url, {"q": "ａｃ１．２"})) == ["AC1.2"]


def test_the_form_stands_as_it_was_sent(client, url, open_plan):
    sent = EVERYTHING | {"division": str(open_plan.agency.divisions.first().pk), "columns": "formula,results"}
    page = client.get(url, sent)
    assert kpis(page) == ["AC1.1"]
    fields = filter_form(page).fields
    assert {name: fields[name][-1] for name in sent if name != "columns"} == {
        name: value for name, value in sent.items() if name != "columns"
    }
    assert fields["columns"] == ["", "formula", "results"]


def test_sending_the_form_again_asks_for_the_same(client, url):
    page = client.get(url, EVERYTHING | {"columns": "targets,owner"})
    again = client.get(url, filter_form(page).fields)
    table = r"<table.*</table>"
    assert re.search(table, body(again), re.DOTALL)[0] == re.search(table, body(page), re.DOTALL)[0]


def test_no_column_ticked_leaves_objective_and_kpi_alone(client, url):
    fields = filter_form(client.get(url)).fields
    page = client.get(url, fields | {"columns": [""]})
    assert re.findall(r'<th scope="col" class="c-(\w+)"', body(page)) == ["objective", "kpi"]


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_asked_for_with_what_the_page_shows(client, url, open_plan, name):
    page = client.get(url, EVERYTHING | {"theme": "A", "columns": "formula,results", "nonsense": "1"})
    assert query_to(page, address(open_plan, name)) == EVERYTHING | {"columns": "formula,results"}


@pytest.mark.parametrize(
    ("name", "ending"), [("scorecard_csv", "csv"), ("scorecard_ods", "ods"), ("scorecard_xlsx", "xlsx")]
)
def test_a_part_of_the_scorecard_is_named_as_such(client, open_plan, name, ending):
    whole, part = client.get(address(open_plan, name)), client.get(address(open_plan, name), {"theme": "A"})
    assert whole["Content-Disposition"] == f'attachment; filename="test-agency-105-scorecard.{ending}"'
    assert part["Content-Disposition"] == f'attachment; filename="test-agency-105-scorecard-selection.{ending}"'
    assert part["Cache-Control"] == "private, no-store"


def test_one_click_clears_the_filter_and_keeps_columns_and_provisional_figures(client, url):
    page = client.get(url, EVERYTHING | {"columns": "formula"})
    assert cleared(page) == {"columns": "formula", "provisional": "1"}
    whole = client.get(url, cleared(page))
    assert len(kpis(whole)) == 10
    assert "清除篩選" not in text(whole)


def test_nothing_found_names_the_next_step(client, url):
    page = client.get(url, {"light": "met", "columns": "formula"})
    assert "沒有符合條件的 KPI。 請放寬上面的條件，或 清除篩選 看全部 10 項。" in text(page)
    assert cleared(page) == {"columns": "formula"}
    assert "<table" not in body(page)
    assert filter_form(page).fields["light"] == ["met"]


@pytest.mark.parametrize("name", ["perspective", "theme", "division", "light", "state", "columns"])
def test_an_unknown_value_is_told_and_left_out(client, url, open_plan, name):
    for value in ("nonsense", "<script>", "9" * 400, "台%"):
        page = client.get(url, {name: value})
        assert page.status_code == 200
        assert len(kpis(page)) == 10
        assert "已略過" in text(page)
        assert "<script>" not in body(page)
        assert client.get(address(open_plan, "scorecard_csv"), {name: value}).status_code == 200


def test_the_years_of_the_switch_keep_the_filter(client, url, later):
    page = client.get(url, {"theme": "B", "columns": "targets"})
    assert query_to(page, address(later, "scorecard")) == {"theme": "B", "columns": "targets"}


def test_provisional_figures_stay_provisional_in_links_and_files(client, url, cast, kpi, open_plan):
    factories.fill(cast.staff, kpi, actuals=95)
    hidden, shown = client.get(url), client.get(url, {"provisional": "1"})
    assert "填報值尚未審核，未列入 待填報" in text(hidden)
    assert "95 95% 接近 尚未審核" in text(shown)
    assert query_to(shown, address(open_plan, "kpi", code="AC1.1")) == {"provisional": "1"}
    assert query_to(shown, address(open_plan, "scorecard_ods")) == {"provisional": "1"}
    assert query_to(hidden, address(open_plan, "scorecard_ods")) == {}


def test_a_code_of_signs_that_mean_something_in_addresses_leads_to_its_page(client, url, open_plan):
    open_plan.kpis.filter(code="AC1.1").update(code="A 1?#%")
    page = client.get(url)
    assert "A 1?#%" in kpis(page)
    link = re.search(r'<a [^>]*href="([^"]+)"[^>]*>A 1\?#%<', body(page))[1]
    assert "A 1?#%" in body(client.get(link))


def test_every_field_of_the_form_has_its_label(client, url):
    html = body(client.get(url))
    form = html[html.index('<form class="filters"') : html.index("</form>", html.index('<form class="filters"'))]
    fields = re.findall(r'<(?:select|input)(?![^>]*type="hidden")[^>]* id="([^"]+)"', form)
    assert len(fields) == 17
    assert set(fields) == set(re.findall(r'<label[^>]* for="([^"]+)"', form))


def selects(asked):
    return [query for query in asked if query["sql"].startswith("SELECT")]


@pytest.mark.parametrize("query", [{}, EVERYTHING, {"columns": "executed,state,results"}])
def test_filters_and_columns_ask_the_database_nothing_more(client, url, open_plan, query):
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url, query).status_code == 200
    assert len(asked) <= 12, "\n".join(query["sql"][:150] for query in asked)
    for name in FILES[:3]:
        with CaptureQueriesContext(connection) as asked_for_file:
            assert client.get(address(open_plan, name), query).status_code == 200
        # A download is also recorded as a security event.
        assert len(selects(asked_for_file)) <= len(asked)
