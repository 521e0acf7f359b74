"""Who asks: the person of the access token in the Authorization header. Cookies count for nothing here."""

from __future__ import annotations

from flask import Response, current_app, g, request
from flask_babel import gettext as _
from werkzeug.exceptions import Unauthorized

from marketplace.accounts import services
from marketplace.accounts.errors import NoSuchToken
from marketplace.accounts.models import Account
from marketplace.api.protocol.operations import OPERATIONS
from marketplace.core.db import db, read_alone
from marketplace.core.errors import NotAllowed
from marketplace.web.errors import explain, title_of
from marketplace.web.problems import kind_of, problem
from marketplace.web.programs import is_for_program

SCHEME = "bearer"


def identify() -> None:
    """Before everything that asks who it is: pages go by their cookie, the API goes by its token alone.

    A token that is not valid is noted for `turn_away`: until then its sender is nobody.
    """
    if not is_for_program():
        return
    if request.method in ("GET", "HEAD"):
        read_alone()
    g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]  # set by Flask-Login
    made = OPERATIONS.get((request.endpoint or "").rpartition(".")[2])
    header = request.headers.get("Authorization")
    if header is None or (made is not None and not made.asks_who):
        return
    scheme, _blank, token = header.partition(" ")
    try:
        if scheme.lower() != SCHEME:
            raise Unauthorized(_("Sign in and send the access token: Authorization: Bearer …"))
        g._login_user = person_of(token.strip(" "))
    except (Unauthorized, NoSuchToken) as error:
        g.not_known_by = error


def turn_away() -> Response | None:
    """Once the request has been counted: whoever sends a token believes to be somebody, also where none is needed."""
    error: Unauthorized | NoSuchToken | None = g.get("not_known_by")
    if isinstance(error, Unauthorized):
        raise error
    return None if error is None else unrecognised(error)


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
