"""Traces of an admin's ordinary week, so that the admin pages have something to show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, select

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Review
from marketplace.orders.states import ON_BOARD, Status

UNDER_WAY = ON_BOARD | {Status.IN_PROGRESS}


def moderate(admin: Account, *, named: Sequence[int]) -> None:
    """Yesterday the admin hid a review and an order and blocked a customer; the `named` were left alone."""
    review = db.session.scalar(
        select(Review.order_id)
        .where(Review.rating <= 3, Review.performer_id.not_in(named), Review.customer_id.not_in(named))
        .order_by(Review.order_id.desc())
        .limit(1)
    )
    order = db.session.scalar(
        select(Order.id)
        .where(Order.status == Status.NEW, Order.customer_id.not_in(named))
        .order_by(Order.created_at)
        .limit(1)
    )
    customer = db.session.scalar(
        select(Account.id)
        .where(
            Account.role == Role.CUSTOMER,
            Account.id.not_in(named),
            ~exists().where(Order.customer_id == Account.id, Order.status.in_(UNDER_WAY)),
        )
        .order_by(Account.id.desc())
        .limit(1)
    )
    with clock.fixed(clock.now() - timedelta(hours=26)):
        if review is not None:
            orders.hide_review(review, by=admin)
        if order is not None:
            orders.hide_order(order, by=admin)
        if customer is not None:
            accounts.block_account(customer, reason="Спам в личных сообщениях", by=admin)
