"""Two ways to lose patience with a connection, which is then cut without a word: nothing comes, or nothing is taken."""

from __future__ import annotations

import asyncio
import sys


class _Patience:
    """Counts the seconds of one connection, once at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport) -> None:
        self._loop = loop
        self._transport = transport
        self._timer: asyncio.TimerHandle | None = None

    def stop(self) -> None:
        """Waits for nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Deadline(_Patience):
    """Hangs up on whoever lets us wait for too long without a break."""

    def keep(self, is_waiting: bool, seconds: float) -> None:
        """Begins to count when the waiting begins, and forgets it when it ends."""
        if not is_waiting:
            self.stop()
        elif self._timer is None:
            self._timer = self._loop.call_later(seconds, self._transport.abort)


class Untaken(_Patience):
    """What was written and not taken yet: hangs up when nothing at all of it is taken for `seconds`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport, seconds: float) -> None:
        super().__init__(loop, transport)
        self._seconds = seconds
        self._size = 0

    def watch(self) -> None:
        """Looks whether it becomes less, until nothing is left."""
        size = self._transport.get_write_buffer_size()
        if size and self._timer is None:
            self._size = size
            self._timer = self._loop.call_later(self._seconds, self._look)

    def was_taken(self) -> None:
        """Much was taken, however much comes after it."""
        self._size = sys.maxsize

    def _look(self) -> None:
        self._timer = None
        if self._transport.get_write_buffer_size() < self._size:
            self.watch()
        else:
            self._transport.abort()
