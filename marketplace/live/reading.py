"""What the hub asks of the domain, in threads of its own: the event loop never waits for the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, TypeVar

from flask import Flask

from marketplace.accounts.errors import NoSuchTicket
from marketplace.accounts.models import Account
from marketplace.accounts.queries import LiveViewer, live_viewers
from marketplace.accounts.services import redeem_ticket
from marketplace.accounts.states import Role
from marketplace.core.db import db
from marketplace.orders.queries import news as queries
from marketplace.orders.services.telling import MissedBy, Told, missed_by, tell

Answer = TypeVar("Answer")


class Bulletin(NamedTuple):
    """What a batch of events says to each session; `told` None: everybody looks at everything again.

    `viewers` are the sessions that are still signed in, `newest` is the last event that the batch knew of.
    """

    newest: int
    viewers: Sequence[LiveViewer]
    told: dict[int, list[Told]] | None


class Reader:
    """Asks with the models and policies of the site. Events and admissions do not wait for each other."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._events = ThreadPoolExecutor(1, "live-events")
        self._admissions = ThreadPoolExecutor(1, "live-admissions")

    async def admit(self, ticket: str) -> LiveViewer | None:
        """Who brings the ticket, None when it is worth nothing."""
        return await self._ask(self._admissions, lambda: self._redeem(ticket))

    async def replay(self, viewer: LiveViewer, after: int | None, since: datetime | None) -> MissedBy:
        """What the viewer may not know of after the event `after`, or else after the moment `since`."""
        return await self._ask(self._admissions, lambda: missed_by(_person(viewer), after=after, since=since))

    async def bulletin(self, event_ids: Collection[int], session_ids: Collection[int]) -> Bulletin:
        """What these events say to each of the sessions."""
        return await self._ask(self._events, lambda: _announced(event_ids, session_ids))

    async def catch_up(self, position: int, session_ids: Collection[int]) -> Bulletin:
        """What each of the sessions may not know of after the event `position`."""
        return await self._ask(self._events, lambda: _missed(position, session_ids))

    async def viewers(self, session_ids: Collection[int]) -> Sequence[LiveViewer]:
        """The sessions that are still signed in."""
        return await self._ask(self._events, lambda: live_viewers(session_ids))

    async def newest(self) -> int:
        """The id of the last event."""
        return await self._ask(self._events, queries.newest_event_id)

    def close(self) -> None:
        """Takes no more questions."""
        for pool in (self._events, self._admissions):
            pool.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, pool: ThreadPoolExecutor, question: Callable[[], Answer]) -> Answer:
        def answer() -> Answer:
            # A context of its own is a session of its own, which ends with it: nothing read here is ever old.
            with self.app.app_context():
                return question()

        return await asyncio.get_running_loop().run_in_executor(pool, answer)

    def _redeem(self, ticket: str) -> LiveViewer | None:
        try:
            return redeem_ticket(ticket, secret=self.app.config["SECRET_KEY"])
        except NoSuchTicket:
            return None
        finally:
            # A ticket that was shown is used up, whatever came of it.
            db.session.commit()


def _announced(event_ids: Collection[int], session_ids: Collection[int]) -> Bulletin:
    news = queries.news_of(event_ids) if session_ids else []
    return _bulletin(max(event_ids, default=0), news, session_ids)


def _missed(position: int, session_ids: Collection[int]) -> Bulletin:
    missed = queries.missed_after(position)
    return _bulletin(missed.newest, missed.news, session_ids)


def _bulletin(newest: int, news: Sequence[queries.News] | None, session_ids: Collection[int]) -> Bulletin:
    # Read after the events, so that nobody is told of an event with rights that ended before it.
    viewers = live_viewers(session_ids) if session_ids else []
    if news is None:
        return Bulletin(newest, viewers, None)
    by_person = {(viewer.account_id, viewer.role): tell(news, _person(viewer)) for viewer in _different(viewers)}
    told = {viewer.session_id: by_person[viewer.account_id, viewer.role] for viewer in viewers}
    return Bulletin(newest, viewers, {session_id: own for session_id, own in told.items() if own})


def _different(viewers: Iterable[LiveViewer]) -> Iterable[LiveViewer]:
    return {(viewer.account_id, viewer.role): viewer for viewer in viewers}.values()


def _person(viewer: LiveViewer) -> Account:
    return _account(viewer.account_id, viewer.role)


@lru_cache(maxsize=20_000)
def _account(account_id: int, role: Role) -> Account:
    """Somebody as the policies ask of them; in no session, and never changed. Who is blocked never gets here."""
    return Account(id=account_id, role=role, active=True)
