"""P01 and P05 as people meet them: two web processes, browsers and programs, and an answer that says what happened."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.orders.models import Order, OrderEvent, Review
from marketplace.orders.queries.counters import differences
from marketplace.orders.states import Status
from tests.people import People
from tests.races.conftest import application_on
from tests.races.crowd import PATIENCE
from tests.races.site import Answer, Program, Site, Visitor, running

DONE = (200, 302)
"""A program is told what has become of it; a browser is led to the page that shows it."""


def at_once(site: Site, people: Sequence[Visitor | Program], path: str, **fields: Any) -> list[Answer]:
    """What each of `people` is answered who send the same at the same moment: a form or JSON, as they are able."""
    gate = threading.Barrier(len(people))

    def one(who: Visitor | Program) -> Answer:
        connection = site.connect()
        gate.wait(PATIENCE)
        if isinstance(who, Program):
            return site.ask(connection, path, who, fields)
        return site.post(connection, path, who, **{name: str(value) for name, value in fields.items()})

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(one, people))


def kinds(app: Flask) -> Iterator[Callable[[Account], Visitor | Program]]:
    """How one after the other signs in: every second one by program."""
    while True:
        yield lambda account: Visitor.sign_in(app, account)
        yield lambda account: Program.sign_in(app, account)


class Place(NamedTuple):
    """A running site, and the application in this process on the same database."""

    app: Flask
    site: Site


@pytest.fixture(scope="module")
def place(fresh_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The site that all races of this module happen on."""
    url = fresh_database()
    log = tmp_path_factory.mktemp("site") / "site.log"
    with application_on(url) as app, running(url, log) as site:
        yield Place(app, site)


class Street:
    """`takers` signed-in performers, every second one by program, and `orders` open orders."""

    def __init__(self, app: Flask, takers: int, orders: int) -> None:
        people = People(app)
        customer = people.customer()
        self.performers = [sign_in(people.performer()) for _, sign_in in zip(range(takers), kinds(app), strict=False)]
        self.orders = [people.order(customer).id for _ in range(orders)]
        db.session.rollback()


@pytest.mark.parametrize("takers", [32, 64])
def test_two_web_processes_give_an_order_to_one_taker_and_tell_all_others(
    place: Place, takers: int, figure: Callable[[str], None]
) -> None:
    street = Street(place.app, takers, 30)
    double = without = losers = by_program = 0
    for order_id in street.orders:
        answers = at_once(place.site, street.performers, f"/orders/{order_id}/take")
        winners = [who for who, answer in zip(street.performers, answers, strict=True) if answer.status in DONE]
        refused = [answer for answer in answers if answer.status not in DONE]
        by_program += sum(isinstance(who, Program) for who in winners)
        assert {answer.status for answer in refused} == {409}
        assert all("The order is already in progress." in answer.text for answer in refused)
        double += len(winners) > 1
        without += not winners
        losers += len(refused)
        if len(winners) == 1:
            assert db.session.get_one(Order, order_id).performer_id == winners[0].account_id
        db.session.rollback()
    number = len(street.orders)
    assert (double, without, losers) == (0, 0, number * (takers - 1))
    assert takings(street.orders) == [1] * number
    assert list(differences()) == []
    figure(
        f"P01 two web processes, {takers} takers, half of them programs: {double} orders with two performers,"
        f" {without} without, of {number} ({by_program} won by programs);"
        f" {losers} losers, each with a 409 that says why"
    )


def takings(orders: Sequence[int]) -> list[int]:
    """How often each of `orders` was taken, according to its history."""
    taken = OrderEvent.to_status == Status.IN_PROGRESS
    return [
        db.session.scalar(select(func.count()).select_from(OrderEvent).where(taken, OrderEvent.order_id == order)) or 0
        for order in orders
    ]


def test_the_race_over_http_is_real_without_the_lock_on_the_order(
    fresh_database: Callable[[], str], tmp_path: Path, figure: Callable[[str], None]
) -> None:
    url = fresh_database()
    with application_on(url) as app, running(url, tmp_path / "site.log", "tests.races.unguarded:app") as site:
        street = Street(app, 32, 5)
        for order_id in street.orders:
            at_once(site, street.performers, f"/orders/{order_id}/take")
        twice = sum(number > 1 for number in takings(street.orders))
    assert twice > 0
    figure(f"P01 control over HTTP without the lock: {twice} of {len(street.orders)} orders taken twice")


def test_sixteen_ratings_sent_at_once_leave_one_review_and_fifteen_answers_that_say_so(
    place: Place, figure: Callable[[str], None]
) -> None:
    people = People(place.app)
    customer, performer = people.customer(), people.performer()
    orders = [people.completed(performer, customer).id for _ in range(30)]
    unrated = people.completed(performer, customer).id
    windows = [sign_in(customer) for _, sign_in in zip(range(16), kinds(place.app), strict=False)]
    db.session.rollback()
    for order_id in orders:
        answers = at_once(place.site, windows, f"/orders/{order_id}/rate", rating=9, text="Thank you")
        refused = [answer for answer in answers if answer.status == 409]
        assert len(refused) == 15
        assert {answer.status for answer in answers} - {409} <= set(DONE)
        assert all("You have already rated this order." in answer.text for answer in refused)
    for rating in (0, 11, 9.5, "x", ""):
        answers = at_once(place.site, windows[:2], f"/orders/{unrated}/rate", rating=rating)
        assert [answer.status for answer in answers] == [422, 422]
    rows = db.session.scalar(select(func.count()).select_from(Review)) or 0
    assert rows == len(orders)
    assert list(differences()) == []
    figure(
        f"P05 two web processes: {rows - len(orders)} extra reviews on {len(orders)} orders, 16 ratings at once,"
        " half of them by programs"
    )
