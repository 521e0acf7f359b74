"""Stories written down as rows with COPY, for numbers that acting them out would take hours for.

The rows say what the services and listeners would have written; the counters are recounted in SQL at the end.
"""

from __future__ import annotations

import gc
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from io import StringIO
from itertools import islice
from operator import attrgetter
from typing import Any

from sqlalchemy import text

from marketplace.accounts.states import REGISTRABLE
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.money import MINOR_UNITS
from marketplace.orders.services import rebuild_counters
from seed.calendar import moment
from seed.cast import Person
from seed.categories import add_categories
from seed.numbering import advance_sequences, first_free
from seed.rows import COLUMNS as STORY_COLUMNS
from seed.rows import Scribe, lines_of
from seed.shelf import goods_of_words, stock
from seed.stories import Story
from seed.vocabulary import TOWNS

SORTING_MEMORY = "256MB"
CHUNK = 10_000
"""Orders per COPY: large enough to be quick, small enough to hold in memory."""

Report = Callable[[int, int], None]

COLUMNS = {
    "accounts": "id, email, password, role, active, fs_uniquifier, locale, created_at",
    "profiles": "account_id, name, phone, messenger, site, about, headline, usual_price, price_unit, links, updated_at",
    "specialties": "account_id, category_id",
    "products": "id, name, unit, price, priced_at, created_at, updated_at, is_active",
    "product_prices": "product_id, at, price",
    **STORY_COLUMNS,
}


def copy(cast: Sequence[Person], stories: Iterator[Story], *, orders: int, password_hash: str, report: Report) -> None:
    """Writes everything in one transaction, commits, and lets the database take stock of it."""
    categories = {place: category.id for town in TOWNS for place, category in add_categories(town).items()}
    writer = Writer(cast, categories, password_hash)
    writer.send(writer.people())
    writer.send(writer.products())
    done = 0
    # While the database takes one chunk in, the next one is being written.
    with without_indexes(), without_cycle_search(), ThreadPoolExecutor(max_workers=1) as sender:
        under_way: Future[None] | None = None
        while chunk := list(islice(stories, CHUNK)):
            lines = writer.stories(chunk)
            if under_way is not None:
                under_way.result()
                report(done, orders)
            done += len(chunk)
            under_way = sender.submit(writer.send, lines)
        if under_way is not None:
            under_way.result()
            report(done, orders)
    advance_sequences(writer.following)
    rebuild_counters()
    db.session.commit()
    take_stock()


@contextmanager
def without_indexes() -> Iterator[None]:
    """Makes the indexes that only help readers when all rows are there, which is quicker; undone if anything fails."""
    connection = db.session.connection()
    tables = [db.metadata.tables[name] for name in STORY_COLUMNS]
    indexes = [index for table in tables for index in sorted(table.indexes, key=attrgetter("name")) if not index.unique]
    for index in indexes:
        index.drop(connection)
    yield
    connection.execute(text(f"SET LOCAL maintenance_work_mem = '{SORTING_MEMORY}'"))
    for index in indexes:
        index.create(connection)


@contextmanager
def without_cycle_search() -> Iterator[None]:
    """Millions of small objects and no cycle among them: looking for cycles would take a third of the writing time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def take_stock() -> None:
    """VACUUM and ANALYZE, so that the first pages after a large load are as quick as the later ones."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))


class Writer:
    """Turns people, products and stories into rows of COPY, giving out ids that follow those in use."""

    def __init__(self, cast: Sequence[Person], categories: Mapping[int, int], password_hash: str) -> None:
        self._cursor: Any = db.session.connection().connection.cursor()
        self._cast = cast
        self._categories = categories
        self._password_hash = password_hash
        self._opened = moment(min(person.joined for person in cast))
        with clock.fixed(self._opened):
            goods = stock()
        self.following = first_free()
        first = self.following["accounts"]
        self._people = range(first, first + len(cast))
        self.following["accounts"] += len(cast)
        self._goods = goods_of_words(self.following["products"])
        self.following["products"] += len(self._goods)
        self._scribe = Scribe(self._people, categories, [*goods, *self._goods], self.following)

    def people(self) -> dict[str, str]:
        """Accounts, profiles and specialties of the cast, as lines of COPY by table."""
        accounts, profiles, specialties = [], [], []
        for account_id, person in zip(self._people, self._cast, strict=True):
            joined = moment(person.joined).isoformat()
            # Whom an admin made has not chosen a language yet.
            language = person.language if person.role in REGISTRABLE else None
            price = None if person.usual_price is None else person.usual_price * MINOR_UNITS
            accounts.append(
                (account_id, person.email, self._password_hash, person.role.value, "t", secrets.token_hex(16),
                 language, joined)
            )  # fmt: skip
            profiles.append(
                (account_id, person.name, person.phone, person.messenger, person.site, person.about, person.headline,
                 price, person.price_unit.value, "{" + ",".join(person.links) + "}", joined)
            )  # fmt: skip
            specialties += [(account_id, self._categories[kind]) for kind in person.kinds]
        return {"accounts": lines_of(accounts), "profiles": lines_of(profiles), "specialties": lines_of(specialties)}

    def products(self) -> dict[str, str]:
        """More products than the loader has pages of, there as long as the first people, as lines of COPY by table."""
        opened = self._opened.isoformat()
        products = [(good.id, good.name, good.unit, good.price, opened, opened, opened, "t") for good in self._goods]
        prices = [(good.id, opened, good.price) for good in self._goods]
        return {"products": lines_of(products), "product_prices": lines_of(prices)}

    def stories(self, stories: Iterable[Story]) -> dict[str, str]:
        """Orders with all that belongs to them, as lines of COPY by table."""
        return self._scribe.lines(stories)

    def send(self, lines: dict[str, str]) -> None:
        """Copies the lines into their tables."""
        for table, text_of_table in lines.items():
            if text_of_table:
                self._cursor.copy_expert(f"COPY {table} ({COLUMNS[table]}) FROM STDIN", StringIO(text_of_table))
