"""What a source says of one item, in the source's own words; cleaning and judging come later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urljoin

MOST_ITEMS = 5000
MOST_PICTURES = 12
LONGEST_NAME = 1000
LONGEST_TEXT = 60_000
LONGEST_REFERENCE = 2000


@dataclass(slots=True)
class Item:
    """One item. `price` is as it was written; `exact` says that a machine wrote it, with a point before the cents.

    `link` and `pictures` are whole addresses where the source has one, else as they stand there. `key` is what the
    source itself calls the item. `is_item` is False for what stands among the items and is none.
    """

    name: str = ""
    price: str = ""
    exact: bool = False
    description: str = ""
    pictures: list[str] = field(default_factory=list)
    link: str = ""
    key: str = ""
    unit: str = ""
    is_item: bool = True

    def bounded(self) -> Item:
        """The same, no field of it longer than anybody needs."""
        self.name = self.name[:LONGEST_NAME]
        self.price = " ".join(self.price.split())[:LONGEST_NAME]
        self.description = self.description[:LONGEST_TEXT]
        self.pictures = distinct(self.pictures)[:MOST_PICTURES]
        self.link = self.link if len(self.link) <= LONGEST_REFERENCE else ""
        self.key = self.key[:LONGEST_NAME]
        self.unit = " ".join(self.unit.split())[:LONGEST_NAME]
        return self


def distinct(references: Iterable[str]) -> list[str]:
    """References that can be followed, each once, in their order."""
    kept = (reference for reference in references if reference and len(reference) <= LONGEST_REFERENCE)
    return list(dict.fromkeys(kept))


def resolved(base: str, reference: str) -> str:
    """`reference` as a whole address where `base` is one; empty for what is no address of a file or page."""
    # Blanks stand in many addresses that people wrote; browsers send them as %20.
    text = reference.strip().replace("\n", "").replace("\t", "").replace(" ", "%20")
    scheme = text.partition(":")[0].lower()
    if not text or text.startswith("#") or scheme in ("data", "javascript", "mailto", "tel", "blob", "about", "file"):
        return ""
    try:
        return urljoin(base, text) if base else text
    except ValueError:
        return ""
