"""Posting an order and editing it while nobody has it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from marketplace.accounts.models import Account
from marketplace.catalog.queries import get_active_category
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed
from marketplace.core.text import one_line, tidy
from marketplace.orders import policies
from marketplace.orders.models import Order
from marketplace.orders.services.dealing import locked_for
from marketplace.orders.states import Act


def post_order(
    *,
    title: str,
    description: str,
    category_id: int,
    price: Decimal | None,
    deadline: date | None,
    by: Account,
) -> Order:
    """A new order of the customer `by`, on the board at once; `price` None means by agreement."""
    if not policies.may_post(by):
        raise NotAllowed
    order = Order(
        title=one_line(title),
        description=tidy(description),
        category=get_active_category(category_id),
        price=price,
        deadline=deadline,
        customer=by,
        author=by,
    )
    db.session.add(order)
    db.session.flush()
    return order


def edit_order(
    order_id: int,
    *,
    title: str,
    description: str,
    category_id: int,
    price: Decimal | None,
    deadline: date | None,
    by: Account,
) -> Order:
    """Changes what is wanted, while the order is new."""
    order = locked_for(Act.EDIT, order_id, by)
    order.title = one_line(title)
    order.description = tidy(description)
    if category_id != order.category_id:
        order.category_id = get_active_category(category_id).id
    order.price = price
    order.deadline = deadline
    db.session.flush()
    return order
