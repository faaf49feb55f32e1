"""The client's address is the real one behind a declared proxy, and never a forged one; every request has a number."""

import logging
from ipaddress import ip_network

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from scorecard.domain.request_origin import Origin, client_address, current
from scorecard.middleware.request_origin import RequestOriginMiddleware
from scorecard.web.log_lines import AddRequestID
from tests.page_reading import address, client_of, text

PROXY = "10.0.0.5"
PERSON = "203.0.113.7"
FORGED = "198.51.100.66"
NUMBER = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def proxies(settings):
    """One declared proxy, and a network of them."""
    settings.TRUSTED_PROXIES = [ip_network(PROXY), ip_network("10.1.0.0/16"), ip_network("2001:db8:1::/48")]


def seen(remote=PROXY, **headers):
    """What the site knows of the request while it answers: (address, number, REMOTE_ADDR), and the response."""
    known = []

    def view(request):
        known.append((current.get(), request.META["REMOTE_ADDR"]))
        return HttpResponse()

    request = RequestFactory(headers=headers).get("/", REMOTE_ADDR=remote)
    response = RequestOriginMiddleware(view)(request)
    ((origin, remote_address),) = known
    assert origin.address == remote_address
    assert current.get() == Origin()
    return origin, response


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        (PROXY, PERSON, PERSON),
        ("10.1.200.3", PERSON, PERSON),
        ("2001:db8:1::9", "2001:DB8:5:0::7", "2001:db8:5::7"),
        (f"::ffff:{PROXY}", f"::ffff:{PERSON}", PERSON),
        (PROXY, f" {PERSON} ", PERSON),
        # A proxy that appends: the client wrote the first, and anybody may write two.
        (PROXY, f"{FORGED}, {PERSON}", PROXY),
        (PROXY, f"{FORGED},{FORGED}", PROXY),
        (PROXY, f"{PERSON}:51234", PROXY),
        (PROXY, "", PROXY),
        (PROXY, "unknown", PROXY),
        (PROXY, "<script>", PROXY),
        # No proxy, or one that nobody declared.
        (PERSON, FORGED, PERSON),
        ("10.2.0.1", FORGED, "10.2.0.1"),
        ("10.0.0.50", FORGED, "10.0.0.50"),
        # A socket file has no address.
        ("", FORGED, ""),
    ],
)
def test_the_address_is_that_of_the_person_or_of_the_last_machine_known(proxies, remote, forwarded, expected):
    origin, _ = seen(remote, **{"X-Forwarded-For": forwarded})
    assert origin.address == expected


@pytest.mark.parametrize("header", ["X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP"])
def test_no_other_header_names_an_address(proxies, header):
    assert seen(**{header: FORGED})[0].address == PROXY


def test_without_declared_proxies_nobody_is_believed():
    assert client_address("127.0.0.1", FORGED, []) == "127.0.0.1"
    assert seen("127.0.0.1", **{"X-Forwarded-For": FORGED})[0].address == "127.0.0.1"


def test_the_number_is_the_proxys_and_goes_back_in_a_header(proxies):
    origin, response = seen(**{"X-Request-ID": NUMBER})
    assert origin.request_id == response["X-Request-ID"] == NUMBER


@pytest.mark.parametrize(
    ("remote", "sent"), [(PERSON, NUMBER), (PROXY, "short"), (PROXY, "x" * 65), (PROXY, "a b c d e f g"), (PROXY, "")]
)
def test_otherwise_the_number_is_new_each_time(proxies, remote, sent):
    numbers = [seen(remote, **{"X-Request-ID": sent})[0].request_id for _ in range(2)]
    assert len({*numbers, sent}) == 3
    assert all(len(number) == 32 for number in numbers)


def test_every_line_of_the_log_has_the_number():
    token = current.set(Origin(PERSON, NUMBER))
    record = logging.LogRecord("scorecard", logging.INFO, __file__, 1, "saved", (), None)
    assert AddRequestID().filter(record)
    current.reset(token)
    assert record.request_id == NUMBER
    assert AddRequestID().filter(record)
    assert record.request_id == "-"


@pytest.mark.django_db
def test_every_error_page_shows_the_number(plan, cast, settings, monkeypatch):
    viewer = client_of(cast.viewer, raise_request_exception=False)
    admin = client_of(cast.admin, raise_request_exception=False)
    unchecked = client_of(cast.admin, enforce_csrf_checks=True)

    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("scorecard.web.plan_pages.build_scorecard", fail)
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 0
    answers = {
        404: viewer.get("/no/such/page"),
        403: viewer.get(address(plan, "review")),
        500: viewer.get(address(plan, "theme", code="A")),
        400: admin.post(address(plan, "plan_year_open"), {"a": "1", "b": "2", "c": "3"}),
        413: client_of().post("/account/login/", {"a": "1"}),
    }
    for status, response in answers.items():
        assert response.status_code == status
        assert response["X-Request-ID"] in text(response)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 5000
    refused = unchecked.post(address(plan, "plan_year_open"))
    assert refused.status_code == 403
    assert refused["X-Request-ID"] in text(refused)
