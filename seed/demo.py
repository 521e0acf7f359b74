"""Demo data: people whose password everybody knows, and what they have done over the past eighteen months."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from flask import current_app
from flask_security.utils import hash_password
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.core import clock
from marketplace.core.db import db
from seed.calendar import DAY, latest_plan, waking
from seed.cast import FEWEST, NAMED, Person, make_cast
from seed.copying import copy
from seed.deals import COPIED, PLAYED, Rates
from seed.histories import Narrator
from seed.playing import play
from seed.plots import SPAN_DAYS, make_plots
from seed.stories import Story

DEMO_PASSWORD = "demo-password"
DEMO_ACCOUNTS: tuple[str, ...] = tuple(email for email, _, _ in NAMED)
"""One address per role, each beginning with the name of the role; customer1@, performer1@ and so on follow them."""

MOST_PLAYED = 20_000
"""More orders than this are written by COPY instead of acted out."""

Report = Callable[[int, int], None]


class DemoRefused(RuntimeError):
    """Demo data does not go here; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What was made, and how long it took."""

    people: int
    orders: int
    seconds: float


def has_people() -> bool:
    """True when anybody has an account."""
    return db.session.scalar(select(Account.id).limit(1)) is not None


def load_demo(
    orders: int = 2000,
    people: int = 200,
    seed: int = 1,
    *,
    most_played: int = MOST_PLAYED,
    rates: Rates | None = None,
    report: Report = lambda done, total: None,
) -> DemoReport:
    """Fills an empty database and commits; the same numbers at the same moment give the same data.

    `report` hears how far it is, in parts of a total. Raises DemoRefused in production and where people are.
    """
    started = time.perf_counter()
    if current_app.config["APP_ENV"] == "production":
        raise DemoRefused("Demo data has a password that everybody knows: it is never loaded in production.")
    if people < FEWEST or orders < 0:
        raise DemoRefused(f"The demo needs at least {FEWEST} people and no less than 0 orders.")
    if has_people():
        raise DemoRefused("The database already holds people: demo data goes into an empty one only.")
    limit: int = current_app.config["MAX_ORDERS_IN_PROGRESS"]
    rates = rates or (PLAYED if orders <= MOST_PLAYED else COPIED)
    cast, stories = plan(orders, people, seed, limit=limit, rates=rates)
    password_hash: str = hash_password(DEMO_PASSWORD)
    if orders <= most_played:
        play(cast, list(stories), password_hash=password_hash, limit=limit, report=report)
    else:
        copy(cast, stories, orders=orders, password_hash=password_hash, report=report)
    return DemoReport(people=len(cast), orders=orders, seconds=time.perf_counter() - started)


def plan(
    orders: int, people: int, seed: int, *, limit: int, rates: Rates = PLAYED
) -> tuple[list[Person], Iterator[Story]]:
    """The cast and the stories, with the clock's present moment as their end."""
    random = Random(seed)
    now = int(clock.now().timestamp())
    last = latest_plan(now)
    cast = make_cast(people, start=waking(last - SPAN_DAYS * DAY), end=waking(last), random=random)
    performers = sum(person.role is Role.PERFORMER for person in cast)
    plots = make_plots(orders, performers=performers, last=last, random=random)
    narrator = Narrator(cast, orders=orders, last=last, limit=limit, rates=rates, random=random)
    return cast, narrator.tell(plots)
