"""The two protocols of a connection, as uvicorn has them, and what they put up with."""

from __future__ import annotations

import asyncio
import sys

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

ASKING_SECONDS = 30.0
"""So long a client may take to say what it wants: the headers of a request, from the connection on."""

TAKING_SECONDS = 60.0
"""So long a client may take nothing of what it asked for."""

HANG_UP_SECONDS = 5


class Pages(H11Protocol):
    """uvicorn's HTTP, which hangs up on those who neither say what they want nor take what they asked for.

    uvicorn waits for both for ever. That costs no thread, but a connection each, and files are not without number.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._untaken = 0
        self._taking: asyncio.TimerHandle | None = None
        self._asking: asyncio.TimerHandle | None = None
        # The application need not go on with an answer that nobody hears.
        self.app_state = {**self.app_state, "is_gone": transport.is_closing}
        self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        for timer in (self._asking, self._taking):
            if timer is not None:
                timer.cancel()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._await_headers()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._await_taking()

    def resume_writing(self) -> None:
        super().resume_writing()
        # Much was taken, however much comes after it.
        self._untaken = sys.maxsize

    def on_response_complete(self) -> None:
        # What is left may be too little for the transport to pause, and would keep it open all the same.
        self._await_taking()
        super().on_response_complete()

    def _await_headers(self) -> None:
        is_asking = self.conn.their_state is h11.IDLE and self.timeout_keep_alive_task is None
        if is_asking and self._asking is None:
            self._asking = self.loop.call_later(ASKING_SECONDS, self.transport.abort)
        elif self._asking is not None and not is_asking:
            self._asking.cancel()
            self._asking = None

    def _await_taking(self) -> None:
        untaken = self.transport.get_write_buffer_size()
        if untaken and self._taking is None:
            self._untaken = untaken
            self._taking = self.loop.call_later(TAKING_SECONDS, self._look_whether_taken)

    def _look_whether_taken(self) -> None:
        self._taking = None
        if self.transport.get_write_buffer_size() < self._untaken:
            self._await_taking()
        else:
            self.transport.abort()


class Line(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, which hangs up on those who read nothing.

    Closing waits until everything is sent, which for them is never; and a second attempt to close ends the server.
    """

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self.loop.call_later(HANG_UP_SECONDS, self.transport.abort)

    def shutdown(self) -> None:
        if self.transport.is_closing():
            self.transport.abort()
        else:
            super().shutdown()
