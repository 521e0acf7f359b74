"""What the desk does with orders: asks for offers, says who looks after an order, notes payment and delivery."""

from __future__ import annotations

from marketplace.accounts.errors import NoSuchAccount
from marketplace.accounts.models import Account
from marketplace.accounts.queries import locked_account
from marketplace.accounts.states import Role
from marketplace.core.db import db
from marketplace.orders.errors import CannotManage
from marketplace.orders.models import Order
from marketplace.orders.services.dealing import locked_for
from marketplace.orders.states import Act, MoneyState


def request_quote(order_id: int, *, by: Account) -> Order:
    """Performers are to name their price; nobody can take the order as it is any more."""
    order = locked_for(Act.REQUEST_QUOTE, order_id, by)
    order.request_quote(by=by)
    db.session.flush()
    return order


def assign_manager(order_id: int, *, manager_id: int | None, by: Account) -> Order:
    """`manager_id` looks after the order from now on; None leaves it to whoever takes it."""
    try:
        manager = None if manager_id is None else locked_account(manager_id)
    except NoSuchAccount:
        # Whoever may not ask is not told who there is.
        locked_for(Act.ASSIGN, order_id, by)
        raise CannotManage(field="manager") from None
    order = locked_for(Act.ASSIGN, order_id, by)
    if manager is not None and (not manager.active or manager.role not in (Role.MANAGER, Role.ADMIN)):
        raise CannotManage(field="manager")
    order.assign(manager, by=by)
    db.session.flush()
    return order


def set_money(order_id: int, *, state: MoneyState, by: Account) -> Order:
    """Notes that the order was paid, is ready for delivery or was handed over; or mends such a note."""
    order = locked_for(Act.SET_MONEY, order_id, by)
    order.set_money(state, by=by)
    db.session.flush()
    return order
