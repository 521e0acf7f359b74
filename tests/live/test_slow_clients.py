"""Whoever sends or reads slowly keeps nobody else waiting, and is let go when nothing comes any more."""

from __future__ import annotations

import hashlib
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator, Mapping

import pytest
from flask import Flask, jsonify, request, stream_with_context
from flask.typing import ResponseReturnValue

from marketplace.api.protocol.operations import OPERATIONS
from marketplace.live import bodies, protocols, threads
from marketplace.live.bodies import LARGEST, SMALL
from marketplace.live.mount import one_origin
from tests.live.lines import SOON, Connect, everything
from tests.live.site import Server, wait_until
from tests.live.test_mount import PART, ask, pages

MANY = 6
"""More clients than the pages have threads."""

PATIENCE = 30
NONE: Mapping[str, str] = {}
UPLOAD = {"Content-Type": "multipart/form-data; boundary=x", "Cookie": "session=somebody"}


class Seen:
    """What the pages were asked for, and what they were made to let go of."""

    def __init__(self) -> None:
        self.bodies = 0
        self.begun = self.ended = 0
        self.go_on = threading.Event()


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def server(seen: Seen) -> Iterator[Server]:
    app = pages(0)

    @app.post("/digest")
    def digest() -> ResponseReturnValue:
        seen.bodies += 1
        return jsonify(digest=hashlib.sha256(request.get_data(cache=False)).hexdigest())

    @app.post("/limited")
    def limited() -> ResponseReturnValue:
        request.max_content_length = 10
        return jsonify(length=len(request.get_data()))

    @app.route("/any", methods=["GET", "POST", "OPTIONS", "DELETE", "TRACE"], provide_automatic_options=False)
    def anything() -> ResponseReturnValue:
        return jsonify(length=len(request.get_data()))

    @app.route("/ignored", methods=["GET", "POST", "OPTIONS", "DELETE", "TRACE"], provide_automatic_options=False)
    def ignored() -> ResponseReturnValue:
        return "not read"

    @app.get("/rows")
    def rows() -> ResponseReturnValue:
        def megabytes() -> Iterator[bytes]:
            try:
                yield b""
                seen.begun += 1
                if "wait" in request.args:
                    assert seen.go_on.wait(PATIENCE)
                for _ in range(int(request.args["megabytes"])):
                    yield b"|" * PART
            finally:
                seen.ended += 1

        return stream_with_context(megabytes()), 200

    with Server(one_origin(app)) as running:
        yield running


def post(path: str, length: int, body: bytes = b"", headers: Mapping[str, str] = NONE) -> bytes:
    """A request that announces `length` bytes and brings only `body`."""
    given = {"Host": "localhost", "Content-Length": str(length), **headers}
    return f"POST {path} HTTP/1.1\r\n".encode() + heads(given) + b"\r\n" + body


