"""The live application on a port of its own in this process, and windows that listen to it."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from starlette.types import ASGIApp
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from marketplace.accounts import services
from marketplace.accounts.models import Account, AccountSession
from marketplace.core.db import db
from marketplace.live.app import Live
from marketplace.live.serving import Serving, serving_config
from marketplace.orders.queries.news import newest_event_id

SECONDS = 10


class Server:
    """An ASGI application behind uvicorn, in a thread."""

    def __init__(self, application: ASGIApp) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        config = serving_config(application, timeout_graceful_shutdown=1)
        self._server = Serving(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self.listener]}, daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Server:
        self._thread.start()
        wait_until(lambda: self._server.started)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()


class LiveSite:
    """A running hub with the application whose database it listens to."""

    def __init__(self, app: Flask, server: Server, live: Live) -> None:
        self.app, self.server, self.live = app, server, live

    def ticket(self, account: Account) -> str:
        """A ticket for a new session of this person."""
        return self.ticket_for(self.session(account))

    def session(self, account: Account) -> AccountSession:
        """A session, committed."""
        started = services.start_session(account, user_agent="test", address="127.0.0.1")
        db.session.commit()
        return started

    def ticket_for(self, session: AccountSession) -> str:
        """A ticket, committed."""
        ticket = services.issue_ticket(session, secret=self.app.config["SECRET_KEY"])
        db.session.commit()
        return ticket

    @contextmanager
    def line(self, origin: str | None = "", **options: Any) -> Iterator[ClientConnection]:
        """A bare WebSocket, from a page of the site unless another `origin` is given."""
        own: Any = self.server.address if origin == "" else origin
        with connect(f"ws://127.0.0.1:{self.server.port}/live", origin=own, compression=None, **options) as line:
            yield line

    @contextmanager
    def window(self, account: Account | None = None, ticket: str = "", **known: Any) -> Iterator[Window]:
        """A window of this person that has been let in; `known` is what its page knows: after, since."""
        with self.line() as line:
            assert account is not None or ticket
            text = ticket or self.ticket(account)  # type: ignore[arg-type]  # one of the two is there
            line.send(json.dumps({"ticket": text, **known}))
            window = Window(self, line)
            window.newest = window.message()["ready"]
            yield window

    def call(self, function: Callable[[], Any]) -> None:
        """Calls the function on the hub's own loop."""
        done = threading.Event()

        def run() -> None:
            function()
            done.set()

        self.live.tasks[0].get_loop().call_soon_threadsafe(run)
        assert done.wait(SECONDS)


class Window:
    """What one page hears."""

    def __init__(self, site: LiveSite, line: ClientConnection) -> None:
        self.site = site
        self.line = line
        self.newest = 0

    def message(self, timeout: float = SECONDS) -> Any:
        """The next message that is no ping."""
        while True:
            data = json.loads(self.line.recv(timeout))
            if "ping" not in data:
                return data

    def events(self, timeout: float = SECONDS) -> list[tuple[int, str, str]]:
        """The next events: order, kind, where they leave the board."""
        return [(event["order"], event["kind"], event["board"]) for event in self.message(timeout)["events"]]

    def hears_nothing(self) -> bool:
        """True when nothing was sent that has not been read."""
        return self.all_events() == []

    def all_events(self) -> list[tuple[int, str, str]]:
        """Everything that was sent and not read, up to what has been committed so far."""
        newest = newest_event_id()
        wait_until(lambda: self.site.live.hub.position >= newest)
        # What is asked now is answered behind everything that was sent before.
        self.line.send('{"ping":true}')
        found: list[tuple[int, str, str]] = []
        while True:
            data = json.loads(self.line.recv(SECONDS))
            found += [(event["order"], event["kind"], event["board"]) for event in data.get("events", ())]
            if data.get("ping", -1) >= newest:
                return found

    def next_is_the_end(self, timeout: float) -> int:
        """Waits for the end, before which nothing may come; returns its code."""
        try:
            raise AssertionError(f"heard {self.message(timeout)}")
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

    def closed_with(self, timeout: float = SECONDS) -> int:
        """Waits for the end, whatever comes before; returns its code."""
        return code_of(self.line, timeout)


def code_of(line: ClientConnection, timeout: float = SECONDS) -> int:
    """With which code the other side closes."""
    patience = time.monotonic() + timeout
    try:
        while True:
            line.recv(max(0.01, patience - time.monotonic()))
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006


def wait_until(done: Callable[[], Any], seconds: float = SECONDS) -> None:
    """Waits until it is so, or fails."""
    patience = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < patience, "waited in vain"
        time.sleep(0.01)
