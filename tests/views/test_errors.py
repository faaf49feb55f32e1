"""What a person reads when something goes wrong: plain Chinese, what happened to their work, and no traceback."""

import pytest
from django.db import DatabaseError
from django.urls import reverse

from tests import factories
from tests.page_reading import address, client_of, text

pytestmark = [pytest.mark.django_db, pytest.mark.every_database]
INNARDS = ("Traceback", "Exception", "scorecard/", "site-packages", "DEBUG", "SELECT")


def assert_plain(response, status, heading, consequence):
    """The page has the status, says what happened, leads home, and shows nothing of the program."""
    said = text(response)
    assert response.status_code == status
    assert heading in said
    assert consequence in said
    assert f'href="{reverse("home")}"' in response.content.decode()
    for word in INNARDS:
        assert word not in response.content.decode().replace("/scorecard/", ""), word


@pytest.mark.parametrize("who", ["anonymous", "viewer"])
def test_a_page_that_does_not_exist(cast, who):
    client = client_of(getattr(cast, who, None))
    assert_plain(client.get("/no/such/page"), 404, "找不到這個頁面", "您的資料沒有任何變更")


def test_a_host_that_is_not_ours(cast):
    response = client_of(cast.viewer).get(reverse("login"), headers={"host": "elsewhere.example"})
    assert_plain(response, 400, "無法處理這個要求", "沒有任何變更")


def test_a_page_that_one_may_see_but_not_use(cast, plan):
    response = client_of(cast.viewer).get(address(plan, "review"))
    assert_plain(response, 403, "您不能執行這個動作", "只有審核人員與管理者可以審核填報")


def test_a_form_sent_without_its_token(cast, plan):
    client = client_of(cast.admin, enforce_csrf_checks=True)
    assert_plain(client.post(address(plan, "plan_year_open")), 403, "頁面已過期", "沒有儲存")


def test_a_request_that_is_broken(cast, plan, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2
    client = client_of(cast.admin, raise_request_exception=False)
    response = client.post(address(plan, "plan_year_open"), {"a": "1", "b": "2", "c": "3"})
    assert_plain(response, 400, "無法處理這個要求", "沒有任何變更")


def test_a_fault_of_the_program(cast, plan, monkeypatch):
    def fail(*args, **kwargs):
        raise DatabaseError("SELECT secret FROM scorecard_user")

    monkeypatch.setattr("scorecard.web.plan_pages.build_scorecard", fail)
    client = client_of(cast.viewer, raise_request_exception=False)
    response = client.get(address(plan, "theme", code="A"))
    assert_plain(response, 500, "系統發生錯誤", "先前已儲存的資料不受影響")


def test_a_database_that_does_not_answer_makes_the_health_check_fail(monkeypatch):
    assert client_of().get(reverse("healthz")).content == b"ok"

    def fail(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", fail)
    assert client_of(raise_request_exception=False).get(reverse("healthz")).status_code == 500


@pytest.mark.parametrize("code", ["ZZ1", "AC1%00", "AC1 ", "..%2F..", "%E7%AD%96", "ac1.1", "<b>"])
@pytest.mark.parametrize("name", ["objective", "theme", "kpi"])
def test_codes_that_name_nothing_are_404(cast, plan, name, code):
    url = address(plan, name, code="CODE").replace("CODE", code)
    assert client_of(cast.viewer, raise_request_exception=False).get(url).status_code == 404


@pytest.mark.parametrize("year", ["0", "9999", "200", "1911", "105x", "１０５"])
def test_years_that_are_none_are_404(cast, plan, year):
    assert client_of(cast.viewer, raise_request_exception=False).get(f"/test-agency/{year}/map/").status_code == 404


def test_a_null_byte_in_a_form_is_refused_not_a_fault(open_plan, cast):
    kpi = factories.kpi(open_plan, "AC1.1")
    factories.fill(cast.staff, kpi)
    client = client_of(cast.staff, raise_request_exception=False)
    response = client.post(address(open_plan, "kpi_comment", code="AC1.1"), {"text": "a\x00b"})
    assert response.status_code in {302, 422}
    table = address(open_plan, "reporting_table", division_id=kpi.division_id)
    fields = {f"kpi{kpi.pk}-version": "1", f"kpi{kpi.pk}-explanation": "a\x00b"}
    assert client.post(table, fields).status_code == 422
