"""The site as it runs in production, gunicorn with several web processes, people with cookies and their programs."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Flask

from config import ROOT
from marketplace.accounts import services
from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.web.programs import API
from tests.client import Browser
from tests.conftest import SETTINGS

START_SECONDS = 30
ANSWER_SECONDS = 60
WORKERS, THREADS = 2, 8


class Visitor(NamedTuple):
    """Somebody who has signed in: their session cookie and a CSRF token that belongs to it."""

    account_id: int
    cookie: str
    token: str

    @classmethod
    def sign_in(cls, app: Flask, account: Account) -> Visitor:
        """A session of `account` on the database of `app`, which must have the secret key of the site."""
        browser = Browser.of(app).sign_in(account)
        token = browser.csrf_token()
        cookie = browser.get_cookie("session")
        assert cookie is not None
        return cls(account.id, cookie.value, token)


class Program(NamedTuple):
    """A program of somebody: its access token, and no cookie."""

    account_id: int
    token: str

    @classmethod
    def sign_in(cls, app: Flask, account: Account) -> Program:
        """A program that `account` has signed in, as `Visitor.sign_in` does it."""
        secret = app.config["SECRET_KEY"]
        tokens = services.sign_in_program(account, user_agent="races", address="127.0.0.1", secret=secret)
        account_id = account.id
        db.session.commit()
        return cls(account_id, tokens.access_token)


class Answer(NamedTuple):
    """What came back."""

    status: int
    location: str | None
    text: str


class Site:
    """A running site."""

    def __init__(self, port: int) -> None:
        self.port = port

    def connect(self) -> http.client.HTTPConnection:
        """A connection that waits for its request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        connection.connect()
        return connection

    def get(self, path: str) -> Answer:
        """What the page answers to somebody who has not signed in."""
        connection = self.connect()
        connection.request("GET", path)
        return _answer(connection)

    def post(
        self,
        connection: http.client.HTTPConnection,
        path: str,
        visitor: Visitor,
        headers: Mapping[str, str] | None = None,
        /,
        **fields: str,
    ) -> Answer:
        """Sends a form as `visitor` and closes the connection."""
        body = urlencode({**fields, "csrf_token": visitor.token})
        own = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"session={visitor.cookie}",
            "Connection": "close",
        }
        connection.request("POST", path, body, {**own, **(headers or {})})
        return _answer(connection)

    def ask(
        self,
        connection: http.client.HTTPConnection,
        path: str,
        program: Program,
        body: Any = None,
        key: str | None = None,
    ) -> Answer:
        """A POST to the API by `program`, under an Idempotency-Key if there is one; closes the connection."""
        headers = {"Authorization": f"Bearer {program.token}", "Connection": "close"}
        if key is not None:
            headers["Idempotency-Key"] = key
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request("POST", API + path, None if body is None else json.dumps(body), headers)
        return _answer(connection)


def _answer(connection: http.client.HTTPConnection) -> Answer:
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return Answer(response.status, response.getheader("Location"), text)


@contextmanager
def running(url: str, log: Path, application: str = "marketplace.asgi:app", **settings: str) -> Iterator[Site]:
    """The site on the database at `url`, until the block ends; what it has to say goes into `log`."""
    environ = {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")},
        **SETTINGS,
        "DATABASE_URL": url,
        "MAX_ORDERS_IN_PROGRESS": "10000",
        "WEB_THREADS": str(THREADS),
        **settings,
    }
    with socket.socket() as listener, log.open("wb") as output:
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        port = listener.getsockname()[1]
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", application, "--bind", f"fd://{listener.fileno()}"),
                *("--workers", str(WORKERS)),
            ],
            cwd=ROOT,
            env=environ,
            pass_fds=[listener.fileno()],
            stdout=output,
            stderr=output,
        )
    try:
        site = Site(port)
        _wait_until_ready(site, process, log)
        yield site
    finally:
        process.terminate()
        try:
            process.wait(ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(site: Site, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if site.get("/readyz").status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the site did not start: {log.read_text()[-2000:]}")
