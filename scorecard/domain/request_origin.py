"""Where the present request comes from: the client's address and the request's number, for logs and error pages."""

import re
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from uuid import uuid4

Network = IPv4Network | IPv6Network

# What a proxy may send: nginx sends 32 hexadecimal digits, others a UUID. Anything else could forge lines of a log.
REQUEST_ID = re.compile(r"[0-9A-Za-z-]{8,64}")


@dataclass(frozen=True)
class Origin:
    """address: "" where it is unknown, as for a command on the server. request_id: "" outside requests."""

    address: str = ""
    request_id: str = ""


NOWHERE = Origin()
current: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)


def is_trusted(remote: str, proxies: Iterable[Network]) -> bool:
    """Whether the connection comes from one of the declared proxies. remote: the address at the other end."""
    address = _parsed(remote)
    return address is not None and any(address in network for network in proxies)


def client_address(remote: str, forwarded: str, proxies: Iterable[Network]) -> str:
    """The address of the person's computer; "" where it is none.

    forwarded: the proxy's X-Forwarded-For. It counts if the connection comes from a declared proxy and it is a single
    address: the proxy overwrites the header. Several addresses mean that it appends to what the client sent, and a
    client may send anything; then the address is the proxy's own.
    """
    if is_trusted(remote, proxies):
        named = _parsed(forwarded)
        if named is not None:
            return str(named)
    address = _parsed(remote)
    return "" if address is None else str(address)


def request_number(sent: str, *, is_from_proxy: bool) -> str:
    """The number that the proxy gave the request, or a new one. sent: its X-Request-ID."""
    if is_from_proxy and REQUEST_ID.fullmatch(sent):
        return sent
    return uuid4().hex


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    # A socket for both kinds names an IPv4 client as ::ffff:192.0.2.1.
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
