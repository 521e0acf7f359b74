"""Ties an application to its database: the given one, or the embedded one, which starts when it is first asked."""

from __future__ import annotations

from flask import Flask

from marketplace import registry
from marketplace.core import embedded
from marketplace.core.db import db


def init_app(app: Flask) -> None:
    """The database of the settings, with all models and listeners loaded. Connects to nothing."""
    folder = app.config["INSTANCE_PATH"]
    is_embedded = app.config["SQLALCHEMY_DATABASE_URI"] is None
    app.config["EMBEDDED_DATABASE"] = is_embedded
    if is_embedded:
        app.config["SQLALCHEMY_DATABASE_URI"] = embedded.database_url(folder)
    assert registry.order_listeners
    db.init_app(app)
    if is_embedded:
        with app.app_context():
            embedded.start_on_connect(db.engine, folder)
