"""The two protocols of a connection, as uvicorn has them, and what they put up with.

Whatever is sent or left unsaid, a connection that gets nowhere ends within a limited time, holds a limited amount of
memory until then, keeps no worker from ending, and is no failure of ours in the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import h11
from starlette.types import Message
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

from marketplace.live.patience import Deadline, Untaken

ASKING_SECONDS = 30.0
"""So long a client may take to say what it wants: the headers of a request, from the connection on.

And so long the application may take to let a WebSocket in, which is not read from before.
"""

TAKING_SECONDS = 60.0
"""So long a client may take nothing of what it asked for."""

TAKING_NEWS_SECONDS = 10.0
"""The same for WebSockets, once more waits for them than the transport likes to keep."""

LINGER_SECONDS = 30.0
"""So long the rest of a body is read after the answer, and thrown away: who still sends would not read the answer."""

LINGER_BYTES = 64 * 1024 * 1024
HANG_UP_SECONDS = 5


class Requests(h11.Connection):
    """h11's reading of requests, but one with two lengths is the last of its connection (RFC 9112, section 6.1)."""

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """The next one; somebody on the way may have seen another end of such a body than h11 does."""
        event = super().next_event()
        if isinstance(event, h11.Request) and {b"content-length", b"transfer-encoding"} <= dict(event.headers).keys():
            return h11.Request(
                method=event.method,
                target=event.target,
                headers=[*event.headers, (b"connection", b"close")],
                http_version=event.http_version,
            )
        return event


class Pages(H11Protocol):
    """uvicorn's HTTP, which hangs up on those who neither say what they want nor take what they asked for.

    uvicorn waits for both for ever. That costs no thread, but a connection each, and files are not without number.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.conn = Requests(h11.SERVER)
        self._untaken = Untaken(self.loop, transport, TAKING_SECONDS)
        self._asking = Deadline(self.loop, transport)
        self._sending_rest = Deadline(self.loop, transport)
        self._thrown_away = 0
        # The application need not go on with an answer that nobody hears.
        self.app_state = {**self.app_state, "is_gone": transport.is_closing}
        self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_waiting()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._await_headers()
        self._await_rest(len(data))

    def pause_writing(self) -> None:
        super().pause_writing()
        self._untaken.watch()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._untaken.was_taken()

    def on_response_complete(self) -> None:
        # What is left may be too little for the transport to pause, and would keep it open all the same.
        self._untaken.watch()
        super().on_response_complete()
        self._await_rest(0)

    def send_400_response(self, msg: str) -> None:
        try:
            super().send_400_response(msg)
        except h11.LocalProtocolError:
            # It has been answered, or is just being answered: then this is all there is to say.
            self.transport.close()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._untaken.watch()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        super().handle_websocket_upgrade(event)
        self._stop_waiting()
        line = self.transport.get_protocol()
        if self.flow.write_paused and isinstance(line, Line):
            # By the answer before, which is not taken yet.
            line.pause_writing()

    def shutdown(self) -> None:
        if not self.transport.is_closing():
            _end(self, super().shutdown)

    def _await_headers(self) -> None:
        is_asking = self.conn.their_state is h11.IDLE and self.timeout_keep_alive_task is None
        self._asking.keep(is_asking, ASKING_SECONDS)

    def _await_rest(self, came: int) -> None:
        is_left = self.conn.our_state is h11.DONE and self.conn.their_state is h11.SEND_BODY
        self._sending_rest.keep(is_left, LINGER_SECONDS)
        self._thrown_away = self._thrown_away + came if is_left else 0
        if self._thrown_away > LINGER_BYTES:
            self.transport.abort()

    def _stop_waiting(self) -> None:
        for patience in (self._asking, self._sending_rest, self._untaken):
            patience.stop()


class Line(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, which hangs up on those who read nothing, and does not read what they say meanwhile.

    Closing waits until everything is sent, which for them is never; and a second attempt to close ends the server.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._entering = Deadline(self.loop, self.transport)
        self._entering.keep(True, ASKING_SECONDS)
        self._untaken = Untaken(self.loop, self.transport, TAKING_NEWS_SECONDS)
        self._listen()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._entering.stop()
        self._untaken.stop()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self._refuse()
        if self.transport.is_closing():
            self._hang_up()

    def handle_cont(self, event: Frame) -> None:
        # Parts of nothing are within every limit of length, however many are kept.
        if event.data or event.fin:
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_text(b"".join(self.frames)):
            # uvicorn would write it into the log as a failure, and fail when the connection is closing already.
            self.frames = []
            self.conn.fail(CloseCode.INVALID_DATA)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    async def receive(self) -> Message:  # type: ignore[override]  # uvicorn's own type for the same
        message = await super().receive()
        self._listen()
        return message  # type: ignore[return-value]  # the same

    async def send(self, message: Message) -> None:  # type: ignore[override]  # the same
        try:
            await super().send(message)  # type: ignore[arg-type]  # the same
        finally:
            if self.handshake_complete:
                self._entering.stop()
            self._listen()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._untaken.watch()
        self._listen()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._untaken.was_taken()
        self._listen()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self._hang_up()

    def shutdown(self) -> None:
        if self.transport.is_closing():
            self.transport.abort()
        else:
            _end(self, super().shutdown)

    def _listen(self) -> None:
        """Reads on, but for those who are not let in yet, have not taken what was written, or wait for their turn."""
        if self.handshake_complete and self.writable.is_set() and not self.read_paused:
            self.transport.resume_reading()
        else:
            self.transport.pause_reading()

    def _refuse(self) -> None:
        """Answers what the library has refused without a word to uvicorn."""
        answer = b"".join(self.conn.data_to_send())
        self.handshake_complete = self.close_sent = True
        self.transport.write(answer or self.conn.reject(400, "This is no WebSocket handshake.\n").serialize())
        self.transport.close()

    def _hang_up(self) -> None:
        self.loop.call_later(HANG_UP_SECONDS, self.transport.abort)


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _end(connection: Pages | Line, ends: Callable[[], None]) -> None:
    """Nobody's connection keeps the others from their end."""
    try:
        ends()
    except Exception:  # whatever it is: the others are still to be ended
        connection.logger.exception("A connection could not be ended.")
        connection.transport.abort()
