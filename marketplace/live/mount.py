"""Pages and live connections on one port: the WSGI application of the pages inside the ASGI application of the hub.

Everything but WebSockets and the hub's own health goes to the pages. That is decided here and not by a mounted route,
whose pattern takes no address with a line break in it and would answer those itself, without the headers of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import copy
from typing import Any

from flask import Flask, has_app_context
from starlette.types import ASGIApp, Receive, Scope, Send
from werkzeug.exceptions import RequestTimeout
from werkzeug.middleware.proxy_fix import ProxyFix

from marketplace.live.app import create_app
from marketplace.live.threads import WSGI, Threads, in_large_parts

HEALTH = "/live/healthz"
WHOLE = re.compile("https?://[^/]*", re.IGNORECASE)
"""What stands before the path when the whole address is sent (RFC 9112, section 3.2.2): uvicorn takes it for path."""


def one_origin(site: Flask) -> ASGIApp:
    """`site` and its live application as one application."""
    live = create_app(site)
    pages = Threads(_with_files(site), _too_late(site), workers=site.config["WEB_THREADS"])

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != HEALTH:
            if WHOLE.match(scope["path"]):
                scope["path"] = WHOLE.sub("", scope["path"], count=1) or "/"
            # WSGI cannot tell X_Forwarded_For from X-Forwarded-For, and proxies only see to the second.
            scope["headers"] = [(name, value) for name, value in scope["headers"] if b"_" not in name]
            await pages(scope, receive, send)
        else:
            await live(scope, receive, send)

    return application


def _with_files(site: Flask) -> WSGI:
    """The pages, with bodies that end where they end, and files in larger pieces than WSGI's own."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if has_app_context():
            # Flask would use it for this request and for all others: one would be taken for whoever asked before.
            raise RuntimeError("the server runs inside an application context, which requests must not share")
        environ["wsgi.input_terminated"] = True
        environ["wsgi.file_wrapper"] = in_large_parts
        return site(environ, start_response)

    return application


def _too_late(site: Flask) -> WSGI:
    """What the site says, as of every other refusal, to those whose body did not come; no view is asked."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with site.request_context(environ):
            refusal: Any = site.process_response(site.make_response(site.handle_user_exception(RequestTimeout())))
            answer: Iterable[bytes] = refusal(environ, start_response)
            return answer

    proxies = site.wsgi_app
    if isinstance(proxies, ProxyFix):
        behind = copy(proxies)
        behind.app = application
        return behind
    return application
