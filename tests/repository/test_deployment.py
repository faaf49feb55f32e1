"""The settings as an administrator meets them: complete they are clean, incomplete they name the cure."""

import contextlib
import os
import re
import sqlite3
import subprocess
import sys
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

PRODUCTION = {
    "SECRET_KEY": "b8Wc0vX2qN5rT7yU9iO1pA3sD4fG6hJ8kL0zX2cV5bN7mQ9wE1",
    "ALLOWED_HOSTS": "bsc.example.gov.tw",
    "TRUST_PROXY": "on",
    "TRUSTED_PROXIES": "127.0.0.1",
    # Mails leave the house: they need a sender, and links that lead back.
    "EMAIL_HOST": "mail.example.gov.tw",
    "DEFAULT_FROM_EMAIL": "bsc@example.gov.tw",
    "SITE_URL": "https://bsc.example.gov.tw",
}
OIDC = {
    "OIDC_ISSUER": "https://sso.example.gov.tw",
    "OIDC_AUTHORIZATION_URL": "https://sso.example.gov.tw/authorize",
    "OIDC_TOKEN_URL": "https://sso.example.gov.tw/token",
    "OIDC_USERINFO_URL": "https://sso.example.gov.tw/userinfo",
    "OIDC_JWKS_URL": "https://sso.example.gov.tw/jwks",
    "OIDC_CLIENT_ID": "scorecard",
    "OIDC_CLIENT_SECRET": "secret",
}
# The last is set by the browser tests, for themselves.
OURS = (
    "OIDC_ISSUER",
    "DEBUG",
    "HTTPS",
    "TRUST_PROXY",
    "TRUSTED_PROXIES",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "MEDIA_ROOT",
    "STATIC_ROOT",
    "EMAIL_HOST",
    "DEFAULT_FROM_EMAIL",
    "SITE_URL",
    "SSO_USER_HEADER",
    "SECURITY_EVENT_DAYS",
    "TRUSTED_PROXIES",
    "MIGRATE_DATABASE_URL",
    "DJANGO_ALLOW_ASYNC_UNSAFE",
)


def manage(*arguments, **environment):
    """Run manage.py with nothing of ours in the environment but `environment`."""
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}
    inherited |= {"DJANGO_SETTINGS_MODULE": "bsc_site.settings"}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def database_url(db, tmp_path):
    """The tables of this run, as the site reaches them in production."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        # A copy: the run holds the lock of the file itself, for which Django's own checks would wait.
        with contextlib.closing(sqlite3.connect(name)) as other:
            other.execute("VACUUM INTO ?", [str(tmp_path / "copy.sqlite3")])
        yield f"sqlite:///{tmp_path}/copy.sqlite3"
        return
    role = f"site_of_deployment_{os.getpid()}"
    place = f"{quote(connection.settings_dict['HOST'], safe='')}/{name}"
    site, owner = f"postgresql://{role}@{place}", f"postgresql://{connection.settings_dict['USER']}@{place}"
    # Past the test's own transaction, which another process does not see.
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute(SITE_ROLE.format(role=role))
    done = manage("grant_roles", **PRODUCTION | {"DATABASE_URL": site, "MIGRATE_DATABASE_URL": owner})
    assert done.returncode == 0, done.stderr
    yield site
    with other.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
    other.close()


# As README.md has the database's administrator make it.
SITE_ROLE = """
    CREATE ROLE {role} LOGIN;
    ALTER ROLE {role} SET statement_timeout = '30s';
    ALTER ROLE {role} SET lock_timeout = '10s';
    ALTER ROLE {role} SET idle_in_transaction_session_timeout = '60s';
