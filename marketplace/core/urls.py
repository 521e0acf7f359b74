"""Web addresses as strangers write them: taken apart once, so that what is judged is what is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote, urljoin, urlsplit

from marketplace.core.errors import N_, Invalid

LONGEST_URL = 2000
PORT_OF = {"http": 80, "https": 443}

# Blanks and line ends would end the line of the request, and browsers read a backslash as a slash.
UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


class FetchRefused(Invalid):
    """Nothing was read; the words say why."""

    message = N_("This address cannot be read.")


class BadUrl(FetchRefused):
    """Not an address of the web, or one that carries more than an address."""

    message = N_("This is not a web address that can be read: %(url)s.")


@dataclass(frozen=True, slots=True)
class Target:
    """An address, taken apart: `host` as it goes into the request, `path` with the query."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The host as HTTP wants it said."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == PORT_OF[self.scheme] else f"{shown}:{self.port}"


def read_url(url: str) -> Target:
    """`url` taken apart; raises BadUrl. Asks nobody."""
    text = url.strip()
    wrong = BadUrl(url=text[:200])
    if len(text) > LONGEST_URL or UNSAFE.search(text):
        raise wrong
    try:
        parts = urlsplit(text)
        port = parts.port
        host = parts.hostname or ""
        if parts.netloc.startswith("["):
            host = str(ip_address(host))
    except ValueError:
        raise wrong from None
    if parts.scheme not in PORT_OF or "@" in parts.netloc or "%" in parts.netloc:
        raise wrong
    if ":" not in host:
        try:
            # Also folds the other full stops and digits of Unicode into the plain ones.
            host = host.encode("idna").decode("ascii").lower().removesuffix(".")
        except UnicodeError:
            raise wrong from None
        if not HOST.fullmatch(host):
            raise wrong
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~", errors="replace")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~?[]", errors="replace")
    return Target(text, parts.scheme, host, PORT_OF[parts.scheme] if port is None else port, path)


def follow(target: Target, onward: str) -> Target:
    """Where the answer of `target` leads on to; raises BadUrl."""
    try:
        return read_url(urljoin(target.url, onward.strip().replace(" ", "%20")))
    except ValueError:
        raise BadUrl(url=onward[:200]) from None
