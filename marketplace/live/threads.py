"""The pages, WSGI, behind an event loop: a thread is taken to make a part of an answer, never to wait for a client.

Bodies are gathered before (see `bodies`), and each part of an answer is sent from the loop, while the thread makes
somebody else's. Answers of unknown length, such as lists that are exported, are made by a thread of their own, each
from its beginning to its end, into a file: pages do not wait for them, and none holds a connection of the database
while it waits for its turn or its reader.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from contextvars import copy_context
from functools import partial
from itertools import chain
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Any, TypeVar

from a2wsgi.wsgi import build_environ
from starlette.types import Message, Receive, Scope, Send
from werkzeug.wsgi import FileWrapper

from marketplace.live.bodies import Announced, Arriving, Gathering, Gone, Refused, TooLate

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]
Result = TypeVar("Result")

PART = 64 * 1024
"""So much of an answer is made at once, or more."""

FILE_PART = 256 * 1024
"""In pieces of this size files are read: each piece is a journey between two threads."""

STREAMS = 1
"""So many answers of unknown length are made at once. More would not be ready earlier, and pages would be later."""

BODILESS = (204, 304)
"""Answers with these statuses are nothing but headers."""


def in_large_parts(file: IO[bytes], part: int = 0) -> FileWrapper:
    """The file in pieces of at least FILE_PART."""
    return FileWrapper(file, max(part, FILE_PART))


class Answer:
    """What the application answers, made in threads: one after the other, and always in the same context."""

    def __init__(self, application: WSGI, environ: dict[str, Any]) -> None:
        self._application = application
        self._environ = environ
        self._context = copy_context()
        self._lock = Lock()
        self._made: Iterable[bytes] = ()
        self._parts: Iterator[bytes] = iter(())
        self._written: list[bytes] = []
        self._begun = False
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.ended = False

    @property
    def is_stream(self) -> bool:
        """True when it has a body and nobody knows how long it is."""
        if self._environ["REQUEST_METHOD"] == "HEAD" or self.status in BODILESS:
            return False
        return all(name != b"content-length" for name, _value in self.headers)

    def begin(self) -> bytes:
        """Asks the application, which then has said how it answers; returns the first part, of a stream nothing."""
        return self._alone(self._begin)

    def next_part(self) -> bytes:
        """The next part, PART bytes or more; the last one when it has `ended` after it."""
        return self._alone(self._next_part)

    def keep(self, is_gone: Callable[[], bool]) -> bytes:
        """Makes all of a stream, into a file, and lets go of what it is made from; returns the first part.

        Stops when nobody is there any more.
        """
        return self._alone(partial(self._keep, is_gone))

    def close(self) -> None:
        """Lets go of everything."""
        self._alone(self._close)

    def _alone(self, act: Callable[[], Result]) -> Result:
        with self._lock:
            return self._context.run(act)

    def _begin(self) -> bytes:
        self._made = self._application(self._environ, self._start)
        self._parts = iter(self._made)
        if not self.status:
            raise RuntimeError("the application has answered without a status")
        return b"" if self.is_stream else self._next_part()

    def _next_part(self) -> bytes:
        pieces, self._written = self._written, []
        size = sum(map(len, pieces))
        with ExitStack() as at_the_end:
            at_the_end.callback(self._close)
            for piece in self._parts:
                pieces.append(piece)
                size += len(piece)
                if size >= PART:
                    at_the_end.pop_all()
                    break
        self._begun = True
        return b"".join(pieces)

    def _keep(self, is_gone: Callable[[], bool]) -> bytes:
        with ExitStack() as failing:
            failing.callback(self._close)
            file = failing.enter_context(TemporaryFile())
            if is_gone():
                return b""
            for piece in chain(self._written, self._parts):
                file.write(piece)
                if is_gone():
                    return b""
            self._close()
            failing.pop_all()
        self.headers.append((b"content-length", str(file.tell()).encode()))
        file.seek(0)
        self._made, self._written, self.ended = in_large_parts(file), [], False
        self._parts = iter(self._made)
        return self._next_part()

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        if exc_info and self._begun:
            raise exc_info[1].with_traceback(exc_info[2])
        self.status = int(status[:3])
        lines = ((name.strip().lower(), value.strip()) for name, value in headers)
        # The server says itself what time it is.
        self.headers = [(name.encode("latin1"), value.encode("latin1")) for name, value in lines if name != "date"]
        return self._written.append

    def _close(self) -> None:
        close = getattr(self._made, "close", None)
        self._made, self._parts, self.ended = (), iter(()), True
        if close is not None:
            close()


class Threads:
    """`application` as an ASGI application; `too_late` answers those whose body did not come in time."""

    def __init__(self, application: WSGI, too_late: WSGI, *, workers: int) -> None:
        self._application = application
        self._too_late = too_late
        self._gathering = Gathering()
        self._pages = ThreadPoolExecutor(workers, "pages")
        self._streams = ThreadPoolExecutor(STREAMS, "streams")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        announced = Announced(scope["headers"])
        if not announced.is_there:
            await self._answer(self._application, scope, io.BytesIO(), receive, send)
            return
        if not announced.is_worth_waiting:
            await self._answer(self._application, scope, io.BufferedReader(Refused(announced)), receive, send)
            return
        try:
            gathered = await self._gathering.gather(Arriving(receive), announced.length)
        except Gone:
            return
        except TooLate:
            await self._answer(self._too_late, scope, io.BytesIO(), receive, _closing(send))
            return
        try:
            await self._answer(self._application, scope, gathered, receive, send)
        finally:
            self._gathering.release(gathered, announced.length)

    async def _answer(self, application: WSGI, scope: Scope, body: IO[bytes], receive: Receive, send: Send) -> None:
        environ: dict[str, Any] = build_environ(scope, body)  # type: ignore[arg-type,assignment]  # a2wsgi's own types for the same
        answer = Answer(application, environ)
        is_gone: Callable[[], bool] = scope.get("state", {}).get("is_gone", bool)
        try:
            part = await self._run(self._pages, answer.begin)
            if answer.is_stream:
                part = await self._run(self._streams, partial(answer.keep, is_gone))
            async for message in self._messages(answer, part):
                if is_gone():
                    # The server has to hear of it first: it would complain of an answer without an end.
                    await _leaving(receive)
                    return
                await send(message)
        finally:
            if not answer.ended:
                # Not awaited: this may be the end of a task that was cancelled, while a thread still makes a part.
                self._pages.submit(answer.close)

    async def _messages(self, answer: Answer, part: bytes) -> AsyncIterator[Message]:
        yield {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
        while not answer.ended:
            yield {"type": "http.response.body", "body": part, "more_body": True}
            part = await self._run(self._pages, answer.next_part)
        yield {"type": "http.response.body", "body": part}

    async def _run(self, threads: ThreadPoolExecutor, act: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(threads, act)


async def _leaving(receive: Receive) -> None:
    """Waits until the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _closing(send: Send) -> Send:
    """Says that nothing more is answered on this connection: what comes next would be the rest of the body."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"].append((b"connection", b"close"))
        await send(message)

    return sending
