"""Reading from the network: redirects, packed answers, certificates, and how each kind of failure is said."""

from __future__ import annotations

import gzip
import socket
import ssl
import subprocess
import time
import zlib
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from marketplace.core.addresses import Address, UnknownHost
from marketplace.core.fetch import (
    BadAnswer,
    ClosedPort,
    Downgraded,
    Fetcher,
    NoAnswer,
    NotPublic,
    NotTrusted,
    TooLarge,
    TooManyRedirects,
    TooSlow,
)
from marketplace.core.urls import BadUrl, read_url
from tests.core.serving import Server, always, plain, serving

HERE = ip_address("127.0.0.1")
PAGE = "<p>Привет</p>".encode()


def open_fetcher(**values: object) -> Fetcher:
    """A fetcher that reads from this machine under any name."""
    settings: dict[str, object] = {"permits": lambda _: True, "resolver": lambda *_: [HERE], "ports": None}
    return Fetcher(**(settings | values))  # type: ignore[arg-type]  # each as the test says


def test_a_page_is_read_whole_with_what_the_server_calls_it() -> None:
    with serving(always(PAGE, "Content-Type: text/html; charset=utf-8")) as server:
        fetched = open_fetcher().fetch(server.url("/goods?page=1#top"))
    assert fetched.content == PAGE
    assert fetched.content_type == "text/html; charset=utf-8"
    assert server.hits == ["/goods?page=1"]


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(PAGE)),
        ("gzip", gzip.compress(PAGE[:5]) + gzip.compress(PAGE[5:]) + b"\0\0"),
        ("deflate", zlib.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)[2:-4]),
        ("identity", PAGE),
    ],
)
def test_packed_answers_are_unpacked(encoding: str, packed: bytes) -> None:
    with serving(always(packed, f"Content-Encoding: {encoding}")) as server:
        assert open_fetcher().fetch(server.url()).content == PAGE


@pytest.mark.parametrize("packed", [b"not packed at all", gzip.compress(PAGE)[:-12]])
def test_a_damaged_answer_is_refused(packed: bytes) -> None:
    with serving(always(packed, "Content-Encoding: gzip")) as server, pytest.raises(BadAnswer):
        open_fetcher().fetch(server.url())


def test_an_answer_that_breaks_off_is_refused() -> None:
    cut = plain(PAGE)[:-3]
    with serving(lambda sock, path: sock.sendall(cut)) as server, pytest.raises(BadAnswer):
        open_fetcher().fetch(server.url())


def test_an_answer_in_chunks_is_read() -> None:
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    with serving(lambda sock, path: sock.sendall(chunks)) as server:
        assert open_fetcher().fetch(server.url()).content == b"hello"


def steps(sock: socket.socket, path: str) -> None:
    """/5 leads to /4 and so on to the page at /0."""
    number = int(path.strip("/"))
    headers = [] if number == 0 else [f"Location: {number - 1}"]
    sock.sendall(plain(PAGE, *headers, status="200 OK" if number == 0 else "302 Found"))


def test_five_redirects_are_followed_and_no_sixth() -> None:
    with serving(steps) as server:
        assert open_fetcher().fetch(server.url("/5")).url == server.url("/0")
        with pytest.raises(TooManyRedirects):
            open_fetcher().fetch(server.url("/6"))


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "204 No Content", "302 Found"])
def test_an_answer_that_is_no_page_is_said_with_its_number(status: str) -> None:
    with serving(always(b"", status=status)) as server, pytest.raises(BadAnswer, match=status[:3]):
        open_fetcher().fetch(server.url())


def test_what_is_not_http_is_no_answer() -> None:
    greeting = b"220 mail.example.com ESMTP\r\n"
    with serving(lambda sock, path: sock.sendall(greeting)) as server, pytest.raises(NoAnswer):
        open_fetcher().fetch(server.url())


def test_the_environment_names_no_proxy_for_us(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(always(PAGE)) as server, serving(always(b"proxy")) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        assert open_fetcher().fetch(server.url()).content == PAGE
        assert proxy.hits == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "goods",
        "//example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "data:text/html,hi",
        "javascript:alert(1)",
        "http:///path",
        "http://user@example.com/",
        "http://user:word@example.com/",
        "http://example.com@127.0.0.1/",
        "http://exa mple.com/",
        "http://example.com/a b",
        "http://example.com\\@127.0.0.1/",
        "http://example.com/\r\nHost: 127.0.0.1",
        "http://example.com:port/",
        "http://example.com:99999/",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://example%2ecom/",
        "http://exa..mple.com/",
        "http://" + "a" * 64 + ".com/",
        "http://example.com/" + "a" * 2000,
        "http://example.com/\ud800",
    ],
)
def test_what_is_no_plain_web_address_is_refused_before_anybody_is_asked(url: str) -> None:
    def nobody(host: str, seconds: float) -> list[Address]:
        raise AssertionError(host)

    if url.endswith("\ud800"):
        assert read_url(url).path == "/%3F"
        return
    with pytest.raises(BadUrl):
        open_fetcher(resolver=nobody).fetch(url)


