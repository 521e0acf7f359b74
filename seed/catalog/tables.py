"""Price lists that are tables: which column holds what, by the words at its head."""

from __future__ import annotations

import re

from bs4 import Tag

from seed.catalog.fields import picture_references, text_of
from seed.catalog.items import Item, resolved
from seed.catalog.prices import read_price

HEADS = {
    "price": re.compile(r"цена|стоимост|price|cost|^руб", re.IGNORECASE),
    "name": re.compile(r"наименован|назван|товар|модель|заголов|name|product|title|^item", re.IGNORECASE),
    "description": re.compile(r"описан|характер|примечан|descr|detail|comment", re.IGNORECASE),
    "unit": re.compile(r"^ед|unit|измерен", re.IGNORECASE),
    "key": re.compile(r"артикул|^код|sku|^art|part\s?n", re.IGNORECASE),
    "image": re.compile(r"фото|изображ|картин|рисун|photo|image|picture", re.IGNORECASE),
}


def columns(row: Tag) -> dict[str, int]:
    """Which column holds which field, from the head of the table that the row is in; empty without one."""
    table = row.find_parent("table")
    if not isinstance(table, Tag):
        return {}
    for head in table.find_all("tr", limit=3):
        found: dict[str, int] = {}
        for place, cell in enumerate(cells(head)):
            text = text_of(cell)
            for field, pattern in HEADS.items():
                if len(text) < 40 and field not in found and pattern.search(text):
                    found[field] = place
                    break
        if "name" in found and len(found) > 1:
            return found
    return {}


def cells(row: Tag) -> list[Tag]:
    """The cells of a row itself."""
    return [cell for cell in row.find_all(["td", "th"], recursive=False) if isinstance(cell, Tag)]


def row_item(row: Tag, heads: dict[str, int], base: str, picture_base: str) -> Item | None:
    """What a row says; None for a head, a line between sections and the like."""
    own = cells(row)
    if len(own) < 2 or all(cell.name == "th" for cell in own) or columns_of_head(own, heads):
        return None
    item = Item(pictures=[resolved(picture_base, found) for found in picture_references(row)])
    if heads:
        said = {field: own[place] for field, place in heads.items() if place < len(own)}
        texts = {field: text_of(cell) for field, cell in said.items()}
        item.name, item.price = texts.get("name", ""), texts.get("price", "")
        item.key, item.unit = texts.get("key", ""), texts.get("unit", "")
        item.description = str(said["description"]) if "description" in said else ""
    else:
        texts_of = [text_of(cell) for cell in own]
        item.name = max(texts_of, key=lambda text: sum(character.isalpha() for character in text))
        prices = [text for text in texts_of if text != item.name and read_price(text) is not None]
        item.price = prices[-1] if prices else ""
    link = row.find("a", href=True)
    if isinstance(link, Tag):
        item.link = resolved(base, str(link["href"]))
    return item


def columns_of_head(own: list[Tag], heads: dict[str, int]) -> bool:
    """True for the row that the heads were read from, or one that repeats it."""
    matched = [
        field for field, place in heads.items() if place < len(own) and HEADS[field].search(text_of(own[place])[:40])
    ]
    return len(heads) > 1 and len(matched) == len(heads)
