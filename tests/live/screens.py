"""Screens that stay open: they speak as the script of a page does, and look again at whatever they are told of."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import Collection, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flask import Flask
from sqlalchemy import select
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Account, AccountSession
from marketplace.core.db import db
from marketplace.orders import policies
from marketplace.orders.models import Order

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0
TOGETHER_SECONDS = 0.05

View = dict[int, str]
"""The orders that somebody may look at, with their status."""


class Screen:
    """One person's open page with everything on it. Without `replay` it never asks for what it missed: a control."""

    def __init__(self, app: Flask, address: str, account: Account, *, replay: bool) -> None:
        self.app, self.address, self.replay = app, address, replay
        self.account_id, self.role = account.id, account.role
        self.session_id = accounts.start_session(account, user_agent="test", address="127.0.0.1").id
        self.after: int | None = None
        self.told: list[tuple[int, int, str]] = []
        self.reconnects = -1
        self.shown = view_of(self.account_id)
        self._stale: set[int] = set()
        self._news = asyncio.Event()

    @property
    def is_ready(self) -> bool:
        return self.after is not None

    def is_right(self, now: View) -> bool:
        """Whether it shows what its person would see on a new page."""
        return self.shown == now

    async def stay(self) -> None:
        """Until it is cancelled."""
        await asyncio.gather(self._listen(), self._look())

    async def _listen(self) -> None:
        pause = FIRST_PAUSE
        while True:
            with suppress(OSError, WebSocketException, TimeoutError):
                ticket = await asyncio.to_thread(self._ticket)
                own, url = Origin(self.address), f"ws{self.address[4:]}/live"
                async with connect(url, origin=own, compression=None) as line:
                    await line.send(json.dumps({"ticket": ticket, "after": self.after if self.replay else None}))
                    async for text in line:
                        if self._hear(json.loads(text)):
                            pause = FIRST_PAUSE
            await asyncio.sleep(pause * (0.5 + random.random()))
            pause = min(pause * 2, LONGEST_PAUSE)

    def _hear(self, message: dict[str, Any]) -> bool:
        assert "reload" not in message, "the test must not ask for more than can be told"
        known = self.after or 0
        for event in message.get("events", ()):
            self.told.append((event["id"], event["order"], event["kind"]))
            self._stale.add(event["order"])
            known = max(known, event["id"])
            self._news.set()
        self.after = max(known, message.get("ready", 0), message.get("ping", 0))
        self.reconnects += "ready" in message
        return "ready" in message

    async def _look(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(TOGETHER_SECONDS)
            self._news.clear()
            orders, self._stale = self._stale, set()
            seen = await asyncio.to_thread(self._ask, orders)
            for order in orders:
                self.shown.pop(order, None)
            self.shown |= seen

    def _ticket(self) -> str:
        with self.app.app_context():
            session = db.session.get_one(AccountSession, self.session_id)
            ticket = accounts.issue_ticket(session, secret=self.app.config["SECRET_KEY"])
            db.session.commit()
            return ticket

    def _ask(self, orders: Collection[int]) -> View:
        with self.app.app_context():
            return view_of(self.account_id, orders)


def view_of(account_id: int, orders: Collection[int] | None = None) -> View:
    """What this person may look at now, of these orders or of all."""
    account = db.session.get_one(Account, account_id)
    query = select(Order) if orders is None else select(Order).where(Order.id.in_(orders))
    return {order.id: order.status.value for order in db.session.scalars(query) if policies.may_view(account, order)}


@contextmanager
def loop_in_a_thread() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop that runs beside the test; everything on it is cancelled at the end."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def end() -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    try:
        yield loop
    finally:
        run_on(loop, end())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def run_on(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any]) -> Any:
    """Runs the coroutine on the loop of another thread and waits for it."""
    return asyncio.run_coroutine_threadsafe(work, loop).result(60)
