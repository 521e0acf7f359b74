"""Requests that may be sent twice: one effect for each caller and key, and the first answer for all repetitions.

The answer is kept in the transaction that did the work, so it exists exactly when the effect does. A lock that belongs
to the same transaction keeps a second request out while the first one is at work.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, Text, delete, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core import clock
from marketplace.core.db import Model, db, length_check

KEPT_FOR = timedelta(hours=24)
KEY_LENGTH = 200
FORGOTTEN_AT_ONCE = 100


class KeptAnswer(Model):
    """What was answered to the request that `caller` named `key`; `request` is a digest of what it asked for."""

    __tablename__ = "kept_answers"
    __table_args__ = (length_check("caller", KEY_LENGTH), length_check("key", KEY_LENGTH))

    caller: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    headers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


def is_turn_of(caller: str, key: str) -> bool:
    """True for one transaction at a time; the others are not kept waiting."""
    digest = hashlib.sha256(f"{caller}\n{key}".encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    return bool(db.session.scalar(select(func.pg_try_advisory_xact_lock(number))))


def find_answer(caller: str, key: str) -> KeptAnswer | None:
    """The answer to the request of this name, unless it is older than KEPT_FOR."""
    return db.session.scalar(
        select(KeptAnswer).where(
            KeptAnswer.caller == caller, KeptAnswer.key == key, KeptAnswer.created_at > clock.now() - KEPT_FOR
        )
    )


def keep_answer(caller: str, key: str, *, request: str, status: int, headers: dict[str, str], body: str) -> None:
    """Keeps the answer, in the place of one that is too old; those of others that are too old are cleared away."""
    now = clock.now()
    over = (
        select(KeptAnswer.caller, KeptAnswer.key)
        .where(KeptAnswer.created_at <= now - KEPT_FOR)
        .limit(FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
        .subquery()
    )
    db.session.execute(
        delete(KeptAnswer)
        .where(KeptAnswer.caller == over.c.caller, KeptAnswer.key == over.c.key)
        .execution_options(synchronize_session=False)
    )
    values = {"request": request, "status": status, "headers": headers, "body": body, "created_at": now}
    db.session.execute(
        insert(KeptAnswer)
        .values(caller=caller, key=key, **values)
        .on_conflict_do_update(index_elements=["caller", "key"], set_=values)
    )
