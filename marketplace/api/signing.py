"""Who asks: the person of the access token in the Authorization header. Cookies count for nothing here."""

from __future__ import annotations

from flask import current_app, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import Unauthorized

from marketplace.accounts import services
from marketplace.accounts.errors import NoSuchToken
from marketplace.accounts.models import Account, AccountSession
from marketplace.core.db import db
from marketplace.web.errors import explain
from marketplace.web.programs import is_for_program

SCHEME = "bearer"


def identify() -> None:
    """Before everything that asks who it is: pages go by their cookie, the API goes by its token alone.

    A token that is not valid is refused also where none is needed: its sender believes to be somebody.
    """
    if not is_for_program():
        return
    g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]  # set by Flask-Login
    header = request.headers.get("Authorization")
    if header is None:
        return
    scheme, _blank, token = header.partition(" ")
    if scheme.lower() != SCHEME:
        raise Unauthorized(_("Sign in and send the access token: Authorization: Bearer …"))
    g._login_user = person_of(token.strip())


def person_of(token: str) -> Account:
    """Whom the token stands for; a 401 for one that is not valid."""
    try:
        session, account = services.read_access_token(token, secret=current_app.config["SECRET_KEY"])
    except NoSuchToken as error:
        raise Unauthorized(explain(error)) from None
    g.device = session
    if services.touch_session(session):
        db.session.commit()
    return account


def signed_in_session() -> AccountSession | None:
    """The session of the token that was sent, or None."""
    session: AccountSession | None = g.get("device")
    return session
