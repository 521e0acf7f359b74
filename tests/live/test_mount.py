"""Pages behind the one application: they see the same requests as behind any other server, and answer the same."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from flask import Flask, jsonify, request, send_file
from flask.typing import ResponseReturnValue

from marketplace.app import trust_proxies
from marketplace.live.mount import one_origin
from tests.live.site import Server

MEGABYTES = 64
PART = 1024 * 1024


def pages(hops: int) -> Flask:
    """An application that tells what it sees."""
    app = Flask("tests")
    app.config.update(
        PROXY_HOPS=hops,
        TRUSTED_HOSTS=None,
        WEB_THREADS=2,
        # Never reached: only pages are asked for here.
        SQLALCHEMY_DATABASE_URI="postgresql+psycopg2://nobody@127.0.0.1:1/none",
        SECRET_KEY="secret",
    )
    trust_proxies(app)

    @app.get("/seen")
    def seen() -> ResponseReturnValue:
        return jsonify(
            address=request.remote_addr,
            scheme=request.scheme,
            host=request.host,
            path=request.full_path,
            forwarded=request.headers.get("X-Forwarded-For"),
            custom=request.headers.get("X-Custom"),
        )

    @app.post("/upload")
    def upload() -> ResponseReturnValue:
        length = 0
        while part := request.stream.read(PART):
            length += len(part)
        return jsonify(length=length)

    @app.get("/large")
    def large() -> ResponseReturnValue:
        def parts() -> Iterator[bytes]:
            for _ in range(MEGABYTES):
                yield b"x" * PART

        return parts(), 200, {"Content-Type": "application/octet-stream"}

    @app.get("/file")
    def file() -> ResponseReturnValue:
        return send_file(__file__, mimetype="text/x-python")

    @app.errorhandler(404)
    def missing(_error: Any) -> ResponseReturnValue:
        return "our own page", 404

    return app


@pytest.fixture(params=[0, 1], ids=["no proxy", "one proxy"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with Server(one_origin(pages(request.param))) as running:
        yield running


@pytest.fixture
def plain() -> Iterator[Server]:
    with Server(one_origin(pages(0))) as running:
        yield running


def ask(server: Server, path: str, method: str = "GET", **options: Any) -> tuple[int, bytes, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(method, path, **options)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, answer.headers


def test_address_scheme_and_name_are_those_of_the_proxies_that_there_are(
    server: Server, request: pytest.FixtureRequest
) -> None:
    headers = {
        "Host": "inner:8000",
        "X-Forwarded-For": "6.6.6.6, 203.0.113.9",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "orders.example",
    }
    seen = json.loads(ask(server, "/seen?a=%D1%8F&b=+", headers=headers)[1])
    proxied = "one proxy" in request.node.name
    assert (seen["address"], seen["scheme"], seen["host"]) == (
        ("203.0.113.9", "https", "orders.example") if proxied else ("127.0.0.1", "http", "inner:8000")
    )
    assert seen["path"] == "/seen?a=%D1%8F&b=+"


def test_nobody_forges_a_header_with_underscores(plain: Server) -> None:
    headers = {"X_Forwarded_For": "6.6.6.6", "X_Custom": "forged", "X-Custom": "sent"}
    seen = json.loads(ask(plain, "/seen", headers=headers)[1])
    assert (seen["forwarded"], seen["custom"]) == (None, "sent")


@pytest.mark.parametrize("name", ["http://127.0.0.1", "HTTPS://elsewhere.example:8000"])
def test_a_whole_address_is_asked_for_by_its_path(plain: Server, name: str) -> None:
    seen = json.loads(ask(plain, f"{name}/seen?a=http://b", headers={"Host": "inner:8000"})[1])
    assert (seen["path"], seen["host"]) == ("/seen?a=http://b", "inner:8000")
    assert ask(plain, name)[:2] == (404, b"our own page")


def test_an_upload_arrives_whole_or_is_refused_when_nobody_knows_its_length(plain: Server) -> None:
    body = b"x" * (5 * PART + 1)
    somebody = {"Content-Type": "multipart/form-data; boundary=x", "Cookie": "session=somebody"}
    assert json.loads(ask(plain, "/upload", "POST", body=body, headers=somebody)[1]) == {"length": len(body)}
    assert ask(plain, "/upload", "POST", body=body)[0] == 413
    parts = iter([b"y" * PART] * 3)
    assert ask(plain, "/upload", "POST", body=parts, encode_chunked=True)[0] == 411


def test_a_large_answer_is_sent_as_it_is_read_and_not_kept_in_memory(plain: Server) -> None:
    resident = psutil.Process().memory_info().rss
    with socket.create_connection(("127.0.0.1", plain.port)) as line:
        line.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 200 OK")
        time.sleep(0.5)
        assert psutil.Process().memory_info().rss - resident < MEGABYTES * PART / 2
        received = 0
        while part := line.recv(PART):
            received += len(part)
    assert received >= MEGABYTES * PART - 100


def test_a_file_is_sent_whole_or_in_part(plain: Server) -> None:
    content = Path(__file__).read_bytes()
    assert ask(plain, "/file")[:2] == (200, content)
    assert ask(plain, "/file", headers={"Range": "bytes=10-19"})[:2] == (206, content[10:20])


def test_every_address_is_answered_by_the_pages(plain: Server) -> None:
    for path in ("/nothing", "/%0A", "/a%0Ab", "/live", "/live/", "//x", "/%FF", "/seen/"):
        assert ask(plain, path)[:2] == (404, b"our own page"), path
    status, body, headers = ask(plain, "/seen", "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 0


def test_while_the_database_is_away_the_pages_answer_and_the_hub_says_that_it_hears_nothing(plain: Server) -> None:
    assert ask(plain, "/live/healthz")[0] == 503
    assert ask(plain, "/seen")[0] == 200
