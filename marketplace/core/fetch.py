"""Reading from the public network: what an address of somebody's choice may make us do, and how much of it.

Every address that a name stands for must be public, and the connection goes to the very address that was judged, so a
name that answers differently the next moment gains nothing. Redirects are followed by hand and judged again. Proxies
and the like from the environment are not used: the socket is ours.
"""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

from marketplace.core.addresses import Address, is_public, resolve
from marketplace.core.connecting import Connection
from marketplace.core.errors import N_
from marketplace.core.unpacking import Unpacker
from marketplace.core.urls import FetchRefused, Target, follow, read_url

MOST_SECONDS = 10.0
MOST_BYTES = 10 * 1024 * 1024
MOST_REDIRECTS = 5
MOST_ADDRESSES = 4
PORTS = frozenset({80, 443, 8000, 8008, 8080, 8443, 8888})
"""Where web servers answer. Others belong to mail, databases and the like, which a request could be meant for."""

HEADERS = {
    "User-Agent": "PodryadCatalogLoader/1.0",
    "Accept": "text/html,application/xhtml+xml,application/rss+xml,application/xml,application/json,image/*,*/*;q=0.5",
    "Accept-Encoding": "gzip, deflate",
    "Accept-Language": "ru,en;q=0.8",
    "Connection": "close",
}
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class NotPublic(FetchRefused):
    """The address belongs to a private network, to this machine, or to nobody."""

    message = N_("%(host)s is not an address of the public network: it is not read.")


class ClosedPort(FetchRefused):
    """No web server is expected there."""

    message = N_("Port %(port)s is not one that pages are read from.")


class TooSlow(FetchRefused):
    """The time for everything together is over."""

    message = N_("%(host)s did not finish its answer in %(seconds)s seconds.")


class TooLarge(FetchRefused):
    """The answer, unpacked, passes the limit."""

    message = N_("The answer is larger than %(megabytes)s MB.")


class TooManyRedirects(FetchRefused):
    """It leads from address to address."""

    message = N_("The address leads on more than %(most)s times.")


class Downgraded(FetchRefused):
    """A protected address leads to an unprotected one."""

    message = N_("The address leads from a protected connection to an unprotected one.")


class NoAnswer(FetchRefused):
    """The server does not answer, or not in HTTP."""

    message = N_("%(host)s does not answer.")


class NotTrusted(FetchRefused):
    """The certificate is not one for this name."""

    message = N_("The certificate of %(host)s cannot be trusted.")


class BadAnswer(FetchRefused):
    """The server answers, but with an error or with half of what it promised."""

    message = N_("%(host)s answers with an error: %(code)s.")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came, from where in the end, and what the server called it."""

    url: str
    content: bytes
    content_type: str


class Fetcher:
    """Reads addresses. The parameters are for tests, which serve from this machine; the product gives none.

    `permits` judges an address, `resolver` asks for those of a name, `tls` says whose certificates are believed.
    """

    def __init__(
        self,
        *,
        permits: Callable[[Address], bool] = is_public,
        resolver: Callable[[str, float], list[Address]] = resolve,
        ports: frozenset[int] | None = PORTS,
        seconds: float = MOST_SECONDS,
        most_bytes: int = MOST_BYTES,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.permits = permits
        self.resolver = resolver
        self.ports = ports
        self.seconds = seconds
        self.most_bytes = most_bytes
        self.tls = tls

    def fetch(self, url: str) -> Fetched:
        """What is at `url`, within the limits for everything together; raises FetchRefused or UnknownHost."""
        deadline = time.monotonic() + self.seconds
        target = read_url(url)
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._ask(target, deadline)
            if isinstance(answer, Fetched):
                return answer
            onward = follow(target, answer)
            if target.scheme == "https" and onward.scheme == "http":
                raise Downgraded
            target = onward
        raise TooManyRedirects(most=MOST_REDIRECTS)

    def check(self, url: str, *, seconds: float = 3.0) -> None:
        """Refuses what `fetch` would refuse before it connects to anything."""
        target = read_url(url)
        self._addresses(target, time.monotonic() + seconds)

    def _ask(self, target: Target, deadline: float) -> Fetched | str:
        """The answer, or the address that it leads on to."""
        connection = Connection(target, self._addresses(target, deadline), deadline, self.tls)
        try:
            connection.request("GET", target.path, headers={"Host": target.host_header, **HEADERS})
            with connection.getresponse() as response:
                onward = response.getheader("Location")
                if response.status in REDIRECTS and onward:
                    # Headers are bytes; http.client reads them as Latin letters.
                    return onward.encode("latin-1").decode("utf-8", "replace")
                if response.status != 200:
                    raise BadAnswer(host=target.host, code=response.status)
                content = self._read(response, target)
                return Fetched(target.url, content, response.getheader("Content-Type") or "")
        except TimeoutError:
            raise TooSlow(host=target.host, seconds=f"{self.seconds:g}") from None
        except ssl.SSLCertVerificationError:
            raise NotTrusted(host=target.host) from None
        except (OSError, http.client.HTTPException):
            raise NoAnswer(host=target.host) from None
        finally:
            connection.hang_up()

    def _addresses(self, target: Target, deadline: float) -> list[Address]:
        """Where to connect; one closed address among them closes them all: only a trick mixes the two."""
        if self.ports is not None and target.port not in self.ports:
            raise ClosedPort(port=target.port)
        try:
            found = self.resolver(target.host, deadline - time.monotonic())
        except TimeoutError:
            raise TooSlow(host=target.host, seconds=f"{self.seconds:g}") from None
        if not found or not all(self.permits(address) for address in found):
            raise NotPublic(host=target.host)
        return found[:MOST_ADDRESSES]

    def _read(self, response: http.client.HTTPResponse, target: Target) -> bytes:
        """The body, unpacked, while it is within the limit."""
        unpacker = Unpacker(response.getheader("Content-Encoding") or "", self.most_bytes)
        try:
            # A declared length is no promise, but too much of it is worth no wait.
            if (response.length or 0) > self.most_bytes:
                raise OverflowError
            while part := response.read(64 * 1024):
                unpacker.feed(part)
            content = unpacker.finish()
        except OverflowError:
            raise TooLarge(megabytes=self.most_bytes // (1024 * 1024)) from None
        except ValueError:
            raise BadAnswer(N_("The answer of %(host)s is damaged."), host=target.host) from None
        if response.length:
            raise BadAnswer(N_("%(host)s broke off in the middle of its answer."), host=target.host)
        return content
