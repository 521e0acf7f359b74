"""A program that asks the JSON API in the name of somebody, or of nobody."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from marketplace.accounts import services
from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.web.programs import API
from tests.client import Browser

PROBLEM = "application/problem+json"


class Program:
    """One program; `token` None asks as nobody."""

    def __init__(self, app: Flask, account: Account | None = None) -> None:
        self.browser = Browser.of(app)
        self.token: str | None = None
        self.refresh_token: str | None = None
        if account is not None:
            secret = app.config["SECRET_KEY"]
            tokens = services.sign_in_program(account, user_agent="tests", address="127.0.0.1", secret=secret)
            db.session.commit()
            self.token, self.refresh_token = tokens.access_token, tokens.refresh_token

    def ask(self, method: str, path: str, body: Any = None, **kwargs: Any) -> TestResponse:
        """One request to a path below /api/v1; `body` is sent as JSON."""
        headers = {**kwargs.pop("headers", {})}
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            kwargs |= {"data": json.dumps(body), "content_type": "application/json"}
        return self.browser.open(API + path, method=method, headers=headers, **kwargs)

    def get(self, path: str, status: int = 200, **kwargs: Any) -> Any:
        """What is read at `path`, which must answer with `status`."""
        return told(self.ask("GET", path, **kwargs), status)

    def post(self, path: str, body: Any = None, status: int = 200, **kwargs: Any) -> Any:
        """What a POST is answered, which must be with `status`."""
        return told(self.ask("POST", path, body, **kwargs), status)

    def patch(self, path: str, body: Any, status: int = 200, **kwargs: Any) -> Any:
        """What a PATCH is answered, which must be with `status`."""
        return told(self.ask("PATCH", path, body, **kwargs), status)

    def delete(self, path: str, status: int = 204, **kwargs: Any) -> Any:
        """What a DELETE is answered, which must be with `status`."""
        return told(self.ask("DELETE", path, **kwargs), status)


def told(answer: TestResponse, status: int) -> Any:
    """The JSON of the answer; a refusal must be a whole problem."""
    assert answer.status_code == status, (answer.status_code, answer.text[:500])
    if status == 204:
        assert answer.data == b""
        return None
    if status >= 400:
        assert answer.mimetype == PROBLEM, answer.text[:500]
        problem = answer.get_json(force=True)
        assert problem["status"] == status
        assert {"type", "title", "detail", "request_id"} <= set(problem)
        return problem
    return answer.get_json()
