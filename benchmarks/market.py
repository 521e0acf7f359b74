"""A marketplace of a given size on an embedded PostgreSQL of its own, as durable as one that keeps people's data."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import psycopg2
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event
from sqlalchemy.engine import make_url

from config import ROOT, load_settings
from marketplace.accounts.queries import find_account_by_email
from marketplace.app import create_app
from marketplace.core import clock, embedded
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.queries.board import CardCategory, category_choices
from seed.copying import take_stock
from seed.demo import has_people, load_demo

COMMON_WORD = "нужно"
RARE_WORD = "дирижабль"
"""A word that the demo never uses."""

RARE_PRICE = Decimal("777.77")

PLANTED = 60
"""Open orders that hold what the filters look for, the same in every size: so pages of all sizes show as much."""

DAYS = 40


@dataclass
class Market:
    """One size, ready to be measured."""

    size: int
    url: str
    app: Flask
    category: CardCategory
    """The one with the most open orders."""
    sent: list[tuple[str, Any]] | None = None
    """Collects what the application sends to the database, while it is a list."""

    def connect(self) -> Any:
        """A plain psycopg2 connection to the same database."""
        parts = make_url(self.url)
        return psycopg2.connect(
            host=parts.query["host"], port=parts.query["port"], user=parts.username, dbname=parts.database
        )

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """All rows that `statement` gives."""
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())


@contextmanager
def open_market(size: int, folder: Path) -> Iterator[Market]:
    """Starts the database of this size in `folder`, loads it unless it is loaded, and stops it in the end."""
    server = embedded.start(folder / str(size))
    try:
        environ = {"DATABASE_URL": server.url, "RATELIMIT_ENABLED": "0", "MAX_ORDERS_IN_PROGRESS": "10000"}
        app = create_app(load_settings(environ))
        with open(os.devnull, "w") as nowhere:
            # The lines are written, only nobody reads them.
            logging.getLogger("marketplace").handlers[0].setStream(nowhere)  # type: ignore[attr-defined]  # ours writes to a stream
            # No context stays open: requests would share what is kept for the length of one.
            with app.app_context():
                prepare(size)
                best = max(category_choices(), key=lambda choice: choice.open_orders)
                engines = [*db.engines.values()]
            market = Market(size, server.url, app, best.category)

            def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
                if market.sent is not None:
                    market.sent.append((statement, values))

            for engine in engines:
                event.listen(engine, "before_cursor_execute", note)
            yield market
            for engine in engines:
                engine.dispose()
    finally:
        server.stop()


def prepare(size: int) -> None:
    """Migrates and loads an empty database."""
    upgrade(directory=str(ROOT / "migrations"))
    if has_people():
        return
    started = time.perf_counter()
    load_demo(orders=size, people=min(20_000, max(200, size // 50)))
    plant(PLANTED)
    take_stock()
    print(f"{size:>9,} orders loaded in {time.perf_counter() - started:.0f} s", flush=True)


def plant(number: int, *, word: str = RARE_WORD) -> list[tuple[int, str]]:
    """Posts open orders in the largest category over the past DAYS, half of them by agreement.

    Returns the id and the terms of each.
    """
    customer = find_account_by_email("customer@example.com")
    category = max(category_choices(), key=lambda choice: choice.open_orders).category
    assert customer is not None
    random = Random(number)
    made = []
    for turn in range(number):
        with clock.fixed(clock.now() - timedelta(days=DAYS * random.random())):
            order = services.post_order(
                title=f"Нужно сделать {word}",
                description=f"Нужно, чтобы {word} был готов в срок. Подробности расскажем. " * 5,
                category_id=category.id,
                price=RARE_PRICE if turn % 2 else None,
                deadline=clock.today() + timedelta(days=7),
                by=customer,
            )
        made.append((order.id, order.terms))
    db.session.commit()
    return made
