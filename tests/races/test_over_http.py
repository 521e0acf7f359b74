"""P01 and P05 as people meet them: two web processes, signed-in browsers, and a page that says what happened."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.core.db import db
from marketplace.orders.models import Order, OrderEvent, Review
from marketplace.orders.queries.counters import differences
from marketplace.orders.states import Status
from tests.people import People
from tests.races.conftest import application_on
from tests.races.crowd import PATIENCE
from tests.races.site import Answer, Site, Visitor, running


def at_once(site: Site, visitors: Sequence[Visitor], path: str, **fields: str) -> list[Answer]:
    """What each of `visitors` is answered who send the same form at the same moment."""
    gate = threading.Barrier(len(visitors))

    def one(visitor: Visitor) -> Answer:
        connection = site.connect()
        gate.wait(PATIENCE)
        return site.post(connection, path, visitor, **fields)

    with ThreadPoolExecutor(len(visitors)) as pool:
        return list(pool.map(one, visitors))


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
    """`takers` signed-in performers and `orders` open orders."""

    def __init__(self, app: Flask, takers: int, orders: int) -> None:
        people = People(app)
        customer = people.customer()
        self.performers = [Visitor.sign_in(app, people.performer()) for _ in range(takers)]
        self.orders = [people.order(customer).id for _ in range(orders)]
        db.session.rollback()


@pytest.mark.parametrize("takers", [32, 64])
def test_two_web_processes_give_an_order_to_one_taker_and_tell_all_others(
    place: Place, takers: int, figure: Callable[[str], None]
) -> None:
    street = Street(place.app, takers, 30)
    double = without = losers = 0
    for order_id in street.orders:
        answers = at_once(place.site, street.performers, f"/orders/{order_id}/take")
        winners = [who for who, answer in zip(street.performers, answers, strict=True) if answer.status == 302]
        refused = [answer for answer in answers if answer.status != 302]
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
        f"P01 two web processes, {takers} takers: {double} orders with two performers, {without} without,"
        f" of {number}; {losers} losers, each with a 409 page that says why"
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


def test_sixteen_ratings_sent_at_once_leave_one_review_and_fifteen_pages_that_say_so(
    place: Place, figure: Callable[[str], None]
) -> None:
    people = People(place.app)
    customer, performer = people.customer(), people.performer()
    orders = [people.completed(performer, customer).id for _ in range(30)]
    unrated = people.completed(performer, customer).id
    windows = [Visitor.sign_in(place.app, customer) for _ in range(16)]
    db.session.rollback()
    for order_id in orders:
        answers = at_once(place.site, windows, f"/orders/{order_id}/rate", rating="9", text="Thank you")
        assert sorted(answer.status for answer in answers) == [302] + [409] * 15
        refused = [answer for answer in answers if answer.status == 409]
        assert all("You have already rated this order." in answer.text for answer in refused)
    for rating in ("0", "11", "9.5", "x", ""):
        (answer,) = at_once(place.site, windows[:1], f"/orders/{unrated}/rate", rating=rating)
        assert answer.status == 422
    rows = db.session.scalar(select(func.count()).select_from(Review)) or 0
    assert rows == len(orders)
    assert list(differences()) == []
    figure(f"P05 two web processes: {rows - len(orders)} extra reviews on {len(orders)} orders, 16 ratings at once")
