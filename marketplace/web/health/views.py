"""Routes for load balancers and supervisors."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from config import ROOT
from marketplace.core.db import db
from marketplace.core.migrations import is_current
from marketplace.web.health.blueprint import blueprint


@blueprint.get("/healthz")
def process_alive() -> ResponseReturnValue:
    """The process answers; asks nothing of the database."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """The database answers and is at the newest migration, else 503 with the reason."""
    try:
        current = is_current(db.session.connection(), str(ROOT / "migrations"))
    except DBAPIError:
        return jsonify(status="the database does not answer"), 503
    if not current:
        return jsonify(status="the database is behind its migrations"), 503
    return jsonify(status="ok")
