"""Settings that do not fit together are found, each with its cure."""

from ipaddress import ip_network

import pytest
from django.core.checks import WARNING, Tags, run_checks

from scorecard.checks import clock, mail

AS_IN_THE_README = {
    "HTTPS": True,
    "PROXY_IS_DECLARED": True,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "TRUSTED_PROXIES": [ip_network("127.0.0.1")],
    "SSO_USER_HEADER": "",
    "ALLOWED_HOSTS": ["bsc.example.gov.tw"],
    "EMAIL_HOST": "mail.example.gov.tw",
    "EMAIL_HOST_USER": "bsc",
    "EMAIL_HOST_PASSWORD": "secret-word",
    "EMAIL_USE_TLS": True,
    "EMAIL_USE_SSL": False,
    "DEFAULT_FROM_EMAIL": "平衡計分卡 <bsc@example.gov.tw>",
    "SITE_URL": "https://bsc.example.gov.tw",
    "LOGIN_HOURS": 8,
    "LOGIN_IDLE_MINUTES": 60,
    "SECURITY_EVENT_DAYS": 200,
}
SOUND = {
    "as in the README": {},
    "TLS without a proxy": {"SECURE_PROXY_SSL_HEADER": None, "TRUSTED_PROXIES": []},
    "a proxy in the agency's network": {"TRUSTED_PROXIES": [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]},
    "a closed network without TLS": {
        "HTTPS": False,
        "PROXY_IS_DECLARED": False,
        "SECURE_PROXY_SSL_HEADER": None,
        "SITE_URL": "http://bsc.example.gov.tw",
    },
    "single sign-on": {"SSO_USER_HEADER": "X-Remote-User"},
    "single sign-on in a closed network": {
        "SSO_USER_HEADER": "X-Remote-User",
        "HTTPS": False,
        "SECURE_PROXY_SSL_HEADER": None,
        "SITE_URL": "http://bsc.example.gov.tw",
    },
    "several hosts": {"ALLOWED_HOSTS": ["other.example.gov.tw", ".example.gov.tw"]},
    "a mail server on this machine": {
        "EMAIL_HOST": "localhost",
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        "EMAIL_USE_TLS": False,
    },
}
# What is set instead → the only finding, and a word of its cure.
FAULTS = {
    "nobody said whether there is a proxy": ({"PROXY_IS_DECLARED": False}, "W020", "TRUST_PROXY"),
    "a proxy with TLS, cookies without": (
        {"HTTPS": False, "SITE_URL": "http://bsc.example.gov.tw"},
        "E021",
        "移除 HTTPS=off",
    ),
    "a header for single sign-on from anybody": (
        {"SSO_USER_HEADER": "X-Remote-User", "SECURE_PROXY_SSL_HEADER": None, "TRUSTED_PROXIES": []},
        "E022",
        "唯一入口",
    ),
    "the same without TLS": (
        {
            "SSO_USER_HEADER": "X-Remote-User",
            "HTTPS": False,
            "SECURE_PROXY_SSL_HEADER": None,
            "TRUSTED_PROXIES": [],
            "SITE_URL": "http://bsc.example.gov.tw",
        },
        "E022",
        "HTTPS=off 時設定 TRUSTED_PROXIES",
    ),
    "a proxy without its address": ({"TRUSTED_PROXIES": []}, "E026", "TRUSTED_PROXIES=127.0.0.1"),
    "a proxy that is believed the address alone": ({"SECURE_PROXY_SSL_HEADER": None}, "E027", "TRUST_PROXY=on"),
    "everybody is a proxy": ({"TRUSTED_PROXIES": [ip_network("0.0.0.0/0")]}, "E028", "TRUSTED_PROXIES=127.0.0.1"),
    "any host": ({"ALLOWED_HOSTS": ["*"]}, "E023", "ALLOWED_HOSTS="),
    "links to a host that is not answered": ({"SITE_URL": "https://old.example.gov.tw"}, "E024", "ALLOWED_HOSTS"),
    "links in the clear": ({"SITE_URL": "http://bsc.example.gov.tw"}, "E025", "SITE_URL=https://bsc.example.gov.tw"),
    "a sender of this machine": ({"DEFAULT_FROM_EMAIL": "bsc@localhost"}, "E031", "DEFAULT_FROM_EMAIL="),
    "a sender that is no address": ({"DEFAULT_FROM_EMAIL": "平衡計分卡"}, "E031", "DEFAULT_FROM_EMAIL="),
    "half a login": ({"EMAIL_HOST_PASSWORD": ""}, "E032", "EMAIL_HOST_PASSWORD"),
    "mails in the clear": ({"EMAIL_USE_TLS": False}, "E033", "EMAIL_USE_SSL=on"),
    "logins for days": ({"LOGIN_HOURS": 14 * 24}, "E050", "LOGIN_HOURS="),
    "no end by idling": ({"LOGIN_IDLE_MINUTES": 8 * 60}, "E051", "LOGIN_IDLE_MINUTES="),
    "links for a month": ({"PASSWORD_RESET_TIMEOUT": 30 * 24 * 60 * 60}, "E052", "PASSWORD_RESET_TIMEOUT"),
    "records for a month": ({"SECURITY_EVENT_DAYS": 30}, "E053", "SECURITY_EVENT_DAYS="),
}


