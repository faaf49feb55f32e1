"""How many wrong passwords are taken, and how long one waits after them.

資通系統防護基準, 身分驗證管理: 「帳號登入進行身分驗證失敗達五次後，至少十五分鐘內不允許該帳號繼續嘗試登入
或使用機關自建之失敗驗證機制」.
FIXED is the first, for a known device, for one's own old password and, with LOCK_ACCOUNTS, for whole accounts. ACCOUNT
and ADDRESS are the second: they slow down, so that nobody can shut somebody else out (decision 0021).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Limit:
    """failures: how many within the window are free. The wait doubles with each further failure up to the longest."""

    failures: int
    window: timedelta
    first_wait: timedelta
    longest_wait: timedelta

    def wait_after(self, count: int) -> timedelta:
        """The wait after so many failures in the window; zero below the limit."""
        if count < self.failures:
            return timedelta(0)
        doublings = min(count - self.failures, 10)
        return min(self.first_wait * 2**doublings, self.longest_wait)

    def is_over(self, *, since: datetime, wait_until: datetime | None, now: datetime) -> bool:
        """Whether the count starts anew. since: of the first failure. A wait that never grows starts it anew, too."""
        if now - since >= self.window:
            return True
        return self.first_wait == self.longest_wait and wait_until is not None and wait_until <= now


FIXED = Limit(failures=5, window=timedelta(days=1), first_wait=15 * MINUTE, longest_wait=15 * MINUTE)
ACCOUNT = Limit(failures=5, window=timedelta(days=1), first_wait=MINUTE, longest_wait=15 * MINUTE)
# A whole office may have one address.
ADDRESS = Limit(failures=50, window=timedelta(hours=1), first_wait=MINUTE, longest_wait=15 * MINUTE)
LONGEST_WINDOW = max(limit.window for limit in (FIXED, ACCOUNT, ADDRESS))


def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 that a household or office has under IPv6.

    "" where the address says nothing of a person: none, or this machine's own, as behind a proxy that is not declared.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if found.is_loopback:
        return ""
    if isinstance(found, IPv6Address):
        return str(ip_network((found, 64), strict=False))
    return str(found)
