"""The audit trail, looked through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Account, AuditEntry
from marketplace.core.db import db
from marketplace.core.paging import Page, bounded_id, decode_cursor, make_page


@dataclass(frozen=True)
class AuditFilter:
    """Which lines of the audit trail are looked for; None stands for all."""

    action: str | None = None
    subject_type: str | None = None
    subject_id: str | None = None
    actor: str | None = None
    """An email, whatever its letter case."""

    since: datetime | None = None
    before: datetime | None = None


def audit_page(wanted: AuditFilter, *, after: str | None, size: int) -> Page[AuditEntry]:
    """One page of what admins did, the newest first, each with whoever did it."""
    asked = ("audit", wanted)
    query = select(AuditEntry).options(joinedload(AuditEntry.actor)).order_by(AuditEntry.id.desc()).limit(size + 1)
    for column, value in (
        (AuditEntry.action, wanted.action),
        (AuditEntry.subject_type, wanted.subject_type),
        (AuditEntry.subject_id, wanted.subject_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.actor is not None:
        email = wanted.actor.strip().lower()
        query = query.where(AuditEntry.actor_id == select(Account.id).where(Account.email == email).scalar_subquery())
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.before is not None:
        query = query.where(AuditEntry.at < wanted.before)
    if after:
        query = query.where(AuditEntry.id < decode_cursor(after, asked, bounded_id)[0])
    return make_page(db.session.scalars(query).all(), size, after, asked, lambda line: (line.id,))
