"""Somebody who visits the site by calling the WSGI application, without a server or a test client in between."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Flask
from werkzeug.test import create_environ

from seed.demo import DEMO_PASSWORD

HOST = "http://localhost:8000"
TOKEN = re.compile(r'name="csrf_token"[^>]*?value="([^"]+)"')

Request = tuple[dict[str, Any], bytes]
"""A WSGI environment and the body that belongs to it."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def call(app: Flask, request: Request) -> Answer:
    """One request, up to the last byte of its answer."""
    environ, body = request
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
        started.append((status, headers))

    parts = app({**environ, "wsgi.input": BytesIO(body)}, start_response)
    try:
        content = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    status, headers = started[0]
    return Answer(int(status[:3]), headers, content)


class Visitor:
    """One browser with its cookies."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.cookies: dict[str, str] = {}

    def request(self, path: str, **fields: str) -> Request:
        """A GET of `path`, or a POST when there are fields."""
        body = urlencode(fields).encode()
        headers = {"Accept-Language": "ru,en;q=0.8", "User-Agent": "Mozilla/5.0 (benchmark)"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        environ = create_environ(path, HOST, headers=headers)
        if fields:
            environ["REQUEST_METHOD"] = "POST"
            environ["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
            environ["CONTENT_LENGTH"] = str(len(body))
        return environ, body

    def open(self, path: str, **fields: str) -> Answer:
        """Sends the request and keeps the cookies that come back."""
        answer = call(self.app, self.request(path, **fields))
        for name, value in answer.headers:
            if name == "Set-Cookie":
                cookie, _, content = value.partition(";")[0].partition("=")
                self.cookies[cookie] = content
        return answer

    def token(self, path: str) -> str:
        """The CSRF token of the forms on the page at `path`."""
        found = TOKEN.search(self.open(path).body.decode())
        assert found is not None, path
        return found[1]

    def sign_in(self, email: str) -> Visitor:
        """By the form, as one of the demo's people."""
        answer = self.open("/login", email=email, password=DEMO_PASSWORD, csrf_token=self.token("/login"))
        assert answer.status == 302, answer.headers
        return self
