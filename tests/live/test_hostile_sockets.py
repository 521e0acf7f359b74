"""Whatever is sent over a connection, it ends in time, takes no memory that grows, and is no failure of ours."""

from __future__ import annotations

import logging
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import jsonify, request
from flask.typing import ResponseReturnValue
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from marketplace.live import app as live_module
from marketplace.live import protocols
from marketplace.live.mount import one_origin
from tests.live.site import Server, wait_until
from tests.live.test_mount import PART, pages

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


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    app = pages(0)

    @app.post("/limited")
    def limited() -> ResponseReturnValue:
        request.max_content_length = 10
        return jsonify(length=len(request.get_data()))

    with Server(one_origin(app)) as running:
        yield running


@pytest.fixture
def lines() -> Iterator[Connect]:
    """Opens connections that last as long as the test."""
    with ExitStack() as open_lines:

        def connect(server: Server, sends: bytes, *, buffer: int = 0) -> socket.socket:
            line = open_lines.enter_context(socket.socket())
            if buffer:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            line.settimeout(PATIENCE)
            line.connect(("127.0.0.1", server.port))
            line.sendall(sends)
            return line

        yield connect


@pytest.fixture
def nobody(server: Server) -> Server:
    """The server, once those of the test before have gone."""
    wait_until(lambda: not left(server))
    return server


