"""The first admin page: how many there are of everything, and what admins did last."""

from __future__ import annotations

from collections.abc import Sequence

from flask_admin import expose
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Account, AuditEntry
from marketplace.accounts.states import Role
from marketplace.admin.gate import AdminOnly
from marketplace.core.db import db
from marketplace.orders.models import Order, PerformerCounters
from marketplace.orders.queries.board import category_choices
from marketplace.orders.states import Status

LATEST = 10


class DashboardView(AdminOnly):
    """Counts and the latest audit lines."""

    @expose()
    def index(self) -> str:
        """The page."""
        return self.render(
            "admin/index.html",
            roles=people_by_role(),
            blocked=blocked_people(),
            statuses=orders_by_status(),
            reviews=visible_reviews(),
            categories=category_choices(),
            trail=latest_entries(),
        )


def people_by_role() -> dict[Role, int]:
    """How many people there are of each role, the blocked included."""
    rows = db.session.execute(select(Account.role, func.count()).group_by(Account.role))
    counted = dict(rows.all())
    return {role: counted.get(role, 0) for role in Role}


def blocked_people() -> int:
    """How many people are blocked."""
    return db.session.scalar(select(func.count()).where(Account.active.is_(False))) or 0


def orders_by_status() -> dict[Status, int]:
    """How many orders there are in each state, the hidden included."""
    rows = db.session.execute(select(Order.status, func.count()).group_by(Order.status))
    counted = dict(rows.all())
    return {status: counted.get(status, 0) for status in Status}


def visible_reviews() -> int:
    """How many reviews count for somebody, from the counters."""
    return int(db.session.scalar(select(func.coalesce(func.sum(PerformerCounters.rating_count), 0))) or 0)


def latest_entries() -> Sequence[AuditEntry]:
    """The newest lines of the audit trail."""
    return db.session.scalars(
        select(AuditEntry).options(joinedload(AuditEntry.actor)).order_by(AuditEntry.id.desc()).limit(LATEST)
    ).all()
