"""Deferred constraints, which tests that are rolled back would never meet."""

from __future__ import annotations

from sqlalchemy import text

from marketplace.core.db import db


def meet_constraints() -> None:
    """Asks now what the end of the transaction would ask."""
    db.session.flush()
    db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    db.session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
