"""How long one waits after wrong passwords, and what counts as one address."""

from datetime import datetime, timedelta

import pytest

from scorecard.domain.browsers import browser_name
from scorecard.domain.login_limits import ACCOUNT, ADDRESS, FIXED, network_of

NOW = datetime(2026, 11, 27, 9, 0)


def minutes(limit, counts):
    return [limit.wait_after(count).total_seconds() / 60 for count in counts]


def test_a_wait_doubles_up_to_fifteen_minutes_or_is_fifteen_at_once():
    assert minutes(ACCOUNT, range(3, 11)) == [0, 0, 1, 2, 4, 8, 15, 15]
    assert minutes(ADDRESS, [49, 50, 51]) == [0, 1, 2]
    assert minutes(FIXED, [4, 5, 6, 10**6]) == [0, 15, 15, 15]


@pytest.mark.parametrize(
    ("limit", "age", "waited", "is_over"),
    [
        (ACCOUNT, timedelta(hours=23), timedelta(0), False),
        (ACCOUNT, timedelta(hours=24), None, True),
        (ADDRESS, timedelta(minutes=59), None, False),
        (ADDRESS, timedelta(hours=1), None, True),
        (FIXED, timedelta(minutes=20), timedelta(0), True),
        (FIXED, timedelta(minutes=20), None, False),
    ],
)
def test_a_count_starts_anew_after_its_window_or_after_a_fixed_wait(limit, age, waited, is_over):
    wait_until = None if waited is None else NOW - waited
    assert limit.is_over(since=NOW - age, wait_until=wait_until, now=NOW) is is_over


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_an_address_is_one_person_or_one_household_and_this_machine_is_none(address, network):
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox（Windows）"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge（Windows）"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari（iPhone）"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome（Android）"),
        ("<script>alert(1)</script>", "不明的瀏覽器"),
        ("", "不明的瀏覽器"),
    ],
)
def test_a_browser_is_named_by_a_word_of_ours(agent, name):
    assert browser_name(agent) == name
