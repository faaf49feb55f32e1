"""Notices for the next page, in a cookie that a browser takes from this very host alone."""

from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookieStorage(CookieStorage):
    cookie_name = "__Host-messages"


class HostMessages(FallbackStorage):
    """Django's default, but for the cookie's name. What is too long for a cookie is kept in the session."""

    storage_classes = (HostCookieStorage, SessionStorage)
