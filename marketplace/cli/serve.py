"""`flask serve`: everything from an empty folder to a running site in one process tree that ends as one."""

from __future__ import annotations

import errno
import os
import signal
import socket
import time
from contextvars import Context
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click
import flask_migrate
from flask import Flask, current_app
from flask.cli import with_appcontext
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from starlette.types import ASGIApp

from config import KEEPALIVE_SECONDS, ROOT
from marketplace.accounts.models import Account
from marketplace.core import embedded, migrations
from marketplace.core.db import db
from marketplace.core.parent import end_with_parent
from marketplace.live.mount import one_origin
from marketplace.live.serving import LiveWorker
from seed.demo import DEMO_ACCOUNTS, DEMO_PASSWORD, has_people, load_demo

# The workers of a killed run notice within about a second and then let go of the port.
PORT_PATIENCE_SECONDS = 3


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--stop-with-parent", is_flag=True, help="Stop when the program that started this one is killed.")
@with_appcontext
def serve(host: str, stop_with_parent: bool) -> None:
    """Start the database if it is ours, bring it up to date, and serve the site."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    if stop_with_parent:
        # When make is killed it cannot tell us, the kernel can.
        end_with_parent(signal.SIGTERM)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy's type hides it
    listener = _listen(host, app.config["PORT"])
    _prepare_database(app)
    accounts = _demo_accounts()
    # A connection that two processes share after a fork would mix up their answers.
    db.engine.dispose()
    # Outside the context of this command: workers would hand it on to every request, and with it who has signed in.
    Context().run(Site(app, listener, accounts).run)


class Site(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """The application under gunicorn, with this very process as the master of its workers."""

    def __init__(self, app: Flask, listener: socket.socket, accounts: list[str]) -> None:
        self.app = app
        self.host, self.port = listener.getsockname()[:2]
        # From here on the socket is gunicorn's.
        self.listener = listener.detach()
        self.accounts = accounts
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": f"fd://{self.listener}",
            "workers": self.app.config["WEB_WORKERS"],
            "worker_class": LiveWorker,
            # Whoever presses Ctrl-C does not want to wait for a slow answer.
            "graceful_timeout": 5,
            "keepalive": KEEPALIVE_SECONDS,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": self._announce,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> ASGIApp:
        # Called in each worker, which thereby has threads of its own.
        return one_origin(self.app)

    def run(self) -> None:
        Foreground(self).run()

    def _announce(self, _arbiter: Arbiter) -> None:
        shown = "localhost" if self.host in ("127.0.0.1", "0.0.0.0", "::1", "::") else self.host
        lines = [f"{self.app.config['SITE_NAME']} is ready: http://{shown}:{self.port}", "Ctrl-C stops it."]
        if self.accounts:
            lines += ["", f"Demo accounts, each with the password {DEMO_PASSWORD}:"]
            lines += [f"  {email}" for email in self.accounts]
        click.echo("\n" + "\n".join(lines) + "\n")


class Foreground(Arbiter):  # type: ignore[misc]  # gunicorn ships no types
    """A master that ends when its terminal closes, where a daemon would read its configuration again."""

    def handle_hup(self) -> None:
        self.handle_term()


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """Leave through the exit handlers, which stop the database; gunicorn replaces this once it runs."""
    raise SystemExit(0)


def _listen(host: str, port: int) -> socket.socket:
    """A socket bound to the port, though not answering yet, so that nobody can take the port while we prepare."""
    patience = time.monotonic() + PORT_PATIENCE_SECONDS
    while True:
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            listener.close()
            if error.errno != errno.EADDRINUSE:
                _give_up(f"Cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}.")
            if time.monotonic() > patience:
                _give_up(f"Port {port} is in use: stop the other program, or choose another port: make run PORT=8001")
            time.sleep(0.2)
        else:
            return listener


def _prepare_database(app: Flask) -> None:
    """A database that answers and is migrated; ours is also filled. Anything else ends the program in one line."""
    folder = str(ROOT / "migrations")
    try:
        if app.config["EMBEDDED_DATABASE"]:
            embedded.ensure_running(app.config["INSTANCE_PATH"])
            if not _is_current(folder):
                click.echo("Migrating the database")
                flask_migrate.upgrade(folder)
            _fill(app, folder)
        elif not _is_current(folder):
            _give_up("The database is behind its migrations: bring it up to date with .venv/bin/flask db upgrade")
    except embedded.EmbeddedError as error:
        _give_up(str(error))
    except DBAPIError as error:
        reason = (str(error.orig).strip().splitlines() or ["no reason was given"])[0]
        _give_up(f"The database in DATABASE_URL cannot be reached: {reason}")


def _is_current(folder: str) -> bool:
    """Whether the database is migrated; asked on a connection of its own, which must hold no lock when migrating."""
    with db.engine.connect() as connection:
        return migrations.is_current(connection, folder)


def _fill(app: Flask, folder: str) -> None:
    """Demo data for a database in which nobody has an account yet, all of it: half a load is thrown away."""
    unfinished = Path(app.config["INSTANCE_PATH"], "demo-unfinished")
    if unfinished.exists():
        click.echo("Loading the demo data was interrupted: starting over")
        flask_migrate.downgrade(folder, "base")
        flask_migrate.upgrade(folder)
    if not has_people():
        click.echo("Loading demo data")
        unfinished.touch()
        load_demo()
        unfinished.unlink()
    db.session.remove()


def _demo_accounts() -> list[str]:
    """Those demo accounts that are in the database."""
    found = set(db.session.scalars(select(Account.email).where(Account.email.in_(DEMO_ACCOUNTS))))
    db.session.remove()
    return [email for email in DEMO_ACCOUNTS if email in found]


def _give_up(reason: str) -> NoReturn:
    click.echo(reason, err=True)
    raise SystemExit(1)
