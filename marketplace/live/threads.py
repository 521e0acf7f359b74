"""The pages, WSGI, behind an event loop: a thread is taken to make a part of an answer, never to wait for a client.

Bodies are gathered before (see `bodies`), and each part of an answer is sent from the loop, while the thread makes
somebody else's. Rows come from a connection of the database, which is as rare as a thread: who takes them slowly gets
the rest of them from a file.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from contextvars import copy_context
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Any, TypeVar

from a2wsgi.wsgi import build_environ
from starlette.types import Message, Receive, Scope, Send
from werkzeug.wsgi import FileWrapper

from marketplace.live.bodies import Announced, Arriving, Gathering, Gone, Passing, TooLate

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]
Result = TypeVar("Result")

PART = 64 * 1024
"""So much of an answer is made at once, or more."""

FILE_PART = 256 * 1024
"""In pieces of this size files are read: each piece is a journey between two threads."""

SLOW_SECONDS = 1.0
"""So long rows wait for their reader, all parts taken together; then the rest comes from a file."""


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
        self._made: Iterable[bytes] | None = None
        self._parts: Iterator[bytes] = iter(())
        self._written: list[bytes] = []
        self._begun = False
        self.patience = SLOW_SECONDS
        self.start: Message | None = None
        self.ended = False

    @property
    def is_file(self) -> bool:
        """True when nothing but a file is held, or a range of one."""
        return isinstance(getattr(self._made, "iterable", self._made), FileWrapper)

    def next_part(self) -> bytes:
        """The next part, PART bytes or more; the last one when it has `ended` after it."""
        return self._alone(self._next_part)

    def keep_rest(self) -> None:
        """Makes the whole rest now, into a file, and lets go of what it is made from."""
        self._alone(self._keep_rest)

    def close(self) -> None:
        """Lets go of everything."""
        self._alone(self._close)

    def _alone(self, act: Callable[[], Result]) -> Result:
        with self._lock:
            return self._context.run(act)

    def _next_part(self) -> bytes:
        if self._made is None:
            self._made = self._application(self._environ, self._start)
            self._parts = iter(self._made)
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

    def _keep_rest(self) -> None:
        with ExitStack() as failing:
            failing.callback(self._close)
            file = failing.enter_context(TemporaryFile())
            for piece in self._parts:
                file.write(piece)
            self._close()
            failing.pop_all()
        file.seek(0)
        self._made = in_large_parts(file)
        self._parts = iter(self._made)
        self.ended = False

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        if exc_info and self._begun:
            raise exc_info[1].with_traceback(exc_info[2])
        lines = [(name.strip().lower().encode("latin1"), value.strip().encode("latin1")) for name, value in headers]
        self.start = {"type": "http.response.start", "status": int(status[:3]), "headers": lines}
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
        self._pool = ThreadPoolExecutor(workers, "pages")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        announced = Announced(scope["headers"])
        if not announced.is_there:
            await self._answer(self._application, scope, io.BytesIO(), send)
            return
        arriving = Arriving(receive)
        if not announced.is_worth_waiting:
            body = io.BufferedReader(Passing(arriving, asyncio.get_running_loop()), PART)
            await self._answer(self._application, scope, body, send)
            return
        try:
            gathered = await self._gathering.gather(arriving, announced.length)
        except Gone:
            return
        except TooLate:
            await self._answer(self._too_late, scope, io.BytesIO(), _closing(send))
            return
        try:
            await self._answer(self._application, scope, gathered, send)
        finally:
            self._gathering.release(gathered, announced.length)

    async def _answer(self, application: WSGI, scope: Scope, body: IO[bytes], send: Send) -> None:
        environ: dict[str, Any] = build_environ(scope, body)  # type: ignore[arg-type,assignment]  # a2wsgi's own types for the same
        answer = Answer(application, environ)
        is_gone: Callable[[], bool] = scope.get("state", {}).get("is_gone", bool)
        try:
            part = await self._run(answer.next_part)
            if answer.start is None:
                raise RuntimeError("the application has answered without a status")
            await send(answer.start)
            while not answer.ended:
                await self._send_on(answer, send, {"type": "http.response.body", "body": part, "more_body": True})
                if is_gone():
                    return
                part = await self._run(answer.next_part)
            await send({"type": "http.response.body", "body": part})
        finally:
            if not answer.ended:
                # Not awaited: this may be the end of a task that was cancelled, while a thread still makes a part.
                self._pool.submit(answer.close)

    async def _send_on(self, answer: Answer, send: Send, message: Message) -> None:
        """Sends a part, and does not let the rest of rows wait for a slow reader."""
        if answer.is_file:
            await send(message)
            return
        loop = asyncio.get_running_loop()
        begun = loop.time()
        sending = asyncio.ensure_future(send(message))
        try:
            done, _waiting = await asyncio.wait({sending}, timeout=answer.patience)
            answer.patience = max(0.0, answer.patience - (loop.time() - begun))
            if not done:
                await self._run(answer.keep_rest)
            await sending
        finally:
            sending.cancel()

    async def _run(self, act: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._pool, act)


def _closing(send: Send) -> Send:
    """Says that nothing more is answered on this connection: what comes next would be the rest of the body."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"].append((b"connection", b"close"))
        await send(message)

    return sending
