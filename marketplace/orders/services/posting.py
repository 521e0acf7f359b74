"""Posting an order and editing it while nobody has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.catalog.queries import get_active_category
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed
from marketplace.core.text import one_line, tidy
from marketplace.orders import policies
from marketplace.orders.errors import DeadlinePassed, DeadlineTooFar, NotACustomer
from marketplace.orders.models import Order
from marketplace.orders.services.dealing import locked_for
from marketplace.orders.services.lines import LineInput, set_lines
from marketplace.orders.states import Act, EventKind, Pricing, Status

LATEST_DEADLINE = timedelta(days=5 * 365)


def check_deadline(deadline: date, *, today: date) -> None:
    """Refuses a new deadline that is over, or in another age, where it is `today` for whoever sets it."""
    if deadline < today:
        raise DeadlinePassed(field="deadline")
    if deadline > today + LATEST_DEADLINE:
        raise DeadlineTooFar(field="deadline")


def post_order(
    *,
    title: str,
    description: str,
    category_id: int,
    price: Decimal | None,
    deadline: date | None,
    by: Account,
    pricing: Pricing = Pricing.FIXED,
    lines: Sequence[LineInput] = (),
    customer: Account | None = None,
) -> Order:
    """A new order, on the board at once. `price` None means the sum of the lines, or by agreement without them.

    The customer is `by`; managers write orders down for another `customer` and look after them from then on.
    """
    for_other = customer is not None and customer.id != by.id
    if not (policies.may_post_for_others(by) if for_other else policies.may_post(by)):
        raise NotAllowed
    owner = by if customer is None else customer
    if owner.role is not Role.CUSTOMER or not owner.active:
        raise NotACustomer(field="customer")
    order = Order(
        title=one_line(title),
        description=tidy(description),
        category=get_active_category(category_id),
        pricing=pricing,
        price=price,
        deadline=deadline,
        customer=owner,
        author=by,
        manager=by if for_other else None,
    )
    db.session.add(order)
    db.session.flush()
    if lines:
        set_lines(order, lines)
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
    pricing: Pricing | None = None,
    lines: Sequence[LineInput] | None = None,
) -> Order:
    """Changes what is wanted, while the order is new or waits for its first offer; None leaves lines and pricing."""
    order = locked_for(Act.EDIT, order_id, by)
    order.title = one_line(title)
    order.description = tidy(description)
    if category_id != order.category_id:
        order.category_id = get_active_category(category_id).id
    order.price = price
    order.deadline = deadline
    # Whoever waits for offers already has asked for them.
    if pricing is not None and order.status is Status.NEW:
        order.pricing = pricing
    is_changed = db.session.is_modified(order)
    if lines is not None:
        is_changed |= set_lines(order, lines)
    if is_changed:
        order.record(EventKind.EDITED, by=by)
    db.session.flush()
    db.session.refresh(order, ["total", "updated_at"])
    return order
