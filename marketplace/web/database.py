"""Ties an application to its database: the given one, or the embedded one, which starts when it is first asked."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import event

from marketplace import registry
from marketplace.core import embedded
from marketplace.core.db import ALONE, db, ping_idle


def init_app(app: Flask) -> None:
    """The database of the settings, with all models and listeners loaded. Connects to nothing."""
    folder = app.config["INSTANCE_PATH"]
    is_embedded = app.config["SQLALCHEMY_DATABASE_URI"] is None
    app.config["EMBEDDED_DATABASE"] = is_embedded
    if is_embedded:
        app.config["SQLALCHEMY_DATABASE_URI"] = embedded.database_url(folder)
    assert registry.order_listeners
    app.config["SQLALCHEMY_BINDS"] = {
        ALONE: {"url": app.config["SQLALCHEMY_DATABASE_URI"], "isolation_level": "AUTOCOMMIT"}
    }
    db.init_app(app)
    with app.app_context():
        alone = db.engines[ALONE]
        for engine in db.engines.values():
            ping_idle(engine)
            if is_embedded:
                embedded.start_on_connect(engine, folder)
        # Whoever closes the one for good means both.
        event.listen(db.engine, "engine_disposed", lambda _engine: alone.dispose())
