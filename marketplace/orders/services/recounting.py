"""Mending counters, should a writer outside ever have broken one."""

from __future__ import annotations

from sqlalchemy import text

from marketplace.core.db import db
from marketplace.orders.queries.counters import OWNERS, RECOUNTS


def rebuild_counters() -> int:
    """Sets every counter that differs to its recount and adds missing rows; returns how many rows it touched.

    The tables of rows are locked against writers meanwhile, so that nothing is counted twice or missed.
    """
    db.session.execute(text("LOCK TABLE orders, order_events, reviews, accounts, categories IN SHARE MODE"))
    touched = 0
    for table, counters in RECOUNTS.items():
        key, owners = OWNERS[table]
        touched += _run(
            f"INSERT INTO {table} ({key}) SELECT id FROM {owners} o"
            f" WHERE NOT EXISTS (SELECT 1 FROM {table} c WHERE c.{key} = o.id)"
        )
        for counter, recount in counters.items():
            touched += _run(
                f"UPDATE {table} c SET {counter} = coalesce(r.n, 0) FROM {owners} o"
                f" LEFT JOIN ({recount}) r ON r.owner = o.id"
                f" WHERE c.{key} = o.id AND c.{counter} IS DISTINCT FROM coalesce(r.n, 0)"
            )
    return touched


def _run(statement: str) -> int:
    return int(db.session.execute(text(statement)).rowcount)  # type: ignore[attr-defined]  # a cursor result has it
