"""From bytes to items: which kind of content it is, and the reader for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from marketplace.catalog.errors import NothingFound, UnknownFormat
from seed.catalog.encodings import decode
from seed.catalog.feeds import read_feed
from seed.catalog.html import read_page
from seed.catalog.items import Item
from seed.catalog.lists import FIELDS as LIST_FIELDS
from seed.catalog.lists import read_list
from seed.catalog.selecting import FIELDS, ITEM, LIST, read_pairs

AUTO, HTML, RSS, JSON = "auto", "html", "rss", "json"
FORMATS = (AUTO, HTML, RSS, JSON)
SHOWN = {HTML: "HTML", RSS: "RSS, Atom", JSON: "JSON"}

BEFORE_ROOT = re.compile(
    r"(?:\s|<!--.*?-->|<!doctype[^>\[]*(?:\[[^\]]*\])?[^>]*>|<\?[^>]*\?>)*", re.DOTALL | re.IGNORECASE
)
OTHER_DOCTYPE = re.compile(r"<!doctype\s+(?!html)", re.IGNORECASE)
FEED = re.compile(r"<(rss|rdf:rdf|feed|yml_catalog|channel|atom:feed)\b", re.IGNORECASE)
OTHERS = (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"\x1f\x8b", b"\x7fELF", b"MZ")


@dataclass(frozen=True, slots=True)
class Source:
    """What was read, from where (empty for a file), and how it is to be understood."""

    content: bytes
    content_type: str = ""
    url: str = ""
    format: str = AUTO
    select: tuple[str, ...] = ()
    mapping: tuple[str, ...] = ()


def read(source: Source) -> list[Item]:
    """The items; raises SourceRefused, also when there are none."""
    text = decode(source.content, source.content_type)
    format = detect(source, text) if source.format == AUTO else source.format
    items: Iterable[Item]
    if format == JSON:
        items = read_list(text, source.url, read_pairs(source.mapping, (*LIST_FIELDS, "image", LIST)))
    elif format == RSS:
        items = read_feed(text, source.url)
    else:
        items = read_page(text, source.url, read_pairs(source.select, (*FIELDS, ITEM)))
    if not items:
        raise NothingFound(format=SHOWN[format])
    return list(items)


def detect(source: Source, text: str) -> str:
    """The kind of content, by how it starts; what the server calls it only counts where that says nothing."""
    if source.content.startswith(OTHERS) or "\0" in text[:1000]:
        raise UnknownFormat
    start = text.lstrip("\ufeff \t\r\n")[:4000]
    if start[:1] in ("{", "["):
        return JSON
    if start[:1] != "<":
        kind = source.content_type.lower()
        if "json" in kind:
            return JSON
        if "html" in kind:
            return HTML
        if "<" not in start:
            raise UnknownFormat
        return HTML
    root = BEFORE_ROOT.sub("", start, count=1)
    if FEED.match(root) or OTHER_DOCTYPE.match(root):
        return RSS
    is_xml = start.lower().startswith("<?xml") and not root.lower().startswith("<html")
    return RSS if is_xml else HTML
