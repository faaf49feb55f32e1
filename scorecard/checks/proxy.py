"""What the settings say of the proxy, of HTTPS and of the site's address fits together."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.http.request import validate_host

# 10.0.0.0/8 is the widest network that one agency has to itself.
SHORTEST_PREFIX = 8


@register(Tags.security, deploy=True)
def proxy_is_declared_consistently(app_configs, **kwargs):
    trusts_proxy = settings.SECURE_PROXY_SSL_HEADER is not None
    found = []
    if settings.HTTPS and not settings.PROXY_IS_DECLARED:
        found.append(
            Warning(
                "HTTPS 已開啟，但沒有說明前面有沒有代理；由代理提供 HTTPS 時，每一頁都會不斷重新導向。",
                hint="請設定 TRUST_PROXY：HTTPS 由代理提供時為 on，由 gunicorn 自己提供時為 off。",
                id="scorecard.W020",
            )
        )
    if trusts_proxy and not settings.HTTPS:
        found.append(
            Error(
                "TRUST_PROXY=on 表示代理提供 HTTPS，但 HTTPS=off，登入的 cookie 不會加上 Secure。",
                hint="請移除 HTTPS=off；代理只提供 HTTP 時，請移除 TRUST_PROXY。",
                id="scorecard.E021",
            )
        )
    # Without HTTPS the proxy is declared by its address alone.
    declares_proxy = trusts_proxy or (settings.TRUSTED_PROXIES and not settings.HTTPS)
    if settings.SSO_USER_HEADER and not declares_proxy:
        found.append(
            Error(
                "SSO_USER_HEADER 由代理填寫，但沒有宣告代理；任何人都能自己送出這個標頭。",
                hint="請讓代理成為唯一入口並覆寫這個標頭，再設定 TRUST_PROXY=on；HTTPS=off 時設定 TRUSTED_PROXIES。",
                id="scorecard.E022",
            )
        )
    return [*found, *_trusted_addresses(trusts_proxy), *_own_addresses()]


def _trusted_addresses(trusts_proxy):
    if trusts_proxy and not settings.TRUSTED_PROXIES:
        return [
            Error(
                "沒有說明代理的位址，資安紀錄與登入失敗的次數會把所有人都當成代理。",
                hint="請設定 TRUSTED_PROXIES，例如代理在同一台主機時 TRUSTED_PROXIES=127.0.0.1。",
                id="scorecard.E026",
            )
        ]
    if settings.TRUSTED_PROXIES and settings.HTTPS and not trusts_proxy:
        return [
            Error(
                "TRUSTED_PROXIES 宣告了代理，但沒有 TRUST_PROXY=on，每一頁都會不斷重新導向。",
                hint="請設定 TRUST_PROXY=on；沒有代理時，請移除 TRUSTED_PROXIES。",
                id="scorecard.E027",
            )
        ]
    if wide := [str(network) for network in settings.TRUSTED_PROXIES if network.prefixlen < SHORTEST_PREFIX]:
        return [
            Error(
                f"TRUSTED_PROXIES 的 {'、'.join(wide)} 太大，使用者可以自己填寫來源位址。",
                hint="請只列出代理的位址或網段，例如 TRUSTED_PROXIES=127.0.0.1。",
                id="scorecard.E028",
            )
        ]
    return []


def _own_addresses():
    found = []
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error(
                "ALLOWED_HOSTS=* 接受任何網域名稱。",
                hint="請列出本站的網域名稱，例如 ALLOWED_HOSTS=bsc.example.gov.tw。",
                id="scorecard.E023",
            )
        )
    # Without a mail server nothing leads to it.
    site = urlsplit(settings.SITE_URL if settings.EMAIL_HOST else "")
    if site.hostname and not validate_host(site.hostname, settings.ALLOWED_HOSTS):
        found.append(
            Error(
                f"信中的連結指向 {site.hostname}，但 ALLOWED_HOSTS 沒有這個網域名稱，收信的人會看到錯誤。",
                hint="請把 SITE_URL 的網域名稱加入 ALLOWED_HOSTS。",
                id="scorecard.E024",
            )
        )
    if site.scheme == "http" and settings.HTTPS:
        found.append(
            Error(
                "SITE_URL 是 http，開通帳號的連結會先以明文傳送一次。",
                hint=f"請改為 SITE_URL=https://{site.netloc}。",
                id="scorecard.E025",
            )
        )
    return found
