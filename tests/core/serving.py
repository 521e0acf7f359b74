"""A web server of a test on this machine that answers as badly as it is told, and counts who came."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Answer = Callable[[socket.socket, str], None]


@dataclass
class Server:
    """The server: `port`, and in `hits` the paths that were asked for."""

    port: int
    hits: list[str] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """The address of `path` here."""
        return f"http://{host}:{self.port}{path}"


def plain(content: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + content


def always(content: bytes, *headers: str, status: str = "200 OK") -> Answer:
    """Answers everything alike."""
    return lambda sock, path: sock.sendall(plain(content, *headers, status=status))


@contextmanager
def serving(answer: Answer, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Server]:
    """Serves with `answer` until the block ends."""
    listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.settimeout(0.1)
    server = Server(listener.getsockname()[1])
    stop = threading.Event()

    def serve(sock: socket.socket) -> None:
        # Whoever asked may leave in the middle: that is what most of these tests are about.
        with suppress(OSError):
            sock.settimeout(20)
            if tls is not None:
                sock = tls.wrap_socket(sock, server_side=True)
            request = b""
            while b"\r\n\r\n" not in request:
                part = sock.recv(4096)
                if not part:
                    break
                request += part
            if request:
                path = request.split(b" ")[1].decode("latin-1")
                server.hits.append(path)
                answer(sock, path)
        sock.close()

    def accept() -> None:
        while not stop.is_set():
            with suppress(TimeoutError):
                sock, _ = listener.accept()
                server.connections += 1
                threading.Thread(target=serve, args=(sock,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        stop.set()
        thread.join()
        listener.close()
