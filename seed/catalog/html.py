"""Pages: what they say of themselves first, and what they look like after that."""

from __future__ import annotations

from collections.abc import Mapping

from bs4 import BeautifulSoup, Tag

from seed.catalog.cards import card_items
from seed.catalog.items import MOST_ITEMS, Item, resolved
from seed.catalog.selecting import selected_items
from seed.catalog.shape import require_shallow, require_simple
from seed.catalog.structured import json_ld_items, microdata_items, open_graph_items


def read_page(text: str, url: str = "", select: Mapping[str, str] | None = None) -> list[Item]:
    """The items of the page at `url`, which is empty for a file. Raises SourceRefused.

    `select` says where the fields stand; without it JSON-LD, microdata, parts that repeat and Open Graph are tried. One
    thing that the page calls an article is what it is about only when there is no list on it.
    """
    require_simple(text)
    require_shallow(text)
    soup = BeautifulSoup(text, "lxml")
    picture_base, base = bases(soup, url)
    if select:
        return _kept(selected_items(soup, select, base, picture_base))
    said = json_ld_items(soup, picture_base) or microdata_items(soup, picture_base)
    for item in said:
        item.link = resolved(base, item.link)
    if len(said) > 1 or any(item.price for item in said):
        return _kept(said)
    listed = card_items(soup, base, picture_base)
    if len(listed) > len(said):
        return _kept(listed)
    return _kept(said or open_graph_items(soup, base))


def bases(soup: BeautifulSoup, url: str) -> tuple[str, str]:
    """What the page's addresses are relative to: those of pictures, and those of links.

    A saved page has its pictures beside it, but its links lead where the page once was.
    """
    said = soup.find("base", href=True)
    base = resolved(url, str(said["href"])) if isinstance(said, Tag) else url
    if base:
        return base, base
    for name, attribute, values in (("link", "rel", "canonical"), ("meta", "property", "og:url")):
        found = soup.find(name, attrs={attribute: values})
        where = str(found.get("href") or found.get("content") or "") if isinstance(found, Tag) else ""
        if where.startswith(("http://", "https://")):
            return "", where
    return "", ""


def _kept(items: list[Item]) -> list[Item]:
    return [item.bounded() for item in items[:MOST_ITEMS]]
