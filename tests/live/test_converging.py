"""P27: however often the live process is killed, every screen ends up right, and nobody learns what is private."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from flask import Flask
from sqlalchemy import func, select

from config import ROOT
from marketplace.accounts.models import Account
from marketplace.accounts.states import STAFF, Role
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.orders import services
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.services import talking
from marketplace.orders.states import EventKind
from tests.cli.test_serve import free_port
from tests.conftest import SETTINGS
from tests.live.screens import Screen, loop_in_a_thread, view_of
from tests.live.site import wait_until
from tests.people import LIMIT, People
from tests.races.conftest import application_on
from tests.races.crowd import size

SCREENS, CONTROLS, KILLS, EVENTS = size(12, 50), 6, size(2, 5), size(120, 500)
PROMISED_SECONDS = 5
START_SECONDS = 30
PUBLIC = {EventKind.STATUS, EventKind.EDITED, EventKind.MODERATED}


class LiveProcess:
    """The live application alone, in a process that can be killed."""

    def __init__(self, url: str, log: Path) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._log = log
        self._environ = {**os.environ, **SETTINGS, "DATABASE_URL": url}
        self.start()

    def start(self) -> None:
        command = (sys.executable, "-m", "uvicorn", "marketplace.live.app:create_app", "--factory")
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [*command, "--port", str(self.port), "--log-level", "error"],
                cwd=ROOT,
                env=self._environ,
                stdout=output,
                stderr=output,
            )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def live_process(url: str, log: Path) -> Iterator[LiveProcess]:
    process = LiveProcess(url, log)
    try:
        yield process
    finally:
        process.kill()


class Town:
    """Who looks, and who does things."""

    def __init__(self, people: People) -> None:
        self.customers = [people.customer() for _ in range(4)]
        self.performers = [people.performer() for _ in range(4)]
        self.staff = [people.account(role) for role in sorted(STAFF)]
        self.random = Random(27)
        self.category = people.category().id
        for customer in self.customers:
            people.order(customer)
        self.hidden = people.order(self.customers[0])
        services.hide_order(self.hidden.id, by=people.admin())
        db.session.commit()
        self.hidden_by = _newest()

    @property
    def everybody(self) -> list[Account]:
        return [*self.customers, *self.performers, *self.staff]

    def act(self) -> None:
        """Something that may or may not be possible."""
        customer, performer = self.random.choice(self.customers), self.random.choice(self.performers)
        order_id = self.random.choice(db.session.scalars(select(Order.id)).all())
        acts: list[Callable[[], object]] = [
            lambda: services.post_order(
                title="New", description="", category_id=self.category, price=None, deadline=None, by=customer
            ),
            lambda: services.take_order(order_id, limit=LIMIT, by=performer),
            lambda: services.withdraw_order(order_id, reason="", by=performer),
            lambda: services.complete_order(order_id, by=performer),
            lambda: services.cancel_order(order_id, reason="", by=customer),
            lambda: talking.comment_on_order(order_id, text="Hm.", by=customer),
            lambda: talking.comment_on_order(self.hidden.id, text="Why?", by=self.customers[0]),
        ]
        try:
            self.random.choices(acts, [2, 6, 3, 1, 1, 1, 1])[0]()
            db.session.commit()
        except DomainError:
            db.session.rollback()


def test_every_screen_is_right_after_kills_and_none_shows_what_is_private(
    fresh_database: Callable[[], str], tmp_path: Path, figure: Callable[[str], None]
) -> None:
    url = fresh_database()
    with application_on(url) as app, live_process(url, tmp_path / "log") as process, loop_in_a_thread() as loop:
        town = Town(People(app))
        screens = _open(app, process, town, SCREENS, replay=True)
        controls = _open(app, process, town, CONTROLS, replay=False)
        for screen in (*screens, *controls):
            asyncio.run_coroutine_threadsafe(screen.stay(), loop)
        wait_until(lambda: all(screen.is_ready for screen in (*screens, *controls)), START_SECONDS)
        first = _newest()
        for number in range(KILLS):
            _happen(town, first + EVENTS * (number + 1) // (KILLS + 1))
            process.kill()
            # Things go on while nobody listens.
            _happen(town, _newest() + 5)
            process.start()
            wait_until(lambda: all(s.reconnects > number for s in (*screens, *controls)), START_SECONDS)  # noqa: B023
        _happen(town, first + EVENTS)
        ended = time.monotonic()
        try:
            wait_until(lambda: not _wrong(screens), PROMISED_SECONDS)
        except AssertionError:
            assert _wrong(screens) == []
        seconds = time.monotonic() - ended
        happened = _newest() - first
        leaks = [leak for screen in (*screens, *controls) for leak in _leaks(screen, town)]
        assert leaks == []
        assert _wrong(controls), "without a replay something is missed, or this test shows nothing"
        figure(
            f"P27 {len(screens)} screens, {KILLS} kills, {happened} events: all right after {seconds:.1f} s, "
            f"{len(leaks)} private events told; control without replay: {len(_wrong(controls))} of {CONTROLS} wrong"
        )


def _open(app: Flask, process: LiveProcess, town: Town, number: int, *, replay: bool) -> list[Screen]:
    people = [town.everybody[place % len(town.everybody)] for place in range(number)]
    screens = [Screen(app, process.address, account, replay=replay) for account in people]
    db.session.commit()
    return screens


def _happen(town: Town, until: int) -> None:
    while _newest() < until:
        town.act()


def _newest() -> int:
    return db.session.scalar(select(func.max(OrderEvent.id))) or 0


def _wrong(screens: list[Screen]) -> list[int]:
    """The accounts of those that show something else than a new page would."""
    db.session.rollback()
    return [screen.account_id for screen in screens if not screen.is_right(view_of(screen.account_id))]


def _leaks(screen: Screen, town: Town) -> list[tuple[int, int, str]]:
    """What the screen was told although its person was never to know it."""
    if screen.role in STAFF:
        return []
    return [told for told in screen.told if not _may_have_known(screen, *told, town)]


def _may_have_known(screen: Screen, event_id: int, order_id: int, kind: str, town: Town) -> bool:
    order, event = db.session.get_one(Order, order_id), db.session.get_one(OrderEvent, event_id)
    if screen.account_id == order.customer_id:
        return True
    if order_id == town.hidden.id:
        # It was on the board until it was hidden, and so much anybody may know.
        return kind == "board" and event_id <= town.hidden_by
    if kind == "board":
        return event.kind in PUBLIC
    return screen.role is Role.PERFORMER and _worked_on_it_after(screen.account_id, order_id, event_id)


def _worked_on_it_after(performer_id: int, order_id: int, event_id: int) -> bool:
    """Whether the order was theirs when this happened, or later: whoever takes an order may read what was said."""
    theirs = select(OrderEvent.id, OrderEvent.to_status).where(
        OrderEvent.order_id == order_id,
        OrderEvent.performer_id == performer_id,
        OrderEvent.kind == EventKind.STATUS,
        OrderEvent.id >= event_id,
    )
    if db.session.execute(theirs).first() is not None:
        return True
    return db.session.get_one(Order, order_id).performer_id == performer_id
