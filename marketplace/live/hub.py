"""The hub: who listens in this process, what is announced to them, and who may not listen any more."""

from __future__ import annotations

import asyncio
import logging
import resource
from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy.exc import SQLAlchemyError

from marketplace.accounts.queries import LiveViewer
from marketplace.live import sockets
from marketplace.live.reading import Bulletin, Reader
from marketplace.live.sockets import Code, Refused, Socket
from marketplace.orders.queries.news import MOST
from marketplace.orders.services.telling import Told

log = logging.getLogger("marketplace.live")

MOST_PER_PERSON = 10
MOST_SOCKETS = 5000
FILES_FOR_OTHERS = 200
"""Open files that sockets leave to the pages, the database and the log."""

CHECK_SECONDS = 5
PING_SECONDS = 20
RETRY_SECONDS = 0.5


class Hub:
    """Sends every announced event to those who may learn of it.

    The rights are read again with every batch of events, and every CHECK_SECONDS for those to whom nothing happens.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.position = 0
        self._sockets: set[Socket] = set()
        self._per_person: Counter[int] = Counter()
        self._announced: set[int] = set()
        self._missed = False
        self._news = asyncio.Event()
        self.started = asyncio.Event()
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self._most = max(1, min(MOST_SOCKETS, files - FILES_FOR_OTHERS))

    def __len__(self) -> int:
        return len(self._sockets)

    @property
    def is_full(self) -> bool:
        """True when nobody else can be let in."""
        return len(self._sockets) >= self._most

    def enter(self, socket: Socket) -> None:
        """From now on the socket is told what happens; raises Refused when there are too many."""
        person = socket.viewer.account_id
        if self.is_full or self._per_person[person] >= MOST_PER_PERSON:
            raise Refused(Code.TOO_MANY)
        self._per_person[person] += 1
        self._sockets.add(socket)

    def leave(self, socket: Socket) -> None:
        """Forgets the socket."""
        self._sockets.discard(socket)
        person = socket.viewer.account_id
        self._per_person[person] -= 1
        if not self._per_person[person]:
            del self._per_person[person]

    def start_at(self, position: int) -> None:
        """From the first moment on that announcements are heard, nothing after the event `position` is missed."""
        self.position = position
        self.started.set()

    def announce(self, event_ids: Iterable[int]) -> None:
        """These events can be read now."""
        self._announced.update(event_ids)
        self._news.set()

    def catch_up(self) -> None:
        """Events may have been announced while nobody heard it."""
        self._missed = True
        self._news.set()

    async def run(self) -> None:
        """Tells what is announced, batch by batch; what came meanwhile is the next batch."""
        while True:
            await self._news.wait()
            self._news.clear()
            announced, self._announced = self._announced, set()
            missed, self._missed = self._missed or len(announced) > MOST, False
            asked = self._session_ids()
            try:
                if missed:
                    bulletin = await self.reader.catch_up(self.position, asked)
                else:
                    bulletin = await self.reader.bulletin(announced, asked)
            except SQLAlchemyError as error:
                log.warning("news cannot be read now: %s", type(error).__name__)
                self._announced |= announced
                self._missed |= missed
                await asyncio.sleep(RETRY_SECONDS)
                self._news.set()
            else:
                self._close_others(asked, bulletin.viewers)
                self._tell(bulletin)

    async def check(self) -> None:
        """Closes the sockets of those who were signed out, blocked or given another role."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            asked = self._session_ids()
            if not asked:
                continue
            try:
                viewers = await self.reader.viewers(asked)
            except SQLAlchemyError as error:
                # Nothing can be read, so nothing is told either.
                log.warning("sessions cannot be read now: %s", type(error).__name__)
            else:
                self._close_others(asked, viewers)

    async def ping(self) -> None:
        """Lets pages notice a dead line, and tells those whom nothing concerns how far they have been told."""
        while True:
            await asyncio.sleep(PING_SECONDS)
            self._send_all(sockets.ping(self.position))

    def _session_ids(self) -> set[int]:
        return {socket.viewer.session_id for socket in self._sockets}

    def _tell(self, bulletin: Bulletin) -> None:
        self.position = max(self.position, bulletin.newest)
        if bulletin.told is None:
            self._send_all(sockets.RELOAD)
            return
        # Strangers of one role, and the windows of one person, are told the same.
        texts: dict[tuple[Told, ...], str] = {}
        for socket in self._sockets:
            # Whoever came since the batch was read asks for what they missed as soon as they are registered.
            own = tuple(bulletin.told.get(socket.viewer.session_id, ()))
            if own:
                socket.send(texts.get(own) or texts.setdefault(own, sockets.events(own)))

    def _close_others(self, asked: set[int], viewers: Sequence[LiveViewer]) -> None:
        present = {viewer.session_id: viewer for viewer in viewers}
        for socket in self._sockets:
            session_id = socket.viewer.session_id
            if session_id in asked and present.get(session_id) != socket.viewer:
                socket.end(Code.SIGNED_OUT)

    def _send_all(self, text: str) -> None:
        for socket in self._sockets:
            socket.send(text)