def findings():
    """Of `manage.py check --deploy --tag security`, without Django's own."""
    found = run_checks(tags=[Tags.security], include_deployment_checks=True)
    return [finding for finding in found if finding.id.startswith("scorecard.")]


@pytest.fixture(autouse=True)
def production(settings, monkeypatch):
    monkeypatch.setattr(clock, "clock_is_synchronised", lambda: True)
    for name, value in AS_IN_THE_README.items():
        setattr(settings, name, value)


@pytest.mark.parametrize("changed", SOUND.values(), ids=SOUND)
def test_a_sound_set_up_is_clean(settings, changed):
    for name, value in changed.items():
        setattr(settings, name, value)
    assert findings() == []


@pytest.mark.parametrize(("changed", "number", "cure"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_the_only_finding_and_names_its_cure(settings, changed, number, cure):
    for name, value in changed.items():
        setattr(settings, name, value)
    (finding,) = findings()
    assert finding.id == f"scorecard.{number}"
    assert finding.level >= WARNING
    assert finding.hint.startswith("請") and cure in finding.hint
    assert "secret-word" not in f"{finding.msg}{finding.hint}"


def test_without_a_mail_server_no_start_is_clean(settings):
    settings.EMAIL_HOST = ""
    assert findings() == []
    (finding,) = [finding for finding in run_checks() if finding.id.startswith("scorecard.")]
    assert finding.id == "scorecard.E003" and finding.hint.startswith("請設定寄信伺服器，例如 EMAIL_HOST=")
    settings.DEBUG = True
    assert mail.mails_can_be_sent(None) == []


def test_a_machine_that_does_not_keep_time_is_told_of(monkeypatch):
    monkeypatch.setattr(clock, "clock_is_synchronised", lambda: False)
    (finding,) = findings()
    assert finding.id == "scorecard.W040" and "timedatectl" in finding.hint


def test_the_kernel_is_asked_whether_its_clock_is_right(monkeypatch):
    """adjtimex() of the C library: 5 where nothing keeps the clock right, less where something does."""
    monkeypatch.undo()
    asked = []

    def library(state):
        return lambda name: type("Library", (), {"adjtimex": lambda self, buffer: asked.append(buffer) or state})()

    assert clock.clock_is_synchronised() in {True, False}
    for state, is_right in [(0, True), (1, True), (5, False)]:
        monkeypatch.setattr(clock.ctypes, "CDLL", library(state))
        assert clock.clock_is_synchronised() is is_right
    assert len(asked) == 3
