"""The life of an order: take, withdraw, complete, cancel."""

from __future__ import annotations

from marketplace.accounts import queries as people
from marketplace.accounts.models import Account
from marketplace.accounts.queries import locked_account
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed
from marketplace.core.text import tidy
from marketplace.orders import policies
from marketplace.orders.errors import NoSuchOrder, TermsChanged, TooManyInProgress
from marketplace.orders.models import Order
from marketplace.orders.queries import orders as queries
from marketplace.orders.services.settling import close_offers, release_offer
from marketplace.orders.states import Act


def locked_for(act: Act, order_id: int, by: Account) -> Order:
    """The locked order, once it is clear that `by` may do `act` to it and that this is possible now.

    Raises NoSuchOrder, NotAllowed or what `Order.obstacle` says, in this order: who is asked before when, and somebody
    else's private order answers like one that does not exist.
    """
    order = queries.locked(order_id)
    people.read_again(by)
    refuse(act, order, by=by)
    return order


def refuse(act: Act, order: Order, *, by: Account) -> None:
    """Raises what `locked_for` promises; pages that ask before an act call it too, so that they tell the same."""
    known = policies.may_know_of(by, order) if act is Act.TAKE else policies.may_view(by, order)
    if not known:
        raise NoSuchOrder
    words = policies.refusal(act, by, order)
    if words is not None:
        raise NotAllowed(words)
    obstacle = order.obstacle(act)
    if obstacle is not None:
        raise obstacle


def take_order(order_id: int, *, limit: int, by: Account, terms: str | None = None) -> Order:
    """`by` works on the order from now on; at most `limit` orders at a time, counted under a lock on the person.

    `terms` are the `Order.terms` that `by` was shown, when they were shown any: others are not agreed to.
    """
    performer = locked_account(by.id)
    order = queries.locked(order_id)
    refuse(Act.TAKE, order, by=performer)
    if terms is not None and terms != order.terms:
        raise TermsChanged
    if queries.in_progress_count(performer) >= limit:
        raise TooManyInProgress(limit=limit)
    order.take(performer, by=performer)
    db.session.flush()
    return order


def withdraw_order(order_id: int, *, reason: str, by: Account) -> Order:
    """The performer gives the order back to the board, as it was before their offer if that won it."""
    order = locked_for(Act.WITHDRAW, order_id, by)
    order.withdraw(by=by, note=tidy(reason))
    db.session.flush()
    release_offer(order, by=by, restore=True)
    return order


def complete_order(order_id: int, *, by: Account) -> Order:
    """The performer, or the desk for them, says that the work is done."""
    order = locked_for(Act.COMPLETE, order_id, by)
    order.complete(by=by)
    db.session.flush()
    return order


def cancel_order(order_id: int, *, reason: str, by: Account) -> Order:
    """The customer, or the desk for them, no longer needs the work; offers for it are declined."""
    order = locked_for(Act.CANCEL, order_id, by)
    order.cancel(by=by, note=tidy(reason))
    db.session.flush()
    close_offers(order, by=by)
    return order
