"""A connection of HTTP to an address that was judged before, every wait of which ends at one deadline."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from ipaddress import IPv6Address
from typing import Any

from marketplace.core.addresses import Address
from marketplace.core.urls import Target

CONNECT_SECONDS = 4.0


class Connection(http.client.HTTPConnection):
    """A connection to one of the judged addresses, every wait of which ends at the same deadline."""

    def __init__(self, target: Target, addresses: list[Address], deadline: float, tls: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port)
        self.target = target
        self.addresses = addresses
        self.deadline = deadline
        self.tls = tls
        self.opened: socket.socket | None = None

    def hang_up(self) -> None:
        """Ends everything, however much of the answer was read."""
        self.close()
        if self.opened is not None:
            self.opened.close()

    def connect(self) -> None:
        """To the first address that takes the connection; never to a name."""
        last = self.addresses[-1]
        for address in self.addresses:
            patience = left(self.deadline)
            try:
                sock = _open(address, self.target.port, patience if address == last else min(patience, CONNECT_SECONDS))
            except OSError:
                if address == last:
                    raise
                continue
            break
        if self.target.scheme == "https":
            tls = self.tls or ssl.create_default_context()
            try:
                sock.settimeout(left(self.deadline))
                sock = tls.wrap_socket(sock, server_hostname=self.target.host)
            except BaseException:  # An open socket would outlive whatever this is.
                sock.close()
                raise
        self.opened = sock
        self.sock = Timed(sock, self.deadline)


def _open(address: Address, port: int, seconds: float) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if isinstance(address, IPv6Address) else socket.AF_INET)
    try:
        sock.settimeout(seconds)
        sock.connect((str(address), port))
    except BaseException:  # An open socket would outlive whatever this is.
        sock.close()
        raise
    return sock


def left(deadline: float) -> float:
    """The seconds until `deadline`; raises TimeoutError when there are none."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


class Timed:
    """A socket as http.client uses one. A socket's own timeout starts anew with each drip; this one does not."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self.wrapped = sock
        self.deadline = deadline

    def sendall(self, data: Any) -> None:
        """Sends everything or raises."""
        self.wrapped.settimeout(left(self.deadline))
        self.wrapped.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        """The reader of the answer."""
        return io.BufferedReader(TimedReader(self.wrapped, self.deadline))

    def close(self) -> None:
        """Nothing: http.client lets go of the socket before it reads the answer; `hang_up` closes it."""


class TimedReader(io.RawIOBase):
    """What comes through a socket, waited for no longer than until the deadline."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self.wrapped = sock
        self.deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.wrapped.settimeout(left(self.deadline))
        return self.wrapped.recv_into(buffer)
