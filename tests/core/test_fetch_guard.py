"""P22 and P23: no form of an address leads inside, and no answer takes more time or memory than it may."""

from __future__ import annotations

import gzip
import io
import itertools
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable
from ipaddress import ip_address

import pytest

from marketplace.core.addresses import Address, UnknownHost, is_public, resolve
from marketplace.core.errors import DomainError
from marketplace.core.fetch import Fetcher, NotPublic, TooLarge, TooSlow
from marketplace.core.urls import FetchRefused
from tests.core.serving import Answer, Server, always, plain, serving

PUBLIC = ip_address("93.184.215.14")
HERE = ip_address("127.0.0.1")
MB = 1024 * 1024

FORMS = (
    "http://127.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7f.0x0.0x0.0x1:{port}/",
    "http://017700000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://0.0.0.0:{port}/",
    "http://0:{port}/",
    "http://localhost:{port}/",
    "http://localhost.:{port}/",
    "http://LOCALHOST:{port}/",
    "http://[::1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[::]:{port}/",
    "http://[64:ff9b::127.0.0.1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://１２７。０。０。１:{port}/",
    "http://①②⑦.0.0.1:{port}/",
    "http://127。0｡0．1:{port}/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{port}/",
    "http://example.com@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@example.com/",
    "http://127.0.0.1:{port}#@example.com/",
    "http://user:word@localhost:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://100.100.100.200/latest/meta-data/",
    "http://168.63.129.16/machine",
    "http://192.168.0.1/",
    "http://10.0.0.1/",
)
"""Forms of addresses that lead to this machine, to its network or to what a cloud tells its machines."""

NAMES = (
    "127.0.0.1.nip.io",
    "inside.example",
    "Inside.Example.",
    "xn--e1afmkfd.example",
)
"""Names that a stranger's name server may answer with any address."""

CLOSED = """
    0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.255 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.192
    192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1
    255.255.255.255 168.63.129.16 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:93.184.215.14 ::127.0.0.1
    64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: 2002:a00:1::
    2002:c0a8:101::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%lo fec0::1 ff02::1 2606:4700::5efe:7f00:1
"""
OPEN = """
    1.1.1.1 93.184.215.14 8.8.8.8 172.32.0.1 192.0.1.1 2606:4700::1111 2a02:6b8::1 64:ff9b::5db8:d70e
"""


@pytest.mark.parametrize("text", CLOSED.split())
def test_an_address_inside_is_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", OPEN.split())
def test_an_address_of_the_public_network_is_public(text: str) -> None:
    assert is_public(ip_address(text))


def tried(fetcher: Fetcher, server: Server, url: str) -> bool:
    """True when reading `url` brought anybody to the server."""
    before = server.connections
    with pytest.raises((FetchRefused, UnknownHost)):
        fetcher.fetch(url)
    return server.connections > before


def inside(host: str, seconds: float) -> list[Address]:
    """What a stranger's name server says."""
    return [HERE]


def test_no_form_of_a_private_address_is_connected_to(figure: Callable[[str], None]) -> None:
    hits = []
    with serving(always(b"secret")) as server:
        urls = [form.format(port=server.port) for form in FORMS]
        plainly = Fetcher(ports=None, seconds=3)
        hits += [url for url in urls if tried(plainly, server, url)]
        lied_to = Fetcher(ports=None, resolver=inside)
        named = [f"http://{name}:{server.port}/" for name in NAMES]
        hits += [url for url in named if tried(lied_to, server, url)]
        # The control: without the guard the very same addresses lead here.
        unguarded = Fetcher(ports=None, permits=lambda _: True, seconds=0.5)
        reached = 0
        for url in urls:
            if str(server.port) in url:
                try:
                    reached += unguarded.fetch(url).content == b"secret"
                except DomainError:
                    continue
        unguarded_names = Fetcher(ports=None, permits=lambda _: True, resolver=inside)
        assert all(unguarded_names.fetch(url).content == b"secret" for url in named)
    assert hits == []
    assert reached >= 12, "the forms would lead here if they were let"
    forms = len(FORMS) + len(NAMES)
    figure(f"P22: 0 hits from {forms} forms of private addresses; with the guard off {reached + len(named)} hit")


def leads_to(onward: str) -> Answer:
    """Answers everything with a redirect."""
    head = f"HTTP/1.1 302 Found\r\nLocation: {onward}\r\nContent-Length: 0\r\n\r\n".encode()
    return lambda sock, path: sock.sendall(head)


def test_a_redirect_inside_is_not_followed() -> None:
    # One address of this machine plays the public network, the rest is inside.
    outside = "127.0.0.2"
    guarded = Fetcher(permits=lambda address: str(address) == outside or is_public(address), ports=None, seconds=3)
    with serving(always(b"secret")) as secret:
        for onward in (form.format(port=secret.port) for form in FORMS):
            with serving(leads_to(onward), host=outside) as server:
                with pytest.raises((FetchRefused, UnknownHost)):
                    guarded.fetch(server.url(host=outside))
                assert server.hits == ["/"]
        assert secret.connections == 0
        with serving(leads_to(secret.url()), host=outside) as server:
            unguarded = Fetcher(permits=lambda _: True, ports=None)
            assert unguarded.fetch(server.url(host=outside)).content == b"secret"


