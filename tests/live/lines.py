"""Connections whose bytes a test writes itself, and what comes back over them."""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.live.site import Server
from tests.live.test_mount import PART

SOON = 0.3
PATIENCE = 20
ENDLESS = 10**12
MOST = 64 * PART
"""More than the network holds between two sides, of which one does not read."""

HOST = b"Host: localhost\r\n"
SEEN = b"GET /seen HTTP/1.1\r\n" + HOST
LIMITED = b"POST /limited HTTP/1.1\r\n" + HOST
UPGRADE = HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
KEY = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://localhost\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
PING, TEXT, CONTINUATION, CLOSE, LAST = 9, 1, 0, 8, 0x80

Connect = Callable[..., socket.socket]


def length(size: int) -> bytes:
    """The end of headers that announce a body."""
    return f"Content-Length: {size}\r\n\r\n".encode()


def frame(content: bytes, kind: int) -> bytes:
    """A short frame as browsers send it, masked with zeros."""
    return bytes([kind, LAST | len(content)]) + bytes(4) + content


@contextmanager
def open_lines() -> Iterator[Connect]:
    """Opens connections that last as long as this does."""
    with ExitStack() as lines:

        def connect(server: Server, sends: bytes, *, buffer: int = 0) -> socket.socket:
            line = lines.enter_context(socket.socket())
            if buffer:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            line.settimeout(PATIENCE)
            line.connect(("127.0.0.1", server.port))
            line.sendall(sends)
            return line

        yield connect


def failures(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the server took for a failure of its own. The live application complains too: it has no database."""
    records = [record for record in caplog.records if record.levelno >= logging.ERROR]
    return [record.getMessage() for record in records if record.name in ("asyncio", "uvicorn.error")]


def everything(line: socket.socket) -> bytes:
    """What comes until the other side closes."""
    received = b""
    try:
        while part := line.recv(PART):
            received += part
    except ConnectionError:
        pass
    return received


def until(line: socket.socket, end: bytes) -> bytes:
    """What comes until it ends so."""
    received = b""
    while not received.endswith(end):
        part = line.recv(PART)
        assert part, received
        received += part
    return received


def opened(line: socket.socket) -> socket.socket:
    """The line, once it is a WebSocket."""
    assert until(line, b"\r\n\r\n").startswith(b"HTTP/1.1 101 ")
    return line


def code(received: bytes) -> int:
    """With which code the other side closes in the first frame of these."""
    assert received[0] == LAST | CLOSE, received
    answer: int = struct.unpack("!H", received[2:4])[0]
    return answer


def send_endlessly(line: socket.socket, part: bytes) -> None:
    """Sends until nobody takes it any more, which must be before MOST."""
    try:
        for _ in range(MOST // len(part)):
            line.sendall(part)
    except ConnectionError:
        return
    raise AssertionError("takes everything")


def left(server: Server) -> int:
    """How many connections and tasks the server has."""
    state = server._server.server_state
    return len(state.connections) + len(state.tasks)
