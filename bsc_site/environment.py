"""Readers of the environment for settings.py."""

import contextlib
import os
import secrets
from ipaddress import ip_network
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def env_text(name, default=""):
    """Without blanks at the ends; default where the variable is unset or empty."""
    return os.environ.get(name, "").strip() or default


def env_bool(name, default):
    """Raises ImproperlyConfigured for a word that is neither on nor off."""
    word = env_text(name).lower()
    if not word:
        return default
    if word in {"1", "on", "true", "yes"}:
        return True
    if word in {"0", "off", "false", "no"}:
        return False
    raise ImproperlyConfigured(f"環境變數 {name} 的值「{word}」無法辨識，請改為 on 或 off。")


def env_int(name, default):
    """Raises ImproperlyConfigured unless the variable is a whole number from 0 on."""
    word = env_text(name)
    if not word:
        return default
    if not (word.isascii() and word.isdigit()):
        raise ImproperlyConfigured(f"環境變數 {name} 的值「{word}」不是整數，請改為 0 以上的整數。")
    return int(word)


def env_positive(name, default):
    """Raises ImproperlyConfigured unless the variable is a whole number from 1 on."""
    number = env_int(name, default)
    if number < 1:
        raise ImproperlyConfigured(f"環境變數 {name} 的值「{number}」不可為 0，請改為 1 以上的整數。")
    return number


def env_list(name):
    """The comma-separated entries that are not empty."""
    return [part.strip() for part in env_text(name).split(",") if part.strip()]


def env_networks(name):
    """The comma-separated IP addresses and networks. Raises ImproperlyConfigured for anything else."""
    networks = []
    for word in env_list(name):
        try:
            networks.append(ip_network(word))
        except ValueError as error:
            raise ImproperlyConfigured(
                f"環境變數 {name} 的「{word}」不是 IP 位址或網段，請改為像 127.0.0.1 或 10.1.0.0/16，多個以逗號分隔。"
            ) from error
    return networks


def env_oidc_url(name, issuer, entry, debug):
    """The address; "" without an issuer. Raises ImproperlyConfigured unless it is one, outside DEBUG over HTTPS.

    entry: where the provider's own description has it.
    """
    url = env_text(name)
    if not issuer:
        return url
    if not url:
        raise ImproperlyConfigured(
            f"缺少環境變數 {name}。使用單一登入（OIDC_ISSUER）時，請設定為\n"
            f"    {issuer}/.well-known/openid-configuration 中的 {entry}"
        )
    parts = urlsplit(url)
    if not parts.netloc or parts.scheme not in ({"http", "https"} if debug else {"https"}):
        raise ImproperlyConfigured(f"環境變數 {name} 的值「{url}」不是 https 開頭的網址，請改正。")
    return url


def debug_secret_key(path):
    """The key in the file, made on first use, so logins survive a restart. Only for DEBUG.

    The file is there whole or not at all, and processes that start together get the same key.
    """
    if not path.exists():
        part = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
        part.unlink()
    return path.read_text().strip()
