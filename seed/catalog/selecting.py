"""Where fields stand, said by a person: CSS selectors for pages, paths for lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bs4 import BeautifulSoup, Tag
from soupsieve import SelectorSyntaxError

from marketplace.catalog.errors import BadSelector
from seed.catalog.fields import LAZY, picture_references, text_of
from seed.catalog.items import MOST_ITEMS, Item, resolved

FIELDS = ("name", "price", "description", "image", "link", "key", "unit")
ITEM = "item"
LIST = "items"


def read_pairs(pairs: Iterable[str], allowed: Iterable[str]) -> dict[str, str]:
    """`field=where` pairs as a mapping; raises BadSelector for what is no pair or no field."""
    known = set(allowed)
    found: dict[str, str] = {}
    for pair in pairs:
        field, equals, where = pair.partition("=")
        if not equals or field.strip() not in known or not where.strip():
            raise BadSelector(text=pair[:100])
        found[field.strip()] = where.strip()
    return found


def selected_items(soup: BeautifulSoup, select: Mapping[str, str], base: str, picture_base: str) -> list[Item]:
    """The items at the given places; without `item`, each name's largest surroundings with no other name in them."""
    if ITEM in select:
        cards = _found(soup, select[ITEM])
    elif "name" in select:
        cards = _around(_found(soup, select["name"]))
    else:
        raise BadSelector(text="name=")
    return [_item(card, select, base, picture_base) for card in cards[:MOST_ITEMS]]


def _item(card: Tag, select: Mapping[str, str], base: str, picture_base: str) -> Item:
    def said(field: str) -> str:
        return _said(card, select[field]) if field in select else ""

    pictures = []
    if "image" in select:
        where, _, attribute = select["image"].partition("@")
        for element in _found(card, where)[:12]:
            names = [attribute] if attribute else ["content", "href", *LAZY]
            own = next((str(element[name]) for name in names if element.get(name)), "")
            pictures += [own] if own else picture_references(element)
    link = _link(card, select["link"]) if "link" in select else ""
    description = ""
    if "description" in select:
        found = _found(card, select["description"])
        description = str(found[0]) if found else ""
    return Item(
        name=said("name"),
        price=said("price"),
        description=description,
        pictures=[resolved(picture_base, picture) for picture in pictures],
        link=resolved(base, link),
        key=said("key"),
        unit=said("unit"),
    )


def _found(inside: Tag, where: str) -> list[Tag]:
    """What the selector finds; `@` and the name of an attribute may follow it. An empty one is the element itself."""
    selector = where.partition("@")[0].strip()
    if not selector:
        return [inside]
    try:
        return list(inside.select(selector, limit=MOST_ITEMS))
    except (SelectorSyntaxError, NotImplementedError, ValueError):
        raise BadSelector(text=where[:100]) from None


def _said(card: Tag, where: str) -> str:
    found = _found(card, where)
    if not found:
        return ""
    attribute = where.partition("@")[2].strip()
    return str(found[0].get(attribute) or "") if attribute else text_of(found[0]) or str(found[0].get("content") or "")


def _link(card: Tag, where: str) -> str:
    found = _found(card, where)
    return str(found[0].get(where.partition("@")[2].strip() or "href") or "") if found else ""


def _around(names: list[Tag]) -> list[Tag]:
    """For each name the largest element that holds no other."""
    marked = {id(name) for name in names}
    counts: dict[int, int] = {}
    for name in names:
        for parent in name.parents:
            counts[id(parent)] = counts.get(id(parent), 0) + 1
    cards = []
    for name in names:
        card = name
        for parent in name.parents:
            if counts[id(parent)] > 1 or parent.name in ("body", "html", "[document]") or id(parent) in marked:
                break
            card = parent
        cards.append(card)
    return cards