def test_a_name_that_changes_its_answer_gains_nothing() -> None:
    """The judged address is the one that is connected to: the name is asked once."""
    asked = itertools.count()

    def rebinding(host: str, seconds: float) -> list[Address]:
        return [PUBLIC] if next(asked) == 0 else [HERE]

    with serving(always(b"secret")) as server:
        connected: list[str] = []

        class Watched(socket.socket):
            def connect(self, address: object) -> None:
                connected.append(str(address))
                raise ConnectionRefusedError

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("marketplace.core.connecting.socket.socket", Watched)
            with pytest.raises(FetchRefused):
                Fetcher(resolver=rebinding, ports=None).fetch(server.url(host="rebinding.example"))
        assert server.connections == 0
    assert connected == [str((str(PUBLIC), server.port))]
    assert next(asked) == 1


def test_a_name_is_judged_again_at_each_redirect() -> None:
    answers = iter([[ip_address("127.0.0.2")], [HERE]])
    with serving(leads_to("/again"), host="127.0.0.2") as server:
        fetcher = Fetcher(
            permits=lambda address: address != HERE, resolver=lambda *_: next(answers), ports=None, seconds=3
        )
        with pytest.raises(NotPublic):
            fetcher.fetch(server.url(host="rebinding.example"))
        assert server.hits == ["/"]


def test_the_system_reads_numbers_in_every_notation_as_addresses() -> None:
    for host in ("2130706433", "0x7f.1", "0177.0.0.1", "127.1"):
        assert resolve(host, 3) == [HERE]


def spent(run: Callable[[], object]) -> tuple[float, float]:
    """The seconds and the most megabytes that `run` took."""
    tracemalloc.start()
    started = time.monotonic()
    try:
        run()
        return time.monotonic() - started, tracemalloc.get_traced_memory()[1] / MB
    finally:
        tracemalloc.stop()


def bomb() -> bytes:
    """A gigabyte of zeros, packed into a megabyte."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        for _ in range(1024):
            file.write(bytes(MB))
    return packed.getvalue()


def endless(sock: socket.socket, path: str) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        sock.sendall(b"a" * MB)


def endless_header(sock: socket.socket, path: str) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        sock.sendall(b"a" * MB)


def endless_welcome(sock: socket.socket, path: str) -> None:
    while True:
        sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def drip(sock: socket.socket, path: str) -> None:
    """One byte at a time, each long before any timeout of a socket."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        sock.sendall(b"a")
        time.sleep(0.2)


def drip_header(sock: socket.socket, path: str) -> None:
    while True:
        sock.sendall(b"H")
        time.sleep(0.2)


def silence(sock: socket.socket, path: str) -> None:
    time.sleep(15)


@pytest.fixture(scope="module")
def packed_bomb() -> bytes:
    """Made once."""
    return bomb()


def local(seconds: float = 2.0) -> Fetcher:
    """A fetcher for this machine with little patience."""
    return Fetcher(permits=lambda _: True, ports=None, seconds=seconds)


def test_a_gzip_bomb_ends_at_the_limit(packed_bomb: bytes, figure: Callable[[str], None]) -> None:
    worst = 0.0
    for content, encoding in ((packed_bomb, "gzip"), (zlib.compress(bytes(64 * MB)), "deflate")):
        with serving(always(content, f"Content-Encoding: {encoding}")) as server:

            def read(server: Server = server) -> None:
                with pytest.raises(TooLarge):
                    local(10).fetch(server.url())

            seconds, megabytes = spent(read)
            worst = max(worst, megabytes)
            assert seconds < 5 and megabytes < 40
    figure(f"P23: a gzip bomb of 1024 MB ends after {worst:.0f} MB of memory")


@pytest.mark.parametrize("answer", [endless, endless_header, endless_welcome, drip, drip_header, silence])
def test_an_answer_without_end_ends_with_the_time_or_the_limit(
    answer: Callable[[socket.socket, str], None], figure: Callable[[str], None]
) -> None:
    with serving(answer) as server:

        def read() -> None:
            with pytest.raises(FetchRefused):
                local().fetch(server.url())

        seconds, megabytes = spent(read)
    assert seconds < 3 and megabytes < 40
    figure(f"P23: {answer.__name__.replace('_', ' ')}: {seconds:.1f} s of 2 s allowed, {megabytes:.0f} MB")


def test_the_time_is_for_all_redirects_together() -> None:
    def slow_step(sock: socket.socket, path: str) -> None:
        time.sleep(0.7)
        sock.sendall(plain(b"", "Location: /on", status="302 Found"))

    started = time.monotonic()
    with serving(slow_step) as server, pytest.raises(TooSlow):
        local().fetch(server.url())
    assert time.monotonic() - started < 3
