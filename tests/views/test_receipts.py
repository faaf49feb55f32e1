"""填報收執 on the pages: who sees which, and what they read; its PDF is read in
tests/documents/test_single_page_pdfs.py.
"""

from scorecard.models import Submission
from tests import factories
from tests.factories import fill, submit
from tests.factories import kpi as kpi_of
from tests.page_reading import address, client_of, links, text
from tests.shared_rows import layer


@layer
def receipts(open_plan, cast):
    """105-001 of 甲組 and 105-002 of 乙組."""
    fill(cast.staff, kpi_of(open_plan, "AC1.2"), actuals=90, explanation="人力不足", improvement="增補人力")
    factories.attach(cast.staff, kpi_of(open_plan, "AC1.2"))
    submit(cast.staff, kpi_of(open_plan, "AC1.2"))
    fill(cast.other_staff, kpi_of(open_plan, "BC1.1"))
    submit(cast.other_staff, kpi_of(open_plan, "BC1.1"))
    return list(Submission.objects.order_by("serial"))


def test_a_receipt_shows_what_was_sent_with_its_code_of_verification(open_plan, cast, receipts):
    page = client_of(cast.staff).get(address(open_plan, "reporting_receipt", serial=1))
    said = text(page)
    for part in (
        "填報收執 105-001",
        "甲組",
        "staff 君",
        "AC1.2 指標 AC1.2",
        "人力不足",
        "增補人力",
        "統計表.txt",
        "未達",
    ):
        assert part in said
    assert receipts[0].digest in said.replace(" ", "")
    assert address(open_plan, "reporting_receipt_pdf", serial=1) in links(page)


def test_staff_see_the_receipts_of_their_divisions_and_reviewers_all(open_plan, cast, receipts):
    own, others = (address(open_plan, "reporting_receipt", serial=serial) for serial in (1, 2))
    listed = address(open_plan, "reporting_receipts")
    for person, seen in ((cast.staff, {own}), (cast.other_staff, {others}), (cast.reviewer, {own, others})):
        assert {link for link in links(client_of(person).get(listed)) if link in {own, others}} == seen
        for url in (own, others):
            assert client_of(person).get(url).status_code == (200 if url in seen else 404)
    assert listed in links(client_of(cast.reviewer).get(address(open_plan, "review")))


def test_a_receipt_stays_as_it_was_when_the_plan_changes(open_plan, cast, receipts):
    kpi_of(open_plan, "AC1.2").measures.all()[0].values.filter(year=2016).update(actual=1, target=2)
    page = client_of(cast.staff).get(address(open_plan, "reporting_receipt", serial=1))
    assert "越低越好 20 90 22.2%" in text(page)


def test_a_year_without_receipts_says_so(open_plan, cast):
    page = client_of(cast.reviewer).get(address(open_plan, "reporting_receipts"))
    assert "105 年度還沒有送出的填報" in text(page)