def heads(headers: dict[str, str]) -> bytes:
    """Headers as they are sent."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()


def connections(server: Server) -> int:
    """How many the server has."""
    return len(server._server.server_state.connections)


@pytest.mark.parametrize(
    "sends",
    [
        post("/upload", 1000, b"{"),
        post("/upload", 5 * PART, b"x" * 2 * PART, UPLOAD),
    ],
    ids=["forms", "files"],
)
def test_slow_bodies_keep_nobody_waiting(server: Server, lines: Connect, sends: bytes) -> None:
    for _ in range(MANY):
        lines(server, sends)
    assert ask(server, "/seen")[0] == 200
    assert json.loads(ask(server, "/upload", "POST", body=b"whole")[1]) == {"length": 5}


def test_slow_readers_keep_nobody_waiting(server: Server, lines: Connect, seen: Seen) -> None:
    for number in range(1, MANY + 1):
        assert lines(server, b"GET /rows?megabytes=16 HTTP/1.1\r\nHost: localhost\r\n\r\n", buffer=4096).recv(1)
        # What the rows came from is not kept until they are taken.
        assert seen.ended == number
    assert ask(server, "/seen")[0] == 200


def test_pages_do_not_wait_for_long_lists(server: Server, lines: Connect, seen: Seen) -> None:
    waiting = [lines(server, b"GET /rows?megabytes=1&wait=1 HTTP/1.1\r\nHost: localhost\r\n\r\n") for _ in range(MANY)]
    wait_until(lambda: seen.begun == threads.STREAMS)
    assert ask(server, "/seen")[0] == 200
    assert seen.begun == threads.STREAMS, "the others have not begun"
    # Those who leave are not worked for.
    gone = waiting.pop()
    gone.close()
    wait_until(lambda: connections(server) == len(waiting))
    seen.go_on.set()
    for line in waiting:
        head = line.recv(PART).partition(b"\r\n\r\n")[0].lower()
        assert head.startswith(b"http/1.1 200 ") and b"content-length: %d" % PART in head
    wait_until(lambda: seen.ended == MANY - 1)
    assert seen.begun == MANY - 1


@pytest.mark.parametrize("sent", [b"", b"{"])
def test_a_body_that_does_not_come_is_answered_408(
    server: Server, lines: Connect, seen: Seen, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "SECONDS", SOON)
    head, _, _ = everything(lines(server, post("/digest", 1000, sent))).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in head.lower()
    assert seen.bodies == 0


def test_a_body_that_comes_byte_by_byte_is_too_late_all_the_same(
    server: Server, lines: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "SECONDS", SOON)
    line = lines(server, post("/digest", 100_000))
    line.settimeout(SOON / 10)
    for _ in range(1000):
        line.sendall(b"x")
        try:
            assert line.recv(100).startswith(b"HTTP/1.1 408 ")
            return
        except TimeoutError:
            pass
    raise AssertionError("never answered")


def test_a_large_body_may_take_its_time_for_each_part_of_it(
    server: Server, lines: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "SECONDS", 2.0)
    line = lines(server, post("/digest", 4 * SMALL, headers=UPLOAD))
    for _ in range(4):
        time.sleep(0.7)
        line.sendall(b"x" * SMALL)
    assert line.recv(PART).startswith(b"HTTP/1.1 200 ")
    line = lines(server, post("/digest", 4 * SMALL, b"x" * SMALL, UPLOAD))
    assert everything(line).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(
    ("size", "headers"),
    [
        *((size, {}) for size in (0, 1, 70_000, SMALL)),
        *((size, UPLOAD) for size in (0, 1, 70_000, SMALL, SMALL + 1, 20 * SMALL)),
    ],
)
def test_a_body_arrives_as_it_was_sent(server: Server, size: int, headers: dict[str, str]) -> None:
    body = bytes(range(256)) * (size // 256) + b"y" * (size % 256)
    expected = {"digest": hashlib.sha256(body).hexdigest()}
    assert json.loads(ask(server, "/digest", "POST", body=body, headers=headers)[1]) == expected


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"OPTIONS", b"POST", b"DELETE", b"TRACE"])
def test_whoever_reads_a_body_without_a_length_refuses_it_unread(server: Server, lines: Connect, method: bytes) -> None:
    chunked = method + b" /any HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    waiting = [lines(server, chunked) for _ in range(MANY)]
    assert {line.recv(PART)[:13] for line in waiting} == {b"HTTP/1.1 411 "}
    # Nobody has to read it.
    assert lines(server, chunked.replace(b"/any", b"/ignored")).recv(PART).startswith(b"HTTP/1.1 200 ")


def test_a_body_that_is_too_large_is_refused_unread(server: Server, lines: Connect) -> None:
    for expecting in ({}, {"Expect": "100-continue"}):
        for request_of in (
            post("/limited", 2 * SMALL, headers=expecting),
            post("/any", 2 * SMALL, headers=expecting),
            post("/limited", LARGEST + 1, headers=UPLOAD | expecting),
        ):
            assert lines(server, request_of).recv(PART).startswith(b"HTTP/1.1 413 ")


def test_a_body_is_asked_for_where_it_waits_to_be(server: Server, lines: Connect) -> None:
    line = lines(server, post("/digest", 4, headers={"Expect": "100-continue", "Connection": "close"}))
    assert line.recv(PART).startswith(b"HTTP/1.1 100 ")
    line.sendall(b"body")
    assert hashlib.sha256(b"body").hexdigest().encode() in everything(line)


def test_whoever_leaves_before_the_end_has_asked_for_nothing(
    server: Server, lines: Connect, seen: Seen, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    line = lines(server, post("/digest", 1000, b"half"))
    wait_until(lambda: connections(server) == 1)
    line.close()
    wait_until(lambda: connections(server) == 0 and not server._server.server_state.tasks)
    assert seen.bodies == 0
    complaints = [record for record in caplog.records if record.name in ("asyncio", "uvicorn.error")]
    assert [record for record in complaints if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("path", ["/rows?megabytes=64", "/large"])
@pytest.mark.parametrize("closing", ["keep-alive", "close"])
def test_a_reader_who_takes_nothing_is_let_go(
    server: Server, lines: Connect, path: str, closing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocols, "TAKING_SECONDS", SOON)
    lines(server, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: {closing}\r\n\r\n".encode(), buffer=4096)
    wait_until(lambda: connections(server) == 1)
    wait_until(lambda: connections(server) == 0 and not server._server.server_state.tasks, PATIENCE)


def test_a_slow_reader_gets_everything(server: Server, lines: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocols, "TAKING_SECONDS", 1.0)
    line = lines(
        server, b"GET /rows?megabytes=32 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", buffer=65536
    )
    received, begun = 0, time.monotonic()
    while part := line.recv(PART):
        received += part.count(b"|")
        # As much as lets it last for three times what somebody who takes nothing is given.
        time.sleep(max(0, begun + 3 * received / (32 * PART) - time.monotonic()))
    assert received == 32 * PART


def test_whoever_does_not_say_what_they_want_is_let_go(
    server: Server, lines: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocols, "ASKING_SECONDS", SOON)
    for sent in (b"", b"GET /seen HTTP/1.1\r\nHost:"):
        assert everything(lines(server, sent)) == b""
    line = lines(server, b"GET /seen HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert line.recv(PART).startswith(b"HTTP/1.1 200 ")
    time.sleep(2 * SOON)
    # Between requests it is the server's patience with idle connections that counts.
    line.sendall(b"GET /seen HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert b"HTTP/1.1 200 " in everything(line)


def test_the_site_says_in_its_own_words_what_came_too_late(live_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SECONDS", SOON)
    answers = []
    with Server(one_origin(live_app)) as running:
        for path in ("/api/v1/auth/login", "/login"):
            with socket.create_connection(("127.0.0.1", running.port), PATIENCE) as line:
                line.sendall(post(path, 1000, b"{", {"Content-Type": "application/json"}))
                answers.append(everything(line).partition(b"\r\n\r\n"))
    (problem_head, _, problem), (page_head, _, page) = answers
    assert problem_head.startswith(b"HTTP/1.1 408 ") and page_head.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in problem_head and b"x-request-id" in problem_head
    assert json.loads(problem)["status"] == 408
    assert b"text/html" in page_head and b"content-security-policy" in page_head
    assert b"<h1" in page


def test_the_site_refuses_unread_what_has_no_length(live_app: Flask) -> None:
    form = b"Host: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
    with Server(one_origin(live_app)) as running:
        for path in (b"/login", b"/register", b"/verify", b"/admin/orders/", b"/api/v1/me"):
            for method in (b"HEAD", b"OPTIONS", b"POST", b"GET"):
                with socket.create_connection(("127.0.0.1", running.port), PATIENCE) as line:
                    line.sendall(method + b" " + path + b" HTTP/1.1\r\n" + form)
                    status = int(line.recv(PART)[9:12])
                assert status in (200, 302, 401, 403, 411), (method, path)
                assert status == 411 or method != b"POST"


def test_who_was_too_late_is_known_by_the_proxies_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SECONDS", SOON)
    app = pages(1)
    app.register_error_handler(408, lambda _error: (f"too late, {request.remote_addr}", 408))
    with Server(one_origin(app)) as running, socket.create_connection(("127.0.0.1", running.port), PATIENCE) as line:
        line.sendall(post("/upload", 10, headers={"X-Forwarded-For": "203.0.113.9"}))
        assert everything(line).endswith(b"too late, 203.0.113.9")


def test_no_address_takes_more_than_is_waited_for(live_app: Flask) -> None:
    limits = [getattr(view, "file_limit", 0) for view in live_app.view_functions.values()]
    limits += [operation.parts.limit for operation in OPERATIONS.values() if operation.parts]
    assert SMALL < max(limits) <= LARGEST
    assert live_app.config["MAX_CONTENT_LENGTH"] <= SMALL
