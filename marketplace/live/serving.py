"""A gunicorn worker that serves the one application with uvicorn.

gunicorn keeps what it is good at: one listening socket, workers that are watched and replaced, reloads. uvicorn serves
WebSockets. Its own worker class is deprecated, lets signals end the process as if it had crashed, and believes
X-Forwarded headers of whoever is on this machine; the application counts its proxies itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Iterator
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker
from starlette.types import ASGIApp
from uvicorn import Config, Server

from marketplace.live.protocols import Line, Pages
from marketplace.live.sockets import LONGEST_MESSAGE

NOTIFY_SECONDS = 1
WEBSOCKET_PING_SECONDS = 20.0


class Serving(Server):
    """uvicorn's server, which leaves the signals to the worker."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        if self.force_exit:
            # uvicorn would leave the application without a word, which then complains at the end of the loop.
            await self.lifespan.shutdown()


def serving_config(application: ASGIApp, **settings: Any) -> Config:
    """How uvicorn serves the application, wherever it runs."""
    return Config(
        application,
        interface="asgi3",
        http=Pages,
        ws=Line,
        ws_max_size=LONGEST_MESSAGE,
        ws_ping_interval=WEBSOCKET_PING_SECONDS,
        ws_ping_timeout=WEBSOCKET_PING_SECONDS,
        # Messages are a few dozen bytes; what compresses them is many thousand for each socket.
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        **settings,
    )


class LiveWorker(Worker):  # type: ignore[misc]  # gunicorn ships no types
    """One process with an event loop: sockets on the loop, pages in the application's own threads."""

    def init_signals(self) -> None:
        for number in self.SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        # From here until the loop takes over, being asked to end is not a crash.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, self.handle_quit)
        signal.signal(signal.SIGUSR1, self.handle_usr1)
        signal.signal(signal.SIGABRT, self.handle_abort)
        signal.siginterrupt(signal.SIGUSR1, False)

    def run(self) -> None:
        """Serves until the master, a signal or the death of the master ends it."""
        settings = serving_config(
            self.wsgi,
            timeout_keep_alive=self.cfg.keepalive,
            timeout_notify=NOTIFY_SECONDS,
            timeout_graceful_shutdown=self.cfg.graceful_timeout,
            callback_notify=self.still_here,
        )
        # What uvicorn has to complain about goes where gunicorn's complaints go.
        complaints = logging.getLogger("uvicorn.error")
        complaints.handlers, complaints.propagate = self.log.error_log.handlers, False
        complaints.setLevel(max(self.log.error_log.level, logging.WARNING))
        self.server = Serving(settings)
        with asyncio.Runner(loop_factory=settings.get_loop_factory()) as runner:
            runner.run(self.serve())

    async def serve(self) -> None:
        """Runs the server; raises SystemExit when it could not start."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.finish, False)
        loop.add_signal_handler(signal.SIGINT, self.finish, True)
        loop.add_signal_handler(signal.SIGQUIT, self.finish, True)
        await self.server.serve(sockets=[listener.sock for listener in self.sockets])
        if not self.server.started:
            raise SystemExit(Arbiter.WORKER_BOOT_ERROR)

    def finish(self, at_once: bool) -> None:
        """Takes no more requests and ends, after those that run or without waiting for them."""
        self.server.should_exit = True
        self.server.force_exit = self.server.force_exit or at_once

    async def still_here(self) -> None:
        """Tells the master, and ends when there is none any more."""
        self.notify()
        if self.ppid != os.getppid():
            self.finish(at_once=True)
