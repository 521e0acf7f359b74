"""Whatever is sent to a WebSocket, it ends in time, takes no memory that grows, and is no failure of ours."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterator

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from marketplace.live import app as live_module
from marketplace.live import protocols
from marketplace.live.mount import one_origin
from tests.live.lines import (
    CHUNKED,
    CLOSE,
    CONTINUATION,
    KEY,
    LAST,
    MOST,
    PATIENCE,
    PING,
    SOON,
    TEXT,
    UPGRADE,
    Connect,
    code,
    everything,
    frame,
    left,
    opened,
    send_endlessly,
    until,
)
from tests.live.site import Server, wait_until
from tests.live.test_mount import PART, pages

pytestmark = pytest.mark.usefixtures("complaints")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(one_origin(pages(0))) as running:
        yield running


@pytest.fixture
def nobody(server: Server) -> Server:
    """The server, once those of the test before have gone."""
    wait_until(lambda: not left(server))
    return server


REFUSED_BY_THE_LIBRARY = {
    "body": UPGRADE + KEY + b"Content-Length: 1\r\n\r\nx",
    "chunked": UPGRADE + KEY + CHUNKED + b"0\r\n\r\n",
    "many headers": UPGRADE + KEY + b"".join(b"X-%d: 1\r\n" % number for number in range(130)) + b"\r\n",
    "long header": UPGRADE + KEY + b"X: " + b"x" * 10_000 + b"\r\n\r\n",
    "no key": UPGRADE + b"\r\n",
}


@pytest.mark.parametrize("asked", REFUSED_BY_THE_LIBRARY.values(), ids=REFUSED_BY_THE_LIBRARY)
def test_an_upgrade_that_the_library_refuses_is_answered_and_forgotten(
    server: Server, lines: Connect, asked: bytes
) -> None:
    answer = everything(lines(server, b"GET /live HTTP/1.1\r\n" + asked))
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 431 "))
    wait_until(lambda: not left(server))


def test_an_upgrade_with_a_long_address_is_answered_and_forgotten(server: Server, lines: Connect) -> None:
    answer = everything(lines(server, b"GET /?" + b"a" * 8200 + b" HTTP/1.1\r\n" + UPGRADE + KEY + b"\r\n"))
    assert answer.startswith(b"HTTP/1.1 414 ")
    wait_until(lambda: not left(server))


def lifespan_and(websocket: ASGIApp) -> ASGIApp:
    """An application of nothing but WebSockets."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await websocket(scope, receive, send)
            return
        for _ in range(2):
            message = await receive()
            await send({"type": message["type"] + ".complete"})

    return application


async def hesitant(_scope: Scope, receive: Receive, _send: Send) -> None:
    """Lets nobody in."""
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def welcoming(_scope: Scope, receive: Receive, send: Send) -> None:
    """Lets everybody in, and listens."""
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


def test_an_upgrade_is_not_waited_for_for_ever(lines: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocols, "ASKING_SECONDS", SOON)
    with Server(lifespan_and(hesitant)) as server:
        # What comes before the answer is not even read.
        line = lines(server, b"GET / HTTP/1.1\r\n" + UPGRADE + KEY + b"\r\n")
        line.sendall(b"\xff" * 100)
        assert everything(line) == b""
        wait_until(lambda: not left(server))


def test_who_was_let_in_may_stay(lines: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocols, "ASKING_SECONDS", SOON)
    with Server(lifespan_and(welcoming)) as server:
        line = opened(lines(server, b"GET / HTTP/1.1\r\n" + UPGRADE + KEY + b"\r\n"))
        time.sleep(2 * SOON)
        line.sendall(frame(b"there?", LAST | PING))
        assert until(line, b"there?")


