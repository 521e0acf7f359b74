"""A small busy market: clients in threads who do random things with the same few orders until time or patience ends."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.orders.queries import orders as queries
from marketplace.orders.states import Status
from tests.people import People
from tests.races.crowd import PATIENCE

FINISHED = (Status.COMPLETED, Status.CANCELLED)


@dataclass
class Tally:
    """What the clients did, act by act."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def acts(self) -> int:
        """How often anybody tried anything."""
        return self.done.total() + self.refused.total()

    def add(self, other: Tally) -> None:
        """Counts the acts of another one in."""
        self.done += other.done
        self.refused += other.refused

    def __str__(self) -> str:
        return f"{self.acts} acts, of which {self.refused.total()} were refused"


class Market:
    """`stalls` places with an order each, and the people who deal with them.

    There are fewer people than clients, so that one person also acts in two windows at once.
    """

    def __init__(
        self,
        app: Flask,
        *,
        stalls: int,
        customers: int,
        performers: int,
        tolerated: tuple[type[Exception], ...] = (),
    ) -> None:
        self.app = app
        self.refusals: tuple[type[Exception], ...] = (DomainError, *tolerated)
        people = People(app)
        self.customers = [people.customer().id for _ in range(customers)]
        self.performers = [people.performer().id for _ in range(performers)]
        self.admins = [people.admin().id for _ in range(2)]
        self.categories = [people.category(slug).id for slug in ("python", "design", "texts")]
        self.stalls = [people.order(db.session.get_one(Account, self.customers[0])).id for _ in range(stalls)]
        db.session.rollback()

    def open(self, clients: int, seconds: float, acts: Mapping[str, int], *, at_least: int = 0) -> Tally:
        """Lets `clients` do random acts, each as often as its weight in `acts` says.

        Lasts for `seconds`, and longer if they have not tried `at_least` acts by then. Refusals, and errors `tolerated`
        in a control run, are part of the trade; any other error, such as a deadlock, ends it and is raised.
        """
        stop = threading.Event()
        tallies = [Tally() for _ in range(clients)]
        names, weights = list(acts), list(acts.values())

        def client(number: int) -> None:
            random = Random(number)
            with self.app.app_context():
                try:
                    while not stop.is_set():
                        name = random.choices(names, weights)[0]
                        tallies[number].add(self._try(name, random))
                except BaseException:
                    stop.set()
                    raise
                finally:
                    db.session.remove()

        with ThreadPoolExecutor(clients) as pool:
            futures = [pool.submit(client, number) for number in range(clients)]
            started = time.monotonic()
            while not stop.wait(0.2):
                passed = time.monotonic() - started
                enough = sum(tally.acts for tally in tallies) >= at_least
                if passed > seconds and (enough or passed > seconds + 10 * PATIENCE):
                    stop.set()
            for future in futures:
                future.result()
        total = Tally()
        for tally in tallies:
            total.add(tally)
        return total

    def _try(self, name: str, random: Random) -> Tally:
        stall = random.randrange(len(self.stalls))
        act: Callable[[int, Random], Any] = getattr(self, name)
        try:
            act(stall, random)
            db.session.commit()
        except self.refusals:
            db.session.rollback()
            return Tally(refused=Counter([name]))
        finally:
            db.session.expunge_all()
        return Tally(done=Counter([name]))

    # What clients do. People are chosen so that most acts may succeed; the state is left to chance.

    def restock(self, stall: int, random: Random) -> None:
        """Posts a new order where the old one is finished."""
        if queries.get_order(self.stalls[stall]).status in FINISHED:
            self.stalls[stall] = self._post(random).id

    def post(self, stall: int, random: Random) -> None:
        """Posts one order more."""
        self._post(random)

    def _post(self, random: Random) -> Order:
        by = self._person(self.customers, random)
        category_id = random.choice(self.categories)
        fields: dict[str, Any] = {"title": "Work", "description": "", "price": None, "deadline": None}
        return services.post_order(category_id=category_id, by=by, **fields)

    def take(self, stall: int, random: Random) -> None:
        """Somebody takes it, whoever may already have it."""
        services.take_order(self.stalls[stall], limit=10, by=self._person(self.performers, random))

    def withdraw(self, stall: int, random: Random) -> None:
        """Whoever has it gives it back."""
        services.withdraw_order(self.stalls[stall], reason="No time", by=self._holder(stall, random))

    def complete(self, stall: int, random: Random) -> None:
        """Whoever has it is done."""
        services.complete_order(self.stalls[stall], by=self._holder(stall, random))

    def cancel(self, stall: int, random: Random) -> None:
        """The customer, or an admin for them, cancels."""
        by = self._person(self.admins, random) if random.random() < 0.3 else self._order(stall).customer
        services.cancel_order(self.stalls[stall], reason="Plans changed", by=by)

    def edit(self, stall: int, random: Random) -> None:
        """The customer moves it to another category."""
        fields: dict[str, Any] = {"title": "Other work", "description": "", "price": None, "deadline": None}
        category_id = random.choice(self.categories)
        services.edit_order(self.stalls[stall], category_id=category_id, by=self._order(stall).customer, **fields)

    def reassign(self, stall: int, random: Random) -> None:
        """An admin gives it to somebody else."""
        admin, performer = self._person(self.admins, random), random.choice(self.performers)
        services.reassign_order(self.stalls[stall], performer_id=performer, reason="Ill", by=admin)

    def hide(self, stall: int, random: Random) -> None:
        """An admin hides it or shows it again."""
        act = random.choice((services.hide_order, services.show_order, services.show_order))
        act(self.stalls[stall], by=self._person(self.admins, random))

    def rate(self, stall: int, random: Random) -> None:
        """The customer rates some finished work."""
        order = self._finished(stall, random)
        services.rate_order(order.id, rating=random.randint(1, 10), text="", by=order.customer)

    def hide_review(self, stall: int, random: Random) -> None:
        """An admin hides a review or shows it again."""
        act = random.choice((services.hide_review, services.show_review))
        act(self._finished(stall, random).id, by=self._person(self.admins, random))

    def _order(self, stall: int) -> Order:
        return queries.get_order(self.stalls[stall])

    def _holder(self, stall: int, random: Random) -> Account:
        return self._order(stall).performer or self._person(self.performers, random)

    def _finished(self, stall: int, random: Random) -> Order:
        completed = select(Order).where(Order.status == Status.COMPLETED).order_by(Order.id.desc()).limit(10)
        rows = db.session.scalars(completed).all()
        return random.choice(rows) if rows else self._order(stall)

    def _person(self, ids: list[int], random: Random) -> Account:
        return db.session.get_one(Account, random.choice(ids))
