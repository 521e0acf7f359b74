"""Where the fields of one card stand, by the names that people give to parts of pages and by what is in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from bs4 import Tag

from seed.catalog.items import Item, resolved
from seed.catalog.prices import find_price, read_price

NAME = re.compile(r"(title|name|caption|heading|headline|zagolovok|nazvanie|tovar)", re.IGNORECASE)
PRICE = re.compile(r"(price|cost|cena|tsena|stoimost|amount)", re.IGNORECASE)
# What something cost before, costs by the month, or what is saved on it.
OTHER_PRICE = re.compile(
    r"(old|was|regular|strike|crossed|before|discount|credit|month|saving|bonus|stara)", re.IGNORECASE
)
TEXT = re.compile(r"(desc|text|summary|annot|excerpt|lead|preview|intro|opisanie|anons|features|specs)", re.IGNORECASE)
UNIT = re.compile(r"(^|[-_])(unit|measure|edinica)", re.IGNORECASE)
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
LAZY = ("data-src", "data-original", "data-lazy", "data-lazy-src", "data-image", "data-srcset", "srcset", "src")
STYLE_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)", re.IGNORECASE)
KEYS = ("data-product-id", "data-sku", "data-id", "data-item-id", "data-code")
KEY_ATTRIBUTES = re.compile(r"\d")
MOST_ELEMENTS = 600
"""Parts of one card that are looked at."""


def card_item(card: Tag, base: str, picture_base: str) -> Item:
    """What a card says; fields that it does not have stay empty."""
    name_tag = name_element(card)
    price_tag = price_element(card)
    item = Item(
        name=text_of(name_tag) if name_tag is not None else "",
        price=price_text(card, price_tag),
        description=_description(card, name_tag, price_tag),
        pictures=[resolved(picture_base, found) for found in picture_references(card)],
        link=resolved(base, _link(card, name_tag)),
        key=_key(card),
        unit=_unit(card),
    )
    if not item.name:
        image = card.find("img", alt=True)
        item.name = str(image["alt"]) if isinstance(image, Tag) else ""
    return item


def text_of(element: Tag) -> str:
    """The text of an element in one line."""
    return " ".join(element.get_text(" ").split())


def labels(element: Tag) -> str:
    """How the page calls this part."""
    classes = element.get("class") or []
    said = [
        *classes,
        str(element.get("id") or ""),
        str(element.get("itemprop") or ""),
        str(element.get("data-qa") or ""),
    ]
    return " ".join(said)


def parts(card: Tag) -> Iterator[Tag]:
    """The elements inside a card, the first hundreds of them."""
    # Asking for all tags by find_all takes thrice as long, and this is what reading a page spends its time on.
    return islice((element for element in card.descendants if isinstance(element, Tag)), MOST_ELEMENTS)


def name_element(card: Tag) -> Tag | None:
    """Where the name is: a heading, a part that is called so, or the longest link."""
    inside = list(parts(card))
    for element in inside:
        if element.name in HEADINGS and _has_letters(text_of(element)):
            return element
    for element in inside:
        if NAME.search(labels(element)) and not PRICE.search(labels(element)) and _has_letters(text_of(element)):
            return element
    links = [element for element in inside if element.name == "a" and _has_letters(text_of(element))]
    if links:
        return max(links, key=lambda link: len(text_of(link)))
    strong = [element for element in inside if element.name in ("b", "strong") and _has_letters(text_of(element))]
    return strong[0] if strong else None


def price_element(card: Tag) -> Tag | None:
    """The innermost part that is called a price and is none of before."""
    best = None
    for element in parts(card):
        if not PRICE.search(labels(element)) or _is_other_price(element, card):
            continue
        if best is None or best in element.parents:
            says = text_of(element) or element.get("content") or element.get("data-price")
            if says and (best is None or read_price(str(says)) is not None):
                best = element
    return best


def price_text(card: Tag, element: Tag | None) -> str:
    """What the card says of the price; empty when it says nothing of one."""
    if element is not None:
        for name in ("content", "data-price", "data-value"):
            said = element.get(name)
            if isinstance(said, str) and read_price(said) is not None:
                return said
        old = [part for part in element.find_all(True) if _is_other_price(part, element)]
        text = text_of(element)
        for part in old:
            text = text.replace(text_of(part), " ", 1)
        return text
    gone = [text_of(part) for part in parts(card) if _is_other_price(part, card)]
    text = text_of(card)
    for part in gone:
        text = text.replace(part, " ", 1)
    found = find_price(text)
    return f"{found.amount} {found.currency}" if found is not None else ""


def _is_other_price(element: Tag, card: Tag) -> bool:
    here: Tag | None = element
    while here is not None and here is not card:
        if here.name in ("del", "s", "strike") or (OTHER_PRICE.search(labels(here)) and PRICE.search(labels(here))):
            return True
        here = here.parent
    return False


def picture_references(card: Tag) -> list[str]:
    """The pictures of a card, the largest of each set, and those that a style draws."""
    found: list[str] = []
    for element in parts(card):
        if element.name in ("img", "source"):
            reference = next((str(element[name]) for name in LAZY if _is_picture(element.get(name))), "")
            found.append(_largest(reference))
        elif "url(" in str(element.get("style") or ""):
            found += STYLE_URL.findall(str(element["style"]))[:1]
    return [reference for reference in found if reference]


def _is_picture(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not value.strip().startswith("data:")


def _largest(reference: str) -> str:
    """Of a set ("small.jpg 1x, large.jpg 2x") the last, which is the largest in most."""
    if not re.search(r"\s\d+(\.\d+)?[wx](,|$)", reference.strip()):
        return reference.strip()
    return reference.strip().rstrip(",").rpartition(", ")[2].split()[0]


def _description(card: Tag, name: Tag | None, price: Tag | None) -> str:
    inside = list(parts(card))
    outer = [element for element in (name, price) if element is not None]
    for element in inside:
        if TEXT.search(labels(element)) and element not in outer and not _holds(element, outer):
            text = text_of(element)
            if _has_letters(text) and (name is None or text != text_of(name)):
                return str(element)
    paragraphs = [element for element in inside if element.name in ("p", "dd", "blockquote")]
    kept = [element for element in paragraphs if element not in outer and not _holds(element, outer)]
    longest = max(kept, key=lambda element: len(text_of(element)), default=None)
    return str(longest) if longest is not None and _has_letters(text_of(longest)) else ""


def _holds(element: Tag, others: list[Tag]) -> bool:
    return any(element in other.parents for other in others)


def _link(card: Tag, name: Tag | None) -> str:
    """Where the name leads, else where the card or its longest link does."""
    around: list[Tag] = []
    if name is not None:
        inner = name if name.name == "a" else name.find("a", href=True)
        around = [inner] if isinstance(inner, Tag) else []
        around += [parent for parent in name.find_parents("a", limit=2) if card in parent.parents]
    if card.name == "a":
        around.append(card)
    for element in around:
        if element.get("href"):
            return str(element["href"])
    links = [link for link in card.find_all("a", href=True, limit=50) if isinstance(link, Tag)]
    return str(max(links, key=lambda link: len(text_of(link)))["href"]) if links else ""


def _key(card: Tag) -> str:
    for name in KEYS:
        said = card.get(name)
        if isinstance(said, str) and KEY_ATTRIBUTES.search(said):
            return said
    return ""


def _unit(card: Tag) -> str:
    for element in parts(card):
        if UNIT.search(labels(element)) and len(text_of(element)) <= 20:
            return text_of(element)
    return ""


def _has_letters(text: str) -> bool:
    return sum(character.isalpha() for character in text) >= 2