@pytest.fixture(autouse=True)
def complaints(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No client can write a failure into the log."""
    caplog.set_level(logging.INFO)
    yield
    # The live application complains here too: it has no database.
    failures = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in failures if record.name in ("asyncio", "uvicorn.error")] == []


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
    sent = 0
    pings = frame(b"p" * 125, LAST | PING) * 500
    with pytest.raises(BlockingIOError):
        while sent < MOST:
            if other_side.transport.is_reading():
                try:
                    sent += line.send(pings[sent % len(pings) :])
                    continue
                except BlockingIOError:
                    time.sleep(0.01)
            else:
                sent += line.send(pings[sent % len(pings) :])
    assert not other_side.transport.is_reading()
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


@pytest.mark.parametrize("more", [b"", b"x"], ids=["silence", "one byte more"])
@pytest.mark.parametrize(
    "asked",
    [LIMITED + length(ENDLESS), SEEN + length(ENDLESS), SEEN + CHUNKED + b"5\r\n"],
    ids=["refused", "not read", "chunked"],
)
def test_the_rest_of_a_body_is_not_waited_for_for_ever(
    server: Server, lines: Connect, asked: bytes, more: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocols, "LINGER_SECONDS", SOON)
    line = lines(server, asked)
    assert line.recv(PART).startswith((b"HTTP/1.1 413 ", b"HTTP/1.1 200 "))
    line.sendall(more)
    everything(line)
    wait_until(lambda: not left(server))


def test_the_rest_of_a_body_may_not_come_byte_by_byte(
    server: Server, lines: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocols, "LINGER_SECONDS", SOON)
    line = lines(server, LIMITED + length(ENDLESS))
    assert line.recv(PART).startswith(b"HTTP/1.1 413 ")
    begun = time.monotonic()
    with pytest.raises(ConnectionError):
        while time.monotonic() - begun < PATIENCE:
            line.sendall(b"x")
            time.sleep(SOON / 10)


def test_of_the_rest_of_a_body_only_so_much_is_read(
    server: Server, lines: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocols, "LINGER_BYTES", 4 * PART)
    line = lines(server, LIMITED + length(ENDLESS))
    assert line.recv(PART).startswith(b"HTTP/1.1 413 ")
    send_endlessly(line, b"x" * PART)
    wait_until(lambda: not left(server))


@pytest.mark.parametrize("then", [b"", b"\r\n"], ids=["at once", "after an empty line"])
def test_after_the_rest_of_a_body_the_connection_goes_on(
    server: Server, lines: Connect, then: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocols, "LINGER_BYTES", 4 * PART)
    line = lines(server, LIMITED + length(3 * PART))
    assert until(line, b"limit.</p>\n").startswith(b"HTTP/1.1 413 ")
    # Each body has as much time and room as the one before.
    for _ in range(2):
        line.sendall(b"x" * 3 * PART + then + LIMITED + length(3 * PART))
        assert until(line, b"limit.</p>\n").startswith(b"HTTP/1.1 413 ")
    line.sendall(b"x" * 3 * PART + then + SEEN + b"Connection: close\r\n\r\n")
    assert b"HTTP/1.1 200 " in everything(line)


def test_after_an_answer_what_is_no_http_ends_the_connection(server: Server, lines: Connect) -> None:
    for asked in (SEEN + CHUNKED, LIMITED + length(ENDLESS).replace(b"\r\n\r\n", b"\r\n") + CHUNKED):
        line = lines(server, asked)
        answer = line.recv(PART)
        line.sendall(b"zz\r\n")
        assert b" 400 " not in answer + everything(line)
    wait_until(lambda: not left(server))


def test_what_is_no_http_ends_an_answer_too(server: Server, lines: Connect) -> None:
    line = lines(server, b"GET /large HTTP/1.1\r\n" + HOST + CHUNKED)
    assert line.recv(PART).startswith(b"HTTP/1.1 200 ")
    line.sendall(b"zz\r\n")
    assert b" 400 " not in everything(line)[-PART:]
    wait_until(lambda: not left(server))


@pytest.mark.parametrize("method", [b"HEAD", b"GET", b"POST"])
def test_what_is_no_http_before_the_answer_is_a_bad_request(server: Server, lines: Connect, method: bytes) -> None:
    for path in (b"/seen", b"/upload", b"/live/healthz"):
        line = lines(server, method + b" " + path + b" HTTP/1.1\r\n" + HOST + CHUNKED + b"zz\r\n")
        answer = everything(line)
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert (b"Invalid HTTP" in answer) == (method != b"HEAD")
    wait_until(lambda: not left(server))


@pytest.mark.parametrize("blank", [b"\r\n", b"\n", b"\r\n\r\n\n"])
def test_an_empty_line_before_a_request_is_nothing(server: Server, lines: Connect, blank: bytes) -> None:
    body = b"POST /upload HTTP/1.1\r\n" + HOST + length(4) + b"body"
    answers = everything(
        lines(server, blank + body + blank + SEEN + b"\r\n" + blank + SEEN + b"Connection: close\r\n\r\n")
    )
    assert answers.count(b"HTTP/1.1 200 ") == 3


def test_an_empty_line_may_come_in_two_parts(server: Server, lines: Connect) -> None:
    line = lines(server, SEEN + b"\r\n")
    line.recv(PART)
    for part in (b"\r", b"\n", b"\r\n\r", b"\n" + SEEN + b"Connection: close\r\n\r\n"):
        line.sendall(part)
        time.sleep(0.05)
    assert everything(line).startswith(b"HTTP/1.1 200 ")
    for sent in (b"\rGET", b" GET"):
        assert everything(lines(server, sent)).startswith(b"HTTP/1.1 400 ")


def test_empty_lines_are_no_request(server: Server, lines: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocols, "ASKING_SECONDS", SOON)
    line = lines(server, b"\r\n")
    begun = time.monotonic()
    with pytest.raises(ConnectionError):
        while time.monotonic() - begun < PATIENCE:
            line.sendall(b"\r\n")
            time.sleep(SOON / 10)


@pytest.mark.parametrize("first", [b"Content-Length: 3\r\n" + CHUNKED, b"Transfer-Encoding: chunked\r\n" + length(3)])
def test_nothing_follows_a_body_of_two_lengths(server: Server, lines: Connect, first: bytes) -> None:
    asked = SEEN + first + b"3\r\nabc\r\n0\r\n\r\n" + SEEN + b"\r\n"
    answers = everything(lines(server, asked))
    assert answers.count(b"HTTP/1.1 ") == 1
    assert b"connection: close\r\n" in answers.lower()
