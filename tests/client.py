"""A test client that behaves like one browser: its own context per request, and forms with a valid CSRF token."""

from __future__ import annotations

import contextvars
from typing import Any

from bs4 import BeautifulSoup
from flask import Flask, g
from flask import session as request_session
from flask.globals import _cv_app, _cv_request
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from marketplace.accounts import services
from marketplace.accounts.models import Account
from marketplace.core.db import db


class Browser(FlaskClient):
    """One browser."""

    @classmethod
    def of(cls, app: Flask) -> Browser:
        """A new browser for `app`; the test client class of the application must be this one."""
        client = app.test_client()
        assert isinstance(client, cls)
        return client

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """A request in a context without the test's application context, or both would share one session."""
        context = contextvars.copy_context()
        # A streamed answer is read in the context that it was made in.
        kwargs.setdefault("buffered", True)

        def run() -> TestResponse:
            _cv_app.set(None)  # type: ignore[arg-type]  # "none pushed" has no value of its own in flask
            _cv_request.set(None)  # type: ignore[arg-type]
            return FlaskClient.open(self, *args, **kwargs)

        response = context.run(run)
        # What the request changed is in the database; what this test had loaded is stale now.
        db.session.expire_all()
        return response

    def sign_in(self, account: Account) -> Browser:
        """Signs `account` in as if by the form, without the cost of checking a password."""
        device = services.start_session(account, user_agent="test", address="127.0.0.1")
        token = device.token
        db.session.commit()
        with self.session_transaction() as session:
            session["_user_id"] = account.fs_uniquifier
            session["_fresh"] = True
            session["device"] = token
        return self

    def send(self, path: str, **fields: Any) -> TestResponse:
        """Posts a form with this browser's CSRF token."""
        return self.post(path, data={**fields, "csrf_token": self.csrf_token()})

    def csrf_token(self) -> str:
        """A token that this browser's session accepts."""
        with self.application.test_request_context(), self.session_transaction() as session:
            request_session.update(session)
            token = str(generate_csrf())
            session["csrf_token"] = request_session["csrf_token"]
            g.pop("csrf_token", None)
        return token

    def page(self, path: str, status: int = 200) -> BeautifulSoup:
        """The parsed page at `path`, which must answer with `status`."""
        response = self.get(path)
        assert response.status_code == status, (path, response.status_code, response.text[:500])
        return BeautifulSoup(response.text, "html.parser")
