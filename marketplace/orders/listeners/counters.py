"""Counters follow rows inside the same flush, by `n = n + 1` in SQL; `flask counters check` recounts them.

One flush writes category, then customer, then performer counters: two transactions that each deal with one order never
wait in a ring. Whoever deals with several orders commits after each.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from sqlalchemy import Table, Update, bindparam, event, insert, inspect, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper

from marketplace.accounts.models import Account
from marketplace.catalog.models import Category
from marketplace.orders.models import (
    CategoryCounters,
    CustomerCounters,
    Order,
    OrderEvent,
    PerformerCounters,
    Review,
)
from marketplace.orders.states import ON_BOARD, Status

ORDERS, CUSTOMERS, PERFORMERS, CATEGORIES = (
    cast(Table, model.__table__) for model in (Order, CustomerCounters, PerformerCounters, CategoryCounters)
)


@event.listens_for(Account, "after_insert")
def open_account_counters(mapper: Mapper[Account], connection: Connection, account: Account) -> None:
    """Everybody has both kinds of counters, because an admin may change what a person is."""
    connection.execute(insert(CustomerCounters).values(account_id=account.id))
    connection.execute(insert(PerformerCounters).values(account_id=account.id))


@event.listens_for(Category, "after_insert")
def open_category_counters(mapper: Mapper[Category], connection: Connection, category: Category) -> None:
    """Every category starts with no open orders."""
    connection.execute(insert(CategoryCounters).values(category_id=category.id))


@event.listens_for(OrderEvent, "after_insert")
def count_step(mapper: Mapper[OrderEvent], connection: Connection, row: OrderEvent) -> None:
    """Each kind of step adds one to the counters of the people it concerns."""
    customer: str | None = None
    performer: str | None = None
    match row.to_status:
        case Status.NEW if row.from_status is None:
            customer = "posted"
        case Status.NEW:
            # Whom an admin took the order from did not withdraw.
            performer = "withdrawn" if row.actor_id == row.performer_id else None
        case Status.IN_PROGRESS:
            performer = "taken"
        case Status.COMPLETED:
            customer = performer = "completed"
        case Status.CANCELLED:
            customer = "cancelled"
        case _:
            pass
    if customer is not None:
        connection.execute(_one_more_of_customer(customer), {"order_id": row.order_id})
    if performer is not None:
        _add(connection, PERFORMERS, row.performer_id, **{performer: 1})


@event.listens_for(Order, "after_insert")
def count_posted(mapper: Mapper[Order], connection: Connection, order: Order) -> None:
    """A new order is on the board of its category."""
    if order.is_open:
        _add(connection, CATEGORIES, order.category_id, open_orders=1)


@event.listens_for(Order, "after_update")
def count_moved(mapper: Mapper[Order], connection: Connection, order: Order) -> None:
    """An order that left the board, came back, was hidden or changed its category moves the two numbers."""
    state = inspect(order)
    old_status = _before(state, "status")
    was_open = old_status in ON_BOARD and _before(state, "hidden_at") is None
    old_category = _before(state, "category_id")
    moves: dict[int, int] = {}
    if was_open:
        moves[old_category] = moves.get(old_category, 0) - 1
    if order.is_open:
        moves[order.category_id] = moves.get(order.category_id, 0) + 1
    for category_id in sorted(moves):
        _add(connection, CATEGORIES, category_id, open_orders=moves[category_id])


@event.listens_for(Review, "after_insert")
def count_rating(mapper: Mapper[Review], connection: Connection, review: Review) -> None:
    """A visible review counts for its performer."""
    _move_rating(connection, review.performer_id, 0, _visible_rating(review.rating, review.hidden_at))


@event.listens_for(Review, "after_update")
def recount_rating(mapper: Mapper[Review], connection: Connection, review: Review) -> None:
    """Hiding a review takes its rating out of the average; showing it puts it back."""
    state = inspect(review)
    before = _visible_rating(_before(state, "rating"), _before(state, "hidden_at"))
    _move_rating(connection, review.performer_id, before, _visible_rating(review.rating, review.hidden_at))


@event.listens_for(Review, "after_delete")
def uncount_rating(mapper: Mapper[Review], connection: Connection, review: Review) -> None:
    """A deleted review no longer counts."""
    _move_rating(connection, review.performer_id, _visible_rating(review.rating, review.hidden_at), 0)


def _before(state: Any, name: str) -> Any:
    """The value that the row had before this flush."""
    history = state.attrs[name].history
    if history.deleted:
        return history.deleted[0]
    return history.unchanged[0] if history.unchanged else None if history.added else state.attrs[name].value


def _visible_rating(rating: int, hidden_at: Any) -> int:
    """The rating, or 0 (which no rating can be) when the review is hidden."""
    return rating if hidden_at is None else 0


def _move_rating(connection: Connection, performer_id: int, before: int, after: int) -> None:
    if before != after:
        _add(connection, PERFORMERS, performer_id, rating_sum=after - before, rating_count=bool(after) - bool(before))


def _add(connection: Connection, counters: Table, owner: int | None, **amounts: int) -> None:
    """Adds to the counters of `owner`, unless there is nothing to add."""
    wanted = {name: amount for name, amount in amounts.items() if amount}
    if wanted:
        connection.execute(
            _addition(counters, tuple(wanted)), {"owner": owner} | {f"add_{n}": a for n, a in wanted.items()}
        )


# Built once: every act passes here, and building a statement takes longer than running it.
@cache
def _addition(counters: Table, names: tuple[str, ...]) -> Update:
    (key,) = counters.primary_key.columns
    sums = {name: counters.c[name] + bindparam(f"add_{name}") for name in names}
    return update(counters).where(key == bindparam("owner")).values(sums)


@cache
def _one_more_of_customer(name: str) -> Update:
    owner = select(ORDERS.c.customer_id).where(ORDERS.c.id == bindparam("order_id")).scalar_subquery()
    return update(CUSTOMERS).where(CUSTOMERS.c.account_id == owner).values({name: CUSTOMERS.c[name] + 1})
