"""Pages that say nothing of themselves: goods and news look alike there, so parts that repeat are found and read."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag

from seed.catalog.fields import HEADINGS, card_item, name_element, picture_references, price_element, text_of
from seed.catalog.items import MOST_ITEMS, Item
from seed.catalog.prices import find_price, read_price
from seed.catalog.tables import cells, columns, row_item

FEWEST = 3
SAMPLE = 40
LONGEST_CARD = 6000
CARDS = {"li", "div", "article", "section", "tr", "a", "td", "dl", "figure", "dd"}
AROUND = {"nav", "header", "footer", "aside", "form", "select", "script", "noscript", "template", "head"}

Key = tuple[tuple[str, str], ...]


def card_items(soup: BeautifulSoup, base: str, picture_base: str) -> list[Item]:
    """The items of the group of like parts that looks most like goods or news; empty when none does."""
    best: list[Tag] = []
    most = 0.0
    for group in _groups(soup):
        score = _score(group)
        # Of equal ones the outer counts: it came first and holds all that the inner one does.
        if score > most * 1.001:
            best, most = group, score
    heads = {id(table): columns(row) for row in best if row.name == "tr" and (table := row.find_parent("table"))}
    has_heads = any(heads.values())
    items = []
    for card in best[:MOST_ITEMS]:
        if card.name == "tr":
            if has_heads and not heads.get(id(card.find_parent("table"))):
                # Beside a price list with a head, another table is the page's frame.
                continue
            item = row_item(card, heads.get(id(card.find_parent("table")), {}), base, picture_base)
        else:
            item = card_item(card, base, picture_base)
        if item is not None and (item.name or item.price or item.pictures):
            items.append(item)
    return items


def _groups(soup: BeautifulSoup) -> list[list[Tag]]:
    """Parts with the same name and class in the same surroundings, the outer ones first."""
    groups: dict[Key, list[Tag]] = {}
    waiting: list[tuple[Tag, Key]] = [(soup, ())]
    while waiting:
        element, around = waiting.pop()
        classes = element.get("class") or [""]
        key = (*around[-2:], (element.name, str(classes[0])))
        if element.name in CARDS or "-" in element.name:
            groups.setdefault(key, []).append(element)
        inner = [child for child in element.children if isinstance(child, Tag) and child.name not in AROUND]
        waiting += [(child, key) for child in reversed(inner)]
    return [group for group in groups.values() if len(group) >= FEWEST]


def _score(group: list[Tag]) -> float:
    """How much the group looks like items: how many there are, times how much each of a sample has of an item."""
    step = max(1, len(group) // SAMPLE)
    sample = group[::step][:SAMPLE]
    values = [_value(card) for card in sample]
    good = [value for value in values if value >= 3]
    if len(good) < min(FEWEST, len(sample)) or len(good) * 2 < len(values):
        return 0.0
    return sum(good) / len(sample) * len(group)


def _value(card: Tag) -> float:
    """A point for each part of an item that is there, three for a price; nothing for a whole section."""
    text = text_of(card)
    if not text or len(text) > LONGEST_CARD:
        return 0.0
    if card.name == "tr":
        own = [text_of(cell) for cell in cells(card)]
        named = any(sum(character.isalpha() for character in cell) >= 3 for cell in own)
        priced = any(len(cell) < 40 and read_price(cell) is not None for cell in own[1:])
        return 1.0 + 3 * priced + bool(picture_references(card)) if named and priced else 0.0
    name = name_element(card)
    if name is None and not card.find("img", alt=True):
        return 0.0
    value = 1.0
    value += 3 * (price_element(card) is not None or find_price(text) is not None)
    value += bool(picture_references(card))
    value += card.name == "a" or card.find("a", href=True) is not None
    headings = len(card.find_all(HEADINGS, limit=4))
    value += headings > 0
    return value / headings if headings > 1 else value
