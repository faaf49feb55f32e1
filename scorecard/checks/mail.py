"""Mails leave the house: invitations, links for passwords and reminders depend on it."""

from email.utils import parseaddr

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

OWN_MACHINE = {"localhost", "127.0.0.1", "::1"}


@register("start")
def mails_can_be_sent(app_configs, **kwargs):
    """At every start, of a command and of the site (bsc_site/wsgi.py).

    Without a server, invitations and links for forgotten passwords would wait for ever.
    """
    if settings.DEBUG or settings.EMAIL_HOST:
        return []
    return [
        Error(
            "缺少環境變數 EMAIL_HOST，邀請、提醒與重設密碼的信都寄不出去。",
            hint="請設定寄信伺服器，例如 EMAIL_HOST=mail.example.gov.tw，並設定 DEFAULT_FROM_EMAIL 與 SITE_URL。",
            id="scorecard.E003",
        )
    ]


@register(Tags.security, deploy=True)
def mails_are_accepted_and_private(app_configs, **kwargs):
    return [*_sender(), *_login_to_the_server()] if settings.EMAIL_HOST else []


def _sender():
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    try:
        validate_email(address)
    except ValidationError:
        is_real = False
    else:
        is_real = address.rsplit("@", 1)[1] not in OWN_MACHINE
    if is_real:
        return []
    return [
        Error(
            f"寄件者「{settings.DEFAULT_FROM_EMAIL}」不是可以回覆的電子郵件地址，收信的伺服器會拒收。",
            hint="請設定 DEFAULT_FROM_EMAIL，例如 DEFAULT_FROM_EMAIL=bsc@example.gov.tw。",
            id="scorecard.E031",
        )
    ]


def _login_to_the_server():
    has_name, has_password = bool(settings.EMAIL_HOST_USER), bool(settings.EMAIL_HOST_PASSWORD)
    if has_name != has_password:
        return [
            Error(
                "寄信伺服器的帳號與密碼只設定了一個，程式不會登入伺服器。",
                hint="請同時設定 EMAIL_HOST_USER 與 EMAIL_HOST_PASSWORD；伺服器不需登入時，兩個都不設定。",
                id="scorecard.E032",
            )
        ]
    is_encrypted = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
    if is_encrypted or settings.EMAIL_HOST in OWN_MACHINE:
        return []
    # An invitation is a login for whoever reads it on the way.
    return [
        Error(
            "到寄信伺服器的連線沒有加密，開通帳號的連結會以明文傳送。",
            hint="請移除 EMAIL_USE_TLS=off（連接埠 587），或設定 EMAIL_USE_SSL=on 與 EMAIL_PORT=465。",
            id="scorecard.E033",
        )
    ]
