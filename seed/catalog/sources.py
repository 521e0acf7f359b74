"""Where content comes from: an address of the public network, or a file that somebody at this machine names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from marketplace.core.errors import DomainError
from marketplace.core.fetch import MOST_BYTES, Fetcher, TooLarge


class NoSuchFile(DomainError):
    """The file is not there or cannot be read. Only those at the machine name files, so nobody translates it."""

    message = "The file cannot be read: %(name)s"


@dataclass(frozen=True, slots=True)
class Opened:
    """Content and its origin.

    `url` is empty for a file, `folder` is where a file's pictures may stand, and `scope` keeps what different sources
    call by one name apart.
    """

    content: bytes
    scope: str
    content_type: str = ""
    url: str = ""
    folder: Path | None = None


def is_address(text: str) -> bool:
    """True for what is meant as an address of the web, right or wrong."""
    return text.strip().lower().startswith(("http:", "https:"))


def open_source(text: str, fetcher: Fetcher) -> Opened:
    """The content at an address, or of a file at a path or file: address. Raises DomainError."""
    if is_address(text):
        fetched = fetcher.fetch(text)
        return Opened(fetched.content, scope_of(text), fetched.content_type, fetched.url)
    path = Path(unquote(urlsplit(text).path) if text.lower().startswith("file:") else text)
    try:
        if not path.is_file():
            raise NoSuchFile(name=text[:200])
        if path.stat().st_size > MOST_BYTES:
            raise TooLarge(megabytes=MOST_BYTES // 1024**2)
        content = path.read_bytes()
    except (OSError, ValueError):
        raise NoSuchFile(name=text[:200]) from None
    return Opened(content, path.name, folder=path.resolve().parent)


def scope_of(url: str) -> str:
    """The site that an address belongs to: its items are the same ones on all of its pages."""
    return urlsplit(url.strip()).netloc.lower()
