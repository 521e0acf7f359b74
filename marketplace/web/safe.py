"""Addresses that came from outside and that we redirect to."""

from __future__ import annotations

from urllib.parse import urlsplit


def local_address(target: str | None, default: str) -> str:
    """`target` if it leads to a page of ours, else `default`.

    Browsers read `//host`, `/\\host` and control characters as ways to another site.
    """
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\"):
        return default
    if any(ord(character) < 32 for character in target):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target
