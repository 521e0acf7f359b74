"""Feeds as the XML they are: RSS 2.0, RSS 1.0, Atom, and the lists of offers that shops give to price comparers."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any, cast
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, tostring

from bs4 import BeautifulSoup
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from lxml import etree

from marketplace.catalog.errors import DamagedSource, DangerousSource, TooComplexSource
from seed.catalog.items import MOST_ITEMS, Item, resolved
from seed.catalog.shape import require_simple

MOST_ELEMENTS = 300_000
DEEPEST = 200
PART = 64 * 1024

DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
ENTITY = re.compile(r"&([a-zA-Z][a-zA-Z0-9]{1,31});")
BARE = re.compile(r"&(?![a-zA-Z][a-zA-Z0-9]{1,31};|#)")
XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
BASE = "{http://www.w3.org/XML/1998/namespace}base"
MEDIA = "{http://search.yahoo.com/mrss/}"
ITEMS = ("item", "entry", "offer")
NAMES = ("title", "name", "model")
TEXTS = ("encoded", "content", "description", "summary", "subtitle")
PRICES = ("sale_price", "price", "cost")
KEYS = ("guid", "id", "offer_id", "sku")
PICTURES = ("picture", "image_link", "additional_image_link", "image", "thumbnail")
PICTURE_FILE = re.compile(r"\.(jpe?g|png|webp)(\?|$)", re.IGNORECASE)


def read_feed(text: str, url: str = "") -> list[Item]:
    """The items of the feed; `url` is where it came from. Raises SourceRefused."""
    require_simple(text)
    root = parse_xml(text)
    return [item for item, _ in zip(_items(root, url), range(MOST_ITEMS), strict=False)]


def parse_xml(text: str) -> Element:
    """The document's tree. Nothing is looked up anywhere, no entity is declared, and its size has bounds."""
    plain = ENTITY.sub(_named, DECLARATION.sub("", text.lstrip("\ufeff"), count=1))
    try:
        return _parse(plain)
    except ParseError as error:
        line, column = error.position
        damaged = DamagedSource(format="XML", place=f"{line}:{column}")
    # Many feeds have a bare & or an unclosed tag somewhere; what can be saved is saved.
    if "<!ENTITY" in plain or "<!DOCTYPE" in plain:
        raise damaged
    plain = BARE.sub("&amp;", plain)
    try:
        return _parse(plain)
    except ParseError:
        saved = _saved(plain)
    if saved is None or not any(_local(element) in ITEMS for element in saved.iter()):
        raise damaged
    return saved


def _named(found: re.Match[str]) -> str:
    """&nbsp; and its like, which XML does not know; the five that it knows stay."""
    return found[0] if found[1] in XML_ENTITIES else html.unescape(found[0]).replace("<", "&lt;").replace("&", "&amp;")


class Bounded(TreeBuilder):
    """Builds a tree until it grows too high or too wide."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.count = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.depth += 1
        self.count += 1 + len(attrs)
        if self.depth > DEEPEST or self.count > MOST_ELEMENTS:
            raise TooComplexSource
        return super().start(tag, dict(attrs))

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag)


def _parse(text: str) -> Element:
    parser = DefusedXMLParser(target=Bounded(), forbid_dtd=False, forbid_entities=True, forbid_external=True)
    try:
        # All at once: fed in parts, it would read a long tag from its start again with each of them.
        parser.feed(text)
        root: Element = parser.close()
    except DefusedXmlException:
        raise DangerousSource from None
    return root


def _saved(text: str) -> Element | None:
    """The tree of a document with mistakes, by a parser that forgives; it ends at its own limit on depth."""
    builder: Any = Bounded()
    parser = etree.XMLParser(
        target=builder, recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        for start in range(0, len(text), PART):
            parser.feed(text[start : start + PART])
        root: Any = parser.close()
    except (etree.XMLSyntaxError, ParseError, AssertionError):
        return None
    return cast(Element, root)


def _local(element: Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _items(root: Element, url: str) -> Iterator[Item]:
    """Every item in the document's order, its addresses made whole.

    What has no start is meant from the site that the feed names. The pictures of a saved feed are beside it.
    """
    waiting: list[tuple[Element, str, str]] = [(root, url, url)]
    while waiting:
        element, base, picture_base = waiting.pop()
        base, picture_base = _base(element, base), _base(element, picture_base)
        if _local(element) in ITEMS:
            yield _item(element, base, picture_base).bounded()
        else:
            site = next(((child.text or "").strip() for child in element if _local(child) == "link" and child.text), "")
            if site.startswith(("http://", "https://")) and not element.get(BASE):
                base, picture_base = site, picture_base and site
            waiting += [(child, base, picture_base) for child in reversed(element)]


def _base(element: Element, base: str) -> str:
    said = element.get(BASE)
    return resolved(base, said) if said else base


def _item(element: Element, base: str, picture_base: str) -> Item:
    item = Item(exact=True)
    texts: dict[str, str] = {}
    for child in element.iter():
        name, text = _local(child), (child.text or "").strip()
        if child is element or not name:
            continue
        here, pictures_here = _base(child, base), _base(child, picture_base)
        is_own = not child.tag.startswith(MEDIA)
        if name == "link" and not item.link and child.get("rel", "alternate") == "alternate":
            item.link = resolved(here, child.get("href") or text)
        elif name == "url" and not item.link and text:
            item.link = resolved(here, text)
        elif name in KEYS and text and is_own:
            item.key = item.key or text
        elif name == "unit":
            item.unit = text
        elif name in PRICES:
            texts.setdefault(name, text)
        elif name in (*NAMES, *TEXTS) and is_own:
            texts.setdefault(name, _markup(child))
        item.pictures += [resolved(pictures_here, found) for found in _pictures(child, name, text)]
    item.key = item.key or element.get("id") or ""
    item.name = next((texts[name] for name in NAMES if texts.get(name)), "")
    item.description = max((texts.get(name, "") for name in TEXTS), key=len)
    item.price = next((texts[name] for name in PRICES if texts.get(name)), "")
    if not item.link and item.key.startswith(("http://", "https://")):
        item.link = item.key
    item.pictures += [resolved(picture_base, found) for found in _shown(item.description)]
    return item


def _markup(element: Element) -> str:
    """What an element says; elements in it, as Atom's xhtml has them, stay markup."""
    return tostring(element, encoding="unicode") if len(element) else element.text or ""


def _pictures(element: Element, name: str, text: str) -> Iterator[str]:
    """The addresses of pictures that this element names."""
    kind, address = element.get("type", ""), element.get("url") or element.get("href") or ""
    is_picture = kind.startswith("image/") or (not kind and PICTURE_FILE.search(address) is not None)
    if name == "enclosure" or (name == "link" and element.get("rel") == "enclosure"):
        if is_picture:
            yield address
    elif isinstance(element.tag, str) and element.tag.startswith(MEDIA):
        if name == "thumbnail" or element.get("medium") == "image" or (name == "content" and is_picture):
            yield address
    elif name in PICTURES:
        yield address or text
    elif name == "img":
        yield element.get("src", "")


def _shown(markup: str) -> list[str]:
    """The pictures inside a description."""
    if "<img" not in markup.lower():
        return []
    found = BeautifulSoup(markup[:100_000], "lxml").find_all("img", src=True, limit=5)
    return [str(image["src"]) for image in found]
