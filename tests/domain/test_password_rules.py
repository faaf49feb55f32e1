"""Passwords that are long enough and guessed all the same."""

from datetime import datetime, timedelta

import pytest

from scorecard.domain.password_rules import check_old_enough, is_expired, is_guessable
from scorecard.domain.policies import RuleBroken

KNOWN = {"password", "qwerty", "1qaz2wsx3edc", "iloveyou", "sunshine"}
NOW = datetime(2026, 11, 27, 9, 0)


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "1QAZ2wsx3edc",
        "Password123456",
        "!!!P@ssw0rd2026!!!",
        "ｐａｓｓｗｏｒｄ１２３４",
        "passwordpassword",
        "qwertyqwertyqwerty",
        "i-love-you-2026-105",
        "aaaaaaaaaaaa",
        "121212121212",
        "abcdefghijklmnop",
        "zyxwvutsrqpo",
        "Taipei20261127",
        "臺北市政府１０５１０５１０５",
        "Scorecard!Scorecard!",
    ],
)
def test_what_is_known_to_be_bad_is_guessable_however_it_is_dressed_up(password):
    assert is_guessable(password, KNOWN)


@pytest.mark.parametrize(
    "password",
    [
        "公文處理 one of three",
        "correct horse battery staple",
        "my password is long",
        "Zx4!pQ9$mT2w",
        "sunshine over taipei",
    ],
)
def test_a_few_unrelated_words_or_chance_are_not(password):
    assert not is_guessable(password, KNOWN)


def test_a_password_is_kept_for_its_days_and_the_refusal_says_until_when():
    check_old_enough(set_at=None, now=NOW, min_days=1)
    check_old_enough(set_at=NOW - timedelta(days=1), now=NOW, min_days=1)
    check_old_enough(set_at=NOW, now=NOW, min_days=0)
    with pytest.raises(RuleBroken, match=r"115 年 11 月 28 日 08:59 之後"):
        check_old_enough(set_at=NOW - timedelta(minutes=1), now=NOW, min_days=1)


def test_a_password_has_no_end_unless_one_is_set():
    old = NOW - timedelta(days=400)
    assert not is_expired(set_at=old, now=NOW, max_days=0)
    assert is_expired(set_at=old, now=NOW, max_days=400) and not is_expired(set_at=old, now=NOW, max_days=401)
