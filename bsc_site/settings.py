"""All settings, read from the environment; README.md lists the variables.

DEBUG is off by default: a server without settings must refuse to start. Every refusal says in Chinese what to do.
"""

import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from whitenoise.compress import Compressor

from bsc_site.databases import database_from_environment, owner_from_environment
from bsc_site.environment import (
    debug_secret_key,
    env_bool,
    env_int,
    env_list,
    env_networks,
    env_oidc_url,
    env_positive,
    env_text,
)
from bsc_site.log_lines import logging_at

BASE_DIR = Path(__file__).resolve().parent.parent


# ── Mode, keys, hosts ────────────────────────────────────────────────────────────────────

DEBUG = env_bool("DEBUG", default=False)

SECRET_KEY = env_text("SECRET_KEY")
if not SECRET_KEY and DEBUG:
    SECRET_KEY = debug_secret_key(BASE_DIR / ".debug-secret-key")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "缺少環境變數 SECRET_KEY。正式環境請設定一組 50 字以上的隨機字串，可用以下指令產生：\n"
        "    python3 -c 'import secrets; print(secrets.token_urlsafe(50))'\n"
        "只想在自己的電腦試用，請執行 make run，或設定 DEBUG=on。"
    )

ALLOWED_HOSTS = env_list("ALLOWED_HOSTS")
if not ALLOWED_HOSTS and not DEBUG:
    raise ImproperlyConfigured(
        "缺少環境變數 ALLOWED_HOSTS。請設定本站的網域名稱，多個以逗號分隔，例如 ALLOWED_HOSTS=bsc.example.gov.tw。"
    )

CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")


# ── Applications ─────────────────────────────────────────────────────────────────────────

INSTALLED_APPS = [
    "scorecard",
    # The simple configuration: scorecard.admin has its own site, and autodiscovery would fill Django's default site,
    # which has no address.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
]

MIDDLEWARE = [
    # First: everything after it knows the client's address and the request's number.
    "scorecard.middleware.request_origin.RequestOriginMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "scorecard.middleware.no_store.store_nothing",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # After the person is known, before anything answers in a view's place.
    "scorecard.middleware.security_log.record_access",
    # Every view needs a login, except those with login_not_required.
    "scorecard.middleware.session_expiry.KeepFormOnExpiredSession",
    "scorecard.middleware.logins.LoginLimits",
    # Before anything asks what the person may do.
    "scorecard.middleware.deputies.stand_in",
    # A password set by somebody else must be changed first. With single sign-on there are no passwords.
    "scorecard.middleware.account_rules.AccountRules",
    "django.contrib.messages.middleware.MessageMiddleware",
    # Its refusals are pages, which show the person.
    "scorecard.middleware.null_characters.refuse_null_characters",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "scorecard.middleware.pdf_errors.PDFErrorMiddleware",
    # Before a view or a token check reads the body, but after the person is known.
    "scorecard.middleware.body_limit.limit_body",
]

ROOT_URLCONF = "bsc_site.urls"
WSGI_APPLICATION = "bsc_site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "scorecard.context_processors.navigation",
            ],
        },
    },
]

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

FIXTURE_DIRS = [BASE_DIR / "fixtures"]


# ── Database ─────────────────────────────────────────────────────────────────────────────

DATABASES = {"default": database_from_environment(BASE_DIR / "db.sqlite3")}
# The role that runs the site, where this process is the owner's: to migrate, and to grant that role its rights.
SITE_ROLE = ""
OWNER = owner_from_environment(DATABASES["default"])
if OWNER is not None:
    SITE_ROLE = DATABASES["default"]["USER"]
    DATABASES["default"] = OWNER


# pages: built lately, so that a repeat visit is cheap although browsers keep nothing (decision 0026).
LOCAL_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
CACHES = {"default": {"BACKEND": LOCAL_MEMORY}}
CACHES["pages"] = {"BACKEND": LOCAL_MEMORY, "LOCATION": "pages", "TIMEOUT": 3600, "OPTIONS": {"MAX_ENTRIES": 200}}


# ── People: accounts, login, sessions ────────────────────────────────────────────────────

AUTH_USER_MODEL = "scorecard.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
# 資通系統防護基準, 身分驗證管理: 「使用密碼進行驗證時，應強制最低密碼複雜度；強制密碼最短及最長之效期限制。」
# 「密碼變更時，至少不可以與前三次使用過之密碼相同。」 docs/資通系統防護基準.md has every line.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "scorecard.models.password_validators.NotGuessable"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "scorecard.models.password_history.NoReuse"},
]
PASSWORD_MIN_DAYS = env_int("PASSWORD_MIN_DAYS", default=1)
# 0: no end. A forced change makes people count up a digit; agencies whose rules ask for it set it.
PASSWORD_MAX_DAYS = env_int("PASSWORD_MAX_DAYS", default=0)
if 0 < PASSWORD_MAX_DAYS <= PASSWORD_MIN_DAYS:
    raise ImproperlyConfigured(
        f"環境變數 PASSWORD_MAX_DAYS（{PASSWORD_MAX_DAYS}）須大於 PASSWORD_MIN_DAYS（{PASSWORD_MIN_DAYS}），"
        "請調整；PASSWORD_MAX_DAYS=0 表示密碼沒有期限。"
    )
