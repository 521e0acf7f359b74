"""One open WebSocket: what it may say, what waits to be sent to it, and why it was closed."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, NamedTuple

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from marketplace.accounts.queries import LiveViewer
from marketplace.orders.services.telling import Told

LONGEST_MESSAGE = 4096
MOST_WAITING = 64
SEND_SECONDS = 10
CLOSE_SECONDS = 1
MOST_MESSAGES, MESSAGES_SECONDS = 10, 60
MAX_ID = 2**63 - 1


class Code(IntEnum):
    """Why a socket was closed; docs/live.md says what a page does then."""

    GONE = 1005
    UNREADABLE = 4400
    SIGNED_OUT = 4401
    TOO_LATE = 4408
    TOO_SLOW = 4409
    TOO_LARGE = 4413
    TOO_MUCH = 4429
    TOO_MANY = 4430
    NO_DATABASE = 4503


class Refused(Exception):  # no error of ours: it carries the code to the end of the visit
    """The socket is to be closed with `code`."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.name)
        self.code = code


class Hello(NamedTuple):
    """The first message: a ticket, and what the page knows already."""

    ticket: str
    after: int | None
    since: datetime | None

    @classmethod
    def read(cls, text: str) -> Hello:
        """Raises Refused for anything that is not such a message."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            raise Refused(Code.UNREADABLE) from None
        if not isinstance(data, dict) or not isinstance(data.get("ticket"), str):
            raise Refused(Code.UNREADABLE)
        return cls(data["ticket"], read_id(data.get("after")), read_moment(data.get("since")))


def read_id(value: Any) -> int | None:
    """The id of an event, or nothing."""
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= MAX_ID:
        raise Refused(Code.UNREADABLE)
    return value


def read_moment(value: Any) -> datetime | None:
    """Seconds since the epoch as a moment, or nothing."""
    if value is None:
        return None
    if type(value) not in (int, float):
        raise Refused(Code.UNREADABLE)
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise Refused(Code.UNREADABLE) from None


class Socket:
    """A WebSocket that was let in. Whoever reads slower than news come is closed, and asks again for what it missed."""

    __slots__ = ("_code", "_waiting", "_wake", "_ws", "viewer")

    def __init__(self, ws: WebSocket, viewer: LiveViewer) -> None:
        self._ws = ws
        self.viewer = viewer
        self._waiting: deque[str] = deque()
        self._wake = asyncio.Event()
        self._code: Code | None = None

    def send(self, text: str) -> None:
        """Lets the message wait for its turn, or ends the socket when too many wait already."""
        if len(self._waiting) >= MOST_WAITING:
            self.end(Code.TOO_SLOW)
        else:
            self._waiting.append(text)
            self._wake.set()

    def end(self, code: Code) -> None:
        """Nothing more is sent; the first reason counts."""
        if self._code is None:
            self._code = code
            self._waiting.clear()
        self._wake.set()

    async def write(self) -> Code:
        """Sends what waits, in its order, until the socket ends; returns why it did."""
        while self._code is None:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting and self._code is None:
                try:
                    async with asyncio.timeout(SEND_SECONDS):
                        await self._ws.send_text(self._waiting.popleft())
                except TimeoutError:
                    self.end(Code.TOO_SLOW)
                except (WebSocketDisconnect, RuntimeError):
                    self.end(Code.GONE)
        return self._code

    async def listen(self, answer: Callable[[], str]) -> None:
        """Answers whatever the other side says, which can only ask whether the line is alive, until it leaves."""
        heard: deque[float] = deque(maxlen=MOST_MESSAGES)
        clock = asyncio.get_running_loop().time
        try:
            while True:
                await receive(self._ws)
                if len(heard) == MOST_MESSAGES and clock() - heard[0] < MESSAGES_SECONDS:
                    raise Refused(Code.TOO_MUCH)
                heard.append(clock())
                self.send(answer())
        except Refused as refused:
            self.end(refused.code)


async def receive(ws: WebSocket) -> str:
    """The next message; raises Refused when there is none, or none of ours."""
    message = await ws.receive()
    if message["type"] != "websocket.receive":
        raise Refused(Code.GONE)
    text: str | None = message.get("text")
    if text is None:
        raise Refused(Code.UNREADABLE)
    if len(text) > LONGEST_MESSAGE:
        raise Refused(Code.TOO_LARGE)
    return text


async def close(ws: WebSocket, code: Code) -> None:
    """Says why, to whoever still listens."""
    if code is Code.GONE or ws.application_state is not WebSocketState.CONNECTED:
        return
    with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
        # Who reads nothing does not read this either; the server then just hangs up.
        async with asyncio.timeout(CLOSE_SECONDS):
            await ws.close(code)


def ready(newest: int) -> str:
    """From now on the page hears of everything after this event."""
    return json.dumps({"ready": newest})


def ping(newest: int) -> str:
    """The line is alive, and this is how far the page has been told."""
    return json.dumps({"ping": newest})


def events(told: Iterable[Told]) -> str:
    """What happened, as ids and words."""
    return json.dumps({"events": [one._asdict() for one in told]}, separators=(",", ":"))


RELOAD = json.dumps({"reload": True})
"""More has happened than can be told one by one."""
