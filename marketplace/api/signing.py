"""Who asks: the person of the access token in the Authorization header. Cookies count for nothing here."""

from __future__ import annotations

from flask import Response, current_app, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import Unauthorized

from marketplace.accounts import services
from marketplace.accounts.errors import NoSuchToken
from marketplace.accounts.models import Account
from marketplace.core.db import db, read_alone
from marketplace.core.errors import NotAllowed
from marketplace.web.errors import explain, title_of
from marketplace.web.problems import kind_of, problem
from marketplace.web.programs import is_for_program

SCHEME = "bearer"


def identify() -> Response | None:
    """Before everything that asks who it is: pages go by their cookie, the API goes by its token alone.

    A token that is not valid is refused also where none is needed: its sender believes to be somebody.
    """
    if not is_for_program():
        return None
    if request.method in ("GET", "HEAD"):
        read_alone()
    g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]  # set by Flask-Login
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _blank, token = header.partition(" ")
    if scheme.lower() != SCHEME:
        raise Unauthorized(_("Sign in and send the access token: Authorization: Bearer …"))
    try:
        g._login_user = person_of(token.strip())
    except NoSuchToken as error:
        return unrecognised(error)
    return None


def person_of(token: str) -> Account:
    """Whom the token stands for; raises NoSuchToken for one that is not valid."""
    session, account = services.read_access_token(token, secret=current_app.config["SECRET_KEY"])
    g.device = session
    if services.touch_session(session):
        db.session.commit()
    return account


def unrecognised(error: NotAllowed) -> Response:
    """A 401: whoever asks is not known by what they sent. What the request did all the same can be committed."""
    headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'} if isinstance(error, NoSuchToken) else None
    return problem(401, title_of(401), explain(error), kind=kind_of(type(error)), headers=headers)
