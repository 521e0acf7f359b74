"""Whatever is sent for a request, the connection ends in time or goes on, and it is no failure of ours."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from flask import jsonify, request
from flask.typing import ResponseReturnValue

from marketplace.live import protocols
from marketplace.live.mount import one_origin
from tests.live.lines import (
    CHUNKED,
    ENDLESS,
    HOST,
    LIMITED,
    PATIENCE,
    SEEN,
    SOON,
    Connect,
    everything,
    left,
    length,
    send_endlessly,
    until,
)
from tests.live.site import Server, wait_until
from tests.live.test_mount import PART, pages

pytestmark = pytest.mark.usefixtures("complaints")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    app = pages(0)

    @app.post("/limited")
    def limited() -> ResponseReturnValue:
        request.max_content_length = 10
        return jsonify(length=len(request.get_data()))

    with Server(one_origin(app)) as running:
        yield running


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


def test_after_the_rest_of_a_body_the_connection_goes_on(
    server: Server, lines: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocols, "LINGER_BYTES", 4 * PART)
    line = lines(server, LIMITED + length(3 * PART))
    assert until(line, b"limit.</p>\n").startswith(b"HTTP/1.1 413 ")
    # Each body has as much time and room as the one before.
    for _ in range(2):
        line.sendall(b"x" * 3 * PART + LIMITED + length(3 * PART))
        assert until(line, b"limit.</p>\n").startswith(b"HTTP/1.1 413 ")
    line.sendall(b"x" * 3 * PART + SEEN + b"Connection: close\r\n\r\n")
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


@pytest.mark.parametrize("first", [b"Content-Length: 3\r\n" + CHUNKED, b"Transfer-Encoding: chunked\r\n" + length(3)])
def test_nothing_follows_a_body_of_two_lengths(server: Server, lines: Connect, first: bytes) -> None:
    asked = SEEN + first + b"3\r\nabc\r\n0\r\n\r\n" + SEEN + b"\r\n"
    answers = everything(lines(server, asked))
    assert answers.count(b"HTTP/1.1 ") == 1
    assert b"connection: close\r\n" in answers.lower()
