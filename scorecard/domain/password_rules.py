"""Which passwords are too easy to guess, beyond their length. Pure; models/password_validators.py asks."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import pairwise

from scorecard.domain.policies import RuleBroken
from scorecard.domain.roc_years import datetime_text
from scorecard.domain.text_folding import fold_for_search

MIN_DIFFERENT = 5
# What somebody tries first on this very site; the general list has 20,000 words of other sites.
SITE_WORDS = frozenset(
    "bsc scorecard balancedscorecard balanced kpi strategymap secretariat agency division gov taiwan taipei taipeicity "
    "taipeigov newtaipei taoyuan taichung tainan kaohsiung 平衡計分卡 計分卡 策略地圖 台灣 中華民國 "
    "台北 台北市 台北市政府 市政府 秘書處 密碼 帳號 管理者".split()
)
LOOKALIKES = str.maketrans("@4831!05$7", "aabeiiosst")
ENDS = re.compile(r"^[^a-z\u3400-\u9fff]+|[^a-z\u3400-\u9fff]+$")
NO_LETTERS = re.compile(r"[^a-z\u3400-\u9fff]+")


def is_guessable(password: str, known: Collection[str]) -> bool:
    """Whether it is a known bad password, or one dressed up: with digits or signs around it, @ for a, or repeated.

    known: bad passwords in lower case.
    """
    folded = fold_for_search(password)
    if len(set(folded)) < MIN_DIFFERENT or _is_row(folded):
        return True
    bare = ENDS.sub("", folded)
    forms = {password.lower(), folded, bare, folded.translate(LOOKALIKES), bare.translate(LOOKALIKES)}
    forms.add(NO_LETTERS.sub("", folded))
    forms |= {_unit(form) for form in forms}
    return any(form in known or form in SITE_WORDS for form in forms if form)


def _is_row(text: str) -> bool:
    """Whether the characters follow each other, as in abcdef, 987654 or 1357."""
    return len({ord(after) - ord(before) for before, after in pairwise(text)}) <= 1


def _unit(text: str) -> str:
    """「password」 of 「passwordpassword」; the text itself where nothing is repeated."""
    length = (text + text).find(text, 1)
    return text[:length]


def check_old_enough(*, set_at: datetime | None, now: datetime, min_days: int) -> None:
    """Raises RuleBroken for a password that its owner changes again too soon.

    set_at: in the reader's time zone; None where nobody knows.
    """
    if set_at is None or now - set_at >= timedelta(days=min_days):
        return
    free_at = set_at + timedelta(days=min_days)
    raise RuleBroken(
        f"密碼設定後 {min_days} 天內不能再變更，請於 {datetime_text(free_at)} 之後再試；"
        "懷疑密碼外洩時，請登出後用「忘記密碼」立即重設。"
    )


def is_expired(*, set_at: datetime | None, now: datetime, max_days: int) -> bool:
    """max_days: 0 for passwords without an end."""
    return max_days > 0 and set_at is not None and now - set_at >= timedelta(days=max_days)
