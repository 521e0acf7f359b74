"""Items become products: each one whole or not at all, each refusal with its reason, and none twice."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from marketplace.accounts.models import Account
from marketplace.catalog import queries, services
from marketplace.catalog.errors import (
    ItemTwice,
    ItemWithoutName,
    ItemWithoutPrice,
    NotAnItem,
    PriceNotReadable,
    PriceOutOfRange,
)
from marketplace.catalog.models import DESCRIPTION_LENGTH, NAME_LENGTH, SOURCE_LENGTH, UNIT_LENGTH
from marketplace.core import pictures as store
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.core.fetch import Fetcher
from marketplace.core.money import MAX_AMOUNT
from marketplace.core.pictures import Picture
from seed.catalog.boxed import read_boxed
from seed.catalog.items import Item
from seed.catalog.pictures import MOST_PER_ITEM, PictureReader
from seed.catalog.prices import Price, named_price, read_price
from seed.catalog.reading import AUTO, Source, read
from seed.catalog.sources import Opened, is_address
from seed.catalog.texts import plain, plain_line

MOST_REASONS = 200
TRACKING = re.compile(r"utm_\w+|gclid|yclid|fbclid|_openstat|from|ref", re.IGNORECASE)
ITEM, PICTURE = "item", "picture"


@dataclass(frozen=True, slots=True)
class Options:
    """How a source is read and what becomes of its items.

    `random_price` is a range in whole units of the currency for items without a price; `seed` makes it the same each
    time.
    """

    format: str = AUTO
    limit: int = 50
    category_id: int | None = None
    select: tuple[str, ...] = ()
    mapping: tuple[str, ...] = ()
    random_price: tuple[int, int] | None = None
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item was left out, or one of its pictures: an English msgid with its values."""

    what: str
    kind: str
    message: str
    values: dict[str, str]

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


@dataclass(slots=True)
class Report:
    """What came of a source so far. Every item that was taken up is added, updated, the same as before, or skipped."""

    found: int = 0
    total: int = 0
    done: int = 0
    added: int = 0
    updated: int = 0
    same: int = 0
    skipped: int = 0
    reasons: list[Reason] = field(default_factory=list)
    currencies: Counter[str] = field(default_factory=Counter)

    def note(self, what: str, kind: str, error: DomainError) -> None:
        """Keeps a reason: all those of items, and of pictures enough to see what is wrong."""
        if kind == ITEM or len(self.reasons) < MOST_REASONS:
            values = {name: plain_line(str(value), 300) for name, value in error.values.items()}
            self.reasons.append(Reason(what[:120], kind, error.message, values))


def find_items(opened: Opened, options: Options, *, trusted: bool = False) -> list[Item]:
    """The items in the content, read in a box unless it is `trusted`; raises SourceRefused."""
    source = Source(opened.content, opened.content_type, opened.url, options.format, options.select, options.mapping)
    return read(source) if trusted else read_boxed(source)


def load(
    opened: Opened,
    items: Sequence[Item],
    options: Options,
    *,
    by: Account | None,
    media: Path | None,
    fetcher: Fetcher,
    alive: Callable[[], None] = lambda: None,
) -> Iterator[Report]:
    """Makes products of the first `limit` items, and yields the same report after each; the caller commits.

    `media` is the folder of stored files; without it no picture is read. `alive` is called before each picture, which
    may take a while.
    """
    report = Report(found=len(items), total=min(len(items), options.limit))
    reader = PictureReader(fetcher, opened.folder)
    keys = source_keys(items, opened)
    seen: set[str] = set()
    yield report
    for number, (item, key) in enumerate(zip(items[: options.limit], keys, strict=False), start=1):
        name = plain_line(item.name, NAME_LENGTH)
        what = name or f"#{number} {plain_line(item.price or item.description or item.link, 60)}".strip()
        try:
            price = _price(item, name, key, options)
            if key in seen:
                raise ItemTwice
            seen.add(key)
            pictures = []
            if media is not None:
                pictures = _pictures(item, key, what, reader, report, alive)
            # Half of an item that fails is undone, the items before it stay.
            with db.session.begin_nested():
                outcome = services.save_loaded_product(
                    name=name,
                    description=plain(item.description, DESCRIPTION_LENGTH),
                    price=price.amount,
                    unit=plain_line(item.unit, UNIT_LENGTH),
                    category_id=options.category_id,
                    source_url=_source_url(item, opened),
                    source_key=key,
                    pictures=pictures,
                    by=by,
                )
                if media is not None:
                    # Only now: the rows hold their files from here on.
                    for picture in pictures:
                        store.store(store.folder(str(media)), picture)
        except DomainError as error:
            report.skipped += 1
            report.note(what, ITEM, error)
        else:
            report.added += outcome == "added"
            report.updated += outcome == "updated"
            report.same += outcome == "same"
            report.currencies[price.currency] += 1
        report.done = number
        yield report


