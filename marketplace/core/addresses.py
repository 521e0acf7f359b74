"""Which addresses of the network belong to the public, and who a name stands for."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from marketplace.core.errors import N_, Invalid

Address = IPv4Address | IPv6Address

CLOSED = tuple(
    ip_network(text)
    for text in (
        "192.0.0.0/24",  # for protocols; clouds keep their metadata here
        "192.88.99.0/24",  # relays of 6to4
        "168.63.129.16/32",  # what virtual machines of Azure ask about themselves
        "fec0::/10",  # the private addresses of before fc00::/7
        "2001::/23",  # for protocols, Teredo among them
        "3fff::/20",  # for books
        "5f00::/16",  # segment routing
    )
)
"""Closed to us whatever this Python's table of special addresses says: it changed from release to release."""

NAT64 = ip_network("64:ff9b::/96")
SIX_TO_FOUR = ip_network("2002::/16")
GLOBAL_UNICAST = ip_network("2000::/3")
ISATAP = (0x00005EFE, 0x02005EFE)


class UnknownHost(Invalid):
    """The name stands for no address."""

    message = N_("There is no server called %(host)s.")


def is_public(address: Address) -> bool:
    """True for an address of the public network only, whatever other address is wrapped in it."""
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return False
        wrapped = list(_wrapped(address))
        if not all(is_public(inner) for inner in wrapped):
            return False
        if address in NAT64:
            # How a network without IPv4 reaches the servers that have nothing else.
            return True
        if address not in GLOBAL_UNICAST:
            return False
    if any(address in network for network in CLOSED if network.version == address.version):
        return False
    closed = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
    return address.is_global and not closed


def _wrapped(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that a packet to `address` may end at."""
    number = int(address)
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address in SIX_TO_FOUR:
        yield IPv4Address(number >> 80 & 0xFFFFFFFF)
    if address in NAT64 or number >> 32 & 0xFFFFFFFF in ISATAP or number >> 32 == 0:
        yield IPv4Address(number & 0xFFFFFFFF)


def resolve(host: str, seconds: float) -> list[Address]:
    """The addresses that `host` stands for now, in the system's order; raises UnknownHost, TimeoutError.

    Numbers in any notation that the system's resolver reads count as names: 0x7f.1 is 127.0.0.1.
    """
    answer: queue.SimpleQueue[list[Address] | None] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            answer.put([ip_address(entry[4][0]) for entry in found])
        except (OSError, ValueError):
            answer.put(None)

    # The system's resolver knows no deadline of ours: whoever is late is left to end by themselves.
    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        addresses = answer.get(timeout=max(0.0, seconds))
    except queue.Empty:
        raise TimeoutError from None
    if not addresses:
        raise UnknownHost(host=host)
    return list(dict.fromkeys(addresses))
