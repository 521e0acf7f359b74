"""Pages and live connections on one port: the WSGI application of the pages inside the ASGI application of the hub.

Everything but WebSockets and the hub's own health goes to the pages. That is decided here and not by a mounted route,
whose pattern takes no address with a line break in it and would answer those itself, without the headers of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import IO, Any

from a2wsgi import WSGIMiddleware
from flask import Flask, has_app_context
from starlette.types import ASGIApp, Receive, Scope, Send
from werkzeug.wsgi import FileWrapper

from marketplace.live.app import create_app

HEALTH = "/live/healthz"
WHOLE = re.compile("https?://[^/]*", re.IGNORECASE)
"""What stands before the path when the whole address is sent (RFC 9112, section 3.2.2): uvicorn takes it for path."""

FILE_PART = 256 * 1024
"""In pieces of this size files are handed to the event loop: each piece is a journey between two threads."""


def one_origin(site: Flask) -> ASGIApp:
    """`site` and its live application as one application."""
    live = create_app(site)
    pages = WSGIMiddleware(_with_files(site), workers=site.config["WEB_THREADS"])

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != HEALTH:
            if WHOLE.match(scope["path"]):
                scope["path"] = WHOLE.sub("", scope["path"], count=1) or "/"
            # WSGI cannot tell X_Forwarded_For from X-Forwarded-For, and proxies only see to the second.
            scope["headers"] = [(name, value) for name, value in scope["headers"] if b"_" not in name]
            await pages(scope, receive, send)  # type: ignore[arg-type]  # a2wsgi has types of its own for the same dicts
        else:
            await live(scope, receive, send)

    return application


def in_large_parts(file: IO[bytes], part: int = 0) -> FileWrapper:
    """The file in pieces of at least FILE_PART."""
    return FileWrapper(file, max(part, FILE_PART))


def _with_files(site: Flask) -> Any:
    """The pages, with bodies that end where they end, and files in larger pieces than WSGI's own."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if has_app_context():
            # Flask would use it for this request and for all others: one would be taken for whoever asked before.
            raise RuntimeError("the server runs inside an application context, which requests must not share")
        environ["wsgi.input_terminated"] = True
        environ["wsgi.file_wrapper"] = in_large_parts
        return site(environ, start_response)

    return application