def _price(item: Item, name: str, key: str, options: Options) -> Price:
    """The item's price, or an invented one where that was asked for; raises ItemRefused."""
    if not item.is_item:
        raise NotAnItem
    if not any(character.isalnum() for character in name):
        raise ItemWithoutName
    price = read_price(item.price, exact=item.exact) if item.price else named_price(plain(item.description, 5000))
    if price is None and options.random_price is not None:
        low, high = options.random_price
        # The same item costs the same at each run, whatever else the source has gained.
        return Price(Decimal(Random(f"{options.seed}:{key}").randint(low, high)))
    if price is None:
        raise PriceNotReadable(text=item.price[:100]) if item.price else ItemWithoutPrice
    if price.amount > MAX_AMOUNT:
        raise PriceOutOfRange(text=item.price[:100])
    return price


def _pictures(
    item: Item, key: str, what: str, reader: PictureReader, report: Report, alive: Callable[[], None]
) -> list[Picture]:
    """The item's pictures, those that can be had; the report hears of the others."""
    wanted = item.pictures[:MOST_PER_ITEM]
    present = queries.find_loaded(key) if wanted else None
    if present is not None and len(present.pictures) >= len(wanted):
        return []
    found = []
    for reference in wanted:
        alive()
        try:
            found.append(reader.read(reference))
        except DomainError as error:
            report.note(what, PICTURE, error)
    return found


def _source_url(item: Item, opened: Opened) -> str:
    """The page that the product was read from: its own, else the source's; empty for a file."""
    for address in (item.link, opened.url):
        if is_address(address) and len(address) <= SOURCE_LENGTH and address.isprintable():
            return address
    return ""


def source_keys(items: Sequence[Item], opened: Opened) -> list[str]:
    """What names each item for good: what the source calls it, else its own address, else its name.

    A number or an address that several different items share, like that of the page they stand on, names none of them.
    """
    names = [plain_line(item.name, NAME_LENGTH).lower() for item in items]
    links = [_plain_link(item.link) for item in items]
    shared_links = _shared(links, names) | {"", _plain_link(opened.url)}
    shared_calls = _shared([item.key for item in items], names) | {""}
    keys = []
    for item, name, link in zip(items, names, links, strict=True):
        parts = [opened.scope]
        if item.key not in shared_calls:
            parts += ["key", item.key]
        elif link not in shared_links:
            parts += ["link", link]
        else:
            parts += ["name", item.key, link, name]
        keys.append(hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest())
    return keys


def _shared(marks: Sequence[str], names: Sequence[str]) -> set[str]:
    """The marks that items of different names bear."""
    first: dict[str, str] = {}
    return {mark for mark, name in zip(marks, names, strict=True) if first.setdefault(mark, name) != name}


def _plain_link(link: str) -> str:
    """The address without what only says where a reader came from."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return link
    kept = [(name, value) for name, value in parse_qsl(parts.query) if not TRACKING.fullmatch(name)]
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path, urlencode(kept), ""))
