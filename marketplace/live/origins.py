"""Which pages may open a live connection: those of this site, under a name of this site.

Browsers let any page open a WebSocket to anywhere and send the cookies along; the Origin header is what they do not let
a page choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from werkzeug.sansio.utils import host_is_trusted

DEFAULT_PORTS = {"http": 80, "https": 443}


def is_own_page(headers: Mapping[str, str], config: Mapping[str, Any]) -> bool:
    """True when the page that asks came from the address that it asks, and the site answers under that name."""
    origin, host = headers.get("origin", ""), requested_host(headers, config["PROXY_HOPS"]).lower()
    if config["TRUSTED_HOSTS"] and not host_is_trusted(host, config["TRUSTED_HOSTS"]):
        return False
    scheme = origin.partition("://")[0]
    name, port = _name_and_port(host)
    if scheme not in DEFAULT_PORTS or not name:
        return False
    try:
        parts = urlsplit(origin)
        asked = parts.hostname, parts.port or DEFAULT_PORTS[scheme]
    except ValueError:
        return False
    return asked == (name, port or DEFAULT_PORTS[scheme])


def requested_host(headers: Mapping[str, str], hops: int) -> str:
    """The name that the browser asked for: as the outermost of our proxies saw it, or else as it came."""
    forwarded = [part.strip() for part in headers.get("x-forwarded-host", "").split(",")]
    if hops and len(forwarded) >= hops and forwarded[-hops]:
        return forwarded[-hops]
    return headers.get("host", "")


def _name_and_port(host: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(f"//{host}")
        return parts.hostname or "", parts.port
    except ValueError:
        return "", None
