"""Refuses passwords that are known to be bad; for AUTH_PASSWORD_VALIDATORS."""

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from scorecard.domain.password_rules import is_guessable


class NotGuessable(CommonPasswordValidator):
    """Refuses Django's list of 20,000 and the words of this site, also with digits and signs around them."""

    def validate(self, password, user=None):
        """Raises ValidationError."""
        if is_guessable(password, self.passwords):
            raise ValidationError(self.get_help_text(), code="password_too_common")

    def get_help_text(self):
        return "不可是常見的密碼或本系統的用語，加上數字或符號也不行；也不可只用幾個字元重複。請改用幾個不相關的詞。"