# How long the link for a new password works, also in an invitation.
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

# After five failures an account is locked on every device, its owner's included (decision 0021).
LOCK_ACCOUNTS = env_bool("LOCK_ACCOUNTS", default=False)

SSO_USER_HEADER = env_text("SSO_USER_HEADER")
if SSO_USER_HEADER:
    if not re.fullmatch(r"[A-Za-z0-9-]+", SSO_USER_HEADER):
        raise ImproperlyConfigured(
            f"環境變數 SSO_USER_HEADER 的值「{SSO_USER_HEADER}」不是標頭名稱，請改為像 X-Remote-User 的名稱。"
        )
    AUTHENTICATION_BACKENDS = ["scorecard.middleware.single_sign_on.SingleSignOnBackend"]
    MIDDLEWARE.insert(
        MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware") + 1,
        "scorecard.middleware.single_sign_on.SingleSignOnMiddleware",
    )

# Single sign-on by OpenID Connect; mozilla-django-oidc reads the names that begin with OIDC_.
OIDC_ISSUER = env_text("OIDC_ISSUER")
OIDC_OP_AUTHORIZATION_ENDPOINT = env_oidc_url("OIDC_AUTHORIZATION_URL", OIDC_ISSUER, "authorization_endpoint", DEBUG)
OIDC_OP_TOKEN_ENDPOINT = env_oidc_url("OIDC_TOKEN_URL", OIDC_ISSUER, "token_endpoint", DEBUG)
OIDC_OP_USER_ENDPOINT = env_oidc_url("OIDC_USERINFO_URL", OIDC_ISSUER, "userinfo_endpoint", DEBUG)
OIDC_OP_JWKS_ENDPOINT = env_oidc_url("OIDC_JWKS_URL", OIDC_ISSUER, "jwks_uri", DEBUG)
OIDC_RP_CLIENT_ID = env_text("OIDC_CLIENT_ID")
OIDC_RP_CLIENT_SECRET = env_text("OIDC_CLIENT_SECRET")
# Not every provider has it.
OIDC_LOGOUT_URL = env_text("OIDC_LOGOUT_URL")
OIDC_USERNAME_CLAIM = env_text("OIDC_USERNAME_CLAIM", "preferred_username")
OIDC_RP_SCOPES = "openid profile email"
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_USE_PKCE = True
OIDC_CREATE_USER = False
# For the provider's log-out.
OIDC_STORE_ID_TOKEN = True
OIDC_TIMEOUT = 5
if OIDC_ISSUER:
    if SSO_USER_HEADER:
        raise ImproperlyConfigured("環境變數 OIDC_ISSUER 與 SSO_USER_HEADER 是兩種單一登入，請只設定一種。")
    for name, value in (("OIDC_CLIENT_ID", OIDC_RP_CLIENT_ID), ("OIDC_CLIENT_SECRET", OIDC_RP_CLIENT_SECRET)):
        if not value:
            raise ImproperlyConfigured(f"缺少環境變數 {name}。單一登入服務登記本系統時會給，請設定。")
    if find_spec("mozilla_django_oidc") is None:
        raise ImproperlyConfigured(
            "環境變數 OIDC_ISSUER 需要另外的套件，請執行\n"
            "    .venv/bin/pip install --require-hashes -r requirements-oidc.txt"
        )
    AUTHENTICATION_BACKENDS = ["scorecard.middleware.oidc_backend.OIDCBackend"]
    ROOT_URLCONF = "bsc_site.oidc_urls"
# Then there are no passwords here.
USES_SSO = bool(SSO_USER_HEADER or OIDC_ISSUER)

SESSION_ENGINE = "scorecard.models.logins"
# The whole length of a login, and how long it may be left alone.
LOGIN_HOURS = env_positive("LOGIN_HOURS", default=8)
LOGIN_IDLE_MINUTES = env_positive("LOGIN_IDLE_MINUTES", default=60)
SESSION_COOKIE_AGE = LOGIN_IDLE_MINUTES * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "scorecard.middleware.session_expiry.csrf_failure"


# ── Transport and headers ────────────────────────────────────────────────────────────────

