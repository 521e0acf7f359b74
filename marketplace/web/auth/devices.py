"""Ties the signed cookie to a row of our own: a cookie whose row has ended is dead, wherever it was copied to."""

from __future__ import annotations

from typing import Any

from flask import Flask, flash, g, request, session
from flask_babel import gettext as _
from flask_login import user_logged_in, user_logged_out
from flask_security import password_changed
from flask_security.utils import set_request_attr

from marketplace.accounts import queries, services
from marketplace.accounts.models import Account
from marketplace.core.db import db

TOKEN = "device"
CSRF_TOKEN = "csrf_token"


def init_app(app: Flask) -> None:
    """Takes over how the sign-in library finds the person behind a cookie."""
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    app.login_manager.user_loader(load_account)  # type: ignore[attr-defined]  # set by Flask-Login
    # The library would also accept tokens in headers and addresses; nobody gets one here.
    app.login_manager.request_loader(lambda request: None)  # type: ignore[attr-defined]
    user_logged_in.connect(on_sign_in, app)
    user_logged_out.connect(on_sign_out, app)
    password_changed.connect(on_password_changed, app)


def current_token() -> str | None:
    """The token of the device that sent this request."""
    return session.get(TOKEN)


def load_account(uniquifier: str) -> Account | None:
    """The person behind the cookie, if this device's session has not ended and nobody blocked them."""
    token = current_token()
    found = queries.find_live_session(token) if isinstance(token, str) else None
    if found is None:
        return None
    device, account = found
    if account.fs_uniquifier != uniquifier:
        return None
    g.device = device
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    if services.touch_session(device):
        db.session.commit()
        # The cookie lives on with the row: sent anew as often as the row is touched, not at every request.
        session.modified = True
    return account


def on_sign_in(sender: Flask, user: Account, **_rest: Any) -> None:
    """A new row for this device; the library commits at the end of its view."""
    old = session.pop(TOKEN, None)
    if old:
        services.end_session_of_token(old)
    # Whoever knew the forms of the guest shall not know those of the person.
    session.pop(CSRF_TOKEN, None)
    g.pop(CSRF_TOKEN, None)
    session.permanent = True
    started = services.start_session(
        user, user_agent=request.headers.get("User-Agent", ""), address=request.remote_addr or ""
    )
    session[TOKEN] = started.token
    services.forget_browsers()


def on_sign_out(sender: Flask, user: Account, **_rest: Any) -> None:
    """Ends this device's session for good; the others stay."""
    token = session.pop(TOKEN, None)
    if token:
        services.end_session_of_token(token)
        db.session.commit()
    flash(_("You are signed out."), "success")


def on_password_changed(sender: Flask, user: Account, **_rest: Any) -> None:
    """Whoever knew the old password is signed out everywhere else."""
    services.end_sessions(user, keep=current_token())
