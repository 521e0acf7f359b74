"""The bodies of requests, which are waited for on the event loop: whoever sends slowly holds no thread of the pages.

What a hostile client may hold: for each connection 64 KiB that uvicorn has read and IN_MEMORY here; the rest is on the
disk, at most SMALL for each connection of anybody's, and MOST_HELD in all for the larger ones.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import IO

from starlette.types import Receive
from werkzeug.exceptions import LengthRequired, RequestEntityTooLarge

SECONDS = 30.0
"""Within this each SMALL bytes of a body have to come, and its end."""

SMALL = 1024 * 1024
"""What everybody may send."""

LARGEST = 256 * 1024 * 1024
"""More than any address takes."""

IN_MEMORY = 64 * 1024
MOST_HELD = 1024 * 1024 * 1024
LOOK_AGAIN_SECONDS = 0.1


class TooLate(Exception):
    """The body did not come in time."""


class Gone(Exception):
    """Nobody is there any more to send it or to be answered."""


class Announced:
    """What the headers say of the body."""

    def __init__(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self.length = 0
        self.is_chunked = False
        is_of_parts = is_by_somebody = False
        for name, value in headers:
            if name == b"content-length":
                # Checked by the server: digits.
                self.length = int(value)
            elif name == b"transfer-encoding":
                self.is_chunked = True
            elif name == b"content-type":
                is_of_parts = value.lower().startswith(b"multipart/form-data")
            elif name in (b"cookie", b"authorization"):
                is_by_somebody = True
        self.is_upload = is_of_parts and is_by_somebody

    @property
    def is_there(self) -> bool:
        """True when something follows the headers."""
        return self.is_chunked or self.length > 0

    @property
    def is_worth_waiting(self) -> bool:
        """False for what is refused by its headers alone, before it has come."""
        return not self.is_chunked and self.length <= (LARGEST if self.is_upload else SMALL)


class Arriving:
    """The body as it comes; raises TooLate and Gone."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._missing = SMALL
        self._until = self._loop.time() + SECONDS
        self._ended = False

    @property
    def is_late(self) -> bool:
        """True when the time for the next part is over."""
        return self._loop.time() > self._until

    async def part(self) -> bytes:
        """What has come since, at least a byte; nothing at the end."""
        while not self._ended:
            try:
                async with asyncio.timeout_at(self._until):
                    message = await self._receive()
            except TimeoutError:
                raise TooLate from None
            if message["type"] == "http.disconnect":
                raise Gone
            part: bytes = message.get("body", b"")
            self._ended = not message.get("more_body", False)
            self._missing -= len(part)
            if self._missing <= 0:
                self._missing = SMALL
                self._until = self._loop.time() + SECONDS
            if part:
                return part
        return b""


class Gathering:
    """Bodies that wait until they are whole."""

    def __init__(self) -> None:
        self.held = 0
        """Bytes of large bodies."""

    async def gather(self, arriving: Arriving, length: int) -> IO[bytes]:
        """The whole body, to be given back with `release`; raises TooLate and Gone."""
        is_large = length > SMALL
        with ExitStack() as failing:
            # Whoever asked for it releases it.
            file: IO[bytes] = io.BytesIO() if length <= IN_MEMORY else SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
            failing.callback(self.release, file, length)
            while True:
                while is_large and self.held > MOST_HELD:
                    # Nobody reads meanwhile, so the network tells the client to wait.
                    if arriving.is_late:
                        raise TooLate
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)
                part = await arriving.part()
                if not part:
                    break
                # A few dozen kilobytes, which the system takes into its memory: not worth a journey to a thread.
                file.write(part)
                self.held += len(part) if is_large else 0
            failing.pop_all()
        file.seek(0)
        return file

    def release(self, file: IO[bytes], length: int) -> None:
        """Forgets the body."""
        if length > SMALL:
            self.held -= file.seek(0, io.SEEK_END)
        file.close()


class Refused(io.RawIOBase):
    """A body that is not waited for: whoever reads it refuses the request, and nobody has to wait for what comes."""

    def __init__(self, announced: Announced) -> None:
        self._refusal = LengthRequired if announced.is_chunked else RequestEntityTooLarge

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # whatever can be written into
        raise self._refusal
