"""The session that is in a cookie: browsers have one, programs have none, whatever cookies they send."""

from __future__ import annotations

from functools import lru_cache

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer

from marketplace.web.programs import is_for_program


class Sessions(SecureCookieSessionInterface):
    """Flask's own, for pages only; what signs a cookie is made once and not at every request."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        # Before there is a request to ask is_for_program about.
        return self.session_class() if is_for_program(request.path) else super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not is_for_program():
            super().save_session(app, session, response)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        return _signer(self, app, app.secret_key)


@lru_cache(maxsize=16)
def _signer(interface: Sessions, app: Flask, _key: str | bytes | None) -> URLSafeTimedSerializer | None:
    return SecureCookieSessionInterface.get_signing_serializer(interface, app)


def init_app(app: Flask) -> None:
    """Takes the place of Flask's own."""
    app.session_interface = Sessions()