"""


@pytest.mark.parametrize(
    "besides", [{}, {"SSO_USER_HEADER": "X-Remote-User"}, OIDC], ids=["passwords", "trusted header", "OpenID Connect"]
)
def test_the_deployment_check_is_clean_in_production(database_url, besides):
    done = manage("check", "--deploy", **PRODUCTION | {"DATABASE_URL": database_url} | besides)
    assert done.returncode == 0, done.stderr
    # Whether the machine that runs the tests keeps its clock right is not theirs to say.
    assert set(re.findall(r"\((\w+\.[EW]\d+)\)", done.stderr)) <= {"scorecard.W040"}, done.stderr


def test_the_deployment_check_looks_at_the_database_without_being_told_to(tmp_path):
    done = manage("check", "--deploy", **PRODUCTION | {"DATABASE_URL": f"sqlite:///{tmp_path}/new.sqlite3"})
    assert done.returncode == 1
    assert "(scorecard.E010)" in done.stderr and "請執行 manage.py migrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_static_file_is_collected_and_every_reference_in_it_exists(tmp_path):
    done = manage("collectstatic", "--noinput", "--verbosity", "0", STATIC_ROOT=str(tmp_path), **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "staticfiles.json").exists()
    assert list(tmp_path.glob("vendor/bootstrap/bootstrap.min.*.css.gz"))


def test_with_openid_connect_the_settings_are_those_that_the_tests_use():
    names = ("AUTHENTICATION_BACKENDS", "ROOT_URLCONF", "USES_SSO", "OIDC_OP_AUTHORIZATION_ENDPOINT", "OIDC_USE_PKCE")
    show = f"from django.conf import settings; print(*(getattr(settings, name) for name in {names}))"
    done = manage("shell", "--no-imports", "-c", show, **PRODUCTION | OIDC)
    assert done.stdout.split() == [
        "['scorecard.middleware.oidc_backend.OIDCBackend']",
        "bsc_site.oidc_urls",
        "True",
        "https://sso.example.gov.tw/authorize",
        "True",
    ]


def test_one_kind_of_single_sign_on_is_chosen():
    done = manage("check", **PRODUCTION | OIDC | {"SSO_USER_HEADER": "X-Remote-User"})
    assert done.returncode != 0 and "請只設定一種" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "name",
    ["SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "DEFAULT_FROM_EMAIL", "OIDC_JWKS_URL", "OIDC_CLIENT_SECRET"],
)
def test_a_missing_setting_stops_the_start_and_names_its_cure(name):
    done = manage("check", **{key: value for key, value in (PRODUCTION | OIDC).items() if key != name})
    assert done.returncode != 0
    assert done.stderr.startswith(f"缺少環境變數 {name}。")
    assert "請設定" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_site_without_a_mail_server_fails_its_check_with_the_cure_and_prints_no_mail():
    bare = {name: value for name, value in PRODUCTION.items() if name != "EMAIL_HOST"}
    done = manage("check", **bare)
    assert done.returncode != 0
    assert "缺少環境變數 EMAIL_HOST" in done.stderr and "請設定寄信伺服器，例如 EMAIL_HOST=" in done.stderr
    sends = "from django.conf import settings; print(settings.EMAIL_BACKEND)"
    assert "smtp" in manage("shell", "--command", sends, **bare).stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("HSTS_SECONDS", "-1"),
        ("LOGIN_HOURS", "0"),
        ("PASSWORD_MAX_DAYS", "1"),
        ("LOG_LEVEL", "LOUD"),
        ("SSO_USER_HEADER", "X Remote_User"),
        ("OIDC_TOKEN_URL", "http://sso.example.gov.tw/token"),
        ("SITE_URL", "bsc.example.gov.tw/path"),
        ("TRUSTED_PROXIES", "127.0.0.1, proxy.example.gov.tw"),
        ("SECURITY_EVENT_DAYS", "0"),
        ("DATABASE_URL", "oracle9://secret-word@host/x"),
        ("MIGRATE_DATABASE_URL", "oracle9://secret-word@host/x"),
        ("MIGRATE_DATABASE_URL", "postgresql://owner:secret-word@host/other"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named_with_its_cure(name, value):
    done = manage("check", **PRODUCTION | (OIDC if "OIDC" in name else {}) | {name: value})
    assert done.returncode != 0
    assert f"環境變數 {name}" in done.stderr
    assert "請" in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret-word" not in done.stderr


def start_site(**environment):
    """As gunicorn does, which runs no checks."""
    return subprocess.run(
        [sys.executable, "-c", "import bsc_site.wsgi"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "bsc_site.settings"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_site_does_not_start_as_the_owner_of_its_tables():
    databases = {"DATABASE_URL": "postgresql://app@host/bsc", "MIGRATE_DATABASE_URL": "postgresql://owner@host/bsc"}
    assert "MIGRATE_DATABASE_URL 只供 manage.py migrate" in start_site(**PRODUCTION | databases).stderr


def test_the_site_does_not_start_without_a_mail_server():
    bare = {name: value for name, value in PRODUCTION.items() if name != "EMAIL_HOST"}
    refused = start_site(**bare)
    assert refused.returncode != 0
    assert "缺少環境變數 EMAIL_HOST" in refused.stderr and "請設定寄信伺服器，例如 EMAIL_HOST=" in refused.stderr
    for complete in (PRODUCTION, bare | {"DEBUG": "on"}):
        assert start_site(**complete).returncode == 0


def test_a_command_without_tables_names_the_cure(tmp_path):
    done = manage("verify_audit", **PRODUCTION | {"DATABASE_URL": f"sqlite:///{tmp_path}/new.sqlite3"})
    assert done.returncode != 0
    assert done.stderr.startswith("資料庫無法使用，或還沒有建立資料表：")
    assert "manage.py migrate" in done.stderr and "Traceback" not in done.stderr


def test_production_stretches_passwords_and_binds_cookies_to_this_host():
    names = ("PASSWORD_HASHERS", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "MESSAGE_STORAGE")
    shown = (
        "from django.conf import settings; from scorecard.services import devices; "
        "from scorecard.web import expired_form; "
        f"print([getattr(settings, name) for name in {names}], devices.COOKIE, expired_form.PERSON)"
    )
    done = manage("shell", "--no-imports", "-c", shown, **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("[['django.contrib.auth.hashers.PBKDF2PasswordHasher', ")
    host_names = "], '__Host-sessionid', '__Host-csrftoken', 'scorecard.web.message_storage.HostMessages']"
    assert done.stdout.endswith(f"{host_names} __Host-device __Host-typist\n")


def test_uploads_are_refused_a_place_among_the_static_files():
    done = manage("check", MEDIA_ROOT=str(settings.BASE_DIR / "static" / "uploads"), **PRODUCTION)
    assert done.returncode != 0
    assert "MEDIA_ROOT" in done.stderr.strip().splitlines()[-1]


@pytest.mark.django_db
@pytest.mark.one_database
def test_the_content_security_policy_allows_this_site_alone(client):
    policy = client.get("/").headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";") if part.strip())
    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == "'none'"
    assert {words for name, words in directives.items() if name.endswith("-src") and name != "default-src"} == {
        "'self'",
        "'self' data:",
    }
