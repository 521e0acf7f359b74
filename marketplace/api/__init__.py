"""The JSON API, version 1: everything that people do on the pages, for programs."""

from __future__ import annotations

from flask import Flask

from marketplace.api import (
    attachments,
    audit,
    auth,
    board,
    catalog,
    categories,
    comments,
    docs,
    events,
    filters,
    lines,
    loads,
    me,
    offers,
    orders,
    passwords,
    performers,
    pictures,
    profiles,
    sessions,
    users,
)
from marketplace.api.protocol import limits, signing
from marketplace.api.protocol.blueprint import blueprint
from marketplace.web.limits import limit_withdrawals
from marketplace.web.programs import API

NOUNS = (
    *(auth, me, passwords, sessions, filters, users, profiles, board, orders, lines, offers, comments, attachments),
    *(catalog, pictures, loads, categories, performers, events, audit, docs),
)
"""The modules that answer at addresses of the API; it is enough that they are imported."""


def init_app(app: Flask) -> None:
    """Adds the operations and whoever asks for them."""
    app.before_request(signing.identify)
    limits.init_app(app)
    app.before_request(signing.turn_away)
    app.extensions["csrf"].exempt(blueprint)
    app.register_blueprint(blueprint, url_prefix=API)
    auth.init_app(app)
    passwords.init_app(app)
    limit_withdrawals(app, f"{blueprint.name}.withdraw_order")


__all__ = ["init_app"]
