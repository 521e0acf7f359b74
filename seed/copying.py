"""Stories written down as rows with COPY, for numbers that acting them out would take hours for.

The rows say what the services and listeners would have written; the counters are recounted in SQL at the end.
"""

from __future__ import annotations

import gc
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from io import StringIO
from itertools import islice
from typing import Any

from sqlalchemy import text

from marketplace.accounts.states import REGISTRABLE
from marketplace.core.db import db
from marketplace.core.money import MINOR_UNITS
from marketplace.orders.services import rebuild_counters
from marketplace.orders.states import Status
from seed.calendar import DAY, EPOCH, HOUR, moment, waking
from seed.cast import Person
from seed.categories import add_categories
from seed.histories import Step, Story
from seed.numbering import advance_sequences, first_free
from seed.vocabulary import TOWNS

CHUNK = 10_000
"""Orders per COPY: large enough to be quick, small enough to hold in memory."""

Report = Callable[[int, int], None]

COLUMNS = {
    "accounts": "id, email, password, role, active, fs_uniquifier, locale, created_at",
    "profiles": "account_id, name, phone, messenger, site, about, headline, usual_price, price_unit, links, updated_at",
    "specialties": "account_id, category_id",
    "orders": "id, title, description, category_id, price, deadline, customer_id, author_id, performer_id, status,"
    " created_at, updated_at, taken_at, completed_at, cancelled_at",
    "order_events": "id, order_id, at, actor_id, performer_id, from_status, to_status, note",
    "reviews": "order_id, customer_id, performer_id, rating, text, created_at, answer, answered_at",
}
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"})


def copy(cast: Sequence[Person], stories: Iterator[Story], *, orders: int, password_hash: str, report: Report) -> None:
    """Writes everything in one transaction, commits, and lets the database take stock of it."""
    categories = {place: category.id for town in TOWNS for place, category in add_categories(town).items()}
    writer = Writer(cast, categories, password_hash)
    writer.send(writer.people())
    done = 0
    # While the database takes one chunk in, the next one is being written.
    with without_cycle_search(), ThreadPoolExecutor(max_workers=1) as sender:
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
    """Turns people and stories into rows of COPY, giving out ids that follow those in use."""

    def __init__(self, cast: Sequence[Person], categories: Mapping[int, int], password_hash: str) -> None:
        self._cursor: Any = db.session.connection().connection.cursor()
        self._cast = cast
        self._categories = categories
        self._password_hash = password_hash
        self.following = first_free()
        first = self.following["accounts"]
        self._people = range(first, first + len(cast))
        self.following["accounts"] += len(cast)

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
        return {"accounts": _lines(accounts), "profiles": _lines(profiles), "specialties": _lines(specialties)}

    def stories(self, stories: Iterable[Story]) -> dict[str, str]:
        """Orders with their events and reviews, as lines of COPY by table."""
        orders, events, reviews = [], [], []
        for story in stories:
            order_id = self.following["orders"]
            self.following["orders"] += 1
            orders.append(self._order(order_id, story))
            events += self._events(order_id, story.steps)
            if story.opinion is not None:
                reviews.append(self._review(order_id, story))
        return {"orders": _lines(orders), "order_events": _lines(events), "reviews": _lines(reviews)}

    def send(self, lines: dict[str, str]) -> None:
        """Copies the lines into their tables."""
        for table, text_of_table in lines.items():
            self._cursor.copy_expert(f"COPY {table} ({COLUMNS[table]}) FROM STDIN", StringIO(text_of_table))

    def _order(self, order_id: int, story: Story) -> tuple[Any, ...]:
        last = story.steps[-1]
        taken = completed = cancelled = None
        for step in story.steps:
            match step.status:
                case Status.NEW:
                    taken = None
                case Status.IN_PROGRESS:
                    taken = _at(step.planned)
                case Status.COMPLETED:
                    completed = _at(step.planned)
                case Status.CANCELLED:
                    cancelled = _at(step.planned)
        customer = self._people[story.customer]
        return (
            order_id,
            story.title,
            story.description,
            self._categories[story.kind],
            None if story.price is None else story.price * MINOR_UNITS,
            story.deadline,
            customer,
            customer,
            None if last.status is Status.NEW or last.performer is None else self._people[last.performer],
            last.status.value,
            _at(story.steps[0].planned),
            _at(last.planned),
            taken,
            completed,
            cancelled,
        )

    def _events(self, order_id: int, steps: Sequence[Step]) -> list[tuple[Any, ...]]:
        rows = []
        before: str | None = None
        for step in steps:
            performer = None if step.performer is None else self._people[step.performer]
            actor = self._people[step.actor]
            event_id = self.following["order_events"]
            self.following["order_events"] += 1
            after = step.status.value
            rows.append((event_id, order_id, _at(step.planned), actor, performer, before, after, step.note))
            before = after
        return rows

    def _review(self, order_id: int, story: Story) -> tuple[Any, ...]:
        opinion, performer = story.opinion, story.steps[-1].performer
        assert opinion is not None and performer is not None
        return (
            order_id,
            self._people[story.customer],
            self._people[performer],
            opinion.rating,
            opinion.text,
            _at(opinion.planned),
            opinion.answer,
            None if opinion.answer is None else _at(opinion.answered),
        )


def _at(planned: int) -> str:
    day, second = divmod(waking(planned), DAY)
    return f"{_date(day)} {second // HOUR:02}:{second // 60 % 60:02}:{second % 60:02}+00"


@cache
def _date(day: int) -> str:
    return (EPOCH + timedelta(days=day)).isoformat()


def _lines(rows: Iterable[tuple[Any, ...]]) -> str:
    return "".join(["\t".join([_field(value) for value in row]) + "\n" for row in rows])


def _field(value: Any) -> str:
    if value is None:
        return "\\N"
    return value.translate(_ESCAPES) if value.__class__ is str else str(value)