# HTTPS=off is for a closed network without certificates; check --deploy warns then, as it should.
HTTPS = env_bool("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    # A browser takes such a cookie from this very host alone, so that no sister site can set one.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    MESSAGE_STORAGE = "scorecard.web.message_storage.HostMessages"
SECURE_HSTS_SECONDS = env_int("HSTS_SECONDS", default=365 * 24 * 60 * 60) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env_bool("HSTS_INCLUDE_SUBDOMAINS", default=HTTPS)
SECURE_HSTS_PRELOAD = env_bool("HSTS_PRELOAD", default=HTTPS)
# on or off, where the administrator said which; the check for deployment asks.
PROXY_IS_DECLARED = bool(env_text("TRUST_PROXY"))
# Only behind a proxy that overwrites the header: otherwise any client could set it.
if env_bool("TRUST_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Only these may name the client's address, by an X-Forwarded-For that they overwrite.
TRUSTED_PROXIES = env_networks("TRUSTED_PROXIES")

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}


# ── Files ────────────────────────────────────────────────────────────────────────────────

STATIC_URL = "static/"
STATIC_ROOT = Path(env_text("STATIC_ROOT", BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Uploads have no public address: a view sends them after its permission check.
MEDIA_ROOT = Path(env_text("MEDIA_ROOT", BASE_DIR / "media"))
if MEDIA_ROOT.is_relative_to(STATIC_ROOT) or MEDIA_ROOT.is_relative_to(BASE_DIR / "static"):
    raise ImproperlyConfigured("MEDIA_ROOT（上傳檔案）不可放在靜態檔案目錄之內，否則任何人都能下載。請改設其他目錄。")
# Finished PDFs and the states of jobs, shared by the server's processes and private to them. May be emptied.
PDF_FOLDER = Path(env_text("PDF_FOLDER", BASE_DIR / "pdf-cache"))
if PDF_FOLDER.is_relative_to(STATIC_ROOT) or PDF_FOLDER.is_relative_to(BASE_DIR / "static"):
    raise ImproperlyConfigured("PDF_FOLDER（PDF 暫存）不可放在靜態檔案目錄之內，否則任何人都能下載。請改設其他目錄。")
PDF_CACHE_MB = env_int("PDF_CACHE_MB", default=200)
# Limits for one PDF: wall time, and address space, which is about three times the memory really used.
PDF_SECONDS = env_int("PDF_SECONDS", default=120)
PDF_MEMORY_MB = env_int("PDF_MEMORY_MB", default=1536)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Whitenoise's own list and TTF: only PDFs use the fonts, and compressing them takes two minutes.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "ttf"]
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
FILE_UPLOAD_HANDLERS = [
    "scorecard.uploaded_files.upload_handler.UploadLimits",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# The table of a big agency's year has a few thousand fields; Django's default limit is 1,000.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
# Above the limit of a report (scorecard/domain/policies.py), so the form itself can refuse too many files.
DATA_UPLOAD_MAX_NUMBER_FILES = 100
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024


# ── Language and time ────────────────────────────────────────────────────────────────────

LANGUAGE_CODE = "zh-hant"
TIME_ZONE = "Asia/Taipei"
USE_I18N = True
USE_TZ = True


# ── Mail and log ─────────────────────────────────────────────────────────────────────────

EMAIL_HOST = env_text("EMAIL_HOST")
# Printed mails have links that open accounts, and what a server prints is its log: there they wait instead.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST or not DEBUG else 'console'}.EmailBackend"
EMAIL_PORT = env_int("EMAIL_PORT", default=587)
EMAIL_HOST_USER = env_text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env_text("EMAIL_HOST_PASSWORD")
EMAIL_USE_SSL = env_bool("EMAIL_USE_SSL", default=False)
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", default=not EMAIL_USE_SSL)
if EMAIL_USE_SSL and EMAIL_USE_TLS:
    raise ImproperlyConfigured("環境變數 EMAIL_USE_SSL 與 EMAIL_USE_TLS 請只開啟一個；連接埠 465 用前者，587 用後者。")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env_text("DEFAULT_FROM_EMAIL", "" if EMAIL_HOST else "bsc@localhost")
if not DEFAULT_FROM_EMAIL:
    raise ImproperlyConfigured(
        "缺少環境變數 DEFAULT_FROM_EMAIL。有寄信伺服器時，請設定寄件者，例如 DEFAULT_FROM_EMAIL=bsc@example.gov.tw。"
    )
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# A mail server may take seconds; the person who causes a mail does not wait for it.
MAIL_IN_BACKGROUND = True


def site_url():
    """The address for links in mails, without a slash at the end. Required only with a mail server."""
    url = env_text("SITE_URL", "" if EMAIL_HOST else "http://localhost:8000").rstrip("/")
    if not url:
        raise ImproperlyConfigured(
            "缺少環境變數 SITE_URL。信中的連結需要本站的網址，請設定，例如 SITE_URL=https://bsc.example.gov.tw。"
        )
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            f"環境變數 SITE_URL 的值「{url}」不是網站的網址，請改為像 https://bsc.example.gov.tw 的網址，後面不加路徑。"
        )
    return url


SITE_URL = site_url()

# 資通系統防護基準 and most agencies ask for six months.
SECURITY_EVENT_DAYS = env_positive("SECURITY_EVENT_DAYS", default=200)

LOG_LEVEL = env_text("LOG_LEVEL", "INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
    raise ImproperlyConfigured(
        f"環境變數 LOG_LEVEL 的值「{LOG_LEVEL}」無法辨識，請改為 DEBUG、INFO、WARNING、ERROR 或 CRITICAL。"
    )
LOGGING = logging_at(LOG_LEVEL)
