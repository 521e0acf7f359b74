"""The programs of the people of the town: an access token each, no cookie, and JSON in both directions."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from marketplace.accounts import services
from marketplace.accounts.models import Account, AccountSession
from marketplace.accounts.states import SessionKind
from tests.client import Browser

TOKEN_SECONDS = 600
"""An access token lives a little longer; the tests of a run may take longer still."""


@dataclass(frozen=True)
class Files:
    """A body of files, by their names."""

    files: dict[str, bytes]
    field: str = "files"

    def parts(self) -> dict[str, Any]:
        """How the test client sends them."""
        sent = [(BytesIO(content), name) for name, content in self.files.items()]
        return {"data": {self.field: sent}, "content_type": "multipart/form-data"}


class Callers:
    """A signed-in program of each of `people`, by name."""

    def __init__(self, app: Flask, people: dict[str, Account]) -> None:
        self.app = app
        self.sessions = {name: (program_of(account), account.id) for name, account in people.items()}
        self._tokens: dict[str, tuple[str, float]] = {}

    def token(self, name: str) -> str | None:
        """An access token of the program of `name`; None for somebody who has none.

        Signed like one that was issued before: whether it is worth anything is for the session and the person to say.
        """
        if name not in self.sessions:
            return None
        made, at = self._tokens.get(name, ("", 0.0))
        if not made or time.monotonic() - at > TOKEN_SECONDS:
            session_id, account_id = self.sessions[name]
            session = AccountSession(id=session_id, account_id=account_id)
            made = services.access_token(session, secret=self.app.config["SECRET_KEY"])
            self._tokens[name] = made, time.monotonic()
        return made

    def call(
        self, name: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **kwargs: Any
    ) -> TestResponse:
        """One request; a `body` is sent as JSON, or as the files that it is."""
        sent = {**(headers or {})}
        token = self.token(name)
        if token is not None:
            sent.setdefault("Authorization", f"Bearer {token}")
        if isinstance(body, Files):
            kwargs |= body.parts()
        elif body is not None:
            kwargs |= {"data": json.dumps(body), "content_type": "application/json"}
        return Browser.of(self.app).open(path, method=method, headers=sent, **kwargs)


def program_of(account: Account) -> int:
    """The id of a new session of a program that somebody has signed in."""
    return services.start_session(account, user_agent="program", address="127.0.0.1", kind=SessionKind.PROGRAM).id