def test_names_and_paths_in_other_letters_are_written_for_the_wire() -> None:
    target = read_url("https://Пример。рф/каталог/стол?цвет=белый&q=%20")
    assert target.host == "xn--e1afmkfd.xn--p1ai"
    assert target.path.startswith("/%D0%BA") and target.path.endswith("&q=%20")
    assert read_url("http://[2606:4700::1111]:8080/").host_header == "[2606:4700::1111]:8080"


@pytest.mark.parametrize("port", [22, 25, 5432, 6379, 9200, 11211])
def test_ports_of_other_services_are_closed(port: int) -> None:
    with pytest.raises(ClosedPort):
        Fetcher(resolver=lambda *_: [ip_address("93.184.215.14")]).fetch(f"http://example.com:{port}/")


def test_a_name_without_addresses_is_said() -> None:
    def nowhere(host: str, seconds: float) -> list[Address]:
        raise UnknownHost(host=host)

    with pytest.raises(UnknownHost, match=r"shop\.example"):
        Fetcher(resolver=nowhere).fetch("http://shop.example/")


def test_a_resolver_that_does_not_answer_ends_with_the_time() -> None:
    def late(host: str, seconds: float) -> list[Address]:
        raise TimeoutError

    with pytest.raises(TooSlow):
        Fetcher(resolver=late).fetch("http://example.com/")


def test_a_declared_length_beyond_the_limit_is_not_waited_for() -> None:
    promise = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"

    def answer(sock: socket.socket, path: str) -> None:
        sock.sendall(promise)
        time.sleep(5)

    started = time.monotonic()
    with serving(answer) as server, pytest.raises(TooLarge):
        open_fetcher().fetch(server.url())
    assert time.monotonic() - started < 2


def test_the_next_address_is_tried_when_the_first_takes_no_connection() -> None:
    with serving(always(PAGE)) as server:
        addresses = [ip_address("127.0.0.2"), HERE]
        # A server bound to 127.0.0.1 refuses at 127.0.0.2.
        assert open_fetcher(resolver=lambda *_: addresses).fetch(server.url()).content == PAGE
    with pytest.raises(NoAnswer):
        open_fetcher(resolver=lambda *_: addresses).fetch(server.url())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for shop.example that signs itself, with its key."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-days", "30", "-subj", "/CN=shop.example", "-addext", "subjectAltName=DNS:shop.example"]
    try:
        subprocess.run([*command, "-keyout", path, "-out", path.with_suffix(".crt")], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs the openssl program")
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


@pytest.fixture
def protected(certificate: Path) -> Iterator[Server]:
    """A server with that certificate; /down leads to an unprotected address."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)

    def answer(sock: socket.socket, path: str) -> None:
        if path == "/down":
            sock.sendall(plain(PAGE, "Location: http://shop.example/", status="301 Moved"))
        else:
            sock.sendall(plain(PAGE))

    with serving(answer, tls=tls) as server:
        yield server


def test_a_certificate_counts_for_its_own_name_only(protected: Server, certificate: Path) -> None:
    known = ssl.create_default_context(cafile=str(certificate))
    assert open_fetcher(tls=known).fetch(f"https://shop.example:{protected.port}/").content == PAGE
    with pytest.raises(NotTrusted):
        open_fetcher(tls=known).fetch(f"https://other.example:{protected.port}/")
    with pytest.raises(NotTrusted):
        open_fetcher().fetch(f"https://shop.example:{protected.port}/")


def test_a_protected_address_leads_to_no_unprotected_one(protected: Server, certificate: Path) -> None:
    known = ssl.create_default_context(cafile=str(certificate))
    with pytest.raises(Downgraded):
        open_fetcher(tls=known).fetch(f"https://shop.example:{protected.port}/down")


def test_a_mixed_answer_of_public_and_private_addresses_is_refused() -> None:
    mixed = [ip_address("93.184.215.14"), ip_address("10.0.0.1")]
    with pytest.raises(NotPublic):
        Fetcher(resolver=lambda *_: mixed).fetch("http://example.com/")
