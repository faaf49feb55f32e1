"""Who is logged in where, and how often a password was wrong."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.crypto import salted_hmac

from scorecard.models.organisation import User


class LoginSession(AbstractBaseSession):
    """登入: Django's session, with its person in a column, so that they find and end their own.

    user: None for a visitor who is not logged in.
    """

    user = models.ForeignKey(
        User, verbose_name="使用者", on_delete=models.CASCADE, null=True, related_name="login_sessions"
    )

    class Meta(AbstractBaseSession.Meta):
        verbose_name = verbose_name_plural = "登入"

    @classmethod
    def get_session_store_class(cls):
        return SessionStore

    @property
    def handle(self):
        """A name for addresses, which opens nothing, unlike the key."""
        return salted_hmac("scorecard.logins", self.session_key).hexdigest()[:32]


class SessionStore(DatabaseSessions):
    """For SESSION_ENGINE, which names this module."""

    def __init__(self, session_key=None):
        """A cookie may hold anything, even NUL, which PostgreSQL refuses; keys are ASCII letters and digits."""
        is_key = session_key is not None and session_key.isascii() and session_key.isalnum()
        super().__init__(session_key if is_key else None)

    @classmethod
    def get_model_class(cls):
        return LoginSession

    def create_model_instance(self, data):
        session = super().create_model_instance(data)
        session.user_id = data.get(SESSION_KEY)
        return session


class LoginFailures(models.Model):
    """登入失敗: how often in a row a password was wrong, for an account, an address or a browser.

    slot: a keyed digest of what is counted, so that the table holds no names, not even mistyped ones. There are SLOTS
    of them; that bounds the table whatever anonymous requests send.
    """

    SLOTS = 2**20

    slot = models.PositiveIntegerField("代碼", primary_key=True)
    count = models.PositiveIntegerField("次數", default=0)
    since = models.DateTimeField("開始時間", db_index=True)
    wait_until = models.DateTimeField("等候至", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "登入失敗"

    def __str__(self):
        return f"{self.slot}：{self.count} 次"
