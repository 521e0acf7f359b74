"""The live application: a WebSocket at /live, and whether it hears the database at /live/healthz.

`uvicorn marketplace.live.app:create_app --factory` runs it alone; `marketplace.asgi` runs it together with the pages.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response, WebSocket
from fastapi.telemetry import TelemetryConfig
from flask import Flask

from config import load_settings
from marketplace.live import sockets
from marketplace.live.hub import Hub
from marketplace.live.listener import Listener
from marketplace.live.origins import is_own_page
from marketplace.live.reading import Reader
from marketplace.live.sockets import Code, Hello, Refused, Socket
from marketplace.web import database, requestlog
from marketplace.web.errors import UNREACHABLE

log = logging.getLogger("marketplace.live")

HELLO_SECONDS = 5
MOST_STRANGERS = 500
"""How many may have come in at once without having said who they are."""


NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}
"""It would keep a span for each open socket."""


class Live:
    """What one process needs for its sockets."""

    def __init__(self, site: Flask) -> None:
        self.config = site.config
        self.reader = Reader(site)
        self.hub = Hub(self.reader)
        self.listener = Listener(site.config["SQLALCHEMY_DATABASE_URI"], self.hub)
        self.strangers = 0
        self.tasks: list[asyncio.Task[None]] = []

    @property
    def is_well(self) -> bool:
        """True while announcements are heard and passed on."""
        return self.listener.is_listening and not any(task.done() for task in self.tasks)

    @asynccontextmanager
    async def running(self, _app: FastAPI) -> AsyncIterator[None]:
        """Listens, tells, checks and pings as long as the application runs."""
        parts = (self.listener.run(), self.hub.run(), self.hub.check(), self.hub.ping())
        self.tasks = [asyncio.create_task(part) for part in parts]
        for task in self.tasks:
            task.add_done_callback(_tell_failure)
        try:
            yield
        finally:
            for task in self.tasks:
                task.cancel()
            await asyncio.gather(*self.tasks, return_exceptions=True)
            self.reader.close()

    async def visit(self, ws: WebSocket) -> None:
        """One socket, from its first message to its last."""
        if not is_own_page(ws.headers, self.config):
            # Before it is accepted a refusal is a plain 403.
            await ws.close()
            return
        await ws.accept()
        try:
            socket, hello = await self._let_in(ws)
        except Refused as refused:
            await sockets.close(ws, refused.code)
            return
        listening = asyncio.create_task(socket.listen(lambda: sockets.ping(self.hub.position)))
        try:
            replaying = asyncio.create_task(self._replay(socket, hello))
            code = await socket.write()
            replaying.cancel()
        finally:
            self.hub.leave(socket)
            listening.cancel()
        await sockets.close(ws, code)

    async def _let_in(self, ws: WebSocket) -> tuple[Socket, Hello]:
        """Asks who it is; the socket is registered when this returns, so nothing is missed from here on."""
        if self.strangers >= MOST_STRANGERS or self.hub.is_full:
            raise Refused(Code.TOO_MANY)
        self.strangers += 1
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                hello = Hello.read(await sockets.receive(ws))
                await self.hub.started.wait()
            viewer = await self.reader.admit(hello.ticket)
        except TimeoutError:
            raise Refused(Code.TOO_LATE) from None
        except UNREACHABLE:
            raise Refused(Code.NO_DATABASE) from None
        finally:
            self.strangers -= 1
        if viewer is None:
            raise Refused(Code.SIGNED_OUT)
        socket = Socket(ws, viewer)
        self.hub.enter(socket)
        return socket, hello

    async def _replay(self, socket: Socket, hello: Hello) -> None:
        """Tells what the page may have missed, and that it hears everything from here on."""
        try:
            missed = await self.reader.replay(socket.viewer, hello.after, hello.since)
        except UNREACHABLE:
            socket.end(Code.NO_DATABASE)
            return
        socket.send(sockets.ready(missed.newest))
        if missed.told is None:
            socket.send(sockets.RELOAD)
        elif missed.told:
            socket.send(sockets.events(missed.told))


def create_app(site: Flask | None = None) -> FastAPI:
    """The live application beside `site`, or alone with the settings of the environment. Touches no database."""
    live = Live(site if site is not None else _domain_only())
    app = FastAPI(lifespan=live.running, docs_url=None, redoc_url=None, openapi_url=None, telemetry=NO_TELEMETRY)
    app.state.live = live
    app.add_api_websocket_route("/live", live.visit)

    @app.get("/live/healthz")
    def listening(response: Response) -> dict[str, str]:
        """503 while announcements are not heard; pages then learn of everything a little later."""
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if live.is_well:
            return {"status": "ok"}
        response.status_code = 503
        return {"status": "announcements are not heard"}

    return app


def _domain_only() -> Flask:
    """An application without pages: the settings, the database and the log."""
    site = Flask("marketplace.live")
    site.config.update(load_settings(os.environ))
    database.init_app(site)
    requestlog.log_to_stderr(site.config["LOG_LEVEL"])
    return site


def _tell_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        # The process stays up for the pages, but somebody has to know.
        log.error("a part of the live application has ended", exc_info=task.exception())
