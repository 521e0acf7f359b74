"""How much there is to recount: a zero of differences is worth what this number says."""

from __future__ import annotations

from sqlalchemy import text

from marketplace.core.db import db
from marketplace.orders.queries.counters import OWNERS, RECOUNTS


def cells() -> int:
    """How many counters there are, all tables together."""
    return sum(
        (db.session.scalar(text(f"SELECT count(*) FROM {owners}")) or 0) * len(RECOUNTS[table])
        for table, (_key, owners) in OWNERS.items()
    )