def test_no_connection_can_keep_the_others_from_a_graceful_end(
    lines: Connect, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: list[WebSocketsSansIOProtocol] = []
    shutdown = WebSocketsSansIOProtocol.shutdown

    def fails_once(line: WebSocketsSansIOProtocol) -> None:
        if not failed:
            failed.append(line)
            raise AssertionError("cannot end")
        shutdown(line)

    monkeypatch.setattr(WebSocketsSansIOProtocol, "shutdown", fails_once)
    with Server(lifespan_and(welcoming)) as server:
        open_lines = [opened(lines(server, b"GET / HTTP/1.1\r\n" + UPGRADE + KEY + b"\r\n")) for _ in range(2)]
    first, second = sorted(map(everything, open_lines))
    assert (first, code(second)) == (b"", 1012)
    (failure,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert failure.exc_info and "cannot end" in str(failure.exc_info[1])
    caplog.clear()


def test_a_text_that_is_none_closes_with_1007(server: Server, lines: Connect) -> None:
    asked = b"GET /live HTTP/1.1\r\n" + UPGRADE + KEY + b"\r\n"
    for sent in (
        frame(b"\xff\xfe", LAST | TEXT),
        frame(b"\xff", TEXT) + frame(b"\xfe", LAST | CONTINUATION),
        frame(b"\xff", LAST | TEXT) * 2,
    ):
        line = opened(lines(server, asked))
        line.sendall(sent)
        assert code(everything(line)) == 1007
    line = opened(lines(server, asked))
    line.sendall(frame(b"\xff", LAST | TEXT) + frame(b"\x03\xe8", LAST | CLOSE))
    assert code(everything(line)) == 1000
    wait_until(lambda: not left(server))


def test_a_letter_may_be_cut_between_frames(server: Server, lines: Connect) -> None:
    line = opened(lines(server, b"GET /live HTTP/1.1\r\n" + UPGRADE + KEY + b"\r\n"))
    line.sendall(frame(b"\xd0", TEXT) + frame(b"\x96", LAST | CONTINUATION))
    assert code(line.recv(4)) == 4400


def one_line(server: Server) -> protocols.Line:
    """The only connection there is."""
    wait_until(lambda: [type(line) for line in server._server.server_state.connections] == [protocols.Line])
    (line,) = server._server.server_state.connections
    assert isinstance(line, protocols.Line)
    return line


@pytest.fixture
def deaf(
    nobody: Server, lines: Connect, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], tuple[socket.socket, protocols.Line]]:
    """Opens a WebSocket with as little room for what is not read as possible."""
    monkeypatch.setattr(live_module, "HELLO_SECONDS", 10 * PATIENCE)

    def connect() -> tuple[socket.socket, protocols.Line]:
        line = opened(lines(nobody, b"GET /live HTTP/1.1\r\n" + UPGRADE + KEY + b"\r\n", buffer=4096))
        return line, one_line(nobody)

    return connect


def test_who_takes_no_answer_is_not_read_from(deaf: Callable[[], tuple[socket.socket, protocols.Line]]) -> None:
    line, other_side = deaf()
    line.setblocking(False)
    pings = frame(b"p" * 125, LAST | PING) * 500
    sent = looks = 0
    # Now and then the network takes a little more from either side.
    while looks < 10:
        assert sent < MOST, "takes everything"
        try:
            sent += line.send(pings[sent % len(pings) :])
        except BlockingIOError:
            time.sleep(0.02)
            looks = 0 if other_side.transport.is_reading() else looks + 1
        else:
            looks = 0
    assert other_side.transport.get_write_buffer_size() < PART
    line.settimeout(PATIENCE)
    while not other_side.transport.is_reading():
        assert line.recv(PART)


def test_who_takes_nothing_is_hung_up_on(
    server: Server, deaf: Callable[[], tuple[socket.socket, protocols.Line]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocols, "TAKING_NEWS_SECONDS", SOON)
    line, _other_side = deaf()
    send_endlessly(line, frame(b"p" * 125, LAST | PING) * 500)
    wait_until(lambda: not left(server))


def test_parts_of_nothing_are_not_kept(deaf: Callable[[], tuple[socket.socket, protocols.Line]]) -> None:
    line, other_side = deaf()
    line.sendall(frame(b"x", TEXT) + frame(b"", CONTINUATION) * 5000 + frame(b"there?", LAST | PING))
    assert until(line, b"there?")
    assert len(other_side.frames) == 1
    line.sendall(frame(b"", LAST | CONTINUATION))
    assert code(line.recv(4)) == 4400
