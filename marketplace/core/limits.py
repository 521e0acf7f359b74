"""Counting attempts in PostgreSQL, so that a limit holds for all processes together."""

from __future__ import annotations

import time
from typing import Any

from limits.storage import Storage
from sqlalchemy import Text, delete, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Model, db

FORGOTTEN_AT_ONCE = 1000


class AttemptCount(Model):
    """How often something was tried in the window that ends at `expires_at` (seconds since the epoch)."""

    __tablename__ = "attempt_counts"
    __table_args__ = {"prefixes": ["UNLOGGED"]}

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    attempts: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)


COUNT_UP = text(
    """
    INSERT INTO attempt_counts AS c (key, attempts, expires_at) VALUES (:key, :amount, :expires_at)
    ON CONFLICT (key) DO UPDATE SET
        attempts = CASE WHEN c.expires_at <= :now THEN excluded.attempts ELSE c.attempts + excluded.attempts END,
        expires_at = CASE WHEN c.expires_at <= :now THEN excluded.expires_at ELSE c.expires_at END
    RETURNING attempts
    """
)


class PostgresStorage(Storage):
    """Storage of the limits library on the application's own database: fixed windows, one row per key.

    Every count is a transaction of its own: an attempt counts even when the request rolls back.
    """

    STORAGE_SCHEME = ["app-postgresql"]

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = int(time.time())
        with db.engine.begin() as connection:
            values = {"key": key, "amount": amount, "expires_at": now + expiry, "now": now}
            attempts = int(connection.execute(COUNT_UP, values).scalar_one())
        if attempts == amount:
            # Whoever opens a window clears away those that are over: the table stays as small as the hour was busy.
            forget_expired()
        return attempts

    def get(self, key: str) -> int:
        return self._read(AttemptCount.attempts, key) or 0

    def get_expiry(self, key: str) -> float:
        return float(self._read(AttemptCount.expires_at, key) or time.time())

    def _read(self, column: Any, key: str) -> int | None:
        with db.engine.begin() as connection:
            row = connection.execute(
                select(column).where(AttemptCount.key == key, AttemptCount.expires_at > int(time.time()))
            )
            return row.scalar()

    def check(self) -> bool:
        with db.engine.begin() as connection:
            return bool(connection.execute(select(1)).scalar())

    def reset(self) -> int | None:
        with db.engine.begin() as connection:
            number = connection.execute(select(func.count()).select_from(AttemptCount)).scalar()
            connection.execute(delete(AttemptCount))
            return number

    def clear(self, key: str) -> None:
        with db.engine.begin() as connection:
            connection.execute(delete(AttemptCount).where(AttemptCount.key == key))


def forget_expired() -> None:
    """Drops counts whose window is over; those that somebody else holds are left to the next call."""
    over = (
        select(AttemptCount.key)
        .where(AttemptCount.expires_at <= int(time.time()))
        .limit(FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    with db.engine.begin() as connection:
        connection.execute(delete(AttemptCount).where(AttemptCount.key.in_(over)))
