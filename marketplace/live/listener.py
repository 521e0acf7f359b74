"""Hears PostgreSQL announce events, whoever wrote them, and loses none of them while it cannot hear.

A trigger announces the ids of the events that a statement inserts; PostgreSQL delivers them when the transaction
commits and forgets them where nobody listens. So an announcement is a hint: after every (re)connection the hub reads
from the table what came after the last event that it knows of. The order is what makes this complete: LISTEN is in
force before the table is read, so an event is seen by the one or by the other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from marketplace.live.hub import Hub

log = logging.getLogger("marketplace.live")

CHANNEL = "order_events"
TOO_MANY_TO_NAME = "many"
CONNECT_SECONDS = 5
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
PROBE_SECONDS = 15
"""A connection that says nothing for so long is asked whether it is still there."""


class Listener:
    """One connection of its own, opened again whenever it breaks."""

    def __init__(self, url: str, hub: Hub) -> None:
        # libpq reads what SQLAlchemy calls its driver as the kind of the address.
        self._address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._hub = hub
        self._pause = SHORTEST_PAUSE
        self.is_listening = False

    async def run(self) -> None:
        """Listens for as long as the process lives."""
        while True:
            try:
                # Through the pool first: it starts the embedded server where that is the database.
                newest = await self._hub.reader.newest()
                async with self._connection() as connection:
                    if self._hub.started.is_set():
                        self._hub.catch_up()
                    else:
                        self._hub.start_at(newest)
                        self._hub.catch_up()
                    await self._hear(connection)
            except (psycopg.Error, SQLAlchemyError, OSError, TimeoutError) as error:
                log.warning("announcements are not heard: %s, again in %.1f s", type(error).__name__, self._pause)
            await asyncio.sleep(self._pause)
            self._pause = min(self._pause * 2, LONGEST_PAUSE)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[psycopg.AsyncConnection[tuple[object, ...]]]:
        connection = await psycopg.AsyncConnection.connect(
            self._address,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
            application_name="live",
        )
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self.is_listening = True
            self._pause = SHORTEST_PAUSE
            try:
                yield connection
            finally:
                self.is_listening = False

    async def _hear(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        while True:
            async for notice in connection.notifies(timeout=PROBE_SECONDS):
                if notice.payload == TOO_MANY_TO_NAME:
                    self._hub.catch_up()
                else:
                    self._hub.announce(int(number) for number in notice.payload.split(","))
            async with asyncio.timeout(CONNECT_SECONDS):
                await connection.execute("SELECT 1")
