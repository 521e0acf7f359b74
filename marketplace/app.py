"""The application, put together step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, load_settings
from marketplace import admin, api, cli
from marketplace.core.db import db
from marketplace.web import (
    auth,
    board,
    catalog,
    checking,
    customer,
    database,
    docs,
    errors,
    filters,
    guards,
    headers,
    health,
    home,
    intake,
    language,
    limits,
    live,
    markup,
    orders,
    people,
    performer,
    rendering,
    requestlog,
    sessions,
)

FACES = (health, home, auth, board, catalog, orders, customer, performer, people, live, docs)


class Site(Flask):
    """An application without coroutines: what is called at every request need not be asked whether it is one."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: dict[str, Any] | None = None) -> Flask:
    """The application for `settings` (from the environment when None). Touches no database."""
    app = Site(__name__)
    app.config.update(load_settings() if settings is None else settings)
    for step in STEPS:
        step(app)
    return app


def use_database(app: Flask) -> None:
    """The database of the settings, and its migrations."""
    database.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), compare_type=True, render_as_batch=False)


def trust_proxies(app: Flask) -> None:
    """Believes X-Forwarded-* of as many proxies as there really are, and of no others."""
    hops = app.config["PROXY_HOPS"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # as Flask documents it


def add_faces(app: Flask) -> None:
    """Every face of the site under its own addresses."""
    for face in FACES:
        app.register_blueprint(face.blueprint)


STEPS: tuple[Callable[[Flask], None], ...] = (
    use_database,
    trust_proxies,
    sessions.init_app,
    requestlog.init_app,
    intake.init_app,
    headers.init_app,
    language.init_app,
    filters.init_app,
    markup.init_app,
    rendering.init_app,
    errors.init_app,
    checking.init_app,
    limits.init_app,
    auth.init_app,
    add_faces,
    api.init_app,
    admin.init_app,
    cli.init_app,
    guards.verify,
)
